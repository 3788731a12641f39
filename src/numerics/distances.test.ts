import { describe, expect, it } from 'vitest'
import {
  commonBins,
  divergence,
  hellinger,
  type Law,
  samplingCeiling,
  samplingHellinger,
  samplingLevel,
  totalVariation,
} from './distances'
import { stream } from './rng'
import { poisson } from './statistics'

const law = (p: number[], width = 1, first = 0): Law => ({ counts: p.map((_, i) => first + i * width), p })

const poissonLaw = (mean: number, size: number) => law(Array.from({ length: size }, (_, k) => poisson(mean, k)))

describe('common bins', () => {
  it('pad the shorter law', () => {
    const { p, q, width, first } = commonBins(law([0.5, 0.5]), law([0.25, 0.25, 0.5]))
    expect([...p]).toEqual([0.5, 0.5, 0])
    expect([...q]).toEqual([0.25, 0.25, 0.5])
    expect([width, first]).toEqual([1, 0])
  })

  it('coarsen to what both can fill', () => {
    const { p, q, width } = commonBins(law([0.1, 0.2, 0.3, 0.4]), law([0.3, 0.7], 2))
    expect(width).toBe(2)
    expect(p[0]).toBeCloseTo(0.3, 15)
    expect(p[1]).toBeCloseTo(0.7, 15)
    expect([...q]).toEqual([0.3, 0.7])
    expect(commonBins(law([0.5, 0.5, 0], 2), law([0.5, 0.5], 3)).width).toBe(6)
  })

  it('start where the first law starts, below zero too', () => {
    const { first, p, q } = commonBins(law([0.5, 0.5], 1, -2), law([1], 1, 1))
    expect(first).toBe(-2)
    expect([...p]).toEqual([0.5, 0.5, 0, 0])
    expect([...q]).toEqual([0, 0, 0, 1])
    expect(commonBins(law([]), law([])).p).toHaveLength(0)
  })
})

describe('distances', () => {
  it('have their textbook values', () => {
    const pair = commonBins(law([0.5, 0.5]), law([0.9, 0.1]))
    expect(totalVariation(pair)).toBeCloseTo(0.4, 15)
    expect(hellinger(pair)).toBeCloseTo(Math.sqrt(1 - Math.sqrt(0.45) - Math.sqrt(0.05)), 15)
    expect(divergence(pair)).toBeCloseTo(0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1), 15)
  })

  it('are 0 between equals and as large as they can be between strangers', () => {
    const same = commonBins(law([0.2, 0.8]), law([0.2, 0.8]))
    const apart = commonBins(law([1, 0]), law([0, 1]))
    expect([totalVariation(same), hellinger(same), divergence(same)]).toEqual([0, 0, 0])
    expect([totalVariation(apart), hellinger(apart), divergence(apart)]).toEqual([1, 1, Infinity])
  })

  it('take what lies beyond the end of the shorter law as empty', () => {
    const couple = { p: [0.5, 0.5], q: [0.5, 0.25, 0.25] }
    expect(totalVariation(couple)).toBeCloseTo(0.25, 15)
    expect(hellinger(couple)).toBeCloseTo(Math.sqrt(((Math.SQRT1_2 - 0.5) ** 2 + 0.25) / 2), 15)
  })

  it('obey Pinsker and Le Cam, and the closed form between Poissons', () => {
    const pair = commonBins(poissonLaw(10, 80), poissonLaw(12, 80))
    const [tv, h, kl] = [totalVariation(pair), hellinger(pair), divergence(pair)]
    expect(kl).toBeCloseTo(10 * Math.log(10 / 12) + 2, 10)
    expect(h).toBeCloseTo(Math.sqrt(1 - Math.exp(-((Math.sqrt(10) - Math.sqrt(12)) ** 2) / 2)), 10)
    expect(tv).toBeLessThan(Math.sqrt(kl / 2))
    expect(tv).toBeGreaterThan(h * h)
    expect(tv).toBeLessThan(Math.SQRT2 * h)
  })
})

describe('what sampling alone explains', () => {
  const wide = poissonLaw(10, 60).p
  const rare = [0.9, 0.05, 0.03, 0.01, 0.005, 0.003, 0.001, 0.001]

  /** Mean total variation of `repeats` histograms of n samples, its standard error, and how many exceed `ceiling`. */
  function simulate(p: ArrayLike<number>, n: number, repeats: number, ceiling: number) {
    const values: number[] = []
    for (let k = 0; k < repeats; k++) {
      const random = stream(20, k)
      const seen = new Float64Array(p.length)
      for (let i = 0; i < n; i++) {
        let [u, cell] = [random.uniform(), 0]
        while (cell < p.length - 1 && u >= p[cell]) u -= p[cell++]
        seen[cell] += 1 / n
      }
      values.push(totalVariation({ p: seen, q: p }))
    }
    const mean = values.reduce((a, b) => a + b) / repeats
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (repeats - 1)
    return { mean, error: Math.sqrt(variance / repeats), above: values.filter((v) => v > ceiling).length }
  }

  // 2000 histograms: the mean is known to about 0.5 %, so that a level off by 4 % shows at z = 8.
  for (const [name, p, n] of [
    ['a Poisson law, 1000 samples', wide, 1000],
    ['a Poisson law, 30 samples', wide, 30],
    ['rare cells, 200 samples', rare, 200],
  ] as const) {
    it(`is the mean of simulated histograms: ${name}`, () => {
      const ceiling = samplingCeiling(p, n, 0.01)
      const { mean, error, above } = simulate(p, n, 2000, ceiling)
      const level = samplingLevel(p, n)
      expect(error / level).toBeLessThan(0.01)
      expect(Math.abs(mean - level) / error).toBeLessThan(4.5)
      expect(above).toBeLessThanOrEqual(20)
    })
  }

  it('nears (2πn)^(−1/2) Σ √(p(1−p)) when every cell is well filled', () => {
    const p = [0.1, 0.2, 0.3, 0.4]
    const n = 1e6
    const limit = p.reduce((sum, v) => sum + Math.sqrt(v * (1 - v)), 0) / Math.sqrt(2 * Math.PI * n)
    expect(Math.abs(samplingLevel(p, n) / limit - 1)).toBeLessThan(1e-5)
  })
})

describe('the Hellinger distance of sampling', () => {
  it('of one sample is √(1 − Σ p^(3/2)), of two its closed form', () => {
    const p = [0.5, 0.3, 0.15, 0.05]
    const one = 1 - p.reduce((sum, q) => sum + q ** 1.5, 0)
    expect(samplingHellinger(p, 1)).toBeCloseTo(Math.sqrt(one), 12)
    // E √(k/2): both samples in a cell, or one of them.
    const two = 1 - p.reduce((sum, q) => sum + Math.sqrt(q) * (q * q + 2 * q * (1 - q) * Math.SQRT1_2), 0)
    expect(samplingHellinger(p, 2)).toBeCloseTo(Math.sqrt(two), 12)
  })

  it('is √((K − 1)/(8n)) where cells hold many, whichever way it is computed', () => {
    const p = [0.1, 0.2, 0.3, 0.4]
    expect(samplingHellinger(p, 1e7) / Math.sqrt(3 / 8e7)).toBeCloseTo(1, 6)
    // Just below and above the count from which the series is taken, 200 in a cell.
    const even = Array(8).fill(1 / 8)
    const [sum, series] = [samplingHellinger(even, 1600), samplingHellinger(even, 1608)]
    expect((series * Math.sqrt(1608)) / (sum * Math.sqrt(1600))).toBeCloseTo(1, 4)
  })

  it('is the root mean square of simulated histograms', () => {
    const p = Array.from({ length: 30 }, (_, k) => poisson(6, k))
    const source = stream(11, 0)
    const [n, repeats] = [60, 2000]
    let [first, second] = [0, 0]
    for (let r = 0; r < repeats; r++) {
      const seen = new Float64Array(p.length)
      for (let i = 0; i < n; i++) {
        let [u, k] = [source.uniform(), 0]
        while (k < p.length - 1 && u >= p[k]) u -= p[k++]
        seen[k] += 1 / n
      }
      const squared = hellinger({ p: seen, q: p }) ** 2
      first += squared / repeats
      second += squared ** 2 / repeats
    }
    // Known to about 0.8 %: a level off by 7 % shows at z = 8.
    const error = Math.sqrt((second - first ** 2) / repeats)
    expect(Math.abs(first - samplingHellinger(p, n) ** 2) / error).toBeLessThan(4.5)
  })
})
