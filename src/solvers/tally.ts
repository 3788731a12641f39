/**
 * What an ensemble of independent replicates leaves behind: integer sums, so that shares computed anywhere add up, in
 * any order, to the same bits.
 */

/** Replicates `first`, `first + step`, `first + 2·step`, … below `until`. */
export interface Share {
  readonly first: number
  readonly step: number
  readonly until: number
}

export interface Tally {
  /** Replicates finished. */
  replicates: number
  /** Share of the asked-for replicates done, counting the one under way: 0…1. */
  done: number
  /** Reaction events fired. */
  events: number
}
