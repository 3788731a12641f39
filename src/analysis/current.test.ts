import { describe, expect, it } from 'vitest'
import { at, type NamedArray } from '../numerics/named-array'
import { fsp } from '../solvers/fsp/index'
import { method } from '../solvers/fsp/solve'
import { ask, finish } from '../solvers/testing'
import { type Blocks, pairCurrent } from './current'

const brusselator = 'parameter a = 2, b = 4, v = 4; 0 -> X, a * v; 2X + Y -> 3X, 2 / v^2; X -> Y, b; X -> 0, 1'
const pair = '0 -> A, 6; A -> 0, 1; 0 -> B, 4; B -> 0, 0.5'

async function solved(text: string, time: number, options = {}) {
  const problem = ask(text, [time], { moments: true, joints: [[0, 1]] })
  const solution = await finish(method, problem, { ...fsp.options.defaults, tolerance: 1e-11, ...options })
  const joint = Object.entries(solution.observations).find(([key]) => key.startsWith('joint'))![1].array as NamedArray
  const [, rows, columns] = joint.shape
  return { problem, law: { rows, columns, p: joint.data }, moments: solution.observations.moments.array as NamedArray }
}

const blocksOver = ({ rows, columns }: { rows: number; columns: number }, width: number, height: number): Blocks => ({
  left: 0,
  bottom: 0,
  width,
  height,
  across: Math.ceil((rows + 3) / width),
  upwards: Math.ceil((columns + 3) / height),
})
const sum = (list: Float64Array) => list.reduce((a, b) => a + b, 0)
const largest = (list: Float64Array) => list.reduce((a, b) => Math.max(a, Math.abs(b)), 0)

describe('the probability current', () => {
  it('is free of divergence at rest, and not zero where there is no detailed balance', async () => {
    const { problem, law } = await solved(brusselator, 0, { horizon: 'stationary' })
    for (const [width, height] of [
      [1, 1],
      [3, 2],
    ]) {
      const current = pairCurrent(problem, [0, 1], law, 0, blocksOver(law, width, height))
      // Rates reach some hundreds; the law at rest is good to 1e-11.
      expect(largest(current.inflow)).toBeLessThan(1e-8)
      expect(largest(current.x)).toBeGreaterThan(1e-3)
    }
  })

  it('is zero in detailed balance, in every block', async () => {
    const { problem, law } = await solved(pair, 0, { horizon: 'stationary' })
    for (const width of [1, 4]) {
      const { x, y } = pairCurrent(problem, [0, 1], law, 0, blocksOver(law, width, width))
      expect(Math.max(largest(x), largest(y))).toBeLessThan(1e-9)
    }
  })

  it('adds up to the drift of the means, and its divergence is the change of the law', async () => {
    const t = 0.6
    const { problem, law } = await solved(pair, t)
    const blocks = blocksOver(law, 2, 3)
    const current = pairCurrent(problem, [0, 1], law, t, blocks)
    // m' = 6 e^(−t) for A, 4 e^(−t/2) for B.
    expect(sum(current.x)).toBeCloseTo(6 * Math.exp(-t), 7)
    expect(sum(current.y)).toBeCloseTo(4 * Math.exp(-t / 2), 7)
    const h = 1e-3
    const [before, after] = [await solved(pair, t - h), await solved(pair, t + h)]
    const mass = ({ law: { rows, columns, p } }: typeof before, i: number, j: number) => {
      let total = 0
      for (let a = 2 * i; a < Math.min(rows, 2 * i + 2); a++) {
        for (let b = 3 * j; b < Math.min(columns, 3 * j + 3); b++) total += p[a * columns + b]
      }
      return total
    }
    for (const [i, j] of [
      [0, 0],
      [1, 0],
      [2, 1],
    ]) {
      const change = (mass(after, i, j) - mass(before, i, j)) / (2 * h)
      // Central differences err by h² times a third derivative of order ten.
      expect(Math.abs(current.inflow[i * blocks.upwards + j] - change)).toBeLessThan(2e-5)
    }
  })

  it('knows its own error: sampling by the mean square, an l1 bound by the largest weight', async () => {
    const { problem, law } = await solved(pair, 1)
    const blocks = blocksOver(law, 3, 3)
    const exact = pairCurrent(problem, [0, 1], law, 1, blocks)
    const moved = { ...law, p: Float64Array.from(law.p, (p, k) => p * (k % 2 ? 0.99 : 1.01)) }
    const off = pairCurrent(problem, [0, 1], moved, 1, blocks)
    const l1 = Array.from(law.p).reduce((total, p) => total + 0.01 * p, 0)
    for (let k = 0; k < exact.x.length; k++) {
      const difference = Math.hypot(exact.x[k] - off.x[k], exact.y[k] - off.y[k])
      expect(difference).toBeLessThanOrEqual(l1 * exact.largest[k] + 1e-12)
      // Cauchy–Schwarz: the square of a mean is at most the mean square.
      expect(exact.x[k] ** 2 + exact.y[k] ** 2).toBeLessThanOrEqual(exact.square[k] + 1e-15)
    }
  })

  it('finds what a conservation law determines, and refuses what nothing does', async () => {
    const enzyme = 'species S = 8, E = 3; bind: S + E -> C, 1; undo: C -> S + E, 0.5; turn: C -> P + E, 0.2'
    const { problem, law } = await solved(enzyme, 1)
    const blocks = blocksOver(law, 1, 1)
    // S and E: C = 3 − E, so that all rates are known.
    const current = pairCurrent(problem, [0, 1], law, 1, blocks)
    const h = 1e-3
    const [before, after] = [await solved(enzyme, 1 - h), await solved(enzyme, 1 + h)]
    const drift = (quantity: string) => {
      const mean = ({ moments }: typeof before, time: number) => at(moments, { time, moment: 'mean', quantity })
      return (mean(after, 1 + h) - mean(before, 1 - h)) / (2 * h)
    }
    expect(Math.abs(sum(current.x) - drift('S'))).toBeLessThan(1e-4)
    expect(Math.abs(sum(current.y) - drift('E'))).toBeLessThan(1e-4)
    const open = ask('0 -> Z, 1; Z -> 0, 1; 0 -> A, Z; A -> 0, 1; 0 -> B, 1; B -> 0, 1', [1])
    expect(() => pairCurrent(open, [1, 2], { rows: 1, columns: 1, p: [1] }, 0, blocks)).toThrow(
      /reads Z, which A and B/,
    )
  })
})
