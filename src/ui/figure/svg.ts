/**
 * The renderer for print: a string, made without a browser. Vector throughout, text that stays text, sizes in mm and
 * points, no grid, ticks outside; title, description and provenance inside the file.
 */
import { type HeatLayer, type Mark, origin, type Panel } from './figure'
import { bottomOf, colour, dashes, lightTheme, rampOf, ringHole, shade, shades, shadesOf } from './ink'
import { type Box, layOut } from './layout'
import { type Pen, paint } from './paint'

export interface Paper {
  readonly widthMm: number
  readonly heightMm: number
  /** Text size in points at the final size. */
  readonly fontPt: number
  /** The page behind the figure; none leaves it transparent. */
  readonly background?: string
}

/** Widths of a single column, one and a half, and a double column (Nature family: 89 and 183 mm). */
export const paperWidths = [89, 120, 183] as const

/** What a figure is on unless told otherwise: 7 pt is the upper end of what the strictest journals take. */
export function paperOf(widthMm: number): Paper {
  return { widthMm, heightMm: Math.round(widthMm * 0.66), fontPt: 7, background: '#ffffff' }
}

const pointsPerMm = 72 / 25.4
/** Lines finer than this vanish in print. */
const hairPt = 0.5
/** Trajectories keep what 600 dots per inch can show. */
const columnsPerPt = 600 / 72

export function svg(panel: Panel, paper: Paper): string {
  const width = paper.widthMm * pointsPerMm
  const height = paper.heightMm * pointsPerMm
  const out: string[] = []
  paint(panel, layOut(panel, { width, height, font: paper.fontPt }), svgPen(out))
  const size = `width="${paper.widthMm}mm" height="${paper.heightMm}mm" viewBox="0 0 ${n2(width)} ${n2(height)}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="Arial, Helvetica, sans-serif">`,
    `<title>${escapeXml(panel.note ? `${panel.title}, ${panel.note}` : panel.title)}</title>`,
    `<desc>${escapeXml([panel.summary, ...(panel.facts ?? []).map(({ label, text }) => `${label}: ${text}.`)].join(' '))}</desc>`,
    `<metadata>${escapeXml(origin(panel.provenance))}</metadata>`,
    paper.background ? `<rect width="100%" height="100%" fill="${escapeXml(paper.background)}"/>` : '',
    ...out,
    '</svg>',
    '',
  ].join('\n')
}

/** Text made safe inside elements and attributes; characters that XML 1.0 forbids are dropped. */
export function escapeXml(text: string): string {
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (c) => named[c])
}

const n2 = (value: number) => String(Math.round(value * 100) / 100)

function svgPen(out: string[]): Pen {
  let clips = 0
  return {
    columns: columnsPerPt,
    hair: hairPt,
    snap: (position) => position,
    line(points, n, { ink, width, dash = 'solid', opacity = 1 }) {
      const list = dashes[dash].map((length) => n2(length * width * 1.2)).join(' ')
      const extra = (list && ` stroke-dasharray="${list}"`) + (opacity < 1 ? ` stroke-opacity="${n2(opacity)}"` : '')
      const stroke = `stroke="${colour(lightTheme, ink)}" stroke-width="${n2(width)}"`
      const d = pathData(points, n, false)
      if (d) out.push(`<path fill="none" ${stroke}${extra} stroke-linejoin="round" d="${d}"/>`)
    },
    area(points, n, ink, opacity) {
      const d = pathData(points, n, true)
      if (d) out.push(`<path fill="${colour(lightTheme, ink)}" fill-opacity="${n2(opacity)}" d="${d}"/>`)
    },
    marks(points, n, mark, radius, ink) {
      let d = ''
      for (let k = 0; k < n; k++) {
        if (Number.isFinite(points[2 * k])) d += outline(mark, points[2 * k], points[2 * k + 1], radius)
      }
      if (d) out.push(`<path fill="${colour(lightTheme, ink)}" d="${d}"/>`)
    },
    heat: (layer, box) => void out.push(...heatPaths(layer, box)),
    ramp(layer, box) {
      const side = { from: 0, step: 1, count: 1 }
      const count = 64
      const values = rampOf(layer, count)
      out.push(...heatPaths({ ...layer, x: side, y: { ...side, count }, values }, box))
    },
    text(text, x, y, { ink, anchor, size, bold, upwards }) {
      if (!text) return
      // Editors disagree about dominant-baseline: the baseline is put a third of the size below the middle instead.
      const at = upwards
        ? `transform="translate(${n2(x + size * 0.35)} ${n2(y)}) rotate(-90)"`
        : `x="${n2(x)}" y="${n2(y + size * 0.35)}"`
      const weight = bold ? ' font-weight="bold"' : ''
      // Journals forbid coloured text; a label stands beside its line instead.
      const fill = colour(lightTheme, typeof ink === 'number' ? 'text' : ink)
      const attributes = `${at} text-anchor="${anchor}" font-size="${n2(size)}"${weight} fill="${fill}"`
      out.push(`<text ${attributes}>${escapeXml(text)}</text>`)
    },
    open(name, clip, opacity = 1) {
      const thin = opacity < 1 ? ` opacity="${n2(opacity)}"` : ''
      const label = (name ? ` aria-label="${escapeXml(name)}"` : '') + thin
      if (!clip) {
        out.push(`<g${label}>`)
        return
      }
      const id = `clip${++clips}`
      out.push(`<clipPath id="${id}">${boxRect(clip)}</clipPath>`, `<g${label} clip-path="url(#${id})">`)
    },
    close: () => void out.push('</g>'),
  }
}

const boxRect = ({ left, top, right, bottom }: Box) =>
  `<rect x="${n2(left)}" y="${n2(top)}" width="${n2(right - left)}" height="${n2(bottom - top)}"/>`

function pathData(points: Float64Array, n: number, closed: boolean): string {
  let d = ''
  let down = false
  for (let k = 0; k < n; k++) {
    const [x, y] = [points[2 * k], points[2 * k + 1]]
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      if (down && closed) d += 'Z'
      down = false
      continue
    }
    d += `${down ? 'L' : 'M'}${n2(x)} ${n2(y)}`
    down = true
  }
  return down && closed ? `${d}Z` : d
}

function outline(mark: Mark, x: number, y: number, r: number): string {
  const polygon = (...points: [number, number][]) =>
    `M${points.map(([dx, dy]) => `${n2(x + dx * r)} ${n2(y + dy * r)}`).join('L')}Z`
  switch (mark) {
    case 'circle':
      return `M${n2(x - r)} ${n2(y)}a${n2(r)} ${n2(r)} 0 1 0 ${n2(2 * r)} 0a${n2(r)} ${n2(r)} 0 1 0 ${n2(-2 * r)} 0Z`
    case 'ring': {
      const hole = r * ringHole
      const inner = `M${n2(x - hole)} ${n2(y)}a${n2(hole)} ${n2(hole)} 0 1 1 ${n2(2 * hole)} 0a${n2(hole)} ${n2(hole)} 0 1 1 ${n2(-2 * hole)} 0Z`
      return outline('circle', x, y, r) + inner
    }
    case 'square':
      return polygon([-1, -1], [1, -1], [1, 1], [-1, 1])
    case 'diamond':
      return polygon([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0])
    case 'triangle':
      return polygon([0, -1.25], [1.25, 1], [-1.25, 1])
  }
}

/**
 * A heat map as vectors: cells of equal shade are merged into runs along y, equal runs of neighbouring columns into
 * rectangles, and each shade becomes one path. The darkest shade is one rectangle beneath them all, unless there are cells
 * of which nothing is known: those stay clear.
 */
export function heatPaths({ map, values, top, x, y }: HeatLayer, box: Box): string[] {
  const table = shadesOf(map)
  const hex = (k: number) => `#${[0, 1, 2].map((c) => table[3 * k + c].toString(16).padStart(2, '0')).join('')}`
  const [w, h] = [(box.right - box.left) / x.count, (box.bottom - box.top) / y.count]
  const paths = new Map<number, string[]>()
  const bottom = bottomOf({ map, top })
  const gaps = Array.from(values).some(Number.isNaN)
  // Rectangles that still grow to the right, by "shade first last".
  let open = new Map<string, number>()
  const finish = (key: string, from: number, until: number) => {
    const [k, first, last] = key.split(' ').map(Number)
    // Absolute corners: what two cells share is rounded alike, and no seam opens between them.
    const [x0, x1] = [from, until].map((column) => n2(box.left + column * w))
    const [y0, y1] = [first, last + 1].map((row) => n2(box.bottom - row * h))
    const rect = `M${x0} ${y1}H${x1}V${y0}H${x0}z`
    const list = paths.get(k)
    if (list) list.push(rect)
    else paths.set(k, [rect])
  }
  for (let i = 0; i <= x.count; i++) {
    const next = new Map<string, number>()
    for (const key of i < x.count ? runs(values, i, y.count, top, bottom, gaps) : []) next.set(key, open.get(key) ?? i)
    for (const [key, from] of open) if (!next.has(key)) finish(key, from, i)
    open = next
  }
  const rects = [...paths].map(([k, list]) => `<path fill="${hex(k)}" d="${list.join('')}"/>`)
  const beneath = gaps ? [] : [boxRect(box).replace('/>', ` fill="${hex(0)}"/>`)]
  return [`<g shape-rendering="crispEdges">`, ...beneath, ...rects, '</g>']
}

/**
 * Every fourth shade is enough for print and merges far better: "shade first last" of each run above the darkest; with
 * `gaps` also of that, but of none where nothing is known.
 */
function runs(
  values: HeatLayer['values'],
  i: number,
  count: number,
  top: number,
  bottom: number,
  gaps: boolean,
): string[] {
  const list: string[] = []
  const coarse = (j: number) => {
    const value = values[i * count + j]
    return Number.isNaN(value) ? -1 : Math.min(shades - 1, 4 * Math.round(shade(value, top, bottom) / 4))
  }
  for (let j = 0; j < count; ) {
    const k = coarse(j)
    const first = j
    while (j < count && coarse(j) === k) j++
    if (k > 0 || (gaps && k === 0)) list.push(`${k} ${first} ${j - 1}`)
  }
  return list
}
