/** What the kernels that interpret a sparse network have in common. */
import type { Draws } from './draws'
import type { Sparse } from './sparse'

/** What a kernel is made of: the network, the counts it may change, and where its numbers come from. */
export interface Machine {
  readonly sparse: Sparse
  readonly x: Float64Array
  readonly draws: Draws
}

/** One exact algorithm at one replicate. */
export interface Kernel {
  /** Everything anew for the counts as they are, at this time. */
  begin(time: number): void
  /** When the next candidate comes: infinite if nothing can fire any more, not a number if a propensity is none. */
  due(): number
  /** The reaction that fires then, after which the counts have changed, or −1 if the candidate is rejected. */
  fire(): number
  /** The rate at which candidates come. */
  total(): number
  /** Propensities and bounds computed so far: what the time of a kernel goes into. */
  work(): number
  /**
   * Of compiled kernels: many candidates at once, those due no later than `until`, at most `most`, until about `enough`
   * work is done. The counts are its own meanwhile; `fetch` brings them.
   */
  walk?(until: number, most: number, enough: number): Walked
  fetch?(): void
}

export interface Walked {
  readonly candidates: number
  readonly events: number
  /** Of the last candidate, if there was one. */
  readonly time: number
}

/** Numbers that change with every candidate: in an array, because closures keep each new one in memory of its own. */
export const slot = { due: 0, total: 1, uniform: 2, exponential: 3 } as const
export const pending = () => new Float64Array(4)

/** When the next candidate comes: never at rate 0; not a number if the rate is not finite. */
export function schedule(now: Float64Array, time: number): void {
  const total = now[slot.total]
  if (total === 0) now[slot.due] = Number.POSITIVE_INFINITY
  else now[slot.due] = total < Number.POSITIVE_INFINITY ? time + now[slot.exponential] / total : Number.NaN
}
