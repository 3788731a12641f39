/** Laws of one quantity, cut out of the arrays in which they come: one time, one quantity, bins of equal width. */
import type { NamedArray } from '../../numerics/named-array'

export interface Law {
  /** Counts at the middle of each bin. */
  readonly x: Float64Array
  /** Probability of each bin. */
  readonly p: Float64Array
  /** Counts in each bin. */
  readonly width: number
}

/** One slice of `marginals` [time, quantity, count]. */
export function lawAt(array: NamedArray, time: number, quantity: number): Law {
  const [, quantities, counts] = array.shape
  const from = (time * quantities + quantity) * counts
  const { centres, width } = bins(array.coords.count)
  return { x: centres, p: array.data.subarray(from, from + counts), width }
}

export interface Bins {
  readonly centres: Float64Array
  readonly width: number
}

/** Centres and width of bins, from the first count of each. Made once per axis. */
export function bins(coords: readonly (number | string)[]): Bins {
  const known = binsOf.get(coords)
  if (known) return known
  const width = coords.length > 1 ? Number(coords[1]) - Number(coords[0]) : 1
  const made = { centres: Float64Array.from(coords, (first) => Number(first) + (width - 1) / 2), width }
  binsOf.set(coords, made)
  return made
}

const binsOf = new WeakMap<readonly (number | string)[], Bins>()

/** Where an axis of an array holds mass at any of its times: index of the first and last bin worth showing. */
export function support(array: NamedArray, axis: number, quantity?: number): [number, number] {
  const key = `${axis} ${quantity}`
  const known = supports.get(array.data) ?? new Map<string, [number, number]>()
  supports.set(array.data, known)
  const found = known.get(key) ?? findSupport(array, axis, quantity)
  known.set(key, found)
  return found
}

/** Frames are never changed once made, so that a search in one is done once. */
const supports = new WeakMap<Float64Array, Map<string, [number, number]>>()

/** Bins below this part of the fullest one are left out of sight. */
const worthSeeing = 2e-3
/** Cells that are searched: the support moves smoothly, and a few times of a large array tell as much as all. */
const cellsSearched = 400_000

function findSupport(array: NamedArray, axis: number, quantity?: number): [number, number] {
  const [times, second, third] = array.shape
  const length = array.shape[axis]
  let [first, last] = [length, -1]
  const mass = new Float64Array(length)
  const probes = Math.min(16, Math.max(3, Math.floor(cellsSearched / (second * third))))
  for (let probe = 0; probe < Math.min(times, probes); probe++) {
    const t = times <= probes ? probe : Math.round((probe * (times - 1)) / (probes - 1))
    mass.fill(0)
    for (let i = 0; i < second; i++) {
      if (quantity !== undefined && i !== quantity) continue
      const row = (t * second + i) * third
      for (let j = 0; j < third; j++) mass[axis === 1 ? i : j] += array.data[row + j]
    }
    const least = worthSeeing * mass.reduce((a, b) => Math.max(a, b), 0)
    for (let k = 0; k < length; k++) {
      if (!(mass[k] > least)) continue
      first = Math.min(first, k)
      last = Math.max(last, k)
    }
  }
  return last < 0 ? [0, length - 1] : [first, last]
}

/**
 * Sampled probabilities and their standard errors in bins of `factor` times the width, aligned to multiples of it.
 * Counts of different bins exclude each other, so that the root of the summed squares is never less than the error.
 */
export function coarsen(
  { x, p, width }: Law,
  errors: Float64Array,
  factor: number,
): { law: Law; errors: Float64Array } {
  if (factor === 1 || x.length === 0) return { law: { x, p, width }, errors }
  const wide = width * factor
  const bin = (k: number) => Math.floor((x[k] - (width - 1) / 2) / wide)
  const first = bin(0)
  const size = bin(x.length - 1) - first + 1
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)]
  for (let k = 0; k < p.length; k++) {
    sums[bin(k) - first] += p[k]
    squares[bin(k) - first] += errors[k] ** 2
  }
  const centres = sums.map((_, i) => (first + i) * wide + (wide - 1) / 2)
  return { law: { x: centres, p: sums, width: wide }, errors: squares.map(Math.sqrt) }
}

export interface Shape {
  readonly mean: number
  readonly sd: number
  /** The likeliest counts, ascending: peaks that stand clear of the dips between them. */
  readonly modes: readonly number[]
}

/**
 * Mean, spread and modes of a law. A law of `samples` replicates is rough: it is averaged over a tenth of its spread
 * first, and a dip counts only when it is deeper than three standard errors.
 */
export function shapeOf({ x, p }: Law, samples?: number): Shape {
  let [mass, first, second] = [0, 0, 0]
  for (let k = 0; k < p.length; k++) {
    mass += p[k]
    first += p[k] * x[k]
  }
  const mean = first / mass
  for (let k = 0; k < p.length; k++) second += p[k] * (x[k] - mean) ** 2
  const sd = Math.sqrt(second / mass)
  const step = x.length > 1 ? x[1] - x[0] : 1
  const reach = Math.max(1, Math.round((0.12 * sd) / step))
  const found = samples ? peaks(averaged(p, reach), samples * (2 * reach + 1)) : peaks(p)
  return { mean, sd, modes: found.map((k) => x[k]) }
}

function averaged(p: Float64Array, reach: number): Float64Array {
  return p.map((_, k) => {
    let [sum, n] = [0, 0]
    for (let i = Math.max(0, k - reach); i <= Math.min(p.length - 1, k + reach); i++, n++) sum += p[i]
    return sum / n
  })
}

/**
 * A peak counts when it reaches a twentieth of the highest and the dip to its neighbour goes below 70 % of it, and by
 * more than the noise in the mean of `draws` draws.
 */
function peaks(p: Float64Array, draws = Number.POSITIVE_INFINITY): number[] {
  const top = p.reduce((a, b) => Math.max(a, b), 0)
  const kept: number[] = []
  let dip = 0
  for (let k = 0; k < p.length; k++) {
    const before = kept.at(-1)
    if (before !== undefined) dip = Math.min(dip, p[k])
    const rising = p[k] > (p[k - 1] ?? 0) && p[k] >= (p[k + 1] ?? 0)
    if (!rising || p[k] < top / 20) continue
    const lower = before === undefined ? p[k] : Math.min(p[before], p[k])
    const clear = dip < 0.7 * lower && lower - dip > 3 * Math.sqrt(lower / draws)
    if (before === undefined || clear) kept.push(k)
    else if (p[k] > p[before]) kept[kept.length - 1] = k
    else continue
    dip = p[k]
  }
  return kept
}
