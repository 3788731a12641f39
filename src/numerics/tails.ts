/** P(X ≥ n): exactly from a law, and between which limits from samples. */
import { logGamma } from './statistics'

/** Σ_{k ≥ n} p[k], summed from the far end, so that the smallest tails keep all their digits. */
export function tailsOf(p: ArrayLike<number>): Float64Array {
  const tails = new Float64Array(p.length)
  let sum = 0
  for (let n = p.length - 1; n >= 0; n--) {
    sum += p[n]
    tails[n] = sum
  }
  return tails
}

/** I_x(a, b), the regularised incomplete beta function; a, b > 0. Lentz' continued fraction (Numerical Recipes, 3rd ed., §6.4). */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 10_000; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + term * d)
      c = 1 + term / c
      fraction *= c * d
    }
    if (Math.abs(c * d - 1) < 4 * Number.EPSILON) break
  }
  return front * fraction
}

/**
 * Limits of a probability of which `hits` of `n` samples tell: those of Clopper & Pearson (1934,
 * doi:10.1093/biomet/26.4.404), which hold it in at least a share `level` of cases, whatever it is.
 */
export function binomialLimits(hits: number, n: number, level = 0.95): readonly [low: number, high: number] {
  const missed = (1 - level) / 2
  const low = hits <= 0 ? 0 : crossing((p) => incompleteBeta(hits, n - hits + 1, p) - missed)
  const high = hits >= n ? 1 : crossing((p) => incompleteBeta(hits + 1, n - hits, p) - (1 - missed))
  return [low, high]
}

/** Where an ascending function on (0, 1) is 0, to nine digits also where that is very small: halving in the logarithm. */
function crossing(f: (p: number) => number): number {
  let [low, high] = [1e-300, 1]
  while (high - low > 1e-9 * high) {
    const middle = low < high / 4 ? Math.sqrt(low * high) : (low + high) / 2
    if (f(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
