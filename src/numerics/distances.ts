/** How far apart two laws on counts are, and how far sampling alone puts them. */
import { binomial, meanAbsoluteDeviation } from './statistics'

/**
 * A law on counts: `p[i]` is the probability of the counts from `counts[i]` up to, not including, the next entry. The
 * entries ascend by a constant width, which is 1 when there is only one.
 */
export interface Law {
  readonly counts: readonly number[]
  readonly p: ArrayLike<number>
}

/** Two laws over the same cells; beyond the end of the shorter one its cells are empty. */
export interface Couple {
  readonly p: ArrayLike<number>
  readonly q: ArrayLike<number>
}

/** The same, where cells are known to be `width` counts wide and cell 0 to start at `first`. */
export interface Pair extends Couple {
  readonly first: number
  readonly width: number
  readonly p: Float64Array
  readonly q: Float64Array
}

/** Coarsen two laws to the finest cells that both can fill, and pad the shorter one with zeros. */
export function commonBins(a: Law, b: Law): Pair {
  const width = leastCommonMultiple(widthOf(a), widthOf(b))
  const filled = [a, b].filter(({ counts }) => counts.length > 0)
  const first = Math.min(...filled.map(({ counts }) => Math.floor(counts[0] / width)))
  const end = Math.max(...filled.map(({ counts }) => Math.floor(counts[counts.length - 1] / width) + 1))
  const size = filled.length ? end - first : 0
  const cells = ({ counts, p }: Law) => {
    const sums = new Float64Array(size)
    counts.forEach((count, i) => {
      sums[Math.floor(count / width) - first] += p[i]
    })
    return sums
  }
  return { first: filled.length ? first * width : 0, width, p: cells(a), q: cells(b) }
}

function widthOf({ counts }: Law): number {
  return counts.length > 1 ? counts[1] - counts[0] : 1
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, x % y]
  return (a / x) * b
}

/** ½ Σ |p − q|: the largest difference in the probability of any event. Mass that one law lacks counts half. */
export function totalVariation(couple: Couple): number {
  return overCells(couple, (p, q) => Math.abs(p - q)) / 2
}

/** √(½ Σ (√p − √q)²), in [0, 1]. Values below 0 by rounding count as 0. */
export function hellinger(couple: Couple): number {
  return Math.sqrt(overCells(couple, (p, q) => (Math.sqrt(Math.max(0, p)) - Math.sqrt(Math.max(0, q))) ** 2) / 2)
}

/** Kullback–Leibler divergence of q from p, Σ p ln(p/q), in nats; ∞ where p puts mass that q excludes. */
export function divergence(couple: Couple): number {
  return overCells(couple, (p, q) => (p > 0 ? p * Math.log(p / q) : 0))
}

function overCells({ p, q }: Couple, term: (p: number, q: number) => number): number {
  let sum = 0
  for (let i = 0; i < Math.max(p.length, q.length); i++) sum += term(p[i] ?? 0, q[i] ?? 0)
  return sum
}

/**
 * The mean total variation between `law` and the histogram of n independent samples of it. Exact, by De Moivre's
 * formula in each cell; for cells that expect many samples it is (2πn)^(−1/2) Σ √(p(1−p)).
 */
export function samplingLevel(law: ArrayLike<number>, n: number): number {
  let sum = 0
  for (let i = 0; i < law.length; i++) sum += meanAbsoluteDeviation(n, law[i])
  return sum / 2
}

/**
 * A level that the total variation of an n-sample histogram exceeds with at most this probability: one sample moves it
 * by at most 1/n, so McDiarmid's inequality (1989, doi:10.1017/CBO9781107359949.008) holds around `samplingLevel`.
 */
export function samplingCeiling(law: ArrayLike<number>, n: number, probability: number): number {
  return samplingLevel(law, n) + Math.sqrt(-Math.log(probability) / (2 * n))
}

/** Cells that expect more samples than this are taken by the first two terms of their series: good to a part in 10⁴. */
const manySamples = 200

/**
 * √E D² of Hellinger's distance D between `law` and the histogram of n independent samples of it: 1 − Σ √p E√(k/n), k
 * binomial. Where all cells expect many samples that is (K − 1)/(8n) for K cells.
 */
export function samplingHellinger(law: ArrayLike<number>, n: number): number {
  let sum = 0
  for (let i = 0; i < law.length; i++) sum += shortfall(law[i], n)
  return Math.sqrt(Math.max(0, sum))
}

/** p − √p E√(k/n). */
function shortfall(p: number, n: number): number {
  const q = 1 - p
  if (!(p > 0) || q <= 0) return 0
  if (n * p > manySamples) return q / (8 * n) + (q * (7 * q + 8 * p)) / (128 * n * n * p)
  // Up and down from the likeliest count, while it matters.
  const middle = Math.floor(n * p)
  const start = binomial(n, p, middle)
  let root = start * Math.sqrt(middle)
  for (let k = middle, weight = start; k < n && weight > 1e-18; k++) {
    weight *= ((n - k) / (k + 1)) * (p / q)
    root += weight * Math.sqrt(k + 1)
  }
  for (let k = middle, weight = start; k > 1 && weight > 1e-18; k--) {
    weight *= (k / (n - k + 1)) * (q / p)
    root += weight * Math.sqrt(k - 1)
  }
  return p - Math.sqrt(p / n) * root
}
