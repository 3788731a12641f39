/**
 * Truths of tau-leaping. Seeds are fixed; a value may lie 4.5 standard errors from the truth (p ≈ 7·10⁻⁶). A mean with
 * coefficient of variation c shows a relative error δ, with margin 3, once n ≥ (7.5 c/δ)²; a standard deviation once
 * n ≥ ½ (7.5/δ)²: 2 % at 70 000, 5 % at 11 250, 10 % at 2 800.
 */
import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import { binomial, chiSquare, twoSided } from '../../numerics/statistics'
import type { Problem, Solution } from '../contract'
import { ask, finish, lend } from '../testing'
import { type TauLeapOptions, tauLeap } from './index'
import { leaper } from './kernel'
import { method } from './solve'

const widest = 4.5
const sample = (problem: Problem, more: Partial<TauLeapOptions> = {}, seed = 1): Promise<Solution> =>
  finish(method, problem, { ...tauLeap.options.defaults, ...more }, lend(seed))

/** Value, standard error and measured bias of a moment. */
function moment({ observations: { moments } }: Solution, place: { time: number; moment: string; quantity: string }) {
  if (moments.error.kind !== 'sampling' || !moments.error.bias) throw new Error('no measured bias')
  const { standardError, bias } = moments.error
  return {
    value: at(moments.array, place),
    se: at(standardError, place),
    bias: at(bias.value, place),
    noise: at(bias.noise, place),
  }
}

const large = '0 -> X, 1000; X -> 0, 1'
const poissonMean = (t: number) => 1000 * (1 - Math.exp(-t))
const dimer = (s1: number, s2: number, s3: number) =>
  `species S1 = ${s1}, S2 = ${s2}, S3 = ${s3}
   S1 -> 0, 1; 2 S1 -> S2, 0.002; S2 -> 2 S1, 0.5; S2 -> S3, 0.04`

describe('tau-leaping', () => {
  it('birth and death among a thousand: the mean and variance of Poisson', async () => {
    const solution = await sample(ask(large, [0.5, 3]), { replicates: 6000 })
    for (const time of [0.5, 3]) {
      for (const name of ['mean', 'variance']) {
        const { value, se } = moment(solution, { time, moment: name, quantity: 'X' })
        expect(Math.abs(value - poissonMean(time)), `${name} at ${time}`).toBeLessThan(widest * se)
      }
    }
    // Leaps they were: two thousand events take far fewer.
    expect(solution.diagnostics.leaps * 20).toBeLessThan(solution.diagnostics.events)
    expect(solution.warnings.filter((warning) => warning.includes('too long'))).toEqual([])
  })

  it('measures what long explicit leaps do to a variance, and warns', async () => {
    const solution = await sample(ask(large, [3]), { replicates: 40_000, method: 'explicit' })
    const { value, se, bias, noise } = moment(solution, { time: 3, moment: 'variance', quantity: 'X' })
    // An explicit leap of z mean lifetimes has 1/(1 − z/2) times the variance; here z is near ½.
    expect((value - poissonMean(3)) / se).toBeGreaterThan(7.5)
    expect(bias).toBeGreaterThan(widest * noise)
    expect(Math.abs(value - poissonMean(3) - bias)).toBeLessThan(widest * (se + noise) + 0.5 * bias)
    expect(solution.warnings.join()).toMatch(/step is too long.*of X at t = 3/)
  })

  it('conversion: binomial, with a whole sum that stays what it is', async () => {
    const problem = ask('species A = 3000; A <-> B, 1, 2; observable sum = A + B', [0.3, 2], {
      moments: true,
      marginals: true,
    })
    const solution = await sample(problem, { replicates: 6000 })
    for (const time of [0.3, 2]) {
      const p = (1 - Math.exp(-3 * time)) / 3
      const mean = moment(solution, { time, moment: 'mean', quantity: 'B' })
      const variance = moment(solution, { time, moment: 'variance', quantity: 'B' })
      expect(Math.abs(mean.value - 3000 * p)).toBeLessThan(widest * mean.se)
      expect(Math.abs(variance.value - 3000 * p * (1 - p))).toBeLessThan(widest * variance.se)
      expect(moment(solution, { time, moment: 'variance', quantity: 'sum' }).value).toBe(0)
      const { array, error } = solution.observations.marginals
      const [first, second] = array.coords.count.map(Number)
      const seen = array.coords.count.map((count) => 6000 * at(array, { time, quantity: 'B', count }))
      const law = seen.map((_, i) => {
        let sum = 0
        for (let k = 0; k < second - first; k++) sum += binomial(3000, p, i * (second - first) + k)
        return sum
      })
      expect(chiSquare(seen, law).pValue).toBeGreaterThan(twoSided(widest))
      if (error.kind !== 'sampling' || !error.bias) throw new Error(error.kind)
      // The l1 distance from the law of halved leaps is what noise makes it, to a factor.
      expect(at(error.bias.value, { time })).toBeLessThan(1.5 * at(error.bias.noise, { time }))
    }
  })

  // Means (standard error) and variances of exact simulation: 8000 runs of the first, 1500 of the second, with its own
  // variances' error of √(2/1500). Another program's numbers, not this one's.
  it.each([
    {
      start: [10_000, 0, 0],
      runs: 8000,
      table: [
        [1, 1104.91, 1067, 3396.22, 695, 137.4, 130],
        [5, 672.23, 708, 1479.64, 855, 512.78, 450],
        [10, 274.84, 326, 364.44, 323, 678.7, 548],
      ],
    },
    {
      start: [4150, 39_565, 3445],
      runs: 1500,
      table: [
        [1, 4015.5, 3803, 36_064.2, 3117, 4956.3, 1389],
        [10, 2418.9, 2375, 13_962.4, 8292, 13_513, 6886],
        [20, 1044.7, 1123, 3116.8, 3304, 16_564.4, 7498],
      ],
    },
  ])('decaying and dimerising from $start: ratios within 2 %', async ({ start, runs, table }) => {
    const [s1, s2, s3] = start
    const n = 3000
    const times = table.map(([time]) => time)
    const solution = await sample(ask(dimer(s1, s2, s3), times), { replicates: n })
    const ofDeviation = widest * Math.sqrt(1 / (2 * n) + 1 / (2 * runs))
    for (const [time, ...truths] of table) {
      for (const [s, quantity] of ['S1', 'S2', 'S3'].entries()) {
        const mean = moment(solution, { time, moment: 'mean', quantity }).value / truths[2 * s]
        expect(Math.abs(mean - 1), `mean of ${quantity} at ${time}`).toBeLessThan(0.005)
        const spread = Math.sqrt(moment(solution, { time, moment: 'variance', quantity }).value / truths[2 * s + 1])
        expect(Math.abs(spread - 1), `deviation of ${quantity} at ${time}: ${spread}`).toBeLessThan(0.02 + ofDeviation)
      }
    }
    expect(solution.diagnostics.leaps).toBeGreaterThan(solution.diagnostics.replicates)
  })

  it.each(['trapezoidal', 'midpoint', 'explicit', 'implicit'] as const)(
    '%s: no count is ever negative, or not whole',
    (kind) => {
      // Everything runs out, by single firings and by pairs, while leaps are as long as they may be.
      const texts = [
        'species A = 300, B = 200; A + B -> 0, 0.05; 2A -> B, 0.02; B -> A, 0.3; 0 -> A, 2',
        'species A = 5000; 3A -> B, 1e-7; A -> 0, 1; 2B -> 0, 0.1',
        'species A = 400; A => B, 300; 2B => C, 50; C => 2A, 5',
      ]
      for (const text of texts) {
        const problem = ask(text, [0.01, 0.1, 0.5, 1, 2, 5, 10])
        const sampler = leaper(problem, { method: kind, epsilon: 0.5, criticalCount: 2, share: 1 })
        for (let i = 0; i < 500; i++) {
          sampler.start(stream(4, i))
          while (!sampler.advance());
          expect(sampler.place.records.every((count) => count >= 0 && Number.isInteger(count))).toBe(true)
        }
      }
    },
  )

  it('comes to exact simulation as epsilon goes to 0', async () => {
    const errors: number[] = []
    // At 0.02 the variance is 8 % too large: 7.5 standard errors of 18 000.
    for (const [epsilon, replicates] of [
      [0.04, 18_000],
      [0.02, 18_000],
      [0.003, 6000],
    ]) {
      const solution = await sample(ask(large, [3]), { replicates, method: 'explicit', epsilon })
      const { value, se } = moment(solution, { time: 3, moment: 'variance', quantity: 'X' })
      errors.push((value - poissonMean(3)) / se)
      if (epsilon === 0.003) {
        expect(Math.abs(errors[2])).toBeLessThan(widest)
        expect(solution.diagnostics.exactEvents).toBeGreaterThan(0.99 * solution.diagnostics.events)
      }
    }
    expect(errors[0]).toBeGreaterThan(errors[1] + 4)
    expect(errors[1]).toBeGreaterThan(widest)
  })

  describe('on a stiff network', () => {
    // A and B change places ten thousand times while one B decays.
    const stiff = 'species A = 5000, B = 5000; A <-> B, 1000, 1000; B -> C, 0.2'
    const cost = (kind: 'explicit' | 'implicit', epsilon: number, until: number) => {
      const sampler = leaper(ask(stiff, [until]), { method: kind, epsilon, criticalCount: 10, share: 1 })
      sampler.start(stream(1, 0))
      while (!sampler.advance());
      const { leaps, exactEvents, rejectedLeaps } = sampler.place.counters as Record<string, number>
      return leaps + rejectedLeaps + exactEvents
    }

    it('explicit leaps are unstable, or so short that implicit ones need a hundredth of them', async () => {
      // Explicit leaps multiply what is out of balance by 1 − 2000 τ; with ε = 0.03 that is near −3.
      const wild = await sample(ask(stiff, [0.25]), { replicates: 200, method: 'explicit' })
      expect(moment(wild, { time: 0.25, moment: 'variance', quantity: 'A' }).value).toBeGreaterThan(4 * 2500)
      // With ε = 0.005 it is near 0.9. Their cost is proportional to the time: a twentieth of it is enough to know.
      const tame = await sample(ask(stiff, [0.25]), { replicates: 200, method: 'explicit', epsilon: 0.005 })
      const { value, se } = moment(tame, { time: 0.25, moment: 'variance', quantity: 'A' })
      expect(Math.abs(value - 2500)).toBeLessThan(0.1 * 2500 + widest * se)
      expect(20 * cost('explicit', 0.005, 0.25)).toBeGreaterThan(100 * cost('implicit', 0.03, 5))
    })

    it('implicit leaps keep the mean and variance of what is slow, and of what is fast', async () => {
      const times = [2, 5]
      const solution = await sample(ask(stiff, times), { replicates: 1500, method: 'implicit' })
      expect(solution.diagnostics.implicitLeaps).toBeGreaterThan(0)
      for (const time of times) {
        // Every molecule is on its own: A and B are at once in balance, and leave it at half of B's rate.
        const left = Math.exp(-0.1 * time)
        const shares = { A: left / 2, B: left / 2, C: 1 - left }
        for (const [quantity, share] of Object.entries(shares)) {
          const mean = moment(solution, { time, moment: 'mean', quantity })
          const variance = moment(solution, { time, moment: 'variance', quantity })
          const allowed = (m: typeof mean) => widest * m.se + Math.abs(m.bias) + m.noise
          // The balance itself is off by a share of 10⁻⁴, the ratio of the rates.
          expect(Math.abs(mean.value - 1e4 * share), `mean ${quantity}`).toBeLessThan(allowed(mean) + 2)
          expect(Math.abs(variance.value - 1e4 * share * (1 - share)), `variance ${quantity}`).toBeLessThan(
            allowed(variance),
          )
          expect(variance.value / (1e4 * share * (1 - share))).toBeGreaterThan(0.8)
        }
      }
    })
  })

  it('leaves rates that read the time to others', () => {
    const verdict = tauLeap.supports(ask('0 -> X, 1 + sin(t)', [1]), tauLeap.options.defaults)
    expect(verdict).toMatchObject({ ok: false, instead: 'ssa' })
  })
})
