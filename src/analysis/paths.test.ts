import { describe, expect, it } from 'vitest'
import { poisson, zScore } from '../numerics/statistics'
import { method } from '../solvers/ssa/solve'
import { ask, finish, lend } from '../solvers/testing'
import { autocorrelation, deviations, type Even, hann, memory, spectrum } from './correlation'
import { dwells, firstPassages, meanOf, middleLevel, type Paths, pathsOf, sides, switches } from './paths'
import { survivalAt, survivalOf } from './survival'

/** z beyond which a comparison is red: p ≈ 7·10⁻⁶ each. */
const zMost = 4.5

const grid = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, k) => from + ((to - from) * k) / (count - 1))

async function sample(text: string, quantity: string, times: number[], replicates: number): Promise<Paths> {
  const problem = ask(text, times, { trajectories: true })
  const { observations } = await finish(method, problem, { replicates, trajectories: replicates } as never, lend(4))
  return pathsOf(observations.trajectories.array, quantity)
}

const even = (paths: Paths, first: number): Even => {
  const found = deviations(paths, first)
  if ('why' in found) throw new Error(found.why)
  return found
}

describe('paths of birth and death', async () => {
  // Stationary to e^−10 from t = 10 on: variance 10, C(τ) = 10 e^−τ.
  const [step, first] = [0.25, 40]
  const paths = await sample('species X = 10; 0 -> X, 10; X -> 0, 1', 'X', grid(0, 35, 141), 600)
  const them = even(paths, first)
  const length = 141 - first

  it('forget by e^−τ', () => {
    // 600 × 25 memories: the standard error near lag 1 is below 0.012, so that a rate off by 15 % is red.
    const { x, y, standardError } = autocorrelation(them)
    expect(y[0]).toBe(1)
    for (const lag of [1, 2, 4, 8, 16, 40]) {
      expect(x[lag]).toBeCloseTo(lag * step, 12)
      expect(zScore(y[lag], Math.exp(-x[lag]), standardError[lag])).toBeLessThan(zMost)
      expect(standardError[lag]).toBeLessThan(0.02)
    }
    expect(memory({ x, y, standardError })).toBeCloseTo(1, 1)
  })

  it('have the spectrum of a Lorentzian, as far as window and grid let through', () => {
    const { x, y, standardError } = spectrum(them)
    const window = hann(length)
    const norm = window.reduce((sum, w) => sum + w * w, 0)
    // The expected periodogram, exactly: the covariance weighted with the window's own correlation.
    const expected = (f: number) => {
      let sum = 10
      for (let lag = 1; lag < length; lag++) {
        let overlap = 0
        for (let t = 0; t + lag < length; t++) overlap += window[t] * window[t + lag]
        sum += 20 * Math.exp(-lag * step) * Math.cos(2 * Math.PI * f * lag * step) * (overlap / norm)
      }
      return sum * step
    }
    for (let k = 0; k < x.length; k += 3) {
      expect(zScore(y[k], expected(x[k]), standardError[k])).toBeLessThan(zMost)
      expect(standardError[k]).toBeLessThan(0.07 * y[k])
      // Well below the frequency at which the grid folds, that is 2·10/(1 + (2πf)²).
      const lorentzian = 20 / (1 + (2 * Math.PI * x[k]) ** 2)
      if (x[k] < 0.4) expect(Math.abs(expected(x[k]) / lorentzian - 1)).toBeLessThan(0.12)
    }
  })

  it('say why they cannot be asked', () => {
    const uneven = { times: Float64Array.of(0, 1, 2, 4, 8), values: [new Float64Array(5), new Float64Array(5)] }
    expect(deviations(uneven, 0)).toEqual({ why: 'needs evenly spaced output times' })
    expect(deviations({ ...uneven, values: [new Float64Array(5)] }, 0)).toHaveProperty('why')
    expect(deviations(uneven, 3)).toHaveProperty('why')
  })
})

describe('paths of the telegraph promoter', async () => {
  const [on, off, step] = [0.3, 0.7, 0.1]
  const paths = await sample(`species Off = 1; Off <-> On, ${on}, ${off}`, 'On', grid(0, 60, 601), 400)
  // Seen on the grid it is a chain: it stays with these probabilities from one time to the next.
  const fade = Math.exp(-(on + off) * step)
  const stay = { high: (on + off * fade) / (on + off), low: (off + on * fade) / (on + off) }
  const level = { level: 0.5, margin: 0 }

  it.each(['high', 'low'] as const)('stay %s for exponential times, as the grid sees them', (side) => {
    const survival = survivalOf(dwells(paths, level, side))
    expect(survival.censored).toBeGreaterThan(50)
    for (const k of [1, 3, 10, 20, 40, 80]) {
      const nearest = survivalAt(survival, (k + 0.5) * step)
      const at = survival.survival.indexOf(nearest)
      expect(zScore(nearest, stay[side] ** k, survival.standardError[at])).toBeLessThan(zMost)
    }
    // About 5000 stays: an error of 7 % in a rate is red. The grid misses short stays: its mean is 5 % longer than 1/k.
    expect(survival.durations).toBeGreaterThan(4500)
    const mean = step / (1 - stay[side])
    expect(zScore(survival.mean, mean, survival.meanError)).toBeLessThan(zMost)
  })

  it('switch as often as they should', () => {
    let [high, expected] = [0, 0]
    for (let k = 1; k <= 600; k++) {
      expected += high * (1 - stay.high) + (1 - high) * (1 - stay.low)
      high = high * stay.high + (1 - high) * (1 - stay.low)
    }
    const { mean, standardError } = meanOf(switches(paths, level))
    expect(zScore(mean, expected, standardError)).toBeLessThan(zMost)
    expect(standardError).toBeLessThan(0.02 * expected)
  })
})

describe('first passages', () => {
  it('of a Poisson process to its fifth event are Erlang, with those that never came censored', async () => {
    const paths = await sample('0 -> X, 1', 'X', grid(0, 6, 25), 3000)
    const survival = survivalOf(firstPassages(paths, { level: 4.5, margin: 0 }))
    for (const t of [1, 2, 3, 4, 5, 5.75]) {
      const truth = [0, 1, 2, 3, 4].reduce((sum, n) => sum + poisson(t, n), 0)
      const found = survivalAt(survival, t)
      const at = survival.survival.indexOf(found)
      expect(zScore(found, truth, survival.standardError[at])).toBeLessThan(zMost)
    }
    expect(survival.censored).toBe(paths.values.filter((path) => path[24] < 5).length)
    expect(survival.meanIsLower).toBe(true)
    expect(survival.censored).toBeGreaterThan(500)
  })

  it('go down as well as up', () => {
    const paths = {
      times: Float64Array.of(0, 1, 2, 3),
      values: [Float64Array.of(9, 8, 2, 9), Float64Array.of(9, 9, 9, 9)],
    }
    expect(firstPassages(paths, { level: 5, margin: 0 })).toEqual([
      { length: 2, ended: true },
      { length: 3, ended: false },
    ])
  })
})

describe('a threshold', () => {
  const path = [5, 9, 6, 4, 6, 1, 5, 9]

  it('without a margin counts every crossing', () => {
    expect([...sides(path, { level: 5, margin: 0 })]).toEqual([1, 1, 1, 0, 1, 0, 1, 1])
  })

  it('with a margin waits until the side is clear', () => {
    expect([...sides(path, { level: 5, margin: 3 })]).toEqual([-1, 1, 1, 1, 1, 0, 0, 1])
    const paths = { times: Float64Array.from(path.keys()), values: [Float64Array.from(path)] }
    expect([...switches(paths, { level: 5, margin: 3 })]).toEqual([2])
    // The first stay began unseen, and is left out; the last has not ended.
    expect(dwells(paths, { level: 5, margin: 3 }, 'high')).toEqual([{ length: 0, ended: false }])
    expect(dwells(paths, { level: 5, margin: 3 }, 'low')).toEqual([{ length: 2, ended: true }])
  })

  it('lies by default between the extremes, on no count', () => {
    expect(
      middleLevel({ times: Float64Array.of(0, 1), values: [Float64Array.of(50, 3), Float64Array.of(0, 10)] }),
    ).toBe(6.5)
  })
})
