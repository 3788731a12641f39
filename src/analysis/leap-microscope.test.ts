import { describe, expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import { solvers } from '../solvers/registry'
import { leaper } from '../solvers/tau-leap/kernel'
import { ask } from '../solvers/testing'
import { watchLeaps } from './leap-microscope'

const options = solvers.tauLeap.options.defaults as never as Parameters<typeof watchLeaps>[1]
const times = Array.from({ length: 6 }, (_, k) => k)
const models = {
  'decaying and dimerising': ask(
    'species S1 = 10000; S1 -> 0, 1; 2S1 -> S2, 0.002; S2 -> 2S1, 0.5; S2 -> S3, 0.04',
    times,
  ),
  'few and many': ask('species A = 3, B = 2000; A -> 2A, 1; A -> 0, 0.9; B -> 0, 1; 0 -> B, 2000', times),
}

describe('leaps under the microscope', () => {
  it.each(Object.entries(models))('are those of the run itself: %s', (_, problem) => {
    const S = problem.network.species.length
    for (const replicate of [0, 3]) {
      const { steps, whole } = watchLeaps(problem, options, 2, replicate)
      const sampler = leaper(problem, { ...options, share: 1 })
      sampler.start(stream(2, replicate))
      while (!sampler.advance());
      expect(whole).toBe(true)
      problem.times.forEach((time, k) => {
        const state = steps.findLast(({ at }) => at <= time)?.after ?? problem.initial
        expect([...state]).toEqual([...sampler.place.records.subarray(k * S, (k + 1) * S)])
      })
      for (let k = 1; k < steps.length; k++) expect([...steps[k].counts]).toEqual([...steps[k - 1].after])
      expect(steps.reduce((sum, { fired }) => sum + fired.reduce((a, b) => a + b, 0), 0)).toBe(sampler.place.events)
    }
  })

  it('say what ended them, truly', () => {
    const { steps } = watchLeaps(models['few and many'], options, 2, 0)
    const seen = new Set(steps.map(({ limit }) => limit))
    expect(seen).toContain('output')
    expect(seen).toContain('critical')
    for (const { limit, from, at, longest, free, fired } of steps) {
      if (limit === 'change') expect(at - from).toBeCloseTo(longest, 12)
      if (limit === 'output') expect(times).toContain(at)
      // A critical reaction fires at most once, and at the end of the leap that it ends.
      const critical = fired.reduce((sum, n, r) => sum + (free[r] ? 0 : n), 0)
      if (limit === 'critical') expect(critical).toBe(1)
      else if (limit !== 'event') expect(critical).toBe(0)
      if (limit === 'event') expect(fired.reduce((a, b) => a + b)).toBe(1)
    }
  })
})
