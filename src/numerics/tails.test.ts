import { describe, expect, it } from 'vitest'
import { binomial, poisson, upperGamma } from './statistics'
import { binomialLimits, incompleteBeta, tailsOf } from './tails'

describe('tails of a law', () => {
  it('are those of Poisson in closed form, down to 1e-20', () => {
    const mean = 10
    const p = Float64Array.from({ length: 120 }, (_, n) => poisson(mean, n))
    const tails = tailsOf(p)
    // P(X ≥ n) = 1 − Q(n, λ): above the mean as the integral's own series, which loses nothing.
    for (const n of [1, 5, 10, 15]) expect(tails[n]).toBeCloseTo(1 - upperGamma(n, mean), 13)
    // Far out the first terms are all: P(X = n) (1 + λ/(n+1) + λ²/((n+1)(n+2)) + …).
    for (const n of [30, 45, 55]) {
      let [term, series] = [1, 1]
      for (let k = 1; k < 60; k++) {
        term *= mean / (n + k)
        series += term
      }
      expect(tails[n] / (poisson(mean, n) * series)).toBeCloseTo(1, 11)
    }
    expect(tails[55]).toBeLessThan(1e-20)
    expect(tailsOf([])).toHaveLength(0)
  })
})

describe('the incomplete beta function', () => {
  it('is a binomial tail: I_p(k, n − k + 1) = P(X ≥ k)', () => {
    for (const [n, k, p] of [
      [10, 3, 0.2],
      [50, 49, 0.9],
      [1000, 2, 0.001],
      [400, 250, 0.5],
    ]) {
      const direct = tailsOf(Array.from({ length: n + 1 }, (_, i) => binomial(n, p, i)))[k]
      expect(incompleteBeta(k, n - k + 1, p) / direct).toBeCloseTo(1, 9)
    }
    expect([incompleteBeta(2, 3, 0), incompleteBeta(2, 3, 1)]).toEqual([0, 1])
  })
})

describe('limits of a probability', () => {
  it('have their closed forms where no or every sample is a hit', () => {
    for (const n of [1, 20, 10_000]) {
      expect(binomialLimits(0, n)[0]).toBe(0)
      expect(binomialLimits(0, n)[1] / -Math.expm1(Math.log(0.025) / n)).toBeCloseTo(1, 8)
      expect(binomialLimits(n, n)[1]).toBe(1)
      expect(binomialLimits(n, n)[0] / 0.025 ** (1 / n)).toBeCloseTo(1, 8)
    }
  })

  it('are the published ones for 1 of 10 and 5 of 20', () => {
    // R 4.3: binom.test(1, 10)$conf.int, binom.test(5, 20)$conf.int
    const [a, b] = [binomialLimits(1, 10), binomialLimits(5, 20)]
    const known = [0.002528579, 0.445016117, 0.08657147, 0.491045871]
    ;[...a, ...b].forEach((value, k) => {
      expect(value).toBeCloseTo(known[k], 7)
    })
  })

  it('leave as much on either side as they say', () => {
    const [low, high] = binomialLimits(7, 300, 0.9)
    const at = (p: number) => Array.from({ length: 301 }, (_, i) => binomial(300, p, i))
    expect(tailsOf(at(low))[7]).toBeCloseTo(0.05, 7)
    expect(1 - tailsOf(at(high))[8]).toBeCloseTo(0.05, 7)
  })
})
