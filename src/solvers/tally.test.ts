import { describe, expect, it } from 'vitest'
import { at, indexOf } from '../numerics/named-array'
import { stream } from '../numerics/rng'
import type { Problem, Solution } from './contract'
import { whole } from './ssa/kernel'
import { summarise } from './summary'
import { addReplicate, emptyTally, keptPaths, maxMarginalCells, maxPathNumbers, merge, type Tally } from './tally'
import { maxJointCells } from './tally-joint'
import { ask } from './testing'

const everything = { moments: true, marginals: true, joints: [[0, 1]] as [number, number][], trajectories: true }

/** Two species and an observable; values are drawn, not simulated. */
const problem = ask('species A = 10, B = 3; observable ratio = A/(1 + B); A -> B, 1', [1, 2], everything)

type Draw = (uniform: () => number) => number[]
const small: Draw = (u) => [Math.floor(40 * u()), Math.floor(6 * u()), Math.floor(9 * u())]
const wide: Draw = (u) => [Math.floor(6e3 * u() ** 3), Math.floor(6 * u()), Math.floor(2e9 * u())]
const narrow: Draw = (u) => [5000 + Math.floor(2 * u()), Math.floor(6 * u()), 1e6 + Math.floor(9 * u())]
const odd: Draw = (u) => [Math.floor(40 * u()), Math.floor(6 * u()), 3 * u() - 1]

function values(draw: Draw, replicate: number, times: number): Float64Array {
  const source = stream(9, replicate)
  return Float64Array.from(Array.from({ length: times }, () => draw(() => source.uniform())).flat())
}

function tallyOf(p: Problem, draw: Draw, replicates: readonly number[]): Tally {
  const tally = emptyTally(p)
  for (const i of replicates) {
    addReplicate(tally, values(draw, i, p.times.length))
    if (i < 3) tally.paths.push({ replicate: i, values: values(draw, i, p.times.length) })
  }
  return tally
}

/** Deep equality, quick for the large arrays that joint laws are. */
function expectSame(a: Solution, b: Solution): void {
  const text = (solution: Solution) =>
    JSON.stringify(solution, (_, value) =>
      value instanceof Float64Array ? Buffer.from(value.buffer).toString('latin1') : value,
    )
  expect(text(a) === text(b)).toBe(true)
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

describe('tallies', () => {
  it.each([
    ['small counts', small],
    ['large counts', wide],
    ['numbers that are no counts', odd],
  ])('add up to the same bits in any order and split: %s', (_, draw) => {
    const whole = summarise(problem, tallyOf(problem, draw, upTo(500)))
    for (const parts of [1, 2, 8]) {
      const tallies = upTo(parts).map((k) =>
        tallyOf(
          problem,
          draw,
          upTo(500).filter((i) => i % parts === k),
        ),
      )
      expectSame(summarise(problem, merge(tallies)), whole)
      expectSame(summarise(problem, merge(tallies.reverse().map((tally) => structuredClone(tally)))), whole)
    }
    const backwards = tallyOf(problem, draw, upTo(500).reverse())
    backwards.paths.reverse()
    expectSame(summarise(problem, backwards), whole)
  })

  it('leaves the parts as they were', () => {
    const parts = [tallyOf(problem, small, [0, 1]), tallyOf(problem, odd, [2, 3])]
    const before = structuredClone(parts)
    merge(parts)
    expect(parts).toEqual(before)
  })

  it.each([
    ['small counts', small, 1e-12],
    ['large counts', wide, 1e-9],
    ['large counts that hardly vary', narrow, 1e-9],
    ['numbers that are no counts', odd, 1e-9],
  ] as const)('give the moments and their standard errors as the formulas do: %s', (_, draw, tolerance) => {
    const n = 300
    const { array, error } = summarise(problem, tallyOf(problem, draw, upTo(n))).observations.moments
    if (error.kind !== 'sampling') throw new Error(error.kind)
    for (const [q, name] of ['A', 'B', 'ratio'].entries()) {
      for (const [k, time] of [1, 2].entries()) {
        const sample = upTo(n).map((i) => values(draw, i, 2)[3 * k + q])
        const mean = sample.reduce((a, b) => a + b, 0) / n
        const central = (power: number) => sample.reduce((sum, x) => sum + (x - mean) ** power, 0) / n
        const variance = (central(2) * n) / (n - 1)
        const excess = Math.sqrt((central(4) - (variance ** 2 * (n - 3)) / (n - 1)) / n)
        const near = (value: number, expected: number) =>
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), 1e-3))
        near(at(array, { time, moment: 'mean', quantity: name }), mean)
        near(at(array, { time, moment: 'variance', quantity: name }), variance)
        near(at(error.standardError, { time, moment: 'mean', quantity: name }), Math.sqrt(variance / n))
        near(at(error.standardError, { time, moment: 'variance', quantity: name }), excess)
      }
    }
  })

  it('counts every replicate once in each histogram, with an error for what was never hit', () => {
    const n = 400
    const { marginals, 'joint:A,B': joint } = summarise(problem, tallyOf(problem, small, upTo(n))).observations
    if (marginals.error.kind !== 'sampling') throw new Error(marginals.error.kind)
    const hits = upTo(n).filter((i) => values(small, i, 2)[3] === 7).length
    const p = at(marginals.array, { time: 2, quantity: 'A', count: 7 })
    const se = at(marginals.error.standardError, { time: 2, quantity: 'A', count: 7 })
    expect([p, se]).toEqual([hits / n, Math.sqrt((p * (1 - p)) / n)])
    const never = at(marginals.error.standardError, { time: 2, quantity: 'B', count: 30 })
    expect(1.96 * never).toBeCloseTo(3 / n, 12)
    const both = upTo(n).filter((i) => values(small, i, 2)[0] === 7 && values(small, i, 2)[1] === 2).length
    expect(at(joint.array, { time: 1, A: 7, B: 2 })).toBe(both / n)
    expect(joint.array.data.reduce((a, b) => a + b, 0)).toBeCloseTo(2, 12)
  })

  it('widens cells to powers of two where counts are large, and says so', () => {
    const tally = tallyOf(problem, wide, upTo(300))
    const { observations, warnings } = summarise(problem, tally)
    const counts = observations.marginals.array.coords.count as number[]
    const width = counts[1] - counts[0]
    expect(Math.log2(width) % 1).toBe(0)
    expect(counts.length).toBeLessThanOrEqual(tally.cells)
    expect(warnings.join()).toContain(`${width} counts`)
    const first = upTo(300).filter((i) => values(wide, i, 2)[2] < width).length
    expect(at(observations.marginals.array, { time: 1, quantity: 'ratio', count: 0 })).toBe(first / 300)
    const { array } = observations['joint:A,B']
    expect(array.data.length).toBeLessThanOrEqual(maxJointCells)
    expect(array.data.reduce((a, b) => a + b, 0)).toBeCloseTo(2, 12)
  })

  it('gives only moments of what is negative or fractional, with a warning', () => {
    const { observations, warnings } = summarise(problem, tallyOf(problem, odd, upTo(50)))
    expect(observations.marginals.array.coords.quantity).toEqual(['A', 'B'])
    expect(indexOf(observations.moments.array, 'quantity', 'ratio')).toBe(2)
    expect(warnings.join()).toContain('ratio')
  })

  it('keeps its histograms within their bounds for many times', () => {
    const long = ask('species A = 0, B = 0; 0 -> A, 1; A -> B, 1', upTo(4000), everything)
    const tally = emptyTally(long)
    expect(tally.cells * 4000 * 2).toBeLessThanOrEqual(maxMarginalCells)
    addReplicate(
      tally,
      Float64Array.from({ length: 8000 }, (_, i) => i),
    )
    addReplicate(
      tally,
      Float64Array.from({ length: 8000 }, (_, i) => 8000 - i),
    )
    const { observations } = summarise(long, tally)
    expect(observations.marginals.array.data.length).toBeLessThanOrEqual(maxMarginalCells)
    expect(observations['joint:A,B'].array.data.length).toBeLessThanOrEqual(maxJointCells)
    expect(at(observations.moments.array, { time: 3999, moment: 'mean', quantity: 'B' })).toBe((7999 + 1) / 2)
  })

  it('refuses what would not fit in memory', () => {
    const text = Array.from({ length: 50 }, (_, i) => `0 -> S${i}, 1`).join('\n')
    expect(() => emptyTally(ask(text, upTo(100_000)))).toThrow(/fewer|numbers/)
  })
})

describe('paths', () => {
  const T = 100_000
  const long = ask('species A = 1; observable twice = 2*A; A -> 0, 1', [...Array(T).keys()], everything)
  const most = Math.floor(maxPathNumbers / (2 * T))

  it('are kept as many as are asked for, while all hold no more numbers than there is room for', () => {
    expect(most).toBe(83)
    for (const asked of [0, 50, most]) expect(keptPaths(long, asked)).toBe(asked)
    expect(keptPaths(long, 1000)).toBe(most)
    expect(keptPaths(problem, 1000)).toBe(1000)
    expect(keptPaths({ ...problem, observe: { ...everything, trajectories: false } }, 50)).toBe(0)
  })

  it('that are left out are told of, whoever drew the replicates', async () => {
    const { method, defaults } = await whole()
    const draw = async (first: number, step: number) => {
      const bare = { ...long, observe: { ...everything, joints: [] } }
      const options = { ...defaults, replicates: 90, trajectories: 1000 }
      const run = { rng: (i: number) => stream(1, i), due: () => false, seed: 1 }
      const tallies = method.ensemble!.tally(bare, options, run as never, { first, step, until: 90 })
      for (;;) {
        const { done, value } = await tallies.next()
        if (done) return value
      }
    }
    const shares = [await draw(0, 2), await draw(1, 2)]
    const solution = summarise({ ...long, observe: { ...everything, joints: [] } }, merge(shares))
    expect(solution.observations.trajectories?.array.shape).toEqual([83, 2, T])
    expect(solution.warnings).toEqual([
      'The first 83 paths are kept, not 90: all paths together hold at most 16,777,216 numbers. Ask for fewer output times to keep more',
    ])
  })
})
