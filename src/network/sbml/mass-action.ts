/** Finding mass action in a kinetic law: rate × Π X(X − 1)…(X − n + 1), in whatever order and brackets it is written. */

import type { Expr, Network, Term } from '../network'
import { exprReads } from '../structure'
import { constant, operation } from './math'

/** What is multiplied and what is divided by, numbers apart. */
interface Factors {
  number: number
  readonly over: Expr[]
  readonly under: Expr[]
}

/**
 * The rate constant under which mass action over `reactants` is exactly this law; null where it is not. Under the
 * language's convention the propensity is rate × Π C(X, n), so the rate is Π n! times what stands before the counts.
 */
export function massActionRate(network: Network, law: Expr, reactants: readonly Term[]): Expr | null {
  const factors: Factors = { number: 1, over: [], under: [] }
  collect(law, false, factors)
  const { over, under } = factors
  let { number } = factors
  for (const { species, count } of reactants) {
    for (let i = 0; i < count; i++) {
      const at = over.findIndex((e) => isFalling(e, species, i))
      if (at < 0) return null
      over.splice(at, 1)
      number *= i + 1
    }
  }
  if ([...over, ...under].some((e) => exprReads(network, e).species.length > 0)) return null
  return product(number, over, under)
}

/** X − i, or X where i is 0. */
function isFalling(e: Expr, species: number, i: number): boolean {
  if (i === 0) return e.kind === 'species' && e.index === species
  const { left, right } = e.kind === 'binary' && e.op === '-' ? e : {}
  return left?.kind === 'species' && left.index === species && right?.kind === 'number' && right.value === i
}

function collect(e: Expr, divides: boolean, into: Factors): void {
  if (e.kind === 'number') {
    into.number = divides ? into.number / e.value : into.number * e.value
  } else if (e.kind === 'unary') {
    into.number = -into.number
    collect(e.of, divides, into)
  } else if (e.kind === 'binary' && (e.op === '*' || e.op === '/')) {
    collect(e.left, divides, into)
    collect(e.right, e.op === '/' ? !divides : divides, into)
  } else {
    ;(divides ? into.under : into.over).push(e)
  }
}

function product(number: number, over: readonly Expr[], under: readonly Expr[]): Expr {
  const factors = number === 1 && over.length > 0 ? over : [constant(number), ...over]
  const top = factors.reduce((left, right) => operation('*', left, right))
  return under.reduce((left, right) => operation('/', left, right), top)
}

/** Forward and backward part of the law of a reversible reaction, where it is a difference; null where it is not. */
export function difference(law: Expr): [forward: Expr, backward: Expr] | null {
  if (law.kind !== 'binary') return null
  const { op, left, right } = law
  if (op === '-') return left.kind === 'species' && right.kind === 'number' ? null : [left, right]
  if (op !== '*' && op !== '/') return null
  const inLeft = difference(left)
  if (inLeft) return [operation(op, inLeft[0], right), operation(op, inLeft[1], right)]
  const inRight = op === '*' ? difference(right) : null
  return inRight && [operation(op, left, inRight[0]), operation(op, left, inRight[1])]
}
