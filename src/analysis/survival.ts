/** How long things last when not all were seen to end: the product-limit estimate and what is read from it. */

/** One duration; `ended` is false where the observation stopped first (censored): it lasted at least so long. */
export interface Duration {
  readonly length: number
  readonly ended: boolean
}

export interface Survival {
  readonly durations: number
  readonly censored: number
  /** Ascending lengths at which something ended, from 0; `survival[k]` holds from `times[k]` on. */
  readonly times: Float64Array
  readonly survival: Float64Array
  /** Greenwood's standard error, for durations that are independent. */
  readonly standardError: Float64Array
  /**
   * Mean length up to the longest seen: ∫ survival. A lower bound of the mean where the longest is censored, which
   * `meanIsLower` says.
   */
  readonly mean: number
  readonly meanError: number
  readonly meanIsLower: boolean
  /** The first length at which survival is at most a half; missing where it never is. */
  readonly median?: number
}

/** Differences of output times that are meant to be equal differ by rounding. */
const rounding = 1e-9

/**
 * Kaplan & Meier 1958 (doi:10.1080/01621459.1958.10501452): the law of durations of which some are censored. What ends
 * and what is censored at the same length are taken in this order.
 */
export function survivalOf(durations: readonly Duration[]): Survival {
  const sorted = [...durations].sort((a, b) => a.length - b.length)
  const n = sorted.length
  const times = [0]
  const survival = [1]
  const greenwood = [0]
  const ends: { events: number; atRisk: number }[] = [{ events: 0, atRisk: n }]
  let [s, sum] = [1, 0]
  for (let k = 0; k < n; ) {
    const { length } = sorted[k]
    const atRisk = n - k
    let events = 0
    for (; k < n && sorted[k].length <= length * (1 + rounding); k++) if (sorted[k].ended) events++
    if (events === 0) continue
    s *= 1 - events / atRisk
    // At the last one the sum has no end while survival has none left: 0 · ∞ is 0 here.
    if (events < atRisk) sum += events / (atRisk * (atRisk - events))
    times.push(length)
    survival.push(s)
    greenwood.push(s * Math.sqrt(sum))
    ends.push({ events, atRisk })
  }
  const longest = n ? sorted[n - 1].length : 0
  const middle = survival.findIndex((value) => value <= 0.5)
  return {
    durations: n,
    censored: sorted.filter(({ ended }) => !ended).length,
    times: Float64Array.from(times),
    survival: Float64Array.from(survival),
    standardError: Float64Array.from(greenwood),
    ...restrictedMean(times, survival, ends, longest),
    meanIsLower: s > 0,
    median: middle < 0 ? undefined : times[middle],
  }
}

/** ∫ survival up to the longest, and its error: each end weighs with the area behind it. */
function restrictedMean(
  times: readonly number[],
  survival: readonly number[],
  ends: readonly { events: number; atRisk: number }[],
  longest: number,
): { mean: number; meanError: number } {
  let [area, variance] = [0, 0]
  for (let k = times.length - 1; k >= 0; k--) {
    const until = k + 1 < times.length ? times[k + 1] : longest
    area += survival[k] * (until - times[k])
    const { events, atRisk } = ends[k]
    // The area behind end k was summed just now; the end at which all are gone has none.
    if (k > 0 && atRisk > events) variance += (area ** 2 * events) / (atRisk * (atRisk - events))
  }
  return { mean: area, meanError: Math.sqrt(variance) }
}

/** Survival at a length: the value of the step there. */
export function survivalAt({ times, survival }: Survival, length: number): number {
  let k = 0
  while (k + 1 < times.length && times[k + 1] <= length) k++
  return survival[k]
}
