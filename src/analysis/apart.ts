/** Two answers to one question: how far apart their laws are, and how much of that chance and their own errors explain. */

import { commonBins, type Law, type Pair, samplingCeiling, samplingLevel, totalVariation } from '../numerics/distances'
import type { ErrorEstimate, Observation } from '../solvers/contract'

/** One law as a method tells it. */
export interface Told {
  readonly law: Law
  /** Samples it was counted from; absent where it was computed. */
  readonly replicates?: number
  /** How far its own error may move the total variation. */
  readonly error: number
}

export interface Apart {
  /** Total variation between the two: half the sum of |p − q|, 0 … 1. */
  readonly distance: number
  /** What sampling alone would show on average; 0 where nothing is sampled. */
  readonly level: number
  /** Chance and the errors of the computed laws together exceed this with probability below `luck`. */
  readonly limit: number
  readonly verdict: 'agree' | 'differ'
}

/** How rarely two sound methods are called different. */
const luck = 1e-3

export function apart(a: Told, b: Told): Apart {
  const pair = commonBins(a.law, b.law)
  const distance = totalVariation(pair)
  const { level, ceiling } = chance(pair, a.replicates, b.replicates)
  const limit = ceiling + a.error + b.error
  return { distance, level, limit, verdict: distance <= limit ? 'agree' : 'differ' }
}

/** The law of one quantity at one output time; undefined where the answer has not reached it. */
export function toldOf({ array, error }: Observation, time: number, quantity: string, replicates?: number) {
  const q = array.coords.quantity.indexOf(quantity)
  if (q < 0) return undefined
  const [, quantities, cells] = array.shape
  const from = (time * quantities + q) * cells
  const p = array.data.subarray(from, from + cells)
  if (Number.isNaN(p[0])) return undefined
  const samples = error.kind === 'sampling' ? replicates : undefined
  return { law: { counts: array.coords.count.map(Number), p }, replicates: samples, error: halfError(error, time) }
}

/** An l1 distance, proved or estimated, moves the total variation by at most half of it. */
function halfError(error: ErrorEstimate, time: number): number {
  if (error.kind === 'bound') return error.value[time] / 2
  return error.kind === 'estimate' ? error.value / 2 : 0
}

/**
 * What sampling alone does. Two histograms of n and m samples of one law: their common law is estimated by all n + m,
 * a cell's two deviations add as independent ones do, and one sample moves the distance by 1/n or 1/m, so that
 * McDiarmid's inequality (doi:10.1017/CBO9781107359949.008) holds around the mean.
 */
function chance({ p, q }: Pair, n?: number, m?: number): { level: number; ceiling: number } {
  if (n && m) {
    const law = p.map((value, i) => (n * value + m * q[i]) / (n + m))
    const level = Math.hypot(samplingLevel(law, n), samplingLevel(law, m))
    return { level, ceiling: level + Math.sqrt((-Math.log(luck) * (1 / n + 1 / m)) / 2) }
  }
  const [law, samples] = n ? [q, n] : [p, m]
  if (!samples) return { level: 0, ceiling: 0 }
  return { level: samplingLevel(law, samples), ceiling: samplingCeiling(law, samples, luck) }
}
