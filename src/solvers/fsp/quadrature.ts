/** A step with rates that read the time: where they are read, and whether it was short enough. */
import type { Course } from './projection'

/** Steps are not halved below this share of the horizon: what they then disagree by is in the estimate. */
const shortestStep = 1e-9

/**
 * A commutator-free exponential method of order four (Blanes & Moan 2006, doi:10.1016/j.apnum.2005.11.004): two
 * exponentials over half a step each, of the generators at `nodes`, in `shares` that sum to 1.
 */
export interface Quadrature {
  readonly nodes: readonly number[]
  readonly shares: readonly (readonly number[])[]
}

const root = Math.sqrt(1 / 3)
export const gauss: Quadrature = {
  nodes: [0.5 - root / 2, 0.5 + root / 2],
  shares: [
    [0.5 + root, 0.5 - root],
    [0.5 - root, 0.5 + root],
  ],
}
/** The ends lie a hair inside, so that a jump of a rate between two steps belongs to one of them. */
export const simpson: Quadrature = {
  nodes: [1e-9, 0.5, 1 - 1e-9],
  shares: [
    [3 / 6, 4 / 6, -1 / 6],
    [-1 / 6, 4 / 6, 3 / 6],
  ],
}

/**
 * Whether a step of length h is kept that changed the law by so much when it was taken in two halves, and how long the next
 * should be.
 */
export function judged(
  { options, horizon, step }: Pick<Course, 'options' | 'horizon'> & { readonly step: number },
  h: number,
  change: number,
): { readonly kept: boolean; readonly step: number } {
  // A few units of rounding are no change of the rates.
  const allowed = (options.tolerance / 2) * (h / horizon) + 1e-15
  // The error of a step goes with h⁵ and its allowance with h.
  const factor = Math.min(4, Math.max(0.1, 0.9 * (allowed / change) ** 0.25))
  const shortest = horizon * shortestStep
  const kept = !(change > allowed && h > shortest)
  return { kept, step: Math.max(shortest, (kept ? Math.max(step, h) : h) * factor) }
}
