/**
 * The kernel's twin against laws that are known. A value may lie 4.5 standard errors from the truth (p ≈ 7·10⁻⁶), a law
 * must pass χ² at the same p. Power: a mean with coefficient of variation c that is wrong by δ shows once
 * n ≥ (7.5 c/δ)²; Poisson of mean 10, δ = 4 %: n ≥ 3516.
 */
import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import { chiSquare, poisson, twoSided } from '../../numerics/statistics'
import type { Problem } from '../contract'
import { summarise } from '../summary'
import { ask } from '../testing'
import { tallyRecords } from './solve'
import { exponential, stretch, twin } from './twin'

const widest = 4.5
const everything = { moments: true, marginals: true, trajectories: true }

/** A whole solution of the twin's, by way of the records of a batch. */
function sample(problem: Problem, lanes: number, seed = 1) {
  const walk = twin(problem, stream(seed, 0).words)
  const rows = problem.times.length * problem.network.species.length
  const records = new Int32Array(rows * lanes)
  for (let lane = 0; lane < lanes; lane++) {
    walk(lane).forEach((count, i) => {
      records[i * lanes + lane] = count
    })
  }
  return summarise(problem, tallyRecords(problem, records, { first: 0, step: 1, lanes, paths: 3 }))
}

type Solution = ReturnType<typeof sample>

function distance({ observations: { moments } }: Solution, place: Record<string, number | string>, truth: number) {
  if (moments.error.kind !== 'sampling') throw new Error(moments.error.kind)
  return Math.abs(at(moments.array, place) - truth) / at(moments.error.standardError, place)
}

function chance({ observations: { marginals } }: Solution, n: number, time: number, quantity: string, law: number[]) {
  const seen = marginals.array.coords.count.map((count) =>
    Math.round(n * at(marginals.array, { time, quantity, count })),
  )
  return chiSquare(seen, law).pValue
}

describe('the kernel, said plainly, has the laws', () => {
  it('of birth and death: Poisson at every time', () => {
    const times = [0, 0.1, 1, 5]
    const n = 4000
    const solution = sample(ask('0 -> X, 10; X -> 0, 1', times, everything), n)
    for (const time of times.slice(1)) {
      const mean = 10 * (1 - Math.exp(-time))
      const law = Array.from({ length: 40 }, (_, count) => poisson(mean, count))
      expect(distance(solution, { time, moment: 'mean', quantity: 'X' }, mean)).toBeLessThan(widest)
      expect(distance(solution, { time, moment: 'variance', quantity: 'X' }, mean)).toBeLessThan(widest)
      expect(chance(solution, n, time, 'X', law)).toBeGreaterThan(twoSided(widest))
    }
    expect(at(solution.observations.moments.array, { time: 0, moment: 'mean', quantity: 'X' })).toBe(0)
    expect(solution.observations.trajectories.array.shape).toEqual([3, 1, times.length])
  })

  it('of a dimerisation at rest, with its pairs', () => {
    const n = 3000
    const solution = sample(ask('species A = 20; 2A <-> B, 0.1, 1', [10], everything), n)
    const factorial = (m: number): number => (m > 1 ? m * factorial(m - 1) : 1)
    const weights = Array.from({ length: 11 }, (_, m) => 0.05 ** m / (factorial(m) * factorial(20 - 2 * m)))
    const total = weights.reduce((a, b) => a + b, 0)
    const law = weights.map((weight) => weight / total)
    expect(chance(solution, n, 10, 'B', law)).toBeGreaterThan(twoSided(widest))
  })

  it('of choices: a channel of 10⁻¹⁵ of the sum has its share', () => {
    // Added in single precision, the last three would vanish in the first.
    const a = [1e6, 3, 1e-4, 1e-9].map(Math.fround)
    const total = a.reduce((sum, value) => Math.fround(sum + value), 0)
    const lengths = a.map((value) => stretch(value, Math.fround(1 / total)))
    const all = lengths.reduce((sum, length) => sum + length, 0n)
    expect(all).toBeLessThan(2n ** 61n)
    // Seldom is anything drawn again.
    expect(Number(all) / 2 ** 61).toBeGreaterThan(0.999)
    const exactly = a.reduce((sum, value) => sum + value, 0)
    lengths.forEach((length, r) => {
      // At the end of the list, 2300 whole numbers stand for 10⁻¹⁵.
      expect(Number(length) / Number(all) / (a[r] / exactly)).toBeCloseTo(1, r < 3 ? 6 : 3)
    })
  })

  it('of waits: neither none nor for ever, whatever the bits', () => {
    expect(exponential([0xffffffff, 0])).toBeGreaterThan(0)
    expect(exponential([0, 0])).toBeLessThan(33)
    expect(exponential([0x200, 0])).toBeLessThan(exponential([0, 0xffffffff]))
  })

  it('of a rare channel beside a frequent one', () => {
    // 40 frequent events against 10⁻³ rare ones each: the rare ones are Poisson however they are listed.
    const n = 4000
    for (const text of ['0 -> R, 0.5; 0 -> 0, 40', '0 -> 0, 40; 0 -> R, 0.5']) {
      const solution = sample(ask(text, [1], everything), n)
      const law = Array.from({ length: 12 }, (_, count) => poisson(0.5, count))
      expect(chance(solution, n, 1, 'R', law)).toBeGreaterThan(twoSided(widest))
    }
  })

  it('does not depend on other output times, or on which replicates are walked', () => {
    const text = '0 -> X, 10; X -> 0, 1'
    const key = stream(5, 0).words
    const [few, many] = [twin(ask(text, [4]), key), twin(ask(text, [1, 2, 4]), key)]
    const ends = [7, 3].map((replicate) => [few(replicate)[0], many(replicate)[2]])
    for (const [a, b] of ends) expect(a).toBe(b)
    expect(new Set(Array.from({ length: 20 }, (_, i) => few(i)[0])).size).toBeGreaterThan(4)
  })
})
