/** Whole laws by χ² at p = 7·10⁻⁶, moments within 4.5 standard errors; seeds are fixed. */
import { describe, expect, it } from 'vitest'
import { stream } from './rng'
import { binomial, chiSquare, kolmogorovSmirnov, logGamma, poisson, twoSided, upperGamma } from './statistics'
import { logFactorial, variates } from './variates'

const rarest = twoSided(4.5)

function started(i: number) {
  const source = variates()
  source.start(stream(5, i))
  return source
}

function histogram(n: number, draw: () => number): number[] {
  const seen: number[] = []
  for (let i = 0; i < n; i++) {
    const k = draw()
    while (seen.length <= k) seen.push(0)
    seen[k]++
  }
  return seen
}

describe('variates', () => {
  it('draws the uniforms of its stream, in their order', () => {
    const fast = variates()
    for (let again = 0; again < 2; again++) {
      fast.start(stream(9, 3 + again))
      const words = stream(9, 3 + again)
      for (let i = 0; i < 3000; i++) expect(fast.uniform()).toBe(words.uniform())
    }
  })

  it.each([0.01, 0.5, 3, 9.99, 10, 10.5, 17, 30, 100, 1234.5])('Poisson of mean %s', (mean) => {
    const source = started(1)
    const seen = histogram(1_000_000, () => source.poisson(mean))
    const law = Array.from({ length: seen.length + 1 }, (_, k) => poisson(mean, k))
    expect(chiSquare(seen, law).pValue).toBeGreaterThan(rarest)
  })

  it.each([1e6, 1e9, 1e12])('Poisson of the large mean %s: mean and variance', (mean) => {
    const source = started(2)
    const n = 100_000
    const z = Float64Array.from({ length: n }, () => (source.poisson(mean) - mean) / Math.sqrt(mean))
    const average = z.reduce((a, b) => a + b, 0) / n
    const square = z.reduce((a, b) => a + b * b, 0) / n
    expect(Math.abs(average) * Math.sqrt(n)).toBeLessThan(4.5)
    expect(Math.abs(square - 1) * Math.sqrt(n / 2)).toBeLessThan(4.5)
  })

  it.each([
    [1, 0.3],
    [12, 0.5],
    [40, 0.02],
    [30, 0.9],
    [100, 0.1],
    [100, 0.37],
    [1000, 0.5],
    [5000, 0.995],
    [100_000, 0.01],
  ])('binomial of %s trials of probability %s', (n, p) => {
    const source = started(3)
    const seen = histogram(200_000, () => source.binomial(n, p))
    const law = Array.from({ length: Math.min(n, seen.length) + 1 }, (_, k) => binomial(n, p, k))
    expect(seen.length).toBeLessThanOrEqual(n + 1)
    expect(chiSquare(seen, law).pValue).toBeGreaterThan(rarest)
  })

  it('nothing of nothing', () => {
    const source = started(4)
    expect([source.poisson(0), source.binomial(0, 0.5), source.binomial(7, 0), source.binomial(7, 1)]).toEqual([
      0, 0, 0, 7,
    ])
  })

  it('normal and exponential', () => {
    const source = started(5)
    const phi = (z: number) => (z < 0 ? upperGamma(0.5, (z * z) / 2) / 2 : 1 - upperGamma(0.5, (z * z) / 2) / 2)
    const normals = Float64Array.from({ length: 50_000 }, () => source.normal())
    expect(kolmogorovSmirnov(normals, phi).pValue).toBeGreaterThan(rarest)
    const waits = Float64Array.from({ length: 50_000 }, () => source.exponential())
    expect(kolmogorovSmirnov(waits, (x) => 1 - Math.exp(-x)).pValue).toBeGreaterThan(rarest)
  })

  it('ln k! to rounding', () => {
    for (const k of [0, 1, 2, 10, 127, 128, 129, 1000, 1e6]) {
      expect(Math.abs(logFactorial(k) - logGamma(k + 1))).toBeLessThan(1e-12 * Math.max(1, logGamma(k + 1)))
    }
  })
})
