import type { Stream } from '../numerics/rng'

/**
 * Walks one replicate after another through the output times. The compiled kernel and the plain one in the solver give
 * the same bits: the same draws in the same order, the same sums.
 */
export interface Walker {
  /** Back to time 0 and the initial counts. Takes the stream's state over. */
  start(stream: Stream): void
  /** Fire a few hundred events, or fewer to the last output time. `invalid`: a propensity is negative or not finite. */
  advance(): 'going' | 'done' | 'invalid'
  /** The state now, at `time`, just after the last event; `total` is the sum of its propensities. */
  readonly counts: Float64Array
  readonly time: number
  readonly total: number
  /** Events fired by this replicate. */
  readonly events: number
  /** Output times passed: so many rows of `records` count. */
  readonly recorded: number
  /** records[k·S + s]: count of species s at output time k, after all events up to and at that time. */
  readonly records: Float64Array
  /** Others may use its memory from now on. */
  release(): void
}
