import type { Stream } from '../numerics/rng'

/**
 * Walks one replicate after another through the output times. The compiled kernel and the plain one in the solver give
 * the same bits: the same draws in the same order, the same sums.
 */
export interface Walker {
  /** Back to time 0 and the initial counts. Takes the stream's state over. */
  start(stream: Stream): void
  /** Fire a few hundred events, or fewer to the last output time. `invalid`: a propensity is negative or not finite. */
  advance(): 'going' | 'done' | 'invalid' | 'flipped'
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
  /** Only of networks with events: where it stops, and how it goes on. */
  readonly watched?: Watched
  /** One `advance` is worth a look at the clock: a large network. */
  readonly slow?: boolean
  /** What is to be told of this replicate, by name: whole numbers. */
  readonly counters?: Readonly<Record<string, number>>
  /** Others may use its memory from now on. */
  release(): void
}

/**
 * What a walker watches so that no event is missed; see `watchOf`. It never fires an event itself. Whoever drives it
 * does, after `advance` has answered `done` at the limit, or `flipped`: a reaction has changed the truth of a trigger.
 */
export interface Watched {
  /** The counts, then the flags. Written by the driver. */
  readonly state: Float64Array
  /** For each trigger, 1 where it held when last looked at, otherwise 0. Written by the driver. */
  readonly truth: Float64Array
  /** Answer `done` once so many output times are recorded. */
  limit(rows: number): void
  /** Go on from this time, at which no reaction fires, with the state as it is now. What is left of the wait stays. */
  resume(time: number): void
}

/** What is left of an exponential wait `e` when it has been used up at the rate `total` from one time to another. */
export const leftOver = (e: number, total: number, from: number, to: number): number =>
  Math.max(0, e - (to - from) * total)
