/** What the posterior predicts of the data it was made of: shares of cells in bins, or the spread of courses. */
import { quantileOfSorted } from '../../numerics/chains'
import type { NamedArray } from '../../numerics/named-array'
import { variates } from '../../numerics/variates'
import type { Course, Snapshot } from './data'
import { type Law, type Laws, matchRows } from './likelihood'
import { timesOf } from './likelihoods'
import type { Noise } from './noise'
import type { InferenceReading } from './question'
import { sampledLaws } from './simulate'
import { chanceOf } from './target'

/** One quantity of cells at one time, seen and predicted; numbers of bins are shares of all cells. */
export interface PredictedCells {
  readonly kind: 'cells'
  readonly quantity: string
  readonly time: number
  /** One more than there are bins. */
  readonly edges: readonly number[]
  readonly seen: Float64Array
  readonly mean: Float64Array
  /** 5 % and 95 % of predicted data sets of as many cells. */
  readonly low: Float64Array
  readonly high: Float64Array
}

/** One quantity of courses. */
export interface PredictedCourses {
  readonly kind: 'courses'
  readonly quantity: string
  readonly times: readonly number[]
  /** [share, time]: 5 %, 25 %, 50 %, 75 % and 95 % of what is predicted to be seen. */
  readonly quantiles: readonly Float64Array[]
  readonly courses: readonly { readonly name: string; readonly times: Float64Array; readonly values: Float64Array }[]
}

export type Predicted = PredictedCells | PredictedCourses

/** Draws of the posterior that are followed. */
const followed = 40
const mostBins = 50
/** Cells simulated for each, where there is no law. */
const simulated = 500
const shares = [0.05, 0.25, 0.5, 0.75, 0.95]
/** A stream that no chain uses. */
const chanceOfPrediction = 2 ** 13

/** Predictions for every quantity and time; one after another. */
export function* predict(reading: InferenceReading, draws: NamedArray): Generator<void, Predicted[], void> {
  const { measured, likelihood, likelihoodOptions, method } = reading
  const { observed, data } = measured
  const times = timesOf(data)
  const list: Predicted[] = []
  for (const [q, quantity] of data.quantities.entries()) {
    const one = { ...observed, quantities: [observed.quantities[q]] }
    const laws =
      likelihood.laws && !method.likelihoodFree
        ? likelihood.laws({ ...measured, observed: one }, times, likelihoodOptions)
        : sampledLaws(one, times, simulated)
    const edges =
      data.kind === 'snapshots'
        ? data.snapshots.map((snapshot) =>
            edgesOf(columnOf(snapshot.values, q, data.quantities.length), measured.noise),
          )
        : times.map(() => edgesOf(widened(data.courses, q, data.quantities.length), measured.noise, 4 * mostBins))
    const binned = yield* lawsInBins(reading, draws, laws, edges)
    if (data.kind === 'snapshots') {
      for (const [k, snapshot] of data.snapshots.entries()) {
        list.push(cellsOf(snapshot, q, data.quantities, edges[k], binned[k], reading.seed))
      }
    } else {
      const spread = binned.map((laws, k) => quantilesOf(laws, edges[k]))
      list.push({
        kind: 'courses',
        quantity,
        times,
        quantiles: shares.map((_, s) => Float64Array.from(spread, (at) => at[s])),
        courses: data.courses.map(({ name, times, values }) => ({
          ...{ name, times },
          values: columnOf(values, q, data.quantities.length),
        })),
      })
    }
  }
  return list
}

/** Shares of bins, for each time and each draw that is followed. */
function* lawsInBins(
  { priors, others, measured, seed }: InferenceReading,
  draws: NamedArray,
  laws: Laws,
  edges: readonly (readonly number[])[],
): Generator<void, Float64Array[][], void> {
  const d = priors.length
  const rows = draws.data.length / d
  const count = Math.min(followed, rows)
  const { streams } = chanceOf(seed, chanceOfPrediction)
  const all: Float64Array[][] = edges.map(() => [])
  for (let i = 0; i < count; i++) {
    const row = Math.floor(((i + 0.5) * rows) / count)
    const parameters = others.slice()
    for (const [j, { index }] of priors.entries()) parameters[index] = draws.data[row * d + j]
    const found = yield* laws(parameters, streams)
    for (const [k, law] of found.entries()) all[k].push(yield* intoBins(law, edges[k], measured.noise))
  }
  return all
}

function* intoBins(law: Law, edges: readonly number[], noise: Noise): Generator<void, Float64Array, void> {
  const lower = Float64Array.from(edges.slice(0, -1))
  const bins: Snapshot = {
    ...{ time: 0, values: lower, upper: Float64Array.from(edges.slice(1)), cells: 0 },
    weights: new Float64Array(lower.length),
  }
  const { first, tuples, seen } = yield* matchRows(bins, law.values, 1, noise)
  return lower.map((_, b) => {
    let sum = 0
    for (let e = first[b]; e < first[b + 1]; e++) sum += seen[e] * law.p[tuples[e]]
    return sum
  })
}

function cellsOf(
  { time, values, upper, weights, cells }: Snapshot,
  q: number,
  quantities: readonly string[],
  edges: readonly number[],
  laws: readonly Float64Array[],
  seed: number,
): PredictedCells {
  const seen = new Float64Array(edges.length - 1)
  columnOf(values, q, quantities.length).forEach((x, i) => {
    const middle = upper ? (x + upper[i]) / 2 : x
    const b = edges.findIndex((edge) => middle < edge) - 1
    if (b >= 0) seen[b] += weights[i] / cells
  })
  const draw = variates()
  draw.start(chanceOf(seed, chanceOfPrediction + 1).streams())
  const band = seen.map(() => 0)
  const [mean, low, high] = [band.slice(), band.slice(), band.slice()]
  for (let b = 0; b < seen.length; b++) {
    mean[b] = laws.reduce((sum, law) => sum + law[b], 0) / laws.length
    // Several data sets for each draw, so that 5 % of them are more than two.
    const sets = Float64Array.from({ length: laws.length * 5 }, (_, i) => {
      const p = Math.min(1, Math.max(0, laws[i % laws.length][b]))
      return draw.binomial(Math.round(cells), p) / Math.round(cells)
    }).sort()
    low[b] = quantileOfSorted(sets, 0.05)
    high[b] = quantileOfSorted(sets, 0.95)
  }
  return { kind: 'cells', quantity: quantities[q], time, edges, seen, mean, low, high }
}

/** Quantiles of the mixture of some laws in bins, linear within a bin. */
function quantilesOf(laws: readonly Float64Array[], edges: readonly number[]): number[] {
  const mixture = laws[0].map((_, b) => laws.reduce((sum, law) => sum + law[b], 0) / laws.length)
  return shares.map((share) => {
    let sum = 0
    for (let b = 0; b < mixture.length; b++) {
      if (sum + mixture[b] >= share) return edges[b] + ((share - sum) / mixture[b]) * (edges[b + 1] - edges[b])
      sum += mixture[b]
    }
    return edges[edges.length - 1]
  })
}

function columnOf(values: Float64Array, q: number, Q: number): Float64Array {
  return values.filter((_, i) => i % Q === q)
}

/** All that was seen, and room above it. */
function widened(courses: readonly Course[], q: number, Q: number): Float64Array {
  const seen = courses.flatMap(({ values }) => [...columnOf(values, q, Q)]).filter((x) => !Number.isNaN(x))
  const [least, most] = [Math.min(...seen), Math.max(...seen)]
  return Float64Array.of(Math.max(0, least - (most - least)), most + (most - least) + 10)
}

/** Edges of equal bins around what was seen: whole numbers, unless the noise is not. */
function edgesOf(seen: Float64Array, noise: Noise, bins = mostBins): number[] {
  const least = seen.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = seen.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const whole = noise.kind !== 'gaussian' && seen.every(Number.isInteger)
  const width = whole ? Math.ceil((most - least + 1) / bins) : (most - least || 1) / (bins - 1)
  const first = whole ? least : least - width / 2
  const count = Math.floor((most - first) / width) + 1
  return Array.from({ length: count + 1 }, (_, i) => first + i * width)
}
