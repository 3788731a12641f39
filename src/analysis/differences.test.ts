import { describe, expect, it } from 'vitest'
import { at } from '../numerics/named-array'
import { ask } from '../solvers/testing'
import { complete } from './complete'
import { lawSlopes } from './differences'
import { sensitivity } from './sensitivity'

describe('differences of certified laws', () => {
  it.each([
    ['a pool', 'species X = 5; parameter a = 30, d = 1; 0 -> X, a; X -> 0, d', [0, 0.5, 2]],
    [
      'a toggle',
      'parameter a = 8, k = 3; 0 -> A, a / (1 + (B / k)^2); A -> 0, 1; 0 -> B, a / (1 + (A / k)^2); B -> 0, 1',
      [3],
    ],
  ])('are the derivatives that are carried forwards: %s', (_, text, times) => {
    const problem = ask(text, times)
    for (const [i, { name: parameter }] of problem.network.parameters.entries()) {
      const found = complete(lawSlopes(problem, i))
      const carried = complete(sensitivity(problem, [i], 1e-12))
      for (const time of times) {
        for (const { name: quantity } of problem.network.species) {
          // The five-point rule errs by h⁴ f⁽⁵⁾/30 with h = θ/256: below 1e-7 of the slope for laws this wide.
          const slope = at(found.means, { time, quantity })
          expect(Math.abs(slope - at(carried.means, { time, parameter, quantity }))).toBeLessThan(
            1e-6 * Math.max(1, Math.abs(slope)),
          )
          for (let count = 0; count < 12; count++) {
            const p = at(found.marginals, { time, quantity, count })
            expect(Math.abs(p - at(carried.marginals, { time, parameter, quantity, count }))).toBeLessThan(1e-7)
          }
        }
      }
      expect(found.change.probability).toBeLessThan(1e-3)
    }
  })
})
