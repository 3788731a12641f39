/**
 * What is asked of sampled paths: when they pass a level, how long they stay, how often they switch. A path is known at
 * the output times only: what happens between two of them is not seen, and a passage is dated by the first output time
 * at which it shows. Every answer is therefore that of the path as sampled; a finer grid sees more.
 */
import type { NamedArray } from '../numerics/named-array'
import type { Duration } from './survival'

/** Finished paths of one quantity over one grid of times. */
export interface Paths {
  readonly times: Float64Array
  /** One per replicate, as long as `times`. */
  readonly values: readonly Float64Array[]
}

/** The finished paths of one quantity in `trajectories` [replicate, quantity, time]. Shares the array's memory. */
export function pathsOf(array: NamedArray, quantity: string): Paths {
  const [replicates, quantities, length] = array.shape
  const q = array.coords.quantity.indexOf(quantity)
  const values: Float64Array[] = []
  for (let r = 0; q >= 0 && length > 0 && r < replicates; r++) {
    const from = (r * quantities + q) * length
    // A run under way fills its paths in order of time.
    if (!Number.isNaN(array.data[from + length - 1])) values.push(array.data.subarray(from, from + length))
  }
  return { times: Float64Array.from(array.coords.time, Number), values }
}

/**
 * Where a path counts as high: from `level + margin` up, as low: below `level − margin`, or at most there with a
 * margin; in between it stays what it was. A margin keeps noise about the level from being counted as switching.
 */
export interface Threshold {
  readonly level: number
  readonly margin: number
}

/** 1 high, 0 low, −1 not decided yet: before the first value outside the margin. */
export function sides(path: ArrayLike<number>, { level, margin }: Threshold): Int8Array {
  let side = -1
  return Int8Array.from(path, (value) => {
    if (value >= level + margin) side = 1
    else if (margin > 0 ? value <= level - margin : value < level) side = 0
    return side
  })
}

/**
 * From the first output time until the path is first on the other side of the level than where it began. Paths that
 * never get there are censored at the last output time.
 */
export function firstPassages({ times, values }: Paths, { level }: Threshold): Duration[] {
  return values.map((path) => {
    const high = path[0] >= level
    const at = path.findIndex((value) => value >= level !== high)
    return at < 0
      ? { length: times[times.length - 1] - times[0], ended: false }
      : { length: times[at] - times[0], ended: true }
  })
}

/**
 * Stays on one side. A stay whose beginning was not seen is left out, one whose end was not seen is censored: leaving
 * those out would favour the short ones.
 */
export function dwells({ times, values }: Paths, threshold: Threshold, side: 'high' | 'low'): Duration[] {
  const wanted = side === 'high' ? 1 : 0
  return values.flatMap((path) => {
    const found: Duration[] = []
    const on = sides(path, threshold)
    let since = -1
    for (let k = 1; k < on.length; k++) {
      if (on[k] === on[k - 1] || on[k - 1] < 0) continue
      if (since >= 0) found.push({ length: times[k] - times[since], ended: true })
      since = on[k] === wanted ? k : -1
    }
    if (since >= 0) found.push({ length: times[times.length - 1] - times[since], ended: false })
    return found
  })
}

/** How often each path changes side. */
export function switches({ values }: Paths, threshold: Threshold): Int32Array {
  return Int32Array.from(values, (path) => {
    const on = sides(path, threshold)
    let count = 0
    for (let k = 1; k < on.length; k++) if (on[k] !== on[k - 1] && on[k - 1] >= 0) count++
    return count
  })
}

/** A level between the extremes of the paths' later halves: halfway, off the whole numbers, so that no count is on it. */
export function middleLevel({ times, values }: Paths): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const path of values) {
    for (let k = times.length >> 1; k < path.length; k++) {
      low = Math.min(low, path[k])
      high = Math.max(high, path[k])
    }
  }
  return low <= high ? Math.floor((low + high) / 2) + 0.5 : 0.5
}

/** Mean of independent values and its standard error; no error from fewer than two. */
export function meanOf(values: ArrayLike<number>): { mean: number; standardError: number } {
  const n = values.length
  let [sum, square] = [0, 0]
  for (let k = 0; k < n; k++) sum += values[k]
  const mean = sum / n
  for (let k = 0; k < n; k++) square += (values[k] - mean) ** 2
  return { mean, standardError: n > 1 ? Math.sqrt(square / (n - 1) / n) : Number.NaN }
}
