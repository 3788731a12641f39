/** What a leaper tells, step by step, to whoever wants to see how a path comes about. */

/** A step that is taken. The arrays are the leaper's own: copy what is to be kept. */
export interface LeapDraw {
  readonly from: number
  readonly at: number
  /** Counts and propensities at `from`. */
  readonly counts: Float64Array
  readonly propensities: Float64Array
  /** The longest leap in which no propensity changes too much. */
  readonly longest: number
  /** 1 where a reaction may fire many times in a leap; the others are critical, or cannot fire. */
  readonly free: Uint8Array
  /** Firings of each reaction; of an event by itself, the reaction alone. */
  readonly fired: Float64Array | number
  /**
   * What ended it: propensities that would change too much, a critical reaction, an output time, or that a longer leap
   * would have made a count negative. `event`: leaps are not worth it here, and events are fired one by one.
   */
  readonly limit: 'change' | 'critical' | 'output' | 'refused' | 'event'
  readonly implicit: boolean
}

export type LeapWitness = (draw: LeapDraw) => void
