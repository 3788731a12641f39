/** Truths of the Langevin equation. Seeds are fixed; a value may lie 4.5 standard errors from the truth (p ≈ 7·10⁻⁶). */
import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import type { Problem, Solution } from '../contract'
import { ask, finish, lend } from '../testing'
import { type CleOptions, cle } from './index'
import { langevin } from './kernel'
import { method } from './solve'

const widest = 4.5
const sample = (problem: Problem, more: Partial<CleOptions> = {}): Promise<Solution> =>
  finish(method, problem, { ...cle.options.defaults, ...more }, lend(2))

function moment({ observations: { moments } }: Solution, place: { time: number; moment: string; quantity: string }) {
  if (moments.error.kind !== 'sampling' || !moments.error.bias) throw new Error('no measured bias')
  return { value: at(moments.array, place), se: at(moments.error.standardError, place) }
}

describe('the chemical Langevin equation', () => {
  it('birth and death: the mean and variance of Poisson, where there are many', async () => {
    const solution = await sample(ask('0 -> X, 1000; X -> 0, 1', [0.5, 3]), { replicates: 6000 })
    for (const time of [0.5, 3]) {
      const truth = 1000 * (1 - Math.exp(-time))
      for (const name of ['mean', 'variance']) {
        const { value, se } = moment(solution, { time, moment: name, quantity: 'X' })
        expect(Math.abs(value - truth), `${name} at ${time}`).toBeLessThan(widest * se)
      }
    }
  })

  it('decaying and dimerising: means within 0.5 %, deviations within 2 % of exact simulation', async () => {
    // 1500 exact runs, whose variances have an error of √(2/1500).
    const table: [time: number, ...truths: number[]][] = [
      [1, 4015.5, 3803, 36_064.2, 3117, 4956.3, 1389],
      [10, 2418.9, 2375, 13_962.4, 8292, 13_513, 6886],
      [20, 1044.7, 1123, 3116.8, 3304, 16_564.4, 7498],
    ]
    const n = 1500
    const text = `species S1 = 4150, S2 = 39565, S3 = 3445
      S1 -> 0, 1; 2 S1 -> S2, 0.002; S2 -> 2 S1, 0.5; S2 -> S3, 0.04`
    const solution = await sample(ask(text, [1, 10, 20]), { replicates: n })
    for (const [time, ...truths] of table) {
      for (const [s, quantity] of ['S1', 'S2', 'S3'].entries()) {
        const mean = moment(solution, { time, moment: 'mean', quantity }).value / truths[2 * s]
        const spread = Math.sqrt(moment(solution, { time, moment: 'variance', quantity }).value / truths[2 * s + 1])
        expect(Math.abs(mean - 1), `mean of ${quantity} at ${time}`).toBeLessThan(0.005)
        expect(Math.abs(spread - 1), `deviation of ${quantity} at ${time}`).toBeLessThan(
          0.02 + widest * Math.sqrt(1 / n),
        )
      }
    }
  })

  it('keeps conserved sums, and the mean of a conversion', async () => {
    const solution = await sample(ask('species A = 800; A <-> B, 1, 2; observable sum = A + B', [2]), {
      replicates: 3000,
    })
    const p = (1 - Math.exp(-6)) / 3
    const { value, se } = moment(solution, { time: 2, moment: 'mean', quantity: 'B' })
    expect(Math.abs(value - 800 * p)).toBeLessThan(widest * se)
    const sum = moment(solution, { time: 2, moment: 'mean', quantity: 'sum' }).value
    expect(Math.abs(sum - 800)).toBeLessThan(1e-9)
  })

  it('follows a rate that depends on time', async () => {
    const solution = await sample(ask('0 -> X, 1000 + 800*sin(t); X -> 0, 1', [3]), { replicates: 3000 })
    // x' = 1000 + 800 sin t − x; a birth–death process from nothing is Poisson at every time.
    const truth = 1000 * (1 - Math.exp(-3)) + 400 * (Math.sin(3) - Math.cos(3) + Math.exp(-3))
    for (const name of ['mean', 'variance']) {
      const { value, se } = moment(solution, { time: 3, moment: name, quantity: 'X' })
      expect(Math.abs(value - truth), name).toBeLessThan(widest * se)
    }
  })

  it('counts how often it ends below zero: never among many, often among few', () => {
    const below = (text: string) => {
      const sampler = langevin(ask(text, [5]), 0.03, 1)
      let [steps, under] = [0, 0]
      for (let i = 0; i < 50; i++) {
        sampler.start(stream(3, i))
        while (!sampler.advance());
        const counters = sampler.place.counters as Record<string, number>
        steps += counters.steps
        under += counters.stepsBelowZero
      }
      return under / steps
    }
    expect(below('species X = 1000; 0 -> X, 1000; X -> 0, 1')).toBe(0)
    expect(below('0 -> X, 1; X -> 0, 1')).toBeGreaterThan(0.01)
  })

  it('does not claim to know the law, and says where there are few', async () => {
    const problem = ask('species X = 500; 0 -> X, 500; X -> 0, 1; X -> Y, 0.01', [1], {
      moments: true,
      marginals: true,
    })
    const { marginals } = (await sample(problem, { replicates: 100 })).observations
    expect(marginals.error).toMatchObject({ kind: 'none', why: expect.stringContaining('rounded') })
    const shares = marginals.array.data.reduce((sum, p) => sum + p, 0)
    expect(shares).toBeCloseTo(2, 12)
    const verdict = cle.supports(problem, cle.options.defaults)
    expect(verdict).toMatchObject({ ok: true, caution: expect.stringContaining('Here Y begin with few') })
  })
})
