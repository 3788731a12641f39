import { describe, expect, it } from 'vitest'
import { at, type NamedArray } from '../numerics/named-array'
import { fsp } from '../solvers/fsp/index'
import { method } from '../solvers/fsp/solve'
import { ask, finish } from '../solvers/testing'
import { complete } from './complete'
import { sensitivity } from './sensitivity'

describe('sensitivities', () => {
  const [a, m] = [10, 0.7]
  const mean = (t: number) => (a / m) * (1 - Math.exp(-m * t))
  const slopes = (t: number) => ({ a: mean(t) / a, m: -mean(t) / m + (a / m) * t * Math.exp(-m * t) })
  const times = [0.5, 2]
  const text = `parameter a = ${a}; parameter m = ${m}; 0 -> X, a; X -> 0, m`

  it('of a Poisson law are those of its mean', () => {
    const { means, marginals, missing } = complete(sensitivity(ask(text, times), [0, 1]))
    for (const time of times) {
      let [before, p] = [0, Math.exp(-mean(time))]
      for (let n = 0; n < 15; n++) {
        for (const parameter of ['a', 'm'] as const) {
          const truth = (before - p) * slopes(time)[parameter]
          expect(at(marginals, { time, parameter, quantity: 'X', count: n })).toBeCloseTo(truth, 8)
        }
        before = p
        p *= mean(time) / (n + 1)
      }
      for (const parameter of ['a', 'm'] as const) {
        expect(at(means, { time, parameter, quantity: 'X' })).toBeCloseTo(slopes(time)[parameter], 7)
      }
    }
    expect(missing).toBeLessThan(1e-8)
  })

  it('give the Fisher information (∂m/∂θ)²/m', () => {
    const { information } = complete(sensitivity(ask(text, times), [0, 1]))
    for (const time of times) {
      const s = slopes(time)
      for (const i of ['a', 'm'] as const) {
        for (const j of ['a', 'm'] as const) {
          const found = at(information, { time, parameter: i, with: j })
          expect(found / ((s[i] * s[j]) / mean(time))).toBeCloseTo(1, 7)
        }
      }
    }
  })

  it('agree with differences of whole solutions where rates are not linear', async () => {
    const toggle = (k: number) => `parameter k = ${k}
      0 -> A, 8 / (1 + (B / k)^2); A -> 0, 1; 0 -> B, 8 / (1 + (A / k)^2); B -> 0, 1`
    const solve = (k: number) => finish(method, ask(toggle(k), [3]), { ...fsp.options.defaults, tolerance: 1e-12 })
    const place = { time: 3, moment: 'mean', quantity: 'A' }
    const value = async (k: number) => at((await solve(k)).observations.moments.array as NamedArray, place)
    const difference = ((await value(3.001)) - (await value(2.999))) / 0.002
    const { means } = complete(sensitivity(ask(toggle(3), [3]), [0]))
    expect(at(means, { time: 3, parameter: 'k', quantity: 'A' }) / difference).toBeCloseTo(1, 6)
  })
})
