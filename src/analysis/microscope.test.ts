import { describe, expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import type { Problem } from '../solvers/contract'
import { walkerFor } from '../solvers/ssa/kernel'
import { ask } from '../solvers/testing'
import { stretch, watch } from './microscope'

const vilar = `species Da = 1, Dr = 1
A + Da <-> Dpa, 1, 50; A + Dr <-> Dpr, 1, 100
Da -> Da + Ma, 50; Dpa -> Dpa + Ma, 500; Dr -> Dr + Mr, 0.01; Dpr -> Dpr + Mr, 50
Ma -> Ma + A, 50; Mr -> Mr + R, 5; A + R -> C, 2; C -> R, 1
Ma -> 0, 10; Mr -> 0, 0.5; A -> 0, 1; R -> 0, 0.2`

const times = Array.from({ length: 11 }, (_, k) => k / 10)

const models: Record<string, Problem> = {
  decay: ask(
    'species X = 20; X -> 0, 0.1',
    times.map((t) => 100 * t),
  ),
  toggle: ask(
    '0 -> U, 40/(1 + (V/12)^2); 0 -> V, 40/(1 + (U/12)^2); U -> 0, 1; V -> 0, 1',
    times.map((t) => 5 * t),
  ),
  Vilar: ask(vilar, times),
  'a rate that swings': ask(
    '0 -> X, 30*(1 + sin(6*t)); X -> 0, 1',
    times.map((t) => 4 * t),
  ),
  'events by time and by count': ask(
    'species X = 5; 0 -> X, 10; X -> 0, 1; at t >= 1: X = 50; at X >= 60: X = 3; at X <= 1: X = 20',
    times.map((t) => 6 * t),
  ),
}

/** Counts at the output times, by the run itself. */
function run(problem: Problem, seed: number, replicate: number): Float64Array {
  const walker = walkerFor(problem)
  walker.start(stream(seed, replicate))
  for (let status = walker.advance(); status !== 'done'; status = walker.advance()) {
    if (status === 'invalid') throw new Error('invalid')
  }
  const records = walker.records.slice()
  walker.release()
  return records
}

describe('the microscope', () => {
  it.each(Object.entries(models))('shows the run itself: %s', (_, problem) => {
    const S = problem.network.species.length
    for (const replicate of [0, 1, 7]) {
      const { steps, whole } = watch(problem, 3, replicate)
      const records = run(problem, 3, replicate)
      expect(whole).toBe(true)
      expect(steps.length).toBeGreaterThan(5)
      problem.times.forEach((time, k) => {
        const next = steps.find(({ at }) => at > time)
        const last = steps.findLast(({ at }) => at <= time)
        // An event of the network may have come after the last step: the next one begins with what it left.
        const state = next && next.from <= time ? next.counts : (last?.after ?? problem.initial)
        expect([...state]).toEqual([...records.subarray(k * S, (k + 1) * S)])
      })
    }
  })

  it.each(Object.entries(models))('shows the numbers that decided: %s', (_, problem) => {
    const { steps, thinned } = watch(problem, 5, 2)
    for (const step of steps) {
      const { from, at, exponential, total, reaction, weights, fires } = step
      expect(at).toBeCloseTo(from + exponential / total, 12)
      const { from: low, to: high, at: mark } = stretch(step)
      expect(mark).toBeGreaterThanOrEqual(low - 1e-12)
      expect(mark).toBeLessThanOrEqual(high + 1e-12)
      expect(total).toBeCloseTo(
        weights.reduce((a, b) => a + b, 0),
        9,
      )
      expect(weights[reaction]).toBeGreaterThan(0)
      if (!thinned) expect(fires).toBe(true)
    }
    if (thinned) expect(steps.some(({ fires }) => !fires)).toBe(true)
  })

  it('links one step to the next', () => {
    const { steps } = watch(models.toggle, 1, 0)
    for (let k = 1; k < steps.length; k++) {
      expect(steps[k].from).toBe(steps[k - 1].at)
      expect([...steps[k].counts]).toEqual([...steps[k - 1].after])
    }
  })

  it('stops where it would be too much, and says so', () => {
    const { steps, whole } = watch(ask('0 -> X, 1e5', [1]), 1, 0)
    expect(steps).toHaveLength(5000)
    expect(whole).toBe(false)
    expect(watch(ask('0 -> X, 1', []), 1, 0)).toEqual({ steps: [], whole: true, thinned: false })
    expect(watch(ask('species X = 1; X -> 0, 1', [100]), 1, 0).steps).toHaveLength(1)
  })

  it('ends as the run would when a propensity breaks', () => {
    expect(() => watch(ask('species X = 3; X => 0, X - 2.5', [100]), 1, 0)).toThrow('propensity')
  })
})
