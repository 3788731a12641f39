import { describe, expect, it } from 'vitest'
import { diagonalMatrix } from './diagonal'
import { expm } from './expm'
import { gatheredMatrix } from './gathered'
import { poissonWindow } from './poisson'
import { mass, type StepMatrix, uniformise } from './uniformise'

describe('Poisson window', () => {
  it('holds the probabilities of small, large and huge means, and all but the tail of them', () => {
    for (const mean of [1e-3, 0.5, 3, 745, 1e5]) {
      for (const tail of [0, 1e-12, 1e-4]) {
        const { first, weights } = poissonWindow(mean, tail)
        expect(1 - mass(weights), `${mean}, ${tail}`).toBeLessThanOrEqual(tail + 1e-14)
        for (let i = 1; i < weights.length; i++) {
          expect(weights[i] / weights[i - 1]).toBeCloseTo(mean / (first + i), 8)
        }
      }
    }
    expect(poissonWindow(3, 0).weights[0]).toBeCloseTo(Math.exp(-3), 15)
  })
})

describe('matrix exponential', () => {
  it('is e^(-kt) for one state, and the closed form for two', () => {
    expect(expm(Float64Array.of(-2.5), 1)[0]).toBeCloseTo(Math.exp(-2.5), 14)
    const [a, b] = [0.7, 40]
    const e = expm(Float64Array.of(-a, b, a, -b), 2)
    expect(e[0]).toBeCloseTo((b + a * Math.exp(-a - b)) / (a + b), 13)
    expect(e[1]).toBeCloseTo((b - b * Math.exp(-a - b)) / (a + b), 13)
  })
})

describe('uniformisation', () => {
  /** Births at 30, deaths at 2 per molecule, 0…39 molecules; births out of the last are lost. */
  const n = 40
  const generator = (at: (to: number, from: number, rate: number) => void) => {
    for (let x = 0; x < n; x++) {
      at(x, x, -(30 + 2 * x))
      if (x + 1 < n) at(x + 1, x, 30)
      if (x > 0) at(x - 1, x, 2 * x)
    }
  }
  const rate = 30 + 2 * (n - 1)
  const fill = ({ entries, transition }: StepMatrix) => {
    generator((to, from, a) => {
      entries[to === from ? 0 : to > from ? 1 : 2][to] = (to === from ? 1 : 0) + a / rate
    })
    transition.vectors[0][10] = 1
    return transition
  }
  const dense = new Float64Array(n * n)
  generator((to, from, a) => {
    dense[to * n + from] = a * 0.8
  })
  const truth = expm(dense, n)
  const up = Int32Array.from({ length: n }, (_, i) => Math.max(0, i - 1))
  const down = Int32Array.from({ length: n }, (_, i) => Math.min(n - 1, i + 1))

  it('agrees with the dense exponential in every storage', () => {
    for (const matrix of [
      diagonalMatrix(n, [0, 1, -1]),
      diagonalMatrix(n, [0, 1, -1], true),
      gatheredMatrix(n, [up, down]),
    ]) {
      const transition = fill(matrix)
      const series = uniformise(transition, rate * 0.8, 1e-15, 1)
      let result = series.next()
      while (!result.done) result = series.next()
      expect(result.value.kept).toBe(true)
      for (let i = 0; i < n; i++) expect(transition.vectors[0][i]).toBeCloseTo(truth[i * n + 10], 13)
    }
  })

  it('gives up once more than allowed is sure to be lost, and not before', () => {
    const lost = 1 - Array.from({ length: n }, (_, i) => truth[i * n + 10]).reduce((a, b) => a + b, 0)
    for (const [allowed, kept] of [
      [lost * 1.01, true],
      [lost * 0.99, false],
    ] as const) {
      const series = uniformise(fill(diagonalMatrix(n, [0, 1, -1])), rate * 0.8, lost * 1e-3, allowed)
      let result = series.next()
      while (!result.done) result = series.next()
      expect(result.value.kept).toBe(kept)
    }
  })
})
