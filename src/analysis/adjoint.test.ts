import { describe, expect, it } from 'vitest'
import { at } from '../numerics/named-array'
import { ask } from '../solvers/testing'
import { meanGradient } from './adjoint'
import { complete } from './complete'
import { sensitivity } from './sensitivity'

describe('the gradient of a mean, carried backwards', () => {
  it('is that of a Poisson mean', () => {
    const [a, m, t] = [10, 0.7, 2]
    const mean = (a / m) * (1 - Math.exp(-m * t))
    const found = complete(
      meanGradient(ask(`parameter a = ${a}; parameter m = ${m}; 0 -> X, a; X -> 0, m`, [t]), 0, [0, 1]),
    )
    expect(found.mean).toBeCloseTo(mean, 6)
    expect(found.slopes[0]).toBeCloseTo(mean / a, 7)
    expect(found.slopes[1]).toBeCloseTo(-mean / m + (a / m) * t * Math.exp(-m * t), 7)
  })

  // The two differ in the order of sums alone: rounding over some thousands of terms.
  it.each([
    [
      'a toggle',
      'parameter a = 8, k = 3; 0 -> A, a / (1 + (B / k)^2); A -> 0, 1; 0 -> B, a / (1 + (A / k)^2); B -> 0, 1',
      [3],
      2,
    ],
    ['a conserved pair', 'species A = 9; parameter f = 0.3, b = 0.9; A <-> B, f, b', [1, 4], 2],
    ['many series', 'species X = 20; parameter a = 40, d = 2; 0 -> X, a; X -> 0, d', [30], 2],
  ])('agrees with the forward one: %s', (_, text, times, n) => {
    const problem = ask(text, times)
    const all = Array.from({ length: n }, (_, i) => i)
    const { means } = complete(sensitivity(problem, all))
    for (const [q, { name: quantity }] of problem.network.species.entries()) {
      const { slopes } = complete(meanGradient(problem, q, all))
      for (const [i, { name: parameter }] of problem.network.parameters.entries()) {
        const forward = at(means, { time: times.at(-1)!, parameter, quantity })
        expect(slopes[i]).toBeCloseTo(forward, 9)
      }
    }
  })

  it('knows of observables', () => {
    const problem = ask('parameter a = 3; 0 -> X, a; X -> 0, 1; observable square = X^2', [50])
    // E[X²] = a + a².
    expect(complete(meanGradient(problem, 1, [0])).slopes[0]).toBeCloseTo(7, 6)
  })
})
