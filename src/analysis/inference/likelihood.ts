/**
 * How likely the data are under some parameters. Everything that samples a posterior asks through `Likelihood`; any
 * method that can tell the laws of what was observed (a projection, a sample, a trained network) becomes one through
 * `snapshotLikelihood`.
 */
import { exp, log, log1p } from '../../numerics/elementary'
import type { Stream } from '../../numerics/rng'
import { Failure } from '../../solvers/contract'
import type { Snapshot, Snapshots } from './data'
import { logSeen, type Noise, peak } from './noise'

export interface LogLikelihood {
  /** ln of the probability (or density) of the data; −∞ where they are impossible. */
  readonly value: number
  /** By how much the error of the laws may move the value. */
  readonly error: number
  /** Cells that are rarer than the error of the laws, and were counted as likely as that. */
  readonly floored: number
  /** How the value changes with every parameter of the network, where that is known: ask before the next call of `at`. */
  slope?(): Float64Array
}

/** What `error` means: `bound` is proved, `estimate` is not, `none`: the value itself is random. */
export type LikelihoodError = 'bound' | 'estimate' | 'none'

export interface Likelihood {
  /** Two calls at the same place differ: the value is an estimate. */
  readonly noisy: boolean
  readonly error: LikelihoodError
  /** Under these values of all parameters of the network. Draws, where there are any, come from `streams`. */
  at(parameters: Float64Array, streams: Streams): Generator<void, LogLikelihood, void>
}

/** Fresh random streams, one after another. */
export type Streams = () => Stream

/** The law of what is observed at one time. */
export interface Law {
  /** [tuple, quantity]: distinct tuples of values. The same array as before, where they are the same. */
  readonly values: Float64Array
  readonly p: Float64Array
  /** The l1 error of p; one that is proved to lie on the side of too little, unless it is only an estimate. */
  readonly missing: number
  readonly estimated?: boolean
}

/** The laws at the times of the snapshots, in their order. */
export type Laws = (parameters: Float64Array, streams: Streams) => Generator<void, readonly Law[], void>

/** Rows of data times tuples of values in reach of them: 240 MB. */
const maxEntries = 2e7
/** Smaller shares of a tuple in a row are left out, as shares of the largest there can be. */
const negligible = 1e-18
/** The least probability whose logarithm is taken. */
const least = 1e-300

/** Rows of a snapshot against tuples of a law, sparse: row i has entries first[i] … first[i + 1] − 1. */
export interface Match {
  readonly first: Int32Array
  readonly tuples: Int32Array
  readonly seen: Float64Array
}

/** What is known of the laws beside themselves. */
export interface LawsKind extends Pick<Likelihood, 'noisy' | 'error'> {
  /** How a sum of charge · p over all tuples changes with the parameters, where the laws were last asked for. */
  slope?(charges: readonly Float64Array[]): Float64Array
  /** What the error of the laws moves the log-likelihood by, for each cell, besides what is missing of them. */
  readonly perCell?: number
}

/** The likelihood of independent cells, by a method that tells the laws of what is observed. */
export function snapshotLikelihood(
  { snapshots, quantities }: Snapshots,
  noise: Noise,
  laws: Laws,
  { slope, perCell = 0, ...kind }: LawsKind,
): Likelihood {
  const cells = snapshots.reduce((sum, one) => sum + one.cells, 0)
  const known = snapshots.map(() => new WeakMap<Float64Array, Match>())
  const height = peak(noise) ** quantities.length
  return {
    ...kind,
    *at(parameters, streams) {
      const found = yield* laws(parameters, streams)
      let [value, error, floored] = [0, perCell * cells, 0]
      const charges = slope && found.map(({ p }) => new Float64Array(p.length))
      for (const [k, snapshot] of snapshots.entries()) {
        const { values, p, missing } = found[k]
        let match = known[k].get(values)
        if (!match) {
          match = yield* matchRows(snapshot, values, quantities.length, noise)
          known[k].set(values, match)
        }
        const floor = Math.max(missing * height, least)
        const { first, tuples, seen } = match
        for (let i = 0; i < snapshot.weights.length; i++) {
          let sum = 0
          for (let e = first[i]; e < first[i + 1]; e++) sum += seen[e] * p[tuples[e]]
          if (sum < floor) floored += snapshot.weights[i]
          value += snapshot.weights[i] * log(Math.max(sum, floor))
          error += snapshot.weights[i] * log1p((missing * height) / Math.max(sum, floor))
          if (!charges || sum < floor) continue
          for (let e = first[i]; e < first[i + 1]; e++) charges[k][tuples[e]] += (snapshot.weights[i] * seen[e]) / sum
        }
      }
      return { value, error, floored, slope: slope && charges && (() => slope(charges)) }
    },
  }
}

export function* matchRows(
  snapshot: Snapshot,
  values: Float64Array,
  Q: number,
  noise: Noise,
): Generator<void, Match, void> {
  const rows = snapshot.weights.length
  const count = values.length / Q
  const first = new Int32Array(rows + 1)
  const tuples: number[] = []
  const seen: number[] = []
  const smallest = log(negligible * peak(noise) ** Q)
  const exact = noise.kind === 'none' && !snapshot.upper ? indexOfTuples(values, Q) : undefined
  for (let i = 0; i < rows; i++) {
    const row = snapshot.values.subarray(i * Q, (i + 1) * Q)
    if (exact) {
      const tuple = exact.get(row.join())
      if (tuple !== undefined) {
        tuples.push(tuple)
        seen.push(1)
      }
    } else {
      for (let tuple = 0; tuple < count; tuple++) {
        let log = 0
        for (let q = 0; q < Q; q++) log += logSeen(noise, values[tuple * Q + q], row[q], snapshot.upper?.[i])
        if (!(log > smallest)) continue
        tuples.push(tuple)
        seen.push(exp(log))
      }
      if (i % 64 === 63) yield
    }
    if (tuples.length > maxEntries) {
      const [a, b] = [rows, count].map((n) => n.toLocaleString('en'))
      throw new Failure('memory', `${a} different cells against ${b} states are too many`, 'put the cells into bins')
    }
    first[i + 1] = tuples.length
  }
  return { first, tuples: Int32Array.from(tuples), seen: Float64Array.from(seen) }
}

function indexOfTuples(values: Float64Array, Q: number): Map<string, number> {
  const index = new Map<string, number>()
  for (let tuple = 0; tuple * Q < values.length; tuple++) {
    index.set(values.subarray(tuple * Q, (tuple + 1) * Q).join(), tuple)
  }
  return index
}
