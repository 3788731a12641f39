import { describe, expect, it } from 'vitest'
import { namedArray } from '../../numerics/named-array'
import { poisson, upperGamma } from '../../numerics/statistics'
import { csv } from '../figure/csv'
import type { Layer } from '../figure/figure'
import { exactSource, fixtureOutlook, meanOf, sampledSource } from './fixture'
import { panels } from './panels'
import { read } from './reading'
import type { Outlook, Source } from './sources'

const outlook: Outlook = { ...fixtureOutlook, asked: { views: ['tail'], margin: 0, quantity: 'U' } }

function tail(...sources: Source[]) {
  const panel = panels(sources, outlook).find(({ id }) => id === 'view:tail')
  if (!panel) throw new Error('no tail')
  const of = <K extends Layer['kind']>(kind: K) =>
    panel.layers.filter((layer): layer is Extract<Layer, { kind: K }> => layer.kind === kind)
  return { panel, lines: of('line'), bands: of('band') }
}

/** A law with no sample beyond 20 of 1000, which is what an ensemble of Poisson's law of mean 12 looks like. */
function ensemble(n = 1000): Source {
  const p = Float64Array.from({ length: 41 }, (_, k) => Math.round(poisson(12, k) * n) / n)
  const axes = [
    ['time', [5]],
    ['quantity', ['U']],
    ['count', Array.from(p, (_, k) => k)],
  ] as const
  const error = { kind: 'sampling', standardError: namedArray(axes, p.slice().fill(0.01)) } as const
  const observations = { marginals: { array: namedArray(axes, p), error } }
  return {
    id: 'ensemble',
    title: 'Ensemble',
    seed: 1,
    frame: { observations, diagnostics: { replicates: n }, warnings: [], done: 1, phase: '' },
  }
}

describe('the view of tails', () => {
  it('shows the tail of a law in closed form, on a logarithmic axis down to what is proved', () => {
    const { panel, lines } = tail(exactSource())
    expect(panel.y.scale).toBe('log')
    const mean = meanOf(0, 5)
    for (const n of [1, 10, 20, 28]) expect(lines[0].y[n]).toBeCloseTo(1 - upperGamma(n, mean), 9)
    expect(panel.y.domain[0]).toBeLessThan(5e-10)
    expect(panel.facts?.at(-1)?.text).toBe('certified within 5×10⁻¹⁰')
    expect(read(panel, { x: 20, y: 1 })).toContain('; Projection: 0.02')
  })

  it('gives samples their limits, and says what lies below one of them', () => {
    const { panel, bands, lines } = tail(ensemble(), exactSource())
    const mean = 12
    const [band] = bands.filter(({ meaning }) => meaning === 'interval')
    // The counts are the rounded expected ones: limits hold the truth everywhere.
    for (let n = 1; n < 41; n++) {
      expect(band.low[n]).toBeLessThan(1 - upperGamma(n, mean) + 2e-3)
      expect(band.high[n]).toBeGreaterThan(1 - upperGamma(n, mean) - 2e-3)
    }
    // Beyond the last sample there is no line, and 1 − 0.025^(1/1000) as the upper limit.
    const drawn = lines.find(({ name }) => name === 'Ensemble')
    expect(drawn?.y[35]).toBeNaN()
    expect(band.high[35]).toBeCloseTo(-Math.expm1(Math.log(0.025) / 1000), 8)
    expect(panel.summary).toContain('nothing is seen below 1/1,000 = 0.001; where no sample is, at most 0.0037 (95 %)')
  })

  it('compares the methods at the first count that is rare', () => {
    const { panel } = tail(sampledSource(), exactSource())
    const n = Array.from({ length: 40 }, (_, k) => k).find((k) => 1 - upperGamma(k, meanOf(0, 5)) <= 1e-3)
    expect(panel.facts?.[0].label).toBe(`P(U ≥ ${n})`)
    expect(panel.facts?.[0].text).toMatch(/^Projection 0\.000\d+|^Projection \d/)
    expect(panel.facts?.[0].text).toMatch(/Sampler .* \(.* to .*\)/)
  })

  it('takes a network’s tail as its own law, not as a count of samples', () => {
    const trained: Source = { ...ensemble(), frame: { ...ensemble().frame, training: namedArray([['update', [1]]]) } }
    const { panel, bands } = tail(trained)
    expect(bands).toEqual([])
    expect(panel.facts?.at(-1)?.text).toBe(
      'the network’s own normalised tail; below 1/1,000, a state’s share, it is extrapolated',
    )
  })

  it('is in the file of its data', () => {
    expect(csv(tail(ensemble(), exactSource()).panel)).toContain('interval')
  })
})
