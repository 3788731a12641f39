import { describe, expect, it } from 'vitest'
import type { InferenceRun } from '../../store/inference'
import { histogramPanel, pairPanel, predictedPanel, rankPanel, tracePanel } from './panels'

const provenance = { version: '0', seed: 0, methods: [], link: () => '' }
const run: InferenceRun = {
  status: 'done',
  question: { network: '', data: { text: '' } },
  names: ['a', 'b'],
  chains: [
    { done: 1, phase: '', draws: Float64Array.of(1, 10, 2, 20, 3, 30) },
    { done: 1, phase: '', draws: Float64Array.of(4, 40, 5, 50, 6, 60) },
  ],
  startedMs: 0,
}

describe('pictures of a posterior', () => {
  it('trace every chain by itself', () => {
    const { layers } = tracePanel(run, 1, provenance)
    expect(layers.map((layer) => layer.kind === 'line' && [...layer.y])).toEqual([
      [10, 20, 30],
      [40, 50, 60],
    ])
  })

  it('are densities whose bars hold all draws, with the slider where it is in sight', () => {
    const { layers, summary } = histogramPanel(run, 0, 3.2, provenance)
    const [bars] = layers
    if (bars.kind !== 'bars') throw new Error('bars')
    expect([...bars.y].reduce((sum, y) => sum + y * bars.width, 0)).toBeCloseTo(1, 12)
    expect(layers.filter(({ kind }) => kind === 'rule').length).toBe(3)
    expect(histogramPanel(run, 0, 99, provenance).layers.length).toBe(3)
    expect(summary).toBe('Posterior of a: 95 % between 1.125 and 5.875.')
  })

  it('show two parameters together', () => {
    const { summary, layers } = pairPanel(run, [0, 1], [2, 20], provenance)
    expect(summary).toMatch(/correlation is 1\.00/)
    expect(layers.map(({ name }) => name)).toEqual(['draws', 'sliders'])
  })

  it('count ranks of the truth, parameter by parameter', () => {
    const calibration = { parameters: ['a', 'b'], ranks: Int32Array.of(0, 99, 9, 10, 55, 1), draws: 99 }
    const { layers, note } = rankPanel(calibration, 0, { statistic: 7, degrees: 9, pValue: 0.004 }, provenance)
    const [bars, band] = layers
    if (bars.kind !== 'bars' || band.kind !== 'band') throw new Error('bars and a band')
    expect([...bars.y]).toEqual([2, 0, 0, 0, 0, 1, 0, 0, 0, 0])
    expect(note).toBe('3 data sets; χ² 7 on 9 degrees, p = 0.0040: not even')
    const few = rankPanel(calibration, 0, { statistic: 0, degrees: 0, pValue: 1 }, provenance)
    expect(few.note).toBe('3 data sets; too few for a test of evenness')
    expect(band.low[0]).toBe(0)
  })

  it('count the bins that were not predicted', () => {
    const share = (...list: number[]) => Float64Array.from(list)
    const panel = predictedPanel(
      {
        ...{ kind: 'cells', quantity: 'X', time: 2, edges: [0, 1, 2], seen: share(0.9, 0.1) },
        ...{ mean: share(0.5, 0.5), low: share(0.4, 0.05), high: share(0.6, 0.6) },
      },
      provenance,
    )
    expect(panel.note).toBe('1 of 2 bins outside 90 %')
    // A count stands in the middle of its bar.
    expect(panel.layers[0].kind === 'bars' && [...panel.layers[0].x]).toEqual([0, 1])
  })
})
