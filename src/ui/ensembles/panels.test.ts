import { describe, expect, it } from 'vitest'
import type { EnsembleReport, Summary } from '../../analysis/ensembles/report'
import { driftPanel, lastPanel, meanPanel, memoryPanel, pathsPanel, probabilityPanel } from './panels'

const provenance = { version: '0', seed: 0, methods: [], link: () => '' }
const list = (...values: number[]) => Float64Array.from(values)
const summary = (mean: number): Summary => ({
  ...{ mean: [list(0, mean)], sd: [list(0, 1)], last: [list(0.25, 0.75)], memory: [list(1, Number.NaN)] },
  shown: [[list(0, 1), list(0, 2)]],
})
const report: EnsembleReport = {
  ...{ species: ['X'], times: list(0, 5), paths: 100, hops: summary(2), sampled: summary(2.5) },
  exact: { mean: [list(0, 2.4)], sd: [list(0, 1)], last: [list(0.3, 0.7)] },
  drift: { kind: 'composed', hellinger: list(0, 0.01), floor: list(0, 0) },
  ...{ logProbability: list(-1, -2, -3), total: 100, beyond: 0, edge: 0 },
}

describe('pictures of learnt hops', () => {
  it('show both kinds of paths', () => {
    const { layers } = pathsPanel(report, 0, provenance)
    expect(layers.map((layer) => layer.kind === 'steps' && layer.paths.length)).toEqual([2, 2])
  })

  it('say how far the end is from the exact law, or from samples with their error', () => {
    expect(meanPanel(report, 0, provenance).note).toBe('at the end: hops 2 ± 0.1, exact 2.4')
    const without = meanPanel({ ...report, exact: undefined }, 0, provenance)
    expect(without.note).toBe('at the end: hops 2 ± 0.1, sampled 2.5 ± 0.1')
    expect(lastPanel(report, 0, provenance).layers.length).toBe(3)
  })

  it('tell memory and drift', () => {
    expect(memoryPanel(report, 0, provenance).summary).toMatch(/at most 0 apart/)
    expect(driftPanel(report, provenance)?.summary).toMatch(/0\.01 after 1 hops/)
    expect(driftPanel({ ...report, drift: undefined }, provenance)).toBeUndefined()
    const sampled = { ...report, drift: { kind: 'sampled', hellinger: list(0, 0.1), floor: list(0, 0.09) } } as const
    expect(driftPanel(sampled, provenance)?.layers.map(({ name }) => name)).toEqual(['learnt hops', 'sampling alone'])
  })

  it('hold all paths in the histogram of their probabilities', () => {
    const [bars] = probabilityPanel(report, provenance).layers
    if (bars.kind !== 'bars') throw new Error('bars')
    expect([...bars.y].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
  })
})
