/** Distribution functions and test statistics that tests and screen share. */
import { quickLog, sin } from './elementary'

/** Coefficients of Lanczos' series with g = 7, nine terms (Godfrey 2001): 15 digits for arguments ≥ 1/2. */
const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
]

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return quickLog(Math.PI / sin(Math.PI * x)) - logGamma(1 - x)
  let sum = lanczos[0]
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i] / (x - 1 + i)
  const t = x + 6.5
  return 0.5 * quickLog(2 * Math.PI) + (x - 0.5) * quickLog(t) - t + quickLog(sum)
}

/** ln C(n, k). */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}

/** P(X = k) for X binomial with n trials of probability p. */
export function binomial(n: number, p: number, k: number): number {
  if (k < 0 || k > n) return 0
  if (p <= 0 || p >= 1) return k === (p <= 0 ? 0 : n) ? 1 : 0
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))
}

/** P(X = k) for X Poisson with this mean. */
export function poisson(mean: number, k: number): number {
  if (k < 0) return 0
  return mean <= 0 ? Number(k === 0) : Math.exp(k * Math.log(mean) - mean - logGamma(k + 1))
}

/** Q(a, x) = Γ(a, x)/Γ(a), a > 0, x ≥ 0: by series or by Lentz' continued fraction (Numerical Recipes, 3rd ed., §6.2). */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = a + 1; term > sum * Number.EPSILON; n++) {
      term *= x / n
      sum += term
    }
    return 1 - front * sum
  }
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    fraction *= c * d
    if (Math.abs(c * d - 1) < Number.EPSILON) break
  }
  return front * fraction
}

/** P(|Z| > z) for a standard normal Z. */
export function twoSided(z: number): number {
  return upperGamma(0.5, (z * z) / 2)
}

/** How many standard errors lie between a value and the truth; 0 when they agree although the error is 0. */
export function zScore(value: number, truth: number, standardError: number): number {
  return value === truth ? 0 : Math.abs(value - truth) / standardError
}

export interface TestResult {
  readonly statistic: number
  readonly degrees: number
  /** Probability of a statistic at least as large if the hypothesis holds. */
  readonly pValue: number
}

/**
 * χ² test that `observed` (counts per cell) were drawn from `law` (probability per cell). Mass that `law` lacks, and
 * counts beyond its end, make one more cell. Neighbouring cells are pooled until each expects at least `fewest`.
 */
export function chiSquare(observed: ArrayLike<number>, law: ArrayLike<number>, fewest = 5): TestResult {
  const cells = Math.max(observed.length, law.length)
  let n = 0
  for (let i = 0; i < observed.length; i++) n += observed[i]
  const pools: [seen: number, expected: number][] = []
  let [seen, expected, mass] = [0, 0, 0]
  for (let i = 0; i <= cells; i++) {
    const p = i < cells ? (law[i] ?? 0) : Math.max(0, 1 - mass)
    mass += p
    seen += observed[i] ?? 0
    expected += n * p
    if (expected >= fewest) {
      pools.push([seen, expected])
      seen = 0
      expected = 0
    }
  }
  const last = pools.at(-1) ?? [0, 0]
  last[0] += seen
  last[1] += expected
  const statistic = pools.reduce((sum, [o, e]) => sum + (o - e) ** 2 / e, 0)
  const degrees = Math.max(0, pools.length - 1)
  return { statistic, degrees, pValue: degrees === 0 ? 1 : upperGamma(degrees / 2, statistic / 2) }
}

/**
 * Kolmogorov–Smirnov test that `sample` (any order) was drawn from the continuous distribution function `cdf`.
 * The p-value is Kolmogorov's series with the finite-n correction of Stephens 1970 (doi:10.1111/j.2517-6161.1970.tb00821.x).
 */
export function kolmogorovSmirnov(sample: ArrayLike<number>, cdf: (x: number) => number): TestResult {
  const sorted = Float64Array.from(sample).sort()
  const n = sorted.length
  let statistic = 0
  for (let i = 0; i < n; i++) {
    const f = cdf(sorted[i])
    statistic = Math.max(statistic, f - i / n, (i + 1) / n - f)
  }
  const root = Math.sqrt(n)
  const lambda = (root + 0.12 + 0.11 / root) * statistic
  return { statistic, degrees: n, pValue: n === 0 ? 1 : kolmogorovTail(lambda) }
}

/** P(K > λ) of Kolmogorov's distribution; below 0.3 it is 1 to nine digits. */
function kolmogorovTail(lambda: number): number {
  if (lambda < 0.3) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda)
  return Math.min(1, Math.max(0, sum))
}

/**
 * Mean of |X/n − p| for X binomial(n, p), exactly: De Moivre's formula (Diaconis & Zabell 1991, doi:10.1214/ss/1177011699).
 * For n·p large it is √(2p(1−p)/(πn)).
 */
export function meanAbsoluteDeviation(n: number, p: number): number {
  if (p <= 0 || p >= 1) return 0
  const above = Math.floor(n * p) + 1
  return (2 * above * (1 - p) * binomial(n, p, above)) / n
}
