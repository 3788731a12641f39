import { describe, expect, it } from 'vitest'
import { parse } from '../network/parse'
import { type MapAxis, type MapQuestion, type MapRow, mapRows } from './maps'
import { shapeNames, shapeOf } from './shape'

const text = `species Gu = 1, Gb, P
parameter sb = 0.01, rb = 20
Gb -> Gu + P, 1
Gu + P -> Gb, sb
Gu -> Gu + P, 1
Gb -> Gb + P, rb
P -> 0, 1`
const { network } = parse(text)
if (!network) throw new Error('network')

const axis = (name: string, index: number, min: number, max: number, count: number): MapAxis => ({
  ...{ name, index, min, max, count },
  log: false,
})
const question = (x: MapAxis, y: MapAxis): MapQuestion => ({
  ...{ network, parameters: Float64Array.of(0.01, 20), initial: Float64Array.of(1, 0, 0) },
  ...{ x, y, quantity: 2, time: 10, tolerance: 1e-8 },
})
const rowsOf = (asked: MapQuestion, first = 0, step = 1) =>
  [...mapRows(asked, first, step)].filter((row): row is MapRow => row !== undefined)

describe('the map of the autoregulated gene', () => {
  // Population coefficients computed apart from this project, to four digits.
  const truth = [
    [0.3333, 0.0487, 0.0639, 0.0865, 0.1084, 0.1295],
    [0.3333, 0.1242, 0.2132, 0.298, 0.3744, 0.4422],
    [0.3333, 0.2671, 0.4503, 0.5757, 0.6596, 0.7172],
    [0.3334, 0.3866, 0.5892, 0.694, 0.7545, 0.7941],
    [0.3334, 0.4703, 0.654, 0.7349, 0.7819, 0.8137],
  ]
  const sigmas = [0.01, 0.025, 0.05, 0.075, 0.1]

  it('has the coefficients of the reference', () => {
    const found = sigmas.map((sigma) => {
      const asked = question(axis('rb', 1, 1e-8, 100, 6), axis('sb', 0, sigma, sigma, 1))
      return Array.from(rowsOf(asked)[0].values.subarray(0, 6))
    })
    const errors = found.flatMap((row, i) => row.map((value, j) => Math.abs(value - truth[i][j])))
    expect(Math.max(...errors)).toBeLessThan(6e-5)
  })

  it('is the same in shares', () => {
    const asked = question(axis('rb', 1, 1, 60, 4), axis('sb', 0, 0.01, 0.1, 3))
    const whole = rowsOf(asked)
    const shared = [...rowsOf(asked, 0, 2), ...rowsOf(asked, 1, 2)].sort((a, b) => a.row - b.row)
    expect(shared.map(({ row }) => row)).toEqual([0, 1, 2])
    for (const [k, { values }] of shared.entries()) {
      values.forEach((value, i) => {
        expect(Math.abs(value - whole[k].values[i])).toBeLessThan(1e-4 * Math.abs(value))
      })
    }
  })

  it('proves its laws at a time, and estimates those at rest', () => {
    const asked = question(axis('rb', 1, 20, 40, 2), axis('sb', 0, 0.01, 0.01, 1))
    expect(rowsOf(asked)[0].estimated).toBe(false)
    const [atRest] = rowsOf({ ...asked, time: Number.POSITIVE_INFINITY })
    expect(atRest.estimated).toBe(true)
    expect(atRest.error).toBeGreaterThan(0)
  })

  it('leaves a cell that cannot be had without a number', () => {
    const { network: growing } = parse('parameter k = 1, d = 1\nspecies X = 1\nX -> 2X, k\nX -> 0, d')
    const x = axis('k', 0, 1, 40, 2)
    const asked = { ...question(x, axis('d', 1, 1, 1, 1)), network: growing!, initial: Float64Array.of(1), quantity: 0 }
    const [row] = rowsOf({ ...asked, time: 3 })
    expect(row.values[shapeNames.indexOf('mean') * 2]).toBeCloseTo(1, 5)
    expect(row.values[shapeNames.indexOf('mean') * 2 + 1]).toBeNaN()
  })
})

describe('the shape of a law', () => {
  it('of two spikes, of an even one, of a Poisson', () => {
    expect(shapeOf({ values: Float64Array.of(0, 10), p: Float64Array.of(0.3, 0.7) }).bimodality).toBeCloseTo(1, 12)
    const even = Float64Array.from({ length: 1001 }, (_, i) => i)
    expect(shapeOf({ values: even, p: even.map(() => 1 / 1001) }).bimodality).toBeCloseTo(5 / 9, 5)
    const p = [Math.exp(-4)]
    for (let n = 1; n < 60; n++) p.push((p[n - 1] * 4) / n)
    const shape = shapeOf({ values: Float64Array.from(p, (_, n) => n), p: Float64Array.from(p) })
    // Kurtosis 3 + 1/m, skewness² 1/m.
    expect(shape).toEqual({
      mean: expect.closeTo(4, 9),
      fano: expect.closeTo(1, 9),
      bimodality: expect.closeTo(1 / 3, 9),
    })
  })
})
