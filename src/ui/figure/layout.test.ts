import { describe, expect, it } from 'vitest'
import { fixturePanel, linePanel } from './fixture'
import { layOut, place, textWidth, valueAt } from './layout'

describe('a layout', () => {
  const size = { width: 250, height: 165, font: 7 }

  it('keeps axes, legend and labels inside the page', () => {
    const { plot, legend, ends } = layOut(fixturePanel(), size)
    expect(plot.left).toBeGreaterThan(0)
    expect(plot.right).toBeLessThan(size.width)
    expect(plot.bottom).toBeLessThan(size.height - size.font)
    for (const entry of legend) expect(entry.x + textWidth(entry.text, size.font)).toBeLessThan(size.width)
    for (const end of ends) expect(plot.right + textWidth(end.text, size.font)).toBeLessThan(size.width)
  })

  it('keeps the last label of the axis across inside the page', () => {
    const panel = { ...fixturePanel(), x: { label: 'time', scale: 'linear' as const, domain: [0, 20_000] as const } }
    const { x, xTicks } = layOut({ ...panel, layers: [] }, size)
    const last = xTicks[xTicks.length - 1]
    expect(last.text).toBe('20,000')
    expect(place(x, last.at) + textWidth(last.text, size.font) / 2).toBeLessThanOrEqual(size.width)
  })

  it('writes labels at the ends of lines without overlap, in the order of the lines', () => {
    const { ends } = layOut(linePanel([10, 10.1, 10.2, 3]), size)
    expect(ends.map(({ text }) => text)).toEqual(['C', 'B', 'A', 'D'])
    for (let k = 1; k < ends.length; k++) expect(ends[k].y - ends[k - 1].y).toBeGreaterThanOrEqual(size.font)
  })

  it('names a mark once when several inks share it', () => {
    const { legend } = layOut(linePanel([1, 2, 3]), size)
    expect(legend.map(({ text, ink }) => [text, ink])).toEqual([['mean', 'text']])
  })

  it('inverts places, also on logarithmic axes', () => {
    const panel = { ...linePanel([1, 2]), y: { label: 'y', scale: 'log' as const, domain: [0.1, 100] as const } }
    const { y } = layOut(panel, size)
    for (const value of [0.1, 1, 42]) expect(valueAt(y, place(y, value))).toBeCloseTo(value, 10)
  })

  it('survives a canvas of no size', () => {
    const { plot } = layOut(fixturePanel(), { width: 0, height: 0, font: 12 })
    expect(plot.right).toBeGreaterThan(plot.left)
    expect(plot.bottom).toBeGreaterThan(plot.top)
  })
})
