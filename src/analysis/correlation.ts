/**
 * Memory and rhythm of paths: autocorrelation and power spectrum, over the output times from `from` on, which must be
 * evenly spaced. Deviations are taken from the mean over replicates at each time, not over time: slow drift that all
 * paths share is no memory, and with n ≥ 2 replicates the covariances are free of bias. Standard errors come from the
 * spread between replicates, which are independent.
 */
import { lagProducts, power, powerOfTwo } from '../numerics/fourier'
import type { Paths } from './paths'

export interface Curve {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly standardError: Float64Array
}

/** Paths that can be asked: two or more, at two or more evenly spaced times. */
export type Even = { readonly step: number; readonly deviations: readonly Float64Array[] }

/** Deviations from the mean over replicates at the output times from index `first` on; or why there are none. */
export function deviations({ times, values }: Paths, first: number): Even | { readonly why: string } {
  const length = times.length - first
  if (values.length < 2) return { why: 'needs two or more finished paths' }
  if (length < 4) return { why: 'needs four or more output times' }
  const step = (times[times.length - 1] - times[first]) / (length - 1)
  for (let k = 0; k < length; k++) {
    if (!(Math.abs(times[first + k] - times[first] - k * step) <= 1e-6 * step)) {
      return { why: 'needs evenly spaced output times' }
    }
  }
  const mean = new Float64Array(length)
  for (const path of values) for (let k = 0; k < length; k++) mean[k] += path[first + k] / values.length
  return { step, deviations: values.map((path) => path.subarray(first).map((value, k) => value - mean[k])) }
}

/**
 * ρ(lag) = C(lag)/C(0), for lags up to half of the time: C is the covariance over replicates, averaged over time.
 * Not a number where nothing varies.
 */
export function autocorrelation({ step, deviations: list }: Even): Curve {
  const [n, length] = [list.length, list[0].length]
  const lags = (length >> 1) + 1
  // Σ over replicates of each replicate's mean product at a lag, and of its squares and mixed products for the error.
  const sums = new Float64Array(lags)
  const squares = new Float64Array(lags)
  const mixed = new Float64Array(lags)
  for (const path of list) {
    const products = lagProducts(path, lags)
    for (let lag = 0; lag < lags; lag++) {
      const product = products[lag] / (length - lag)
      sums[lag] += product
      squares[lag] += product ** 2
      mixed[lag] += (product * products[0]) / length
    }
  }
  const y = sums.map((sum) => sum / sums[0])
  // The ratio of two means: variance of (product − ρ · square) over the squared mean of the squares.
  const standardError = y.map((rho, lag) => {
    const variance = Math.max(0, squares[lag] - 2 * rho * mixed[lag] + rho ** 2 * squares[0])
    return Math.sqrt((variance * n) / (n - 1)) / sums[0]
  })
  return { x: y.map((_, lag) => lag * step), y, standardError }
}

/**
 * The two-sided spectral density ∫ C(τ) e^(−2πifτ) dτ, at frequencies up to 1/(2·step): periodograms under a Hann
 * window, averaged over replicates. Faster motion folds back below that frequency; lines narrower than about
 * 2/duration are widened to it.
 */
export function spectrum({ step, deviations: list }: Even): Curve {
  const [n, length] = [list.length, list[0].length]
  const size = powerOfTwo(length)
  const window = hann(length)
  const weight = step / (window.reduce((sum, w) => sum + w * w, 0) * (1 - 1 / n))
  const sums = new Float64Array((size >> 1) + 1)
  const squares = new Float64Array(sums.length)
  for (const path of list) {
    const powers = power(
      path.map((value, k) => value * window[k]),
      size,
    )
    for (let k = 0; k < sums.length; k++) {
      sums[k] += powers[k] * weight
      squares[k] += (powers[k] * weight) ** 2
    }
  }
  const y = sums.map((sum) => sum / n)
  const standardError = y.map((mean, k) => Math.sqrt(Math.max(0, squares[k] / n - mean ** 2) / (n - 1)))
  return { x: y.map((_, k) => k / (size * step)), y, standardError }
}

/** Hann's window: what leaks from a strong line to far frequencies falls off fast. */
export function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, k) => Math.sin((Math.PI * (k + 0.5)) / length) ** 2)
}

/** Where the curve first falls to 1/e, between two lags by a straight line; missing where it does not. */
export function memory({ x, y }: Curve): number | undefined {
  const level = Math.exp(-1)
  const k = y.findIndex((value) => value <= level)
  return k <= 0 ? undefined : x[k - 1] + ((y[k - 1] - level) / (y[k - 1] - y[k])) * (x[k] - x[k - 1])
}
