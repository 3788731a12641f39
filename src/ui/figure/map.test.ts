import { describe, expect, it } from 'vitest'
import { csv, table } from './csv'
import { mapPanel } from './fixture'
import { bottomOf, lightTheme, rampOf, shade, shades } from './ink'
import { layOut } from './layout'
import { paint } from './paint'
import { plotlyFigure } from './plotly'
import { paperOf, svg } from './svg'

describe('a map with things on it', () => {
  it('has 0 in the middle of its colours when it has both signs', () => {
    expect(bottomOf({ map: 'puor', top: 2 })).toBe(-2)
    expect(bottomOf({ map: 'viridis', top: 2 })).toBe(0)
    expect([shade(-2, 2, -2), shade(0, 2, -2), shade(2, 2, -2)]).toEqual([0, 128, shades - 1])
    expect([...rampOf({ map: 'puor', top: 1 }, 3)]).toEqual([-1, 0, 1])
    const { barTicks } = layOut(mapPanel(), { width: 300, height: 200, font: 10 })
    expect([barTicks[0].at, barTicks.at(-1)?.at]).toEqual([-1, 1])
  })

  it('writes names on axes and in rows, arrows with their error, points with what they are', () => {
    const { xTicks } = layOut(mapPanel(), { width: 300, height: 200, font: 10 })
    expect(xTicks).toEqual([
      { at: 0, text: 'k' },
      { at: 1, text: 'd' },
    ])
    const { columns, rows } = table(mapPanel())
    const cell = (row: number, column: string) => rows[row][columns.indexOf(column)]
    expect([rows[1][columns.indexOf('worth')], rows[1].slice(2, 4)]).toEqual([-1, ['k', 'd']])
    const arrow = rows.findIndex(([series]) => series === 'current')
    expect([cell(arrow, 'current across'), cell(arrow, 'error'), cell(arrow, 'meaning')]).toEqual([0.02, 0.001, 'SE'])
    expect(rows.filter(([series]) => series === 'nullcline')).toHaveLength(2)
    expect(rows.at(-1)?.[columns.indexOf('what')]).toBe('saddle at (0.5, 0.5)')
    expect(csv(mapPanel())).toContain('# Sum: 1 ± 0.1')
    expect(svg(mapPanel(), paperOf(89))).toContain('Sum: 1 ± 0.1.')
  })

  it('draws each arrow from tail to tip, with two barbs at the tip', () => {
    const size = { width: 300, height: 200, font: 10 }
    const layout = layOut(mapPanel(), size)
    const drawn: number[][] = []
    const nothing = () => {}
    paint(mapPanel(), layout, {
      columns: 1,
      hair: 1,
      line: (points, n, { ink }) => ink === 'text' && n === 12 && drawn.push([...points.subarray(0, 2 * n)]),
      area: nothing,
      marks: nothing,
      heat: nothing,
      ramp: nothing,
      text: nothing,
      open: nothing,
      close: nothing,
      snap: (position) => position,
    })
    const [points] = drawn
    const { x, y } = layout
    expect(points.slice(0, 4)).toEqual([x.offset - 0.25 * x.slope, y.offset, x.offset + 0.25 * x.slope, y.offset])
    const [tipX, tipY] = points.slice(2, 4)
    for (const at of [4, 8]) {
      expect(points[at]).toBeLessThan(tipX)
      expect(Math.abs(points[at + 1] - tipY)).toBeGreaterThan(1)
    }
    expect(points[10]).toBeNaN()
  })

  it('goes to the explorer whole', () => {
    const { data, layout } = plotlyFigure(mapPanel(), lightTheme, 1)
    expect(data.map(({ type }) => type)).toEqual(['heatmap', 'scatter', 'scatter', 'scatter', 'scatter'])
    expect(data[0]).toMatchObject({ zmin: -1, zmax: 1 })
    expect(layout.xaxis).toMatchObject({ tickvals: [0, 1], ticktext: ['k', 'd'] })
  })
})
