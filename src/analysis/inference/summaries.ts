/**
 * Summaries of data: what synthetic likelihood and approximate Bayesian computation compare. Every unit (a cell, a
 * course) contributes a vector; a summary is the mean of those, group by group (a time of a snapshot; all courses).
 */

import { cholesky, solveLower } from '../../numerics/dense'
import { log, log1p } from '../../numerics/elementary'
import { variates } from '../../numerics/variates'
import type { Data } from './data'
import type { Likelihood, Streams } from './likelihood'
import type { Noise } from './noise'
import type { Observed } from './observed'
import { noisy, simulator } from './simulate'

/** Mean of the contributions of `units` units, and their covariance [entry, entry]. */
export interface Summary {
  readonly units: number
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** What one cell contributes: values, and the products of pairs of them. */
function ofCell(values: ArrayLike<number>): number[] {
  const list = Array.from(values)
  return [...list, ...list.flatMap((a, i) => list.slice(i).map((b) => a * b))]
}

/**
 * What one course contributes, per quantity: mean, ln(1 + variance), and autocorrelations of lag 1 and 2; then the
 * correlations of quantities (as in the examples of Wilkinson's smfsb).
 */
function ofCourse(values: Float64Array, Q: number): number[] {
  const T = values.length / Q
  const series = Array.from({ length: Q }, (_, q) => {
    const list = Array.from({ length: T }, (_, k) => values[k * Q + q])
    const seen = list.filter((x) => !Number.isNaN(x))
    const mean = seen.reduce((a, b) => a + b, 0) / Math.max(1, seen.length)
    const centred = list.map((x) => (Number.isNaN(x) ? 0 : x - mean))
    const variance = centred.reduce((sum, x) => sum + x * x, 0) / Math.max(1, seen.length)
    return { mean, centred, variance }
  })
  const product = (a: readonly number[], b: readonly number[], lag: number) =>
    a.slice(lag).reduce((sum, x, k) => sum + x * b[k], 0) / T
  const correlation = (a: (typeof series)[number], b: (typeof series)[number], lag: number) =>
    product(a.centred, b.centred, lag) / Math.sqrt(a.variance * b.variance || 1)
  return [
    ...series.flatMap((s) => [s.mean, log1p(s.variance), correlation(s, s, 1), correlation(s, s, 2)]),
    ...series.flatMap((a, i) => series.slice(i + 1).map((b) => correlation(a, b, 0))),
  ]
}

/** Gathers contributions. */
function gather() {
  let n = 0
  let mean = new Float64Array()
  let products = new Float64Array()
  return {
    add(vector: readonly number[], weight = 1) {
      const d = vector.length
      if (mean.length !== d) {
        mean = new Float64Array(d)
        products = new Float64Array(d * d)
      }
      n += weight
      const shift = vector.map((x, i) => x - mean[i])
      for (let i = 0; i < d; i++) mean[i] += (weight / n) * shift[i]
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) products[i * d + j] += weight * shift[i] * (vector[j] - mean[j])
    },
    summary: (): Summary => ({ units: n, mean, covariance: products.map((x) => x / Math.max(1, n - 1)) }),
  }
}

/** The summary of each group of some data. Cells of a histogram stand at the middles of their bins. */
export function summarise(data: Data): Summary[] {
  const Q = data.quantities.length
  if (data.kind === 'courses') {
    const all = gather()
    for (const { values } of data.courses) all.add(ofCourse(values, Q))
    return [all.summary()]
  }
  return data.snapshots.map(({ values, upper, weights }) => {
    const all = gather()
    weights.forEach((weight, i) => {
      const row = values.subarray(i * Q, (i + 1) * Q)
      all.add(ofCell(upper ? [(row[0] + upper[i] - 1) / 2] : row), weight)
    })
    return all.summary()
  })
}

/** Summaries of `units` simulated units, in the groups of the data. */
export function* simulateSummaries(
  observed: Observed,
  data: Data,
  noise: Noise,
  parameters: Float64Array,
  units: number,
  streams: Streams,
): Generator<void, Summary[], void> {
  const Q = data.quantities.length
  const draw = variates()
  draw.start(streams())
  if (data.kind === 'courses') {
    const all = gather()
    for (let i = 0; i < units; i++) {
      const { times, values } = data.courses[i % data.courses.length]
      const simulated = simulator(observed, parameters, times, streams)
      const seen = noisy(yield* simulated.cell(), noise, draw)
      simulated.release()
      all.add(
        ofCourse(
          seen.map((x, k) => (Number.isNaN(values[k]) ? Number.NaN : x)),
          Q,
        ),
      )
    }
    return [all.summary()]
  }
  const groups = data.snapshots.map(gather)
  const times = Float64Array.from(data.snapshots, ({ time }) => time)
  const simulated = simulator(observed, parameters, times, streams)
  try {
    for (let i = 0; i < units; i++) {
      const row = noisy(yield* simulated.cell(), noise, draw)
      for (const [k, group] of groups.entries()) group.add(ofCell(row.subarray(k * Q, (k + 1) * Q)))
    }
  } finally {
    simulated.release()
  }
  return groups.map((group) => group.summary())
}

/**
 * Synthetic likelihood (Wood 2010, doi:10.1038/nature09319): the summaries as if they were normal, with the mean and
 * the covariance of simulated units. The covariance is that of a mean of so many units, so that no more than `units`
 * of them are simulated however many there are in the data.
 */
export function syntheticLikelihood(observed: Observed, data: Data, noise: Noise, units: number): Likelihood {
  const truth = summarise(data)
  return {
    noisy: true,
    error: 'none',
    *at(parameters, streams) {
      const found = yield* simulateSummaries(observed, data, noise, parameters, units, streams)
      const value = found.reduce((sum, group, k) => sum + logNormal(truth[k], group), 0)
      return { value, error: 0, floored: 0 }
    },
  }
}

/** ln of a normal density at the mean of `seen`, with the moments of `simulated`. */
function logNormal(seen: Summary, simulated: Summary): number {
  const d = seen.mean.length
  // What never varies (a time at which all cells are alike) has no density: it either agrees or it does not.
  const varies = Array.from(seen.mean, (_, i) => i).filter((i) => simulated.covariance[i * d + i] > 0)
  for (let i = 0; i < d; i++) {
    if (!varies.includes(i) && Math.abs(seen.mean[i] - simulated.mean[i]) > 1e-9 * (1 + Math.abs(seen.mean[i]))) {
      return Number.NEGATIVE_INFINITY
    }
  }
  const n = varies.length
  const share = 1 / seen.units + 1 / simulated.units
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) covariance[i * n + j] = share * simulated.covariance[varies[i] * d + varies[j]]
    covariance[i * n + i] *= 1 + 1e-9
  }
  const lower = cholesky(covariance, n)
  if (!lower) return Number.NEGATIVE_INFINITY
  const shift = varies.map((i) => seen.mean[i] - simulated.mean[i])
  const scaled = solveLower(lower, n, shift)
  let value = (-n / 2) * log(2 * Math.PI)
  for (let i = 0; i < n; i++) value -= log(lower[i * n + i]) + scaled[i] ** 2 / 2
  return value
}
