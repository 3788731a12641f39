import { describe, expect, it } from 'vitest'
import {
  binomial,
  chiSquare,
  kolmogorovSmirnov,
  logGamma,
  meanAbsoluteDeviation,
  poisson,
  twoSided,
  upperGamma,
  zScore,
} from './statistics'

// Reference values: SciPy 1.17.1 (special.gammaln, gammaincc, kolmogorov, stats.norm.sf).
const close = (value: number, truth: number, relative = 1e-12) =>
  expect(Math.abs(value - truth)).toBeLessThan(relative * Math.max(1e-300, Math.abs(truth)))

/** Uniforms in (0, 1) that fill the interval evenly: Weyl's sequence of the golden ratio. */
const even = (n: number) => Array.from({ length: n }, (_, i) => ((i + 1) * 0.6180339887498949) % 1)

describe('distribution functions', () => {
  it('agree with tables', () => {
    close(logGamma(0.1), 2.252712651734206)
    close(logGamma(3.7), 1.428072326665388)
    close(logGamma(1e5), 1051287.7089736569)
    const table = [
      [0.5, 2, 0.04550026389635857],
      [5, 1, 0.9963401531726563],
      [5, 20, 1.694474393006737e-5],
      [50, 40, 0.9296649333406051],
      [50, 60, 0.08440668109369177],
      [500, 510, 0.3230633599111277],
    ]
    for (const [a, x, q] of table) close(upperGamma(a, x), q, 1e-11)
    close(twoSided(4.5), 6.795346249460107e-6, 1e-11)
  })

  it('sum to one, with the mean they are named for', () => {
    let [total, mean] = [0, 0]
    for (let k = 0; k <= 40; k++) {
      total += binomial(40, 0.3, k)
      mean += k * binomial(40, 0.3, k)
    }
    close(total, 1)
    close(mean, 12)
    total = 0
    for (let k = 0; k < 100; k++) total += poisson(20, k)
    close(total, 1)
    expect([binomial(5, 0, 0), binomial(5, 1, 5), binomial(5, 0.5, 6), poisson(0, 0), poisson(3, -1)]).toEqual([
      1, 1, 0, 1, 0,
    ])
  })

  it('give the mean absolute deviation of a binomial, as the sum over its law does', () => {
    for (const [n, p] of [
      [10, 0.3],
      [100, 0.001],
      [1000, 0.25],
      [7, 0.99],
      [5, 0.6],
    ]) {
      let sum = 0
      for (let k = 0; k <= n; k++) sum += Math.abs(k / n - p) * binomial(n, p, k)
      close(meanAbsoluteDeviation(n, p), sum, 1e-11)
    }
    close(meanAbsoluteDeviation(1e6, 0.5), Math.sqrt(0.5 / (Math.PI * 1e6)), 1e-6)
    expect(meanAbsoluteDeviation(10, 0)).toBe(0)
    expect(meanAbsoluteDeviation(10, 1)).toBe(0)
  })
})

describe('tests of a sample', () => {
  it('χ²: the textbook statistic where no cell is small', () => {
    const { statistic, degrees, pValue } = chiSquare([18, 22, 19, 25, 16], [0.2, 0.2, 0.2, 0.2, 0.2])
    close(statistic, 2.5)
    expect(degrees).toBe(4)
    close(pValue, 0.6446357929354278, 1e-11)
  })

  it('χ²: pools cells that expect fewer than five, and counts what lies outside the law', () => {
    const law = [0.02, 0.02, 0.02, 0.44, 0.45, 0.02, 0.03]
    const pooled = chiSquare([2, 2, 2, 44, 45, 2, 3], law)
    expect(pooled.degrees).toBe(3)
    expect(pooled.statistic).toBeCloseTo(0, 12)
    const outside = chiSquare([2, 2, 2, 44, 45, 2, 3, 0, 0, 40], law)
    expect(outside.pValue).toBeLessThan(1e-6)
  })

  it('χ²: a wrong law is found, one certain outcome is not tested', () => {
    expect(chiSquare([300, 700], [0.25, 0.75]).pValue).toBeLessThan(1e-3)
    expect(chiSquare([1000], [1])).toEqual({ statistic: 0, degrees: 0, pValue: 1 })
  })

  it('Kolmogorov–Smirnov: the exact law for a small sample, and a wrong one found', () => {
    const sample = [0.1, 0.4, 0.7, 0.2, 0.95, 0.33, 0.6, 0.81]
    const { statistic, pValue } = kolmogorovSmirnov(sample, (x) => x)
    close(statistic, 0.1)
    expect(pValue).toBeGreaterThan(0.9999)
    expect(kolmogorovSmirnov(even(2000), (x) => x).pValue).toBeGreaterThan(0.99)
    expect(kolmogorovSmirnov(even(2000), (x) => x ** 1.2).pValue).toBeLessThan(1e-6)
  })

  it('Kolmogorov–Smirnov: the tail is Kolmogorov’s', () => {
    // All of the sample at one point: the statistic is set by hand, and n is large enough for the limit law.
    const n = 10_000
    for (const [lambda, q] of [
      [0.5, 0.9639452436648751],
      [1, 0.26999967167735456],
      [1.36, 0.049485876755377876],
      [2, 0.0006709252557796953],
    ]) {
      const shift = lambda / (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n))
      const sample = Array.from({ length: n }, (_, i) => (i + 0.5) / n)
      const pValue = kolmogorovSmirnov(sample, (x) => x + shift - 0.5 / n).pValue
      close(pValue, q, 1e-9)
    }
  })

  it('z-scores', () => {
    expect(zScore(11, 10, 0.5)).toBe(2)
    expect(zScore(10, 10, 0)).toBe(0)
    expect(zScore(11, 10, 0)).toBe(Infinity)
  })
})
