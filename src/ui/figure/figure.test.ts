import { describe, expect, it } from 'vitest'
import { same, serialise } from './figure'
import { fixturePanel, heatPanel } from './fixture'
import { lightTheme, shade, shadesOf } from './ink'
import { plotlyFigure } from './plotly'

describe('a figure description', () => {
  it('becomes JSON, with missing values as null', () => {
    const back = JSON.parse(serialise(fixturePanel()))
    const steps = back.layers.find(({ kind }: { kind: string }) => kind === 'steps')
    expect(steps.paths).toEqual([
      [1, 2, 3],
      [2, null, null],
    ])
    expect(back.provenance.seed).toBe(7)
  })

  it('tells the same from the changed, down to one number', () => {
    expect(same(fixturePanel(), fixturePanel())).toBe(true)
    expect(same(heatPanel(), heatPanel([0, 0.5, 0, 0.4999]))).toBe(false)
    expect(same({ a: Number.NaN }, { a: Number.NaN })).toBe(true)
    expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false)
  })
})

describe('colour maps', () => {
  it('run from dark to light and clip what lies outside', () => {
    const table = shadesOf('viridis')
    expect([...table.subarray(0, 3)]).toEqual([0x44, 0x01, 0x54])
    expect([...shadesOf('cividis').subarray(0, 3)]).toEqual([0, 32, 81])
    expect([shade(-1, 1), shade(0, 1), shade(1, 1), shade(9, 1), shade(Number.NaN, 1)]).toEqual([0, 0, 255, 255, 0])
  })
})

describe('the explorer’s figure', () => {
  it('keeps zoom over frames and redraws with each', () => {
    const { layout } = plotlyFigure(fixturePanel(), lightTheme, 12)
    expect(layout).toMatchObject({ datarevision: 12, uirevision: 'all' })
  })

  it('has a trace for every layer that holds numbers', () => {
    const { data } = plotlyFigure(fixturePanel(), lightTheme, 1)
    expect(data.map(({ type }) => type)).toEqual([
      'scatter',
      'scatter',
      'bar',
      'scatter',
      'scatter',
      'scatter',
      'scatter',
      'scatter',
    ])
    const [heat] = plotlyFigure(heatPanel(), lightTheme, 1).data as { z: number[][] }[]
    expect(heat.z).toEqual([
      [0, 0],
      [0.5, 0.5],
    ])
  })

  it('hands Plotly no markup', () => {
    const panel = fixturePanel()
    const layers = panel.layers.map((layer) => ({ ...layer, name: '<b>bold</b>' }))
    expect(JSON.stringify(plotlyFigure({ ...panel, layers }, lightTheme, 1))).not.toContain('<b>')
  })
})
