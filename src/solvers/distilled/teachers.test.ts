import { describe, expect, it } from 'vitest'
import { poisson } from '../../numerics/statistics'
import type { Solution } from '../contract'
import { project, projectFrom } from '../fsp/kernel'
import { ask, finish, lend } from '../testing'
import { timesWithin, windowEnds } from './consistency'
import { boxOf } from './course'
import { type DistilledOptions, distilled } from './index'
import { oneStep } from './paper'
import { snapshots } from './snapshots'
import { method } from './solve'

const pool = 'species X = 0\nparameter k = 6 in [3, 9]\n0 -> X, k\nX -> 0, 1\n'
const gene = 'species G = 1, B = 0, P = 0\nG + P <-> B, 0.1, 0.9\nG -> G + P, 4\nB -> B + P, 9\nP -> 0, 1\n'
const small = { settings: 20, looks: 4, heldOut: 5, width: 16, layers: 1, epochs: 120, batch: 8 }

const run = (text: string, times: number[], options: Partial<DistilledOptions>) =>
  finish(
    method,
    ask(text, times, { moments: true, marginals: true }),
    { ...distilled.options.defaults, ...options },
    lend(3),
  )

/** Hellinger distance of the law of X from Poisson's, at each time. */
function offs({ observations }: Solution, k: number, times: readonly number[]): number[] {
  const { shape, data } = observations.marginals.array
  return times.map((t, row) => {
    let overlap = 0
    for (let n = 0; n < shape[2]; n++)
      overlap += Math.sqrt(poisson(k * (1 - Math.exp(-t)), n) * data[row * shape[2] + n])
    return Math.sqrt(Math.max(0, 1 - overlap))
  })
}

describe('teachers that are networks, and none', () => {
  it('learns from networks that step through time', async () => {
    const solution = await run(pool, [1, 3], { ...small, settings: 12, teacher: 'nncme', paths: 2000 })
    // 2000 states leave √(15/16000) = 0.03; a student that learnt nothing is at 0.5 or above.
    expect(Math.max(...offs(solution, 6, [1, 3]))).toBeLessThan(0.06)
    expect(solution.observations.marginals.error).toMatchObject({ kind: 'estimate' })
    expect(JSON.stringify(solution.observations.marginals.error)).toMatch(/distance to the exact law/)
  })

  it('writes down the law of a network, over what conservation leaves', async () => {
    const problem = ask(gene, [0.5, 2])
    const boxes: ReturnType<typeof boxOf>[] = []
    for await (const _ of snapshots(problem, 4000, 7, lend(1), (box, k) => {
      boxes[k] = box
    }));
    for (const _ of project(problem, { tolerance: 1e-8 }, (law, k) => {
      const exact = boxOf(law)
      const box = boxes[k]
      expect(box.p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
      const marginal = ({ low, widths, p }: typeof box) => {
        const sum = new Float64Array(60)
        p.forEach((mass, cell) => {
          sum[low[1] + (cell % widths[1])] += mass
        })
        return sum
      }
      const [p, q] = [marginal(exact), marginal(box)]
      const overlap = p.reduce((sum, mass, n) => sum + Math.sqrt(mass * q[n]), 0)
      expect(Math.sqrt(Math.max(0, 1 - overlap))).toBeLessThan(0.06)
    }));
  })

  it('learns from nothing but the master equation, window by window', async () => {
    const options = { ...small, teacher: 'consistency', windows: 4 } as const
    const solution = await run(pool, [1, 3], options)
    // Errors of four windows add up; without the carrying-on it would say Poisson of what was at the first window.
    expect(Math.max(...offs(solution, 6, [1, 3]))).toBeLessThan(0.1)
    expect(solution.artifact?.notes).toMatchObject({ teacher: 'consistency', windows: 4 })
    // The windows' updates follow each other.
    const updates = solution.training?.coords.update.map(Number) ?? []
    expect(updates.length).toBeGreaterThan(4)
    expect(updates).toEqual([...updates].sort((a, b) => a - b))
  })

  it('learns early times first, where that is wanted', async () => {
    const solution = await run(pool, [1, 3], { ...small, stages: 3 })
    expect(Math.max(...offs(solution, 6, [1, 3]))).toBeLessThan(0.05)
    expect(solution.artifact?.notes.stages).toBe(3)
  })

  it('descends the score gradient of the paper', async () => {
    const text = 'species X = 0\n0 -> X, 3\nX -> 0, 1\n'
    const options = { teacher: 'nncme', paths: 2000, network: 'transformer', paper: true } as const
    const solution = await run(text, [1, 3], {
      ...options,
      looks: 2,
      width: 16,
      layers: 1,
      epochs: 250,
      rate: 0.02,
      heldOut: 1,
    })
    // After one epoch it is 0.67 and 0.62 off; the gradient is noisy and its states few.
    expect(Math.max(...offs(solution, 3, [1, 3]))).toBeLessThan(0.15)
    expect(solution.artifact?.notes.paper).toBe(1)
  })
})

describe('windows of time', () => {
  const domain = { axes: [], horizon: 10 }

  it('end at the horizon, and looks lie within', () => {
    const ends = windowEnds(domain, 5)
    expect(ends[4]).toBe(10)
    expect([...ends]).toEqual([...ends].sort((a, b) => a - b))
    for (const i of [0, 1, 2]) {
      for (const t of timesWithin(2, 3, 4, i)) expect(t > 2 && t < 3).toBe(true)
      for (const t of timesWithin(0, 0.1, 4, i)) expect(t > 0 && t < 0.1).toBe(true)
    }
  })

  it('carry a law on to where it would have come by itself', () => {
    const problem = ask(gene, [1, 2.5])
    const boxes = new Map<number, ReturnType<typeof boxOf>>()
    for (const _ of project(problem, { tolerance: 1e-10 }, (law, k) => boxes.set(k, boxOf(law))));
    const start = boxes.get(0)
    const later = { ...problem, times: Float64Array.of(2.5) }
    for (const _ of projectFrom(later, start, 1, { tolerance: 1e-10 }, (law) => {
      const [found, exact] = [boxOf(law), boxes.get(1)!]
      const at = (box: typeof found, g: number, n: number) => {
        const [i, j] = [g - box.low[0], n - box.low[1]]
        return i >= 0 && i < box.widths[0] && j >= 0 && j < box.widths[1] ? box.p[i * box.widths[1] + j] : 0
      }
      // Cells below 1e-10 of the start are left out, some forty of them.
      for (const g of [0, 1])
        for (let n = 0; n < 40; n++) expect(Math.abs(at(found, g, n) - at(exact, g, n))).toBeLessThan(1e-8)
    }));
  })

  it('take one Euler step that keeps all mass', () => {
    const problem = ask(gene, [1])
    for (const _ of project(problem, { tolerance: 1e-10 }, (law) => {
      const { target, step } = oneStep(problem, problem, boxOf(law), 0.01)
      expect(step).toBeGreaterThan(0.001)
      expect(target.p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
      expect(target.p.every((mass) => mass > -1e-12)).toBe(true)
      // The mean of P moves by step · (production − decay − binding + unbinding).
      const meanOf = ({ low, widths, p }: typeof target, of: (g: number, n: number) => number) =>
        p.reduce(
          (sum, mass, cell) => sum + mass * of(low[0] + Math.floor(cell / widths[1]), low[1] + (cell % widths[1])),
          0,
        )
      const before = boxOf(law)
      const drift = meanOf(before, (g, n) => (g ? 4 - 0.1 * n : 9 + 0.9) - n)
      const change = meanOf(target, (_, n) => n) - meanOf(before, (_, n) => n)
      expect(change / step).toBeCloseTo(drift, 6)
    }));
  })
})
