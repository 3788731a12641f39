/**
 * The rate equation of a network: x' = Σ_r net_r a_r(x, t) at real-valued states.
 * Symbols: x counts as real numbers, a propensities, r reactions, s species.
 */
import { combinations, evaluators, type Rule } from '../../network/evaluate'
import type { Expr, Network, Reaction } from '../../network/network'
import { readsTime } from '../../network/structure'
import { integrate, type Slope, type StepControl } from '../../numerics/rosenbrock'
import type { Problem } from '../contract'

/** How mass action reads n equal reactants at a real-valued state: x^n/n!, or x(x−1)…(x−n+1)/n!. */
export type Combinatorics = 'macroscopic' | 'counts'

export interface RateEquation {
  /** Propensities at (t, x) into `out`, one per reaction. */
  propensities(t: number, x: Float64Array, out: Float64Array): void
  readonly slope: Slope
  /** Values of species, then observables, at (x, t). */
  readonly quantities: readonly Rule[]
}

/**
 * Explicit rates stop at 0 as they do in the discrete process; here they fade out over this many molecules, so that
 * the slope stays continuous and a consumed species comes to rest at 0 instead of rattling about it.
 */
const fadeMolecules = 1e-4

export function rateEquation({ network, parameters }: Problem, combinatorics: Combinatorics): RateEquation {
  const { species, reactions } = network
  const { rates, quantities } = evaluators(network, parameters)
  const choose = combinatorics === 'counts' ? combinations : powers
  const factors = reactions.map((reaction) => (reaction.law === 'explicit' ? fade(reaction) : among(reaction, choose)))

  // Rates see no negative count: an error of one tolerance below 0 must not reach a square root.
  const floored = new Float64Array(species.length)
  const a = new Float64Array(reactions.length)

  function propensities(t: number, x: Float64Array, out: Float64Array) {
    for (let s = 0; s < x.length; s++) floored[s] = Math.max(0, x[s])
    for (let r = 0; r < out.length; r++) {
      const factor = factors[r](x)
      out[r] = factor === 0 ? 0 : factor * rates[r](floored, t)
    }
  }

  function slope(t: number, x: Float64Array, out: Float64Array) {
    propensities(t, x, a)
    out.fill(0)
    for (let r = 0; r < a.length; r++) for (const { species, count } of reactions[r].net) out[species] += count * a[r]
  }

  return { propensities, slope, quantities }
}

/** x^n/n!: C(x, n) where x is large. */
function powers(x: number, n: number): number {
  let product = 1
  for (let i = 1; i <= n; i++) product *= x / i
  return product
}

/** The number of distinct combinations of a mass-action reaction's reactants. */
function among({ reactants }: Reaction, choose: typeof combinations): (x: Float64Array) => number {
  return (x) => {
    let product = 1
    for (const { species, count } of reactants) product *= choose(x[species], count)
    return product
  }
}

function fade({ net }: Reaction): (x: Float64Array) => number {
  const consumed = net.filter((term) => term.count < 0)
  return (x) => {
    let product = 1
    for (const { species } of consumed) product *= Math.min(1, Math.max(0, x[species] / fadeMolecules))
    return product
  }
}

/** Steps for a problem: the tolerance is relative, and absolute in molecules. */
export function stepControl({ network, times }: Problem, tolerance: number): StepControl {
  // A pulse in t that no step sees does not happen: with time in a rate, at least 200 steps to the horizon.
  const longest = readsTime(network) ? (times.at(-1) ?? 0) / 200 : Infinity
  return { relative: tolerance, absolute: tolerance, longest, steps: 1_000_000 }
}

/**
 * Counts along the rate equation at the problem's output times, as far as it could be followed: a cheap guess where
 * the process goes, for solvers that need a first box. One array of S numbers per time.
 */
export function meanPath(problem: Problem): Float64Array[] {
  const { slope } = rateEquation(problem, 'counts')
  const path: Float64Array[] = []
  const control = { ...stepControl(problem, 1e-4), steps: 10_000 }
  for (const { reached, x } of integrate(slope, problem.initial, problem.times, control)) {
    if (reached > path.length) path.push(x.slice())
  }
  return path
}

/** Whether every propensity, and what every event assigns, is an affine function of the counts, so that the rate equation gives the exact mean. */
export function isLinear(network: Network): boolean {
  const lets: number[] = []
  for (const { expr } of network.lets) lets.push(degree(expr, lets))
  const assigned = network.events.flatMap(({ assignments }) => assignments)
  if (assigned.some(({ value }) => degree(value, lets) > 1)) return false
  return network.reactions.every(({ law, rate, reactants, net }) => {
    const order = law === 'mass-action' ? reactants.reduce((sum, { count }) => sum + count, 0) : 0
    const ofRate = degree(rate, lets)
    // An explicit rate that consumes is cut off at 0; only one that vanishes there by itself stays linear, and that
    // is what mass action is for.
    const cut = law === 'explicit' && net.some(({ count }) => count < 0)
    return order + ofRate <= 1 && !cut
  })
}

/** Degree of an expression as a polynomial of the counts; infinite where it is none. */
function degree(expr: Expr, lets: readonly number[]): number {
  switch (expr.kind) {
    case 'species':
      return 1
    case 'let':
      return lets[expr.index]
    case 'number':
    case 'parameter':
    case 'time':
      return 0
    case 'unary':
      return degree(expr.of, lets)
    case 'binary': {
      const [left, right] = [degree(expr.left, lets), degree(expr.right, lets)]
      if (expr.op === '+' || expr.op === '-') return Math.max(left, right)
      if (expr.op === '*') return left + right
      if (expr.op === '/' && right === 0) return left
      return left + right === 0 ? 0 : Infinity
    }
    case 'conditional':
      return constant([expr.test, expr.yes, expr.no], lets)
    case 'call':
      return constant(expr.args, lets)
    default:
      return expr satisfies never
  }
}

function constant(exprs: readonly Expr[], lets: readonly number[]): number {
  return exprs.every((expr) => degree(expr, lets) === 0) ? 0 : Infinity
}
