/**
 * Where a value stands on its slider. A native range input steps evenly, so it holds a whole-numbered position
 * 0 … last and this module maps positions to values, evenly or by equal ratios.
 */
import type { Range } from '../../network/network'
import { tidy } from './numbers'

/** Positions of a slider without a declared step: 1 % in two arrow presses, PageUp a tenth of the way. */
const defaultLast = 200
/** More positions than this no hand can tell apart. */
const mostPositions = 10_000

/** Largest position. */
export function lastPosition(range: Range): number {
  if (range.log || !range.step) return defaultLast
  return Math.max(1, Math.min(mostPositions, Math.round((range.max - range.min) / range.step)))
}

/** Position nearest to a value; values outside the range stand at its ends. */
export function toPosition(range: Range, value: number): number {
  const inside = Math.min(range.max, Math.max(range.min, value))
  const share = range.log
    ? Math.log(inside / range.min) / Math.log(range.max / range.min)
    : (inside - range.min) / (range.max - range.min)
  return Math.round(share * lastPosition(range))
}

/** Value at a position, with no more digits than a position can tell apart; both ends are exact. */
export function toValue(range: Range, position: number): number {
  const last = lastPosition(range)
  if (position <= 0) return range.min
  if (position >= last) return range.max
  const share = position / last
  if (range.log) return snap(range, Number((range.min * (range.max / range.min) ** share).toPrecision(3)))
  const width = (range.max - range.min) / last
  const places = Math.max(0, Math.min(100, 1 - Math.floor(Math.log10(width))))
  const value = range.min + share * (range.max - range.min)
  return range.step ? snap(range, value) : Number(value.toFixed(places))
}

function snap(range: Range, value: number): number {
  if (!range.step) return value
  const steps = Math.round((value - range.min) / range.step)
  return tidy(Math.min(range.max, range.min + steps * range.step))
}

/** A range for a parameter that has none: a decade each way where the sign allows it. */
export function suggestRange(value: number): Range {
  if (value === 0) return { min: 0, max: 1, log: false }
  const [near, far] = [tidy(value / 10), tidy(value * 10)]
  return value > 0 ? { min: near, max: far, log: true } : { min: far, max: near, log: false }
}
