/** Linear inequalities that the states of a projection obey: what leads beyond one is lost, and counted by its name. */
import { type Condition, readCondition } from '../../network/condition'
import { builder } from '../../network/evaluate'
import type { BinaryOperator, Expr, Network } from '../../network/network'
import { print } from '../../network/print'
import { exprText } from '../../network/propensity'
import { exprReads } from '../../network/structure'
import type { Problem } from '../contract'
import type { Coordinates } from './space'

/** Σ_s weights[s] · x[s] ≤ limit over species, or < limit. */
export interface Constraint {
  /** As the ledger names its exits: `U + V above`. */
  readonly name: string
  /** As it was written. */
  readonly text: string
  readonly weights: Float64Array
  readonly limit: number
  readonly strict: boolean
}

/** What is wrong with a text of constraints, and in which column of it (from 1). */
export class WrongConstraint extends Error {
  readonly column: number
  constructor(column: number, message: string) {
    super(`column ${column} of the constraints: ${message}`)
    this.column = column
  }
}

/** Sums are compared with this slack, relative to their terms: rounding in a weight must not decide. */
const slack = 1e-12
const comparisons = ['<', '<=', '>', '>=']

/** Read constraints such as `U + V <= 60; A - 2 * B <= 10`. Throws a WrongConstraint. */
export function constraintsOf({ network, parameters }: Problem, text: string): Constraint[] {
  if (text.trim() === '') return []
  const whole = print(network)
  const constraints: Constraint[] = []
  let offset = 0
  for (const part of text.split(';')) {
    if (part.trim() !== '') constraints.push(constraintOf(readCondition(whole, part), part, offset, parameters))
    offset += part.length + 1
  }
  return constraints
}

function constraintOf(read: Condition, text: string, offset: number, parameters: Float64Array): Constraint {
  const wrong = read.diagnostics.find(({ severity }) => severity === 'error')
  if (wrong) throw new WrongConstraint(offset + wrong.offset + 1, wrong.message)
  const refused = (why: string) => new WrongConstraint(offset + text.length - text.trimStart().length + 1, why)
  const { network } = read
  const condition = network?.observables[network.observables.length - 1].expr
  if (!network || condition?.kind !== 'binary' || !comparisons.includes(condition.op)) {
    throw refused('A constraint compares two sums of counts by <=, >=, < or >, such as `U + V <= 60`.')
  }
  const { op, left, right } = condition
  const [a, b] = [left, right].map((side) => linear(network, side, parameters))
  if (!a || !b) throw refused('A constraint is linear: counts times numbers, added up, such as `U + 2 * V <= 60`.')
  const difference = a.weights.map((weight, s) => weight - b.weights[s])
  if (difference.every((weight) => weight === 0)) throw refused('A constraint bounds a count: this one reads none.')
  const limit = b.constant - a.constant
  if (!Number.isFinite(limit) || !difference.every(Number.isFinite)) throw refused('A number in it is not finite.')
  const above = op === '<' || op === '<='
  const one = (side: Expr) => exprText(network, side)
  const sum = b.weights.every((weight) => weight === 0) ? one(left) : `${one(left)} - (${one(right)})`
  return {
    name: `${sum} ${above ? 'above' : 'below'}`,
    text: text.trim(),
    weights: above ? difference : difference.map((weight) => -weight),
    limit: above ? limit : -limit,
    strict: op === '<' || op === '>',
  }
}

interface Linear {
  readonly weights: Float64Array
  readonly constant: number
}

/** An expression as a weighted sum of counts; undefined where it is none. */
function linear(network: Network, e: Expr, parameters: Float64Array): Linear | undefined {
  const { species, time } = exprReads(network, e)
  const none = new Float64Array(network.species.length)
  if (time) return undefined
  if (species.length === 0) return { weights: none, constant: builder(network, parameters)(e)([], 0) }
  const of = (part: Expr) => linear(network, part, parameters)
  const scaled = (sum: Linear | undefined, by: number): Linear | undefined =>
    sum && { weights: sum.weights.map((weight) => weight * by), constant: sum.constant * by }
  if (e.kind === 'species') return { weights: none.fill(1, e.index, e.index + 1), constant: 0 }
  if (e.kind === 'let') return of(network.lets[e.index].expr)
  if (e.kind === 'unary') return e.op === '-' ? scaled(of(e.of), -1) : undefined
  if (e.kind !== 'binary') return undefined
  const [a, b] = [of(e.left), of(e.right)]
  return a && b && combined(e.op, a, b, scaled)
}

function combined(
  op: BinaryOperator,
  a: Linear,
  b: Linear,
  scaled: (sum: Linear | undefined, by: number) => Linear | undefined,
): Linear | undefined {
  const fixed = ({ weights }: Linear) => weights.every((weight) => weight === 0)
  switch (op) {
    case '+':
      return { weights: a.weights.map((weight, s) => weight + b.weights[s]), constant: a.constant + b.constant }
    case '-':
      return { weights: a.weights.map((weight, s) => weight - b.weights[s]), constant: a.constant - b.constant }
    case '*':
      return fixed(b) ? scaled(a, b.constant) : fixed(a) ? scaled(b, a.constant) : undefined
    case '/':
      return fixed(b) ? scaled(a, 1 / b.constant) : undefined
    default:
      return undefined
  }
}

/** Which constraint a state breaks, by its counts on the axes. */
export interface Bounds {
  readonly constraints: readonly Constraint[]
  /** Number of the first constraint that does not hold, or −1. `counts` by axis. */
  broken(counts: ArrayLike<number>): number
}

export const noBounds: Bounds = { constraints: [], broken: () => -1 }

/** Dependent species are sums over the axes, so that each constraint is one too. */
export function boundsOf({ axes, dependents, origin }: Coordinates, constraints: readonly Constraint[]): Bounds {
  if (constraints.length === 0) return noBounds
  const rules = constraints.map(({ weights, limit, strict }) => {
    const own = axes.map((s) => weights[s])
    let rest = 0
    const given = new Set(axes)
    for (const { species, total, divisor, weights: shares } of dependents) {
      given.add(species)
      rest += (weights[species] * total) / divisor
      for (let a = 0; a < own.length; a++) own[a] -= (weights[species] * shares[a]) / divisor
    }
    for (let s = 0; s < weights.length; s++) if (!given.has(s)) rest += weights[s] * origin[s]
    const most = limit - rest
    const margin = slack * (Math.abs(limit) + Math.abs(rest) + own.reduce((sum, weight) => sum + Math.abs(weight), 0))
    return { own, most: strict ? most - margin : most + margin }
  })
  return {
    constraints,
    broken(counts) {
      return rules.findIndex(({ own, most }) => {
        let sum = 0
        for (let a = 0; a < own.length; a++) sum += own[a] * counts[a]
        return !(sum <= most)
      })
    },
  }
}
