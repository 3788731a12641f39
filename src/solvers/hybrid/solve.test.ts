/** Truths of hybrid simulation. Seeds are fixed; a value may lie 4.5 standard errors from the truth (p ≈ 7·10⁻⁶). */
import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { chiSquare, poisson, twoSided } from '../../numerics/statistics'
import type { Problem, Solution } from '../contract'
import { ask, finish, lend } from '../testing'
import { type HybridOptions, hybrid } from './index'
import { method } from './solve'

const widest = 4.5
const sample = (problem: Problem, more: Partial<HybridOptions> = {}): Promise<Solution> =>
  finish(method, problem, { ...hybrid.options.defaults, ...more }, lend(6))

function moment({ observations: { moments } }: Solution, place: { time: number; moment: string; quantity: string }) {
  if (moments.error.kind !== 'sampling' || !moments.error.bias) throw new Error('no measured bias')
  const { standardError, bias } = moments.error
  return { value: at(moments.array, place), se: at(standardError, place), bias: at(bias.value, place) }
}

/** A gene that is on at rate 0.3 and off at 0.7, transcripts made at `k` while it is on, each lost at rate 1. */
const telegraph = (k: number) => `species Off = 1; Off <-> On, 0.3, 0.7; On -> On + M, ${k}; M -> 0, 1`

/** Moments of M, from 0 and the gene off, by integrating the closed moment equations with RK4. */
function moments(k: number, until: number) {
  // p = P(on), m = E M, c = E[M; on], s = E M(M − 1)
  const slope = ([p, m, c, s]: number[]) => [
    0.3 * (1 - p) - 0.7 * p,
    k * p - m,
    0.3 * (m - c) - 0.7 * c + k * p - c,
    2 * k * c - 2 * s,
  ]
  const steps = 4000
  const h = until / steps
  let y = [0, 0, 0, 0]
  const ahead = (by: number, f: number[]) => y.map((value, i) => value + by * f[i])
  for (let n = 0; n < steps; n++) {
    const a = slope(y)
    const b = slope(ahead(h / 2, a))
    const c = slope(ahead(h / 2, b))
    const d = slope(ahead(h, c))
    y = y.map((value, i) => value + (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + d[i]))
  }
  const [on, mean, , pairs] = y
  return { on, mean, variance: pairs + mean - mean * mean }
}

describe('hybrid simulation', () => {
  it('is exact simulation where nothing is fast', async () => {
    const solution = await sample(ask('0 -> X, 10; X -> 0, 1', [2], { moments: true, marginals: true }), {
      replicates: 8000,
    })
    const { array } = solution.observations.marginals
    const seen = array.coords.count.map((count) => 8000 * at(array, { time: 2, quantity: 'X', count }))
    const law = seen.map((_, n) => poisson(10 * (1 - Math.exp(-2)), n))
    expect(chiSquare(seen, law).pValue).toBeGreaterThan(twoSided(widest))
    expect(solution.diagnostics.roundings).toBe(0)
  })

  it('decaying and dimerising: means within 1 %, deviations within 2 % of exact simulation', async () => {
    // 8000 exact runs, whose variances have an error of √(2/8000). At the end all but S3 is below the threshold.
    const table: [time: number, ...truths: number[]][] = [
      [1, 1104.91, 1067, 3396.22, 695, 137.4, 130],
      [5, 672.23, 708, 1479.64, 855, 512.78, 450],
      [10, 274.84, 326, 364.44, 323, 678.7, 548],
      [30, 0.041, 0.05, 0.017, 0.02, 716.19, 568],
    ]
    const n = 1500
    const text = 'species S1 = 10000; S1 -> 0, 1; 2 S1 -> S2, 0.002; S2 -> 2 S1, 0.5; S2 -> S3, 0.04'
    const solution = await sample(ask(text, [1, 5, 10, 30]), { replicates: n })
    for (const [time, ...truths] of table) {
      for (const [s, quantity] of ['S1', 'S2', 'S3'].entries()) {
        if (truths[2 * s] < 1) continue
        const { value, se } = moment(solution, { time, moment: 'mean', quantity })
        expect(Math.abs(value - truths[2 * s]), `mean of ${quantity} at ${time}`).toBeLessThan(
          0.005 * truths[2 * s] + widest * se,
        )
        expect(Math.abs(value / truths[2 * s] - 1)).toBeLessThan(0.02)
        const spread = Math.sqrt(moment(solution, { time, moment: 'variance', quantity }).value / truths[2 * s + 1])
        const noise = widest * Math.sqrt(1 / (2 * n) + 1 / 16_000)
        expect(Math.abs(spread - 1), `deviation of ${quantity} at ${time}`).toBeLessThan(0.02 + noise)
      }
    }
    expect(solution.diagnostics.roundings).toBeGreaterThan(n)
  })

  it.each([
    ['langevin', 2000],
    ['ode', 20_000],
  ] as const)('a gene switches exactly while its transcripts flow: %s', async (fast, k) => {
    const n = 6000
    const solution = await sample(ask(telegraph(k), [1, 6]), { replicates: n, fast })
    for (const time of [1, 6]) {
      const truth = moments(k, time)
      const on = moment(solution, { time, moment: 'mean', quantity: 'On' })
      expect(Math.abs(on.value - truth.on)).toBeLessThan(widest * on.se)
      const mean = moment(solution, { time, moment: 'mean', quantity: 'M' })
      const variance = moment(solution, { time, moment: 'variance', quantity: 'M' })
      expect(Math.abs(mean.value - truth.mean), `mean at ${time}`).toBeLessThan(widest * mean.se)
      expect(Math.abs(variance.value - truth.variance), `variance at ${time}`).toBeLessThan(widest * variance.se)
    }
    // One event of the gene needs few steps, one of the transcripts none.
    expect(solution.diagnostics.steps / n).toBeLessThan(k)
  })

  it('keeps means when counts become whole again', async () => {
    // C takes both of the others below the threshold, one after the other.
    const text = 'species A = 400; A <-> B, 3, 3; A -> C, 1; B -> C, 1; observable sum = A + B + C'
    const solution = await sample(ask(text, [0.5, 2, 4]), { replicates: 400 })
    for (const time of [0.5, 2, 4]) {
      const sum = moment(solution, { time, moment: 'mean', quantity: 'sum' })
      expect(Math.abs(sum.value - 400)).toBeLessThan(1e-9 + widest * sum.se)
      const c = moment(solution, { time, moment: 'mean', quantity: 'C' })
      expect(Math.abs(c.value - 400 * (1 - Math.exp(-time)))).toBeLessThan(widest * c.se + 1)
    }
    expect(solution.diagnostics.roundings).toBeGreaterThan(0)
  })

  it('leaves rates that read the time to others', () => {
    const verdict = hybrid.supports(ask('0 -> X, 1 + sin(t)', [1]), hybrid.options.defaults)
    expect(verdict).toMatchObject({ ok: false, instead: 'ssa' })
  })
})
