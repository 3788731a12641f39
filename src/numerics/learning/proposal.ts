/**
 * Where to look: conditionals changed so that rare states are drawn more often (Weng et al. 2025, arXiv:2512.10309), and
 * the weights that undo it.
 */
import { exp, log } from '../elementary'

export type Proposal =
  /** Each conditional to the power `alpha` < 1, normalised anew: flatter, conditional by conditional. */
  | { readonly kind: 'tempered'; readonly alpha: number }
  /** Each conditional smeared over the `width` cells around each one (odd), reflected at both ends. */
  | { readonly kind: 'diffusive'; readonly width: number }
  /** Each conditional with this share of the even law of its cells. */
  | { readonly kind: 'spread'; readonly share: number }

/** Write the changed conditional of cells 0 … last into `out`, not normalised; returns its sum. */
export function reweigh(proposal: Proposal, p: Float64Array, from: number, last: number, out: Float64Array): number {
  let sum = 0
  if (proposal.kind === 'tempered') {
    for (let m = 0; m <= last; m++) {
      out[m] = p[from + m] > 0 ? exp(proposal.alpha * log(p[from + m])) : 0
      sum += out[m]
    }
    return sum
  }
  if (proposal.kind === 'spread') {
    for (let m = 0; m <= last; m++) sum += p[from + m]
    for (let m = 0; m <= last; m++) out[m] = (1 - proposal.share) * (p[from + m] / sum) + proposal.share / (last + 1)
    return 1
  }
  const reach = (proposal.width - 1) / 2
  for (let m = 0; m <= last; m++) {
    let smeared = 0
    for (let d = -reach; d <= reach; d++) smeared += p[from + reflect(m + d, last)]
    out[m] = smeared
    sum += smeared
  }
  return sum
}

/** The cell that a step beyond an end comes back to: −1 → 0, −2 → 1, last + 1 → last. */
function reflect(m: number, last: number): number {
  const period = 2 * (last + 1)
  const place = ((m % period) + period) % period
  return place <= last ? place : period - 1 - place
}

/**
 * Importance weights exp(logRatio), tamed as the paper does: the largest fifth is replaced by the quantiles of a Pareto
 * law that begins where it begins (after Vehtari et al. 2024, jmlr.org/papers/v25/19-556.html; the shape is Hill's
 * estimator, doi:10.1214/aos/1176343247, at most 1), a fifth of evenness is mixed in, and the mean is 1.
 * `weights` holds log-ratios, and weights afterwards. Returns the shape: above 0.7 weights are not to be trusted.
 */
export function tameWeights(weights: Float64Array, size = weights.length): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let b = 0; b < size; b++) largest = Math.max(largest, weights[b])
  for (let b = 0; b < size; b++) weights[b] = exp(weights[b] - largest)
  const shape = smoothTail(weights, size)
  toMeanOne(weights, size)
  for (let b = 0; b < size; b++) weights[b] = 0.8 * weights[b] + 0.2
  return shape
}

/** Scale to a mean of 1. */
export function toMeanOne(weights: Float64Array, size = weights.length): void {
  let sum = 0
  for (let b = 0; b < size; b++) sum += weights[b]
  const factor = size / sum
  for (let b = 0; b < size; b++) weights[b] *= factor
}

function smoothTail(weights: Float64Array, size: number): number {
  const tail = Math.floor(size / 5)
  if (tail < 2) return 0
  const order = Array.from({ length: size }, (_, b) => b).sort((a, b) => weights[a] - weights[b])
  const threshold = weights[order[size - tail - 1]]
  let hill = 0
  for (let j = size - tail; j < size; j++) hill += log(weights[order[j]] / threshold)
  const shape = Math.min(1, hill / tail)
  if (!(shape > 0) || threshold === 0) return shape
  const top = weights[order[size - 1]]
  for (let j = 0; j < tail; j++) {
    // A Pareto tail of index 1/shape above the threshold: t·(1 − u)^(−shape), never above the largest that was drawn.
    const u = (j + 0.5) / tail
    weights[order[size - tail + j]] = Math.min(top, threshold * exp(-shape * log(1 - u)))
  }
  return shape
}
