/**
 * Where a value stands on its slider. A native range input steps evenly, so it holds a whole-numbered position
 * 0 … last and this module maps positions to values, evenly or by equal ratios.
 */
import type { Range } from '../../network/network'
import { tidy } from './numbers'

/** Positions of a logarithmic slider: 1 % in two arrow presses, PageUp a tenth of the way. */
const logLast = 200
/** A linear slider without a declared step has at least this many, a round step apart. */
const linearLeast = 150
/** More positions than this no hand can tell apart. */
const mostPositions = 10_000

/** Largest position. The last step may be shorter: both ends can be reached. */
export function lastPosition(range: Range): number {
  if (range.log) return logLast
  // Rounding dust must not add a position.
  const steps = Math.ceil((range.max - range.min) / stepOf(range) - 1e-9)
  return Math.max(1, Math.min(mostPositions, steps))
}

/** The declared step, or a round one: 1, 2 or 5 of some decade. */
function stepOf({ min, max, step }: Range): number {
  if (step) return Math.max(step, (max - min) / mostPositions)
  const widest = (max - min) / linearLeast
  const decade = 10 ** Math.floor(Math.log10(widest))
  return tidy(decade * (widest >= 5 * decade ? 5 : widest >= 2 * decade ? 2 : 1))
}

/** Position nearest to a value; values outside the range stand at its ends. */
export function toPosition(range: Range, value: number): number {
  const inside = Math.min(range.max, Math.max(range.min, value))
  const last = lastPosition(range)
  if (inside === range.max) return last
  return range.log
    ? Math.round((Math.log(inside / range.min) / Math.log(range.max / range.min)) * last)
    : Math.min(last, Math.round((inside - range.min) / stepOf(range)))
}

/** Value at a position, with no more digits than a position can tell apart; both ends are exact. */
export function toValue(range: Range, position: number): number {
  const { min, max, log, step } = range
  const last = lastPosition(range)
  if (position <= 0) return min
  if (position >= last) return max
  if (!log) return tidy(min + position * stepOf(range))
  const value = Number((min * (max / min) ** (position / last)).toPrecision(3))
  return step ? tidy(Math.min(max, min + Math.round((value - min) / step) * step)) : value
}

/** A range for a parameter that has none: a decade each way where the sign allows it. */
export function suggestRange(value: number): Range {
  if (value === 0) return { min: 0, max: 1, log: false }
  const [near, far] = [tidy(value / 10), tidy(value * 10)]
  return value > 0 ? { min: near, max: far, log: true } : { min: far, max: near, log: false }
}
