import { describe, expect, it } from 'vitest'
import { complete } from '../../analysis/complete'
import { answer } from '../../analysis/inquire'
import type { Finding, Inquiry, Kind } from '../../analysis/inquiry'
import type { Study } from '../../solvers/study'
import type { AnalysisLane } from '../../store/analyses'
import { csv, table } from '../figure/csv'
import type { Layer, Panel } from '../figure/figure'
import { lightTheme } from '../figure/ink'
import { plotlyFigure } from '../figure/plotly'
import { paperOf, svg } from '../figure/svg'
import { fixtureOutlook } from '../plots/fixture'
import { read } from '../plots/reading'
import type { Outlook } from '../plots/sources'
import { offers, panelOf } from './kinds'
import { analysisPanels } from './panels'

const pool: Study = {
  version: 1,
  network: 'species X = 10\nparameter k = 10\nparameter d = 1\n0 -> X, k\nX -> 0, d',
  times: [0, 1, 2],
}
const schlogl: Study = {
  ...pool,
  network: '2X => 3X, 0.18 * X * (X - 1); 0 -> X, 2200; 3X => 2X, 2.5e-4 * X * (X - 1) * (X - 2); X -> 0, 37.5',
}
const outlook: Outlook = { ...fixtureOutlook, time: 2, quantities: ['X'], palette: ['X'] }
const lane = (kind: Kind, more: Partial<AnalysisLane> = {}): AnalysisLane => ({
  kind,
  status: 'done',
  stale: false,
  startedMs: 0,
  ...more,
})

function made(inquiry: Inquiry, more: Partial<AnalysisLane> = {}): Panel[] {
  const finding: Finding = complete(answer(inquiry))
  return analysisPanels({ [inquiry.kind]: lane(inquiry.kind, { finding, ...more }) }, [], outlook)
}

const layer = <K extends Layer['kind']>(panel: Panel, kind: K, name = '') =>
  panel.layers.find((one): one is Extract<Layer, { kind: K }> => one.kind === kind && one.name.includes(name))!
const fact = (panel: Panel, label: string) => panel.facts?.find((one) => one.label.includes(label))?.text

const asked: Record<Kind, Inquiry> = {
  stationary: { kind: 'stationary', study: pool },
  passage: { kind: 'passage', study: pool, condition: 'X >= 15' },
  gap: { kind: 'gap', study: schlogl },
  quasi: { kind: 'quasi', study: { ...pool, network: 'species X = 3\nX -> 2X, 0.5\nX -> 0, 1' } },
  sensitivity: { kind: 'sensitivity', study: pool, parameter: 'd' },
  information: { kind: 'information', study: pool },
  distance: { kind: 'distance', study: pool, against: { k: 12 } },
}

describe('every analysis', () => {
  it.each(offers.map(({ kind }) => kind))('%s is drawn, told, written and read in every way', (kind) => {
    const panels = made(asked[kind])
    expect(panels[0].id).toBe(panelOf(kind))
    for (const panel of panels) {
      expect(panel.summary).toMatch(/\.$/)
      expect(panel.summary).not.toMatch(/NaN|undefined/)
      expect(JSON.stringify(panel.facts ?? [])).not.toMatch(/NaN|undefined/)
      expect(panel.provenance.methods[0].error).not.toBe('')
      expect(svg(panel, paperOf(89))).toContain('</svg>')
      expect(svg(panel, paperOf(89))).not.toContain('NaN')
      expect(csv(panel)).toContain(panel.summary)
      expect(table(panel).rows.length).toBeGreaterThan(0)
      expect(plotlyFigure(panel, lightTheme, 1).data.length).toBeGreaterThan(0)
      expect(read(panel, { x: 1, y: 1 })).not.toMatch(/NaN|undefined/)
    }
  })

  it('says what is missing, and fades what is old', () => {
    const of = (kind: Kind, more: Partial<AnalysisLane>) => analysisPanels({ [kind]: lane(kind, more) }, [], outlook)[0]
    expect(of('passage', { status: 'idle' }).summary).toMatch(/^Type a condition/)
    expect(of('distance', { status: 'idle' }).summary).toMatch(/^Keep this setting/)
    expect(of('gap', { status: 'failed', failure: { message: 'no gap' } }).summary).toBe('No gap.')
    for (const { faded } of made(asked.stationary, { stale: true })[0].layers) expect(faded).toBe(true)
  })
})

describe('the numbers on the panels', () => {
  it('mean time, and the law about it', () => {
    const [panel] = made(asked.passage)
    const { y } = layer(panel, 'line', 'reached')
    expect(y[0]).toBe(0)
    expect(fact(panel, 'Mean time')).toMatch(/^\d/)
    // An exponential law of the same mean stands beside it: 1 − e^(−4) at four means.
    expect(layer(panel, 'line', 'exponential').y.at(-1)).toBeCloseTo(1 - Math.exp(-4), 12)
  })

  it('two lasting states with their rates', () => {
    const [panel] = made(asked.gap)
    // Schlögl (b): P(n ≤ 235) = 0.7678820964, gap 0.16212572.
    expect(panel.layers.map(({ name }) => name).join()).toMatch(/76\.\d %.*23\.\d %/)
    expect(fact(panel, 'Spectral gap')).toContain('0.1621')
    const [low, high] = panel.layers as Extract<Layer, { kind: 'curve' }>[]
    const sum = (list: ArrayLike<number>) => Array.from(list).reduce((a, b) => a + b, 0)
    expect(sum(low.y) + sum(high.y)).toBeCloseTo(1, 6)
  })

  it('∂p/∂θ sums to nothing, and weighs to ∂mean/∂θ', () => {
    const [curve, means] = made(asked.sensitivity)
    const { x, y } = layer(curve, 'curve')
    const sum = Array.from(y).reduce((a, b) => a + b, 0)
    const weighed = Array.from(y).reduce((a, b, k) => a + b * x[k], 0)
    expect(sum).toBeCloseTo(0, 6)
    expect(weighed).toBeCloseTo(-10 * (1 - Math.exp(-2)), 5)
    expect(layer(means, 'line').y.at(-1)).toBeCloseTo(weighed, 8)
    expect(fact(curve, 'mean(X)/∂d')).toMatch(/^−8\.64/)
  })

  it('information about k and d, and its directions by name', () => {
    const study = { ...pool, times: [60] }
    const [panel] = made({ kind: 'information', study })
    expect(Array.from(layer(panel, 'heat').values)[1]).toBeCloseTo(-10, 4)
    expect(fact(panel, 'Stiffest')).toMatch(/λ = 20; 1,000 cells fix it to ± 0\.71 %/)
    expect(panel.facts?.[0].label).toMatch(/0\.71 ln [kd] − 0\.71 ln [kd]/)
    expect(fact(panel, 'Sloppiest')).toMatch(/no number of cells/)
    expect(table(panel).rows[1].slice(1, 3)).toEqual(['k', 'd'])
    expect(read(panel, { x: 0, y: 1 })).toMatch(/k, d: information −10/)
  })

  it('distances between settings, at the cursor', () => {
    const [lines, laws] = made(asked.distance)
    const at = layer(lines, 'line', 'total variation').y[2]
    const [kept, now] = [layer(laws, 'curve', 'kept').y, layer(laws, 'curve', 'this').y]
    const half = Array.from(kept).reduce((sum, p, k) => sum + Math.abs(p - (now[k] ?? 0)) / 2, 0)
    expect(at).toBeCloseTo(half, 8)
    expect(fact(lines, 'X at t = 2')).toMatch(/total variation .* ± .*Hellinger .* nats/)
  })
})
