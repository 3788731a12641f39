import { describe, expect, it } from 'vitest'
import type { MapRequest } from '../../analysis/tasks'
import { cellAt, mapPanel, placeOf, surety, valuesAt } from './panel'

const request: MapRequest = {
  study: { version: 1, network: '', times: [0] },
  x: { name: 'a', min: 0, max: 2, log: false, count: 3 },
  y: { name: 'b', min: 1, max: 100, log: true, count: 2 },
  quantity: 'X',
  time: 5,
}
const values = {
  bimodality: Float64Array.of(1, 2, 3, 4, 5, Number.NaN),
  fano: new Float64Array(6),
  mean: new Float64Array(6),
}
const provenance = { version: '0', seed: 0, methods: [], link: () => '' }

describe('the picture of a map', () => {
  it('stands as the map does, with what is not there yet left empty', () => {
    const panel = mapPanel(request, { values, rows: 1, error: 1e-7 }, 'bimodality', provenance)
    const [layer] = panel.layers
    if (layer?.kind !== 'heat') throw new Error('heat')
    expect([...layer.values]).toEqual([1, 4, 2, 5, 3, Number.NaN])
    expect(layer.top).toBe(5)
    expect(panel.note).toBe('1 of 2 rows')
    expect(panel.y.label).toBe('log₁₀ b')
    expect(panel.summary).toMatch(/of X at t = 5 over a and b: between 1 and 5/)
  })

  it('says what is proved, what is estimated, and nothing of what is not there', () => {
    const map = { values, rows: 1, error: 1e-7 }
    expect(surety('exact', map)).toMatch(/within .* proved\); the numbers made of it have no bound/)
    expect(surety('exact', { ...map, estimated: true })).toMatch(/by estimate/)
    expect(surety('exact', { ...map, values: { ...values, mean: values.fano.map(() => Number.NaN) } })).toBe('')
  })

  it('puts rings on cells that hang on what is too rare for the network, and counts them', () => {
    const zeros = new Float64Array(6)
    const doubt = { bimodality: Float64Array.of(0, 0.02, 0.5, 0, Number.NaN, 1), fano: zeros, mean: zeros }
    const panel = mapPanel(request, { values, doubt, rows: 2, error: 0.01 }, 'bimodality', provenance, 'learnt')
    const rings = panel?.layers[1]
    if (rings?.kind !== 'points') throw new Error('points')
    // A number that is not there is in no doubt; one whose doubt is unknown is.
    expect([[...rings.x], [...rings.y]]).toEqual([
      [2, 1],
      [0, 2],
    ])
    expect(panel?.note).toContain('2 cells with a ring')
    expect(
      mapPanel(request, { values, doubt, rows: 2, error: 0.01 }, 'fano', provenance, 'learnt')?.layers,
    ).toHaveLength(1)
  })

  it('finds the cell of a place, the place of a cell, and the values of both', () => {
    expect(cellAt(request, { x: 1.4, y: 1.2 })).toEqual([1, 1])
    expect(cellAt(request, { x: -9, y: 0.9 })).toEqual([0, 0])
    expect(placeOf(request, [2, 1])).toEqual({ x: 2, y: 2 })
    expect(valuesAt(request, [2, 1])).toEqual([2, 100])
  })
})
