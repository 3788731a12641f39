import { describe, expect, it } from 'vitest'
import { stream } from './rng'
import { maxAxes, sobol } from './sobol'

describe('Sobol points', () => {
  it('begin as published', () => {
    // scipy 1.17.1, qmc.Sobol(5, scramble=False).random_base2(3)
    const rows = [
      [0, 0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25, 0.75],
      [0.25, 0.75, 0.75, 0.75, 0.25],
      [0.375, 0.375, 0.625, 0.875, 0.375],
      [0.875, 0.875, 0.125, 0.375, 0.875],
      [0.625, 0.125, 0.875, 0.625, 0.625],
      [0.125, 0.625, 0.375, 0.125, 0.125],
    ]
    expect([...sobol(5, 8)]).toEqual(rows.flat())
    // … and the last three of 21 axes.
    const far = sobol(21, 8)
    expect([18, 19, 20].map((axis) => far[4 * 21 + axis])).toEqual([0.875, 0.125, 0.125])
    expect([18, 19, 20].map((axis) => far[7 * 21 + axis])).toEqual([0.625, 0.875, 0.875])
  })

  for (const scrambled of [false, true]) {
    it(`put one into each slice of every axis, ${scrambled ? 'scrambled' : 'plain'}`, () => {
      const n = 256
      const points = sobol(maxAxes, n, scrambled ? stream(3, 0) : undefined)
      for (let axis = 0; axis < maxAxes; axis++) {
        const slices = new Set(Array.from({ length: n }, (_, i) => Math.floor(points[i * maxAxes + axis] * n)))
        expect(slices.size).toBe(n)
      }
    })
  }

  it('put one into each box of the first two axes, whatever its shape', () => {
    const n = 64
    const points = sobol(2, n, stream(5, 0))
    for (let k = 0; k <= 6; k++) {
      const [rows, columns] = [2 ** k, 2 ** (6 - k)]
      const boxes = new Set(
        Array.from(
          { length: n },
          (_, i) => Math.floor(points[2 * i] * rows) * columns + Math.floor(points[2 * i + 1] * columns),
        ),
      )
      expect(boxes.size).toBe(n)
    }
  })

  it('fill the cube more evenly than random points', () => {
    const [axes, n] = [2, 512]
    // Of random points the expected square is (2^−axes − 3^−axes)/n; here a factor of log n / √n remains, about 0.14.
    const random = Math.sqrt((2 ** -axes - 3 ** -axes) / n)
    expect(discrepancy(sobol(axes, n), axes)).toBeLessThan(0.2 * random)
    expect(discrepancy(sobol(axes, n, stream(1, 0)), axes)).toBeLessThan(0.2 * random)
  })

  it('are uniform one by one over scrambles: the mean of the first point', () => {
    const mean = Array.from({ length: 400 }, (_, seed) => sobol(3, 1, stream(seed, 0))[2]).reduce((a, b) => a + b) / 400
    // 4.5 standard errors of a uniform's mean.
    expect(Math.abs(mean - 0.5)).toBeLessThan((4.5 * Math.sqrt(1 / 12)) / 20)
  })

  it('say how many axes there are', () => {
    expect(() => sobol(maxAxes + 1, 1)).toThrow(/at most 40 axes/)
  })
})

/** Warnock's formula for the squared L2 star discrepancy (1972), by its three sums. */
function discrepancy(points: Float64Array, axes: number): number {
  const n = points.length / axes
  let [single, pairs] = [0, 0]
  for (let i = 0; i < n; i++) {
    let product = 1
    for (let d = 0; d < axes; d++) product *= 1 - points[i * axes + d] ** 2
    single += product
    for (let j = 0; j < n; j++) {
      let both = 1
      for (let d = 0; d < axes; d++) both *= 1 - Math.max(points[i * axes + d], points[j * axes + d])
      pairs += both
    }
  }
  return Math.sqrt(3 ** -axes - (2 ** (1 - axes) / n) * single + pairs / n ** 2)
}
