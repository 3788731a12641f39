/** What the plain walkers tell, draw by draw, to whoever wants to see how a path comes about. */

/** A draw that is about to be acted on. The arrays are the walker's own: copy what is to be kept. */
export interface Draw {
  /** Time since which nothing has happened, and the time that was drawn. */
  readonly from: number
  readonly at: number
  /** What chooses the reaction; what is left at `from` of the exponential with mean 1 that sets the wait. */
  readonly uniform: number
  readonly exponential: number
  /** Propensities, or their bounds while rates depend on time, and their sum: wait = exponential / total. */
  readonly weights: Float64Array
  readonly total: number
  readonly reaction: number
  /** Whether it happens. Where weights are bounds, some draws are thinned out. */
  readonly fires: boolean
  readonly counts: Float64Array
}

export type Witness = (draw: Draw) => void
