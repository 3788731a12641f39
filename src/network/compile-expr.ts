/** Expressions and propensities as WebAssembly: the same operations in the same order as `evaluate`. */

import { type Code, call, choose, f64, f64Op, get, i32Op, select, set } from './compile-wasm'
import { meaning } from './functions'
import type { BinaryOperator, Expr, FunctionName, Network, Reaction } from './network'
import { exprReads } from './structure'

/** Elementary functions are imported, in this order. */
export const imported = ['exp', 'log', 'log10', 'sin', 'cos', 'tanh', 'pow'] as const

/** Where an expression finds its names. */
export interface Scope {
  species(index: number): Code
  /** The value of an expression that reads neither counts nor time, computed beforehand; null: write it out. */
  constant(e: Expr): Code | null
  /** A number that is written in an expression; without this, it is written out. */
  number?(value: number): Code
  let(index: number): Code
}

/** The f64 value of an expression. Time does not occur: networks that read it are not compiled. */
export function emit(e: Expr, scope: Scope): Code {
  const constant = e.kind === 'number' ? (scope.number ?? f64)(e.value) : scope.constant(e)
  if (constant) return constant
  const value = (part: Expr) => emit(part, scope)
  switch (e.kind) {
    case 'species':
      return scope.species(e.index)
    case 'let':
      return scope.let(e.index)
    case 'unary':
      return f64Op.neg(value(e.of))
    case 'binary': {
      const compare = comparisons[e.op]
      if (compare) return f64Op.fromI32(compare(value(e.left), value(e.right)))
      return arithmetic(e.op, e.left, e.right, scope)
    }
    case 'conditional':
      return choose(test(e.test, scope), value(e.yes), value(e.no))
    case 'call': {
      const simple = meaning(e)
      if (simple !== e) return value(simple)
      if (e.name === 'pow') return power(e.args[0], e.args[1], scope)
      return application(e.name, e.args.map(value))
    }
    default:
      throw new RangeError(`an expression of kind "${e.kind}" cannot be compiled`)
  }
}

/** A condition as i32: comparisons as they are, numbers by being other than 0. */
function test(e: Expr, scope: Scope): Code {
  const compare = e.kind === 'binary' ? comparisons[e.op] : undefined
  if (compare && e.kind === 'binary') return compare(emit(e.left, scope), emit(e.right, scope))
  return f64Op.ne(emit(e, scope), f64(0))
}

const comparisons: Partial<Record<BinaryOperator, (a: Code, b: Code) => Code>> = {
  '<': f64Op.lt,
  '<=': f64Op.le,
  '>': f64Op.gt,
  '>=': f64Op.ge,
  '==': f64Op.eq,
  '!=': f64Op.ne,
}

function arithmetic(op: BinaryOperator, left: Expr, right: Expr, scope: Scope): Code {
  if (op === '^') return power(left, right, scope)
  const [a, b] = [emit(left, scope), emit(right, scope)]
  return op === '+' ? f64Op.add(a, b) : op === '-' ? f64Op.sub(a, b) : op === '*' ? f64Op.mul(a, b) : f64Op.div(a, b)
}

/** x^1 and the square of a count are written out as `elementary.pow` computes them; anything else is a call. */
function power(base: Expr, exponent: Expr, scope: Scope): Code {
  const x = emit(base, scope)
  const cheap = base.kind === 'species' || base.kind === 'let'
  if (exponent.kind === 'number' && exponent.value === 1) return x
  if (exponent.kind === 'number' && exponent.value === 2 && cheap) return f64Op.mul(x, x)
  return call(imported.indexOf('pow'), x, emit(exponent, scope))
}

function application(name: FunctionName, args: readonly Code[]): Code {
  switch (name) {
    case 'sqrt':
    case 'abs':
    case 'floor':
      return f64Op[name](args[0])
    case 'min':
    case 'max':
      return f64Op[name](args[0], args[1])
    default:
      return call(imported.indexOf(name as (typeof imported)[number]), ...args)
  }
}

/** The propensity of a reaction; where it may come out negative or infinite it is NaN instead, kept in local `hold`. */
export function emitPropensity(network: Network, reaction: Reaction, scope: Scope, hold: number): Code {
  const value = emitLaw(reaction, scope)
  if (alwaysValid(network, reaction)) return value
  const valid = i32Op.and(f64Op.ge(get(hold), f64(0)), f64Op.lt(get(hold), f64(Number.POSITIVE_INFINITY)))
  return [set(hold, value), select(valid, get(hold), f64(Number.NaN))]
}

function emitLaw({ law, net, reactants, rate }: Reaction, scope: Scope): Code {
  const value = emit(rate, scope)
  if (law === 'mass-action') {
    return reactants.reduce<Code>(
      (product, { species, count }) => f64Op.mul(product, combinations(scope.species(species), count)),
      value,
    )
  }
  const short = net
    .filter((term) => term.count < 0)
    .map(({ species, count }) => f64Op.lt(scope.species(species), f64(-count)))
  if (short.length === 0) return value
  return choose(
    short.reduce((a, b) => i32Op.or(a, b)),
    f64(0),
    value,
  )
}

/** C(x, n) for a whole count x ≥ 0, in the order of `evaluate.combinations`. Dividing by a power of two is exact. */
function combinations(x: Code, n: number): Code {
  let product = x
  for (let i = 1; i < n; i++) {
    const next = f64Op.mul(product, f64Op.sub(x, f64(i)))
    const whole = Number.isInteger(Math.log2(i + 1))
    product = whole ? f64Op.mul(next, f64(1 / (i + 1))) : f64Op.div(next, f64(i + 1))
  }
  return product
}

/**
 * Mass action with a rate constant is never negative, once the constant has been looked at; whatever reads a count may
 * be.
 */
function alwaysValid(network: Network, { law, rate }: Reaction): boolean {
  return law === 'mass-action' && isConstant(network, rate)
}

/** Reads neither counts nor time. */
export function isConstant(network: Network, e: Expr): boolean {
  const { species, time } = exprReads(network, e)
  return species.length === 0 && !time
}

/** Whether evaluating costs more than looking up a table: any function call, power or quotient. */
export function isCostly(network: Network, e: Expr, seen: Set<number> = new Set()): boolean {
  if (isConstant(network, e)) return false
  const costly = (part: Expr): boolean => isCostly(network, part, seen)
  switch (e.kind) {
    case 'let':
      if (seen.has(e.index)) return false
      seen.add(e.index)
      return costly(network.lets[e.index].expr)
    case 'unary':
      return costly(e.of)
    case 'binary':
      return e.op === '^' || e.op === '/' || costly(e.left) || costly(e.right)
    case 'conditional':
      return costly(e.test) || costly(e.yes) || costly(e.no)
    case 'call':
      return true
    default:
      return false
  }
}
