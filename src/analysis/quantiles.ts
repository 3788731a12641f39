/** Quantiles of laws on counts, with what is known of their error. */
import type { Law } from '../numerics/distances'

/** The quantile, and the smallest and largest that the error of the law allows. */
export interface Quantile {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** How far a distribution function may be off, at a value of it. */
export type Doubt =
  /** Of n samples: one standard error, √(F(1 − F)/n). */
  | { readonly kind: 'samples'; readonly n: number }
  /** Proved: everywhere at most this. */
  | { readonly kind: 'bound'; readonly value: number }
  | { readonly kind: 'none' }

/**
 * The smallest count at which the distribution function reaches `share`. In cells of several counts the mass is taken
 * as spread evenly. Mass that a law lacks (a projection's leak) is taken to lie above it.
 */
export function quantile({ counts, p }: Law, share: number): number {
  const width = counts.length > 1 ? counts[1] - counts[0] : 1
  let sum = 0
  for (let k = 0; k < counts.length; k++) {
    const before = sum
    sum += p[k]
    // A rounding's width below the mark is at the mark.
    if (sum < share - 1e-12) continue
    if (width === 1 || !(p[k] > 0)) return counts[k]
    return Math.min(counts[k] + width - 1, counts[k] + Math.max(0, Math.ceil(((share - before) / p[k]) * width) - 1))
  }
  return counts.length ? counts[counts.length - 1] + width - 1 : Number.NaN
}

/** The quantile with its doubt: those of the shares between which the true one lies. */
export function quantileWithin(law: Law, share: number, doubt: Doubt): Quantile {
  const reach =
    doubt.kind === 'samples' ? Math.sqrt((share * (1 - share)) / doubt.n) : doubt.kind === 'bound' ? doubt.value : 0
  return {
    value: quantile(law, share),
    low: quantile(law, Math.max(0, share - reach)),
    high: quantile(law, Math.min(1, share + reach)),
  }
}
