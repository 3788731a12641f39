/**
 * From values to the fewest points that draw the same picture: within one column of pixels only the first, lowest,
 * highest and last value can be seen. Buffers are shared and hold until the next call.
 */
import type { Numbers } from './figure'
import { place, type Scale } from './layout'

export interface Points {
  /** x, y pairs; NaN lifts the pen. Valid until the next call of this module. */
  readonly points: Float64Array
  readonly n: number
}

let buffer = new Float64Array(8192)

function room(pairs: number): Float64Array {
  if (buffer.length < 2 * pairs) buffer = new Float64Array(4 * pairs)
  return buffer
}

/** Places of all values along an axis. */
export function placesOf(values: Numbers, scale: Scale): Float64Array {
  const out = new Float64Array(values.length)
  for (let k = 0; k < out.length; k++) out[k] = place(scale, values[k])
  return out
}

/**
 * A piecewise constant path: each value holds until the next x. `columns` per unit can be told apart; where the steps
 * are hardly wider than one, their corners cannot be seen and are left out.
 */
export function stepped(xs: Float64Array, ys: Numbers, scale: Scale, columns: number): Points {
  const points = room(5 * xs.length + 2)
  const { offset, slope, log } = scale
  const corners = xs.length < 2 || Math.abs(xs[xs.length - 1] - xs[0]) * columns > 1.5 * (xs.length - 1)
  let n = 0
  let lifted = true
  let before = 0
  let k = 0
  while (k < xs.length) {
    const v = ys[k]
    if (Number.isNaN(v)) {
      if (!lifted) {
        // The last value held until here.
        points[2 * n] = xs[k]
        points[2 * n++ + 1] = before
        points[2 * n] = Number.NaN
        points[2 * n++ + 1] = Number.NaN
      }
      lifted = true
      k++
      continue
    }
    const x = xs[k]
    const column = Math.floor(x * columns)
    let y = offset + slope * (log ? Math.log10(v) : v)
    if (lifted) {
      before = y
      points[2 * n] = x
      points[2 * n++ + 1] = y
      lifted = false
    }
    let low = before < y ? before : y
    let high = before < y ? y : before
    let last = k + 1
    while (last < xs.length && Math.floor(xs[last] * columns) === column && !Number.isNaN(ys[last])) {
      y = offset + slope * (log ? Math.log10(ys[last]) : ys[last])
      if (y < low) low = y
      else if (y > high) high = y
      last++
    }
    if (low !== high) {
      if (corners) {
        points[2 * n] = x
        points[2 * n++ + 1] = before
      }
      // A straight jump needs no detour; a burst within the column shows its whole range.
      if (last > k + 1) {
        if (low < before && low < y) {
          points[2 * n] = x
          points[2 * n++ + 1] = low
        }
        if (high > before && high > y) {
          points[2 * n] = x
          points[2 * n++ + 1] = high
        }
      }
      points[2 * n] = x
      points[2 * n++ + 1] = y
    }
    before = y
    k = last
  }
  if (!lifted) {
    points[2 * n] = xs[xs.length - 1]
    points[2 * n++ + 1] = before
  }
  return { points, n }
}

/** A path that joins its points by straight lines. */
export function straight(xs: Float64Array, ys: Numbers, scale: Scale, columns: number): Points {
  const points = room(4 * xs.length + 2)
  let n = 0
  let k = 0
  while (k < xs.length) {
    const x = xs[k]
    const first = place(scale, ys[k])
    const column = Math.floor(x * columns)
    let [low, high, y] = [first, first, first]
    let last = k + 1
    const merges = (i: number) => i < xs.length && Math.floor(xs[i] * columns) === column && !Number.isNaN(ys[i])
    while (Number.isFinite(column) && Number.isFinite(first) && merges(last)) {
      y = place(scale, ys[last++])
      low = Math.min(low, y)
      high = Math.max(high, y)
    }
    for (const value of last === k + 1 ? [y] : [first, low, high, y]) {
      points[2 * n] = Number.isFinite(value) ? x : Number.NaN
      points[2 * n++ + 1] = Number.isFinite(value) ? value : Number.NaN
    }
    k = last
  }
  return { points, n }
}

/** The outline of a band: along its upper edge, and back along the lower. Gaps split it into several outlines. */
export function flatten(xs: Float64Array, low: Numbers, high: Numbers, scale: Scale): Points {
  const points = room(4 * xs.length + 2)
  let n = 0
  for (let k = 0; k < xs.length; k++) {
    const from = k
    while (k < xs.length && Number.isFinite(low[k]) && Number.isFinite(high[k])) k++
    for (let i = from; i < k; i++) {
      points[2 * n] = xs[i]
      points[2 * n++ + 1] = place(scale, high[i])
    }
    for (let i = k - 1; i >= from; i--) {
      points[2 * n] = xs[i]
      points[2 * n++ + 1] = place(scale, low[i])
    }
    points[2 * n] = Number.NaN
    points[2 * n++ + 1] = Number.NaN
  }
  return { points, n }
}
