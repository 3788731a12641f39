/**
 * Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): parameters from the prior, data from them, the
 * posterior of the data. Over many such data sets the rank of the truth among the draws is uniform, if everything is right.
 */
import { chiSquare, type TestResult } from '../../numerics/statistics'
import { inferChain } from './infer'
import { parametersAt, valueAt } from './prior'
import type { InferenceReading } from './question'
import { replicateData } from './simulate'
import { chanceOf, emptyProgress } from './target'

export interface Calibration {
  readonly parameters: readonly string[]
  /** Ranks 0 … `draws` of the truth among so many draws: [data set, parameter]. */
  readonly ranks: Int32Array
  readonly draws: number
}

/** Draws among which the truth is ranked: 100 ranks, five to a bin where there are 20. */
export const rankedAmong = 99

/** Streams of the data sets begin here, above those of chains. */
const firstDataStream = 2 ** 10

/** One data set of the same shape as the question's data, and where the truth stands in its posterior. */
export function* rankOne(reading: InferenceReading, number: number, draws: number): Generator<void, Int32Array, void> {
  const { measured, priors, others, seed } = reading
  const { streams, draw } = chanceOf(seed, firstDataStream + number)
  const shares = Float64Array.from(priors, () => draw.uniform())
  const truth = parametersAt(priors, others, shares)
  const data = yield* replicateData(measured.observed, measured.data, measured.noise, truth, streams)
  const replica = { ...reading, measured: { ...measured, data } }
  const chain = yield* inferChain(replica, firstDataStream * 2 + number, emptyProgress())
  const d = priors.length
  const kept = chain.logLikelihood.length
  return Int32Array.from(priors, (prior, i) => {
    const value = valueAt(prior, shares[i])
    let below = 0
    for (let k = 0; k < draws; k++) {
      const at = Math.floor(((k + 1) * kept) / draws) - 1
      if (chain.draws[at * d + i] < value) below++
    }
    return below
  })
}

/** Many data sets; `told` hears of each. */
export function* calibrate(
  reading: InferenceReading,
  count: number,
  draws: number,
  told: (done: number) => void = () => {},
): Generator<void, Calibration, void> {
  const d = reading.priors.length
  const ranks = new Int32Array(count * d)
  for (let s = 0; s < count; s++) {
    ranks.set(yield* rankOne(reading, s, draws), s * d)
    told(s + 1)
  }
  return { parameters: reading.priors.map(({ name }) => name), ranks, draws }
}

/** Whether the ranks of a parameter are uniform: χ² over `bins` bins, as even as the ranks allow. */
export function uniformity({ parameters, ranks, draws }: Calibration, parameter: number, bins = 10): TestResult {
  const seen = new Float64Array(bins)
  const law = new Float64Array(bins)
  const bin = (rank: number) => Math.floor((rank * bins) / (draws + 1))
  for (let rank = 0; rank <= draws; rank++) law[bin(rank)] += 1 / (draws + 1)
  for (let s = parameter; s < ranks.length; s += parameters.length) seen[bin(ranks[s])]++
  return chiSquare(seen, law)
}
