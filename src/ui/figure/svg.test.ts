import { describe, expect, it } from 'vitest'
import { fixturePanel, heatPanel, provenance } from './fixture'
import { escapeXml, heatPaths, paperOf, svg } from './svg'

/** Element names in order, each start matched with its end; throws where they do not match. */
function elements(xml: string): string[] {
  const open: string[] = []
  const all: string[] = []
  for (const [, close, name, inside] of xml.matchAll(/<(\/?)([a-zA-Z]+)((?:[^<>"]|"[^"<]*")*)>/g)) {
    if (close) expect(open.pop()).toBe(name)
    else {
      all.push(name)
      if (!inside.endsWith('/')) open.push(name)
    }
  }
  expect(open).toEqual([])
  return all
}

describe('an exported SVG', () => {
  const text = svg(fixturePanel(), paperOf(89))

  it('is well formed and vector throughout', () => {
    const names = elements(text.replace(/^<\?xml[^>]*>/, ''))
    expect(names[0]).toBe('svg')
    expect(new Set(names)).toEqual(
      new Set(['svg', 'title', 'desc', 'metadata', 'rect', 'clipPath', 'g', 'path', 'text']),
    )
  })

  it('has its physical size in mm, and points inside', () => {
    expect(text).toContain('width="89mm" height="59mm" viewBox="0 0 252.28 167.24"')
    expect(text).toContain('font-size="7"')
    expect(text).toContain('font-family="Arial, Helvetica, sans-serif"')
  })

  it('lets no word out of its place', () => {
    expect(text).not.toContain('<script')
    expect(text).toContain('<title>Every &lt;layer&gt; &amp; &quot;kind&quot;, t = 1</title>')
    expect(escapeXml('a\u0000\u0008b\ud800')).toBe('ab')
  })

  it('carries its origin', () => {
    const inside = /<metadata>(.*)<\/metadata>/.exec(text)?.[1] ?? ''
    expect(JSON.parse(inside.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))).toEqual({
      ...provenance,
      link: provenance.link(),
    })
  })

  it('writes the axis titles, ticks, legend and labels as text', () => {
    for (const word of ['time (s)', 'count', 'sampled, n = 9', '± 1 SD', 'V', '0.5', '2.0'])
      expect(text).toContain(`>${word}<`)
  })

  it('stays inside the page', () => {
    for (const [, x] of text.matchAll(/ x="([-\d.]+)"/g)) expect(Number(x)).toBeLessThan(253)
    for (const [, y] of text.matchAll(/ y="([-\d.]+)"/g)) expect(Number(y)).toBeLessThan(168)
    expect(text).not.toContain('NaN')
  })

  it('leaves the screen’s time cursor out', () => {
    expect(svg({ ...fixturePanel(), cursor: undefined }, paperOf(89))).toBe(text)
  })
})

describe('a heat map as vectors', () => {
  const box = { left: 0, top: 0, right: 20, bottom: 20 }
  const heat = (values: readonly number[]) => {
    const [layer] = heatPanel(values).layers
    if (layer.kind !== 'heat') throw new Error('the fixture holds a heat map')
    return heatPaths(layer, box)
  }

  it('merges equal cells into the largest rectangles', () => {
    // The upper row, y = 1, is one rectangle over both columns.
    expect(heat([0, 0.5, 0, 0.5]).filter((line) => line.startsWith('<path'))).toEqual([
      '<path fill="#fde725" d="M0 0H20V10H0z"/>',
    ])
  })

  it('draws the darkest cells as one ground', () => {
    const lines = heat([0, 0, 0, 0])
    expect(lines.filter((line) => line.startsWith('<rect'))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('<path'))).toHaveLength(0)
  })

  it('leaves cells clear of which nothing is known', () => {
    const lines = heat([0, Number.NaN, 0.5, Number.NaN])
    expect(lines.filter((line) => line.startsWith('<rect'))).toHaveLength(0)
    expect(lines.filter((line) => line.startsWith('<path')).map((line) => line.slice(line.indexOf('d=')))).toEqual([
      'd="M0 10H10V20H0z"/>',
      'd="M10 10H20V20H10z"/>',
    ])
  })

  it('covers each cell once', () => {
    const area = heat([0.1, 0.5, 0.5, 0.3])
      .flatMap((line) => [...line.matchAll(/M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)/g)])
      .reduce((sum, [, x0, y0, x1, y1]) => sum + (Number(x1) - Number(x0)) * (Number(y1) - Number(y0)), 0)
    expect(area).toBeCloseTo(400, 9)
  })

  it('keeps a large smooth map within reason', () => {
    const count = 100
    const side = { from: 0, step: 1, count }
    const values = Float64Array.from({ length: count * count }, (_, k) => {
      const [i, j] = [Math.floor(k / count) - 50, (k % count) - 50]
      return Math.exp(-(i * i + j * j) / 200)
    })
    const panel = heatPanel()
    const layers = panel.layers.map((layer) =>
      layer.kind === 'heat' ? { ...layer, x: side, y: side, values, top: 1 } : layer,
    )
    expect(svg({ ...panel, layers }, paperOf(89)).length).toBeLessThan(200_000)
  })
})
