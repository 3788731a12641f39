import { describe, expect, it } from 'vitest'
import { poisson } from '../numerics/statistics'
import { quantile, quantileWithin } from './quantiles'

const counts = Array.from({ length: 60 }, (_, n) => n)
const law = { counts, p: counts.map((n) => poisson(10, n)) }
const shares = [0.05, 0.25, 0.5, 0.75, 0.95]

describe('quantiles', () => {
  it('of a Poisson law are those of the tables', () => {
    expect(shares.map((share) => quantile(law, share))).toEqual([5, 8, 10, 12, 15])
  })

  it('of a law in wide cells differ by less than a cell', () => {
    const wide = { counts: counts.filter((n) => n % 4 === 0), p: [] as number[] }
    wide.p = wide.counts.map((n) => law.p[n] + law.p[n + 1] + law.p[n + 2] + law.p[n + 3])
    for (const share of shares) expect(Math.abs(quantile(wide, share) - quantile(law, share))).toBeLessThanOrEqual(1)
  })

  it('hold the true one between what a proven bound allows', () => {
    // A law whose mass above 12 has leaked: nearly 0.21, and the bound says so.
    const cut = { counts: counts.slice(0, 13), p: law.p.slice(0, 13) }
    for (const share of shares) {
      const { low, high } = quantileWithin(cut, share, { kind: 'bound', value: 0.21 })
      expect(low).toBeLessThanOrEqual(quantile(law, share))
      if (share + 0.21 < 0.79) expect(high).toBeGreaterThanOrEqual(quantile(law, share))
    }
  })

  it('of samples are as doubtful as binomial counting makes them', () => {
    // F(9) = 0.458 and F(10) = 0.583: one standard error of 100 samples, 0.05, reaches below the one, not the other.
    expect(quantileWithin(law, 0.5, { kind: 'samples', n: 100 })).toEqual({ value: 10, low: 9, high: 10 })
    expect(quantileWithin(law, 0.5, { kind: 'none' })).toEqual({ value: 10, low: 10, high: 10 })
  })
})
