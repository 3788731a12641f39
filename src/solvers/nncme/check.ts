/**
 * How far the learnt law is from one that is known otherwise, beside what sampling alone explains: the exact law where
 * it is within reach, else that of independent paths.
 */
import { hellinger, samplingLevel, totalVariation } from '../../numerics/distances'
import { exp, log } from '../../numerics/elementary'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import type { Stream } from '../../numerics/rng'
import { variates } from '../../numerics/variates'
import type { Problem } from '../contract'
import type { Box } from './box'
import type { Exact } from './exact'
import { type Known, push } from './law'

/** What is measured at each output time: of the species that is furthest off, then of whole states. */
export const measures = ['hellinger', 'hellingerFloor', 'totalVariation', 'totalVariationFloor', 'joint', 'kl'] as const
type Measure = (typeof measures)[number]
/** NaN: not measured. */
export type Distances = Readonly<Record<Measure, number>>

/** Of species: the law of counting `samples` states would be as far off as the floors say. */
export function compare(species: number, known: Known, laws: Known['laws'], samples: number): Distances {
  let worst: Distances = { ...nothing, hellinger: -1, totalVariation: 0, totalVariationFloor: 0 }
  for (let s = 0; s < species; s++) {
    const [q, p] = [known.laws[s], laws[s]]
    if (!p || !q) continue
    const [total, distance] = [totalVariation({ p, q }), hellinger({ p, q })]
    if (total > worst.totalVariation) {
      worst = { ...worst, totalVariation: total, totalVariationFloor: samplingLevel(p, samples) }
    }
    if (distance > worst.hellinger) {
      worst = { ...worst, hellinger: distance, hellingerFloor: floorOf(p, samples) }
    }
  }
  return worst.hellinger < 0 ? nothing : worst
}

const nothing = Object.fromEntries(measures.map((name) => [name, Number.NaN])) as Distances

/** The laws of paths [replicate, time, species] at output time k. */
export function lawsOfPaths(problem: Problem, paths: Int32Array, k: number): Known['laws'] {
  const S = problem.network.species.length
  const T = problem.times.length
  const n = paths.length / (S * T)
  const states = new Int32Array(n * S)
  for (let r = 0; r < n; r++) states.set(paths.subarray((r * T + k) * S, (r * T + k + 1) * S), r * S)
  const plain = { ...problem, observe: { ...problem.observe, joints: [] } }
  return push(plain, { states, weights: new Float64Array(n).fill(1 / n), exact: false }, problem.times[k]).laws
}

/** Draws from a product of Poisson laws, for a divergence with an error of some 10⁻³ nats. */
const poissonDraws = 4000

/**
 * Of whole states: Hellinger's distance over all of them, and KL(p‖q), by draws where the joint law is a product. `logQOf`
 * tells ln q of states [rows, variables], counted from the lows of the box.
 */
export async function compareJointly(
  species: number,
  { variables }: Box,
  logQOf: (counts: Int32Array) => Promise<Float64Array>,
  { joint: whole, poissons }: Exact,
  stream: Stream,
): Promise<Pick<Distances, 'joint' | 'kl'>> {
  const { states, logP, p } = poissons ? drawPoissons(poissons, stream) : asked(whole)
  const rows = logP.length
  const N = variables.length
  const counts = new Int32Array(rows * N)
  const outside = new Uint8Array(rows)
  for (let r = 0; r < rows; r++) {
    variables.forEach(({ species: s, low, cap }, i) => {
      const n = states[r * species + s] - low
      if (n < 0 || n > cap) outside[r] = 1
      else counts[r * N + i] = n
    })
  }
  const logQ = (await logQOf(counts)).map((value, r) => (outside[r] ? Number.NEGATIVE_INFINITY : value))
  let [squares, overlap, kl, weight] = [0, 0, 0, 0]
  for (let r = 0; r < rows; r++) {
    const ratio = exp(logQ[r] - logP[r])
    squares += 0.5 * p[r] * (Math.sqrt(ratio) - 1) ** 2
    overlap += p[r] * Math.sqrt(ratio)
    // What lies outside the box would make the divergence infinite; the distance counts it.
    if (ratio === 0) continue
    // The mean of q/p is 1: with it draws say more.
    kl += p[r] * (logP[r] - logQ[r] + (poissons ? ratio - 1 : 0))
    weight += p[r]
  }
  const joint = Math.sqrt(Math.max(0, poissons ? squares : 1 - overlap))
  return { joint, kl: weight > 0 ? kl / weight : Number.NaN }
}

function asked(joint: Exact['joint']) {
  const { states, p } = joint ?? { states: new Int32Array(0), p: new Float64Array(0) }
  return { states, p, logP: p.map(log) }
}

function drawPoissons(means: Float64Array, stream: Stream) {
  const source = variates()
  source.start(stream)
  const S = means.length
  const states = new Int32Array(poissonDraws * S)
  const logP = new Float64Array(poissonDraws)
  const factorials = [0]
  for (let r = 0; r < poissonDraws; r++) {
    for (let s = 0; s < S; s++) {
      const n = source.poisson(means[s])
      while (factorials.length <= n) factorials.push(factorials[factorials.length - 1] + log(factorials.length))
      states[r * S + s] = n
      if (means[s] > 0) logP[r] += n * log(means[s]) - means[s] - factorials[n]
    }
  }
  return { states, logP, p: new Float64Array(poissonDraws).fill(1 / poissonDraws) }
}

/**
 * √(E D²) of n samples against their own law: (K − 1)/(8n) where all K cells hold many; a cell that holds few gives
 * less, p/2 in all where it expects less than a quarter of a sample.
 */
export function floorOf(p: ArrayLike<number>, n: number): number {
  let sum = 0
  for (let i = 0; i < p.length; i++) sum += Math.min((1 - p[i]) / (8 * n), p[i] / 2)
  return Math.sqrt(sum)
}

/** What all output times say together. */
export interface Verdict {
  readonly from: 'closed form' | 'projection' | 'paths'
  /** Samples that the floors are of. */
  readonly samples: number
  /** Largest over output times; floors are those of the same time. */
  readonly worst: Distances
  /** [time, measure] */
  readonly array: NamedArray
}

/** Undefined while nothing is measured. */
export function verdictOn(
  times: ArrayLike<number>,
  rows: readonly (Distances | undefined)[],
  { from, samples }: Pick<Verdict, 'from' | 'samples'>,
): Verdict | undefined {
  const known = rows.filter((row) => row !== undefined)
  if (known.length === 0) return undefined
  const array = namedArray([
    ['time', Array.from(times)],
    ['measure', measures],
  ])
  array.data.fill(Number.NaN)
  rows.forEach((row, k) => {
    if (row)
      array.data.set(
        measures.map((name) => row[name]),
        k * measures.length,
      )
  })
  const at = (name: Measure) => known.reduce((a, b) => (!(b[name] <= a[name]) && !Number.isNaN(b[name]) ? b : a))
  const [furthest, varied] = [at('hellinger'), at('totalVariation')]
  const worst: Distances = {
    hellinger: furthest.hellinger,
    hellingerFloor: furthest.hellingerFloor,
    totalVariation: varied.totalVariation,
    totalVariationFloor: varied.totalVariationFloor,
    joint: at('joint').joint,
    kl: at('kl').kl,
  }
  return { from, samples, worst, array }
}
