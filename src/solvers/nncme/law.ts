/** What is observed of a density: laws of species through its conditionals, the rest through weighted states. */
import { evaluators } from '../../network/evaluate'
import { quantities } from '../../network/network'
import { exp } from '../../numerics/elementary'
import type { Density } from '../../numerics/learning/density'
import type { Learner } from '../../numerics/learning/ops'
import { draw, type Law, logProbabilities, marginals } from '../../numerics/learning/sampling'
import type { Stream } from '../../numerics/rng'
import type { Problem } from '../contract'
import type { Box } from './box'

/** States with weights that sum to one: all states of the box, or draws of equal weight. */
export interface Weighted {
  /** [rows, species]. */
  readonly states: Int32Array
  readonly weights: Float64Array
  readonly exact: boolean
}

/** What is known of the law at one output time. */
export interface Known {
  /** [moment, quantity]: means, then variances; fourth central moments for their errors. */
  readonly means: Float64Array
  readonly variances: Float64Array
  readonly fourths: Float64Array
  /** By quantity: probabilities of the counts 0, 1, …; undefined where values are not counts. */
  readonly laws: readonly (Float64Array | undefined)[]
  /** By asked pair: rows of probabilities, count of the first by count of the second. */
  readonly joints: readonly (Map<number, number> | undefined)[]
  /** Whether all states were summed. */
  readonly exact: boolean
  /** Draws behind what was not summed. */
  readonly draws: number
}

/** Boxes up to this many states are summed entirely. */
const mostStates = 40_000
const draws = 20_000
/** Values above this are not kept count by count. */
export const maxCount = 1 << 16

export async function knownOf(
  problem: Problem,
  box: Box,
  density: Density,
  learner: Learner,
  stream: Stream,
  time: number,
): Promise<Known> {
  const weighted = await statesOf(problem, box, density, learner, stream)
  const fromStates = push(problem, weighted, time)
  if (weighted.exact) return fromStates
  // Averages of conditional laws: exact for the first species, and nowhere worse than counting.
  const { laws } = await marginals(density, learner, stream, { exactUpTo: mostStates / 2, rows: draws })
  return improved(problem, box, fromStates, laws)
}

/** The law of a single state. */
export function knownOfState(problem: Problem, time: number): Known {
  const states = Int32Array.from(problem.initial)
  return push(problem, { states, weights: Float64Array.of(1), exact: true }, time)
}

async function statesOf(
  { network, initial }: Problem,
  { variables }: Box,
  density: Density,
  learner: Learner,
  stream: Stream,
): Promise<Weighted> {
  const N = variables.length
  const size = variables.reduce((product, { cap }) => product * (cap + 1), 1)
  const exact = size <= mostStates
  const counts = exact ? everything(density.caps, size) : (await draw(density, learner, draws, stream)).states
  const rows = exact ? size : draws
  const weights = exact
    ? (await logProbabilities(density, learner, counts)).map(exp)
    : new Float64Array(rows).fill(1 / rows)
  const S = network.species.length
  const states = new Int32Array(rows * S)
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < S; s++) states[r * S + s] = initial[s]
    for (let i = 0; i < N; i++) states[r * S + variables[i].species] = variables[i].low + counts[r * N + i]
  }
  const total = weights.reduce((sum, w) => sum + w, 0)
  return { states, weights: weights.map((w) => w / total), exact }
}

function everything(caps: readonly number[], size: number): Int32Array {
  const N = caps.length
  const out = new Int32Array(size * N)
  for (let r = 0; r < size; r++) {
    let rest = r
    for (let i = N - 1; i >= 0; i--) {
      out[r * N + i] = rest % (caps[i] + 1)
      rest = Math.floor(rest / (caps[i] + 1))
    }
  }
  return out
}

/** Moments and laws of all quantities from weighted states. */
export function push(problem: Problem, { states, weights, exact }: Weighted, time: number): Known {
  const { network, parameters, observe } = problem
  const S = network.species.length
  const rows = weights.length
  const rules = evaluators(network, parameters).quantities
  const counts = new Float64Array(S)
  const values = rules.map(() => new Float64Array(rows))
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < S; s++) counts[s] = states[r * S + s]
    for (let q = 0; q < rules.length; q++) values[q][r] = rules[q](counts, time)
  }
  const moment = (power: number, means: Float64Array) =>
    Float64Array.from(values, (v, q) => v.reduce((sum, x, r) => sum + weights[r] * (x - means[q]) ** power, 0))
  const means = moment(1, new Float64Array(values.length))
  return {
    means,
    variances: moment(2, means),
    fourths: moment(4, means),
    laws: values.map((v) => lawOf(v, weights)),
    joints: observe.joints.map(([a, b]) => jointOf(values[a], values[b], weights)),
    exact,
    draws: rows,
  }
}

const countable = (values: Float64Array) => values.every((x) => Number.isInteger(x) && x >= 0 && x <= maxCount)

function lawOf(values: Float64Array, weights: Float64Array): Float64Array | undefined {
  if (!countable(values)) return undefined
  const most = values.reduce((a, b) => Math.max(a, b), 0)
  const p = new Float64Array(most + 1)
  values.forEach((x, r) => {
    p[x] += weights[r]
  })
  return p
}

const columns = maxCount + 1

/** Keyed by first · 65537 + second. */
function jointOf(a: Float64Array, b: Float64Array, weights: Float64Array): Map<number, number> | undefined {
  if (!countable(a) || !countable(b)) return undefined
  const p = new Map<number, number>()
  a.forEach((x, r) => {
    const key = keyOf(x, b[r])
    p.set(key, (p.get(key) ?? 0) + weights[r])
  })
  return p
}

export const keyOf = (first: number, second: number): number => first * columns + second
export const pairOf = (key: number): readonly [number, number] => [Math.floor(key / columns), key % columns]

/** The same with the laws of species taken from conditionals. */
function improved({ network }: Problem, { variables }: Box, known: Known, laws: readonly Law[]): Known {
  const [means, variances, fourths] = [known.means.slice(), known.variances.slice(), known.fourths.slice()]
  const better = known.laws.slice()
  variables.forEach(({ species, low }, i) => {
    const p = new Float64Array(low + laws[i].p.length)
    p.set(laws[i].p, low)
    const total = p.reduce((sum, x) => sum + x, 0)
    for (let n = 0; n < p.length; n++) p[n] /= total
    better[species] = p
    const moment = (power: number, about: number) => p.reduce((sum, x, n) => sum + x * (n - about) ** power, 0)
    means[species] = moment(1, 0)
    variances[species] = moment(2, means[species])
    fourths[species] = moment(4, means[species])
  })
  return { ...known, means, variances, fourths, laws: better.slice(0, quantities(network).length) }
}
