import { describe, expect, it } from 'vitest'
import { bound, law, moment, problem, solve } from './trial'

describe('projection: what is known exactly', () => {
  it('gives the Poisson law of a birth–death process at every time', async () => {
    const times = Array.from({ length: 21 }, (_, k) => k / 2)
    const solution = await solve(problem('0 -> X, 10; X -> 0, 0.7', times), { tolerance: 1e-10 })
    times.forEach((t, k) => {
      const mean = (10 / 0.7) * (1 - Math.exp(-0.7 * t))
      const p = law(solution, 'X', t)
      let truth = Math.exp(-mean)
      let distance = 0
      for (let n = 0; n < p.length; n++) {
        distance += Math.abs(p[n] - truth)
        truth *= mean / (n + 1)
      }
      expect(distance, `t = ${t}`).toBeLessThan(1e-9)
      expect(bound(solution, k)).toBeLessThanOrEqual(1.01e-10)
      expect(moment(solution, 'mean', 'X', t)).toBeCloseTo(mean, 8)
    })
  })
})
