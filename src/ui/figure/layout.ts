/**
 * Where things stand: margins, ticks, legend and labels of a panel at a given size. Pure arithmetic in one unit (CSS
 * pixels on the screen, points in a file), with its own text widths, so that every renderer and test agrees.
 */
import type { Axis, Dash, HeatLayer, Ink, Layer, Mark, Panel } from './figure'
import { bottomOf } from './ink'
import { type Tick, ticks } from './ticks'

/** Width and height of the whole figure and the size of its text, all in one unit. */
export interface Size {
  readonly width: number
  readonly height: number
  readonly font: number
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** position = offset + slope · value, or of log10(value). */
export interface Scale {
  readonly offset: number
  readonly slope: number
  readonly log: boolean
}

export interface Entry {
  readonly kind: Layer['kind']
  readonly ink: Ink
  readonly dash: Dash
  readonly mark: Mark
  readonly whiskers: boolean
  readonly text: string
  readonly x: number
  readonly y: number
}

/** A label written at the right end of its line. */
export interface End {
  readonly text: string
  readonly ink: Ink
  readonly y: number
}

export interface Layout {
  readonly size: Size
  /** The box inside the axes. */
  readonly plot: Box
  readonly x: Scale
  readonly y: Scale
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly legend: readonly Entry[]
  readonly ends: readonly End[]
  readonly heat?: HeatLayer
  readonly barTicks: readonly Tick[]
}

export function layOut(panel: Panel, size: Size): Layout {
  const { width, height, font } = size
  const heat = panel.layers.find((layer) => layer.kind === 'heat')
  const noteWidth = panel.note ? textWidth(panel.note, font) + font : 0
  const { legend, rows } = flow(entries(panel.layers), width - font * 2 - noteWidth, font)
  const top = Math.max(rows, panel.note ? 1 : 0) * font * 1.45 + font * 0.85
  const bottom = height - font * 3.1
  const yTicks = ticks(panel.y, clamp((bottom - top) / (font * 2.6), 2, 7))
  const left = font * 1.9 + 0.6 * font + widest(yTicks, font)
  const barTicks = heat ? ticks({ label: '', scale: 'linear', domain: [bottomOf(heat), heat.top] }, 4) : []
  const labels = ends(panel.layers)
  const margin = heat
    ? font * 3.7 + widest(barTicks, font)
    : labels.length
      ? font * 0.9 + Math.max(...labels.map((label) => textWidth(label.text, font)))
      : font
  const xTicks = ticks(panel.x, clamp((width - margin - left) / (font * 5.5), 2, 9))
  // A label at the very end reaches half its width beyond.
  const right = Math.max(width - Math.max(margin, widest(xTicks.slice(-1), font) * 0.55), left + font)
  const plot: Box = { left, top, right, bottom: Math.max(bottom, top + font) }
  const y = scaleOf(panel.y, plot.bottom, plot.top)
  return {
    size,
    plot,
    x: scaleOf(panel.x, plot.left, plot.right),
    y,
    xTicks,
    yTicks,
    legend: legend.map((entry) => ({ ...entry, x: entry.x + font * 0.6 })),
    ends: spread(labels.map((label) => ({ ...label, y: place(y, label.y) })).filter(finite), plot, font * 1.15),
    heat,
    barTicks,
  }
}

/** The place of a value along an axis. */
export function place(scale: Scale, value: number): number {
  return scale.offset + scale.slope * (scale.log ? Math.log10(value) : value)
}

/** The value at a place along an axis: the inverse of `place`. */
export function valueAt(scale: Scale, position: number): number {
  const v = (position - scale.offset) / scale.slope
  return scale.log ? 10 ** v : v
}

function scaleOf(axis: Axis, from: number, to: number): Scale {
  const log = axis.scale === 'log'
  const [low, high] = log ? axis.domain.map(Math.log10) : axis.domain
  const slope = high > low ? (to - from) / (high - low) : 0
  return { offset: from - slope * low, slope, log }
}

type Unplaced = Omit<Entry, 'x' | 'y'>

/** One entry per name and mark: a mark that several inks share stands there once, in the text's ink. */
function entries(layers: readonly Layer[]): Unplaced[] {
  const found = new Map<string, Unplaced>()
  for (const layer of layers) {
    if (layer.kind === 'rule' || layer.name === '') continue
    const dash = 'dash' in layer ? layer.dash : 'solid'
    const mark = layer.kind === 'points' ? layer.mark : 'circle'
    const text = layer.faded ? `${layer.name} (outdated)` : layer.name
    const key = `${layer.kind} ${dash} ${mark} ${text}`
    const before = found.get(key)
    const own = layer.kind === 'heat' ? 'text' : layer.ink
    const ink = before && before.ink !== own ? 'text' : own
    found.set(key, { kind: layer.kind, ink, dash, mark, whiskers: hasWhiskers(layer), text })
  }
  return [...found.values()]
}

const hasWhiskers = (layer: Layer) => (layer.kind === 'bars' || layer.kind === 'points') && !!layer.whiskers

/** Width of a legend's swatch and the gap behind it, in font sizes. A heat map has its colour bar instead. */
export const swatchOf = (kind: Layer['kind']) => (kind === 'heat' ? 0 : 2)

function flow(list: readonly Unplaced[], width: number, font: number): { legend: Entry[]; rows: number } {
  let x = 0
  let row = 0
  const legend = list.map((entry) => {
    const wide = font * (swatchOf(entry.kind) + 0.9) + textWidth(entry.text, font)
    if (x > 0 && x + wide > width) {
      x = 0
      row++
    }
    const placed = { ...entry, x, y: font * (0.95 + 1.45 * row) }
    x += wide
    return placed
  })
  return { legend, rows: legend.length ? row + 1 : 0 }
}

function ends(layers: readonly Layer[]): End[] {
  return layers.flatMap((layer) => {
    if (layer.kind !== 'line' || !layer.label) return []
    let k = layer.y.length - 1
    while (k >= 0 && !Number.isFinite(layer.y[k])) k--
    return k < 0 ? [] : [{ text: layer.label, ink: layer.ink, y: layer.y[k] }]
  })
}

const finite = (end: End) => Number.isFinite(end.y)

/** Push labels apart until none overlaps, keeping their order and the box. */
function spread(list: readonly End[], box: Box, gap: number): End[] {
  const sorted = [...list].sort((a, b) => a.y - b.y)
  const ys = sorted.map((end) => clamp(end.y, box.top, box.bottom))
  for (let k = 1; k < ys.length; k++) ys[k] = Math.max(ys[k], ys[k - 1] + gap)
  let floor = box.bottom
  for (let k = ys.length - 1; k >= 0; k--) {
    ys[k] = Math.min(ys[k], floor)
    floor = ys[k] - gap
  }
  return sorted.map((end, k) => ({ ...end, y: ys[k] }))
}

const widest = (list: readonly Tick[], font: number) => Math.max(0, ...list.map((tick) => textWidth(tick.text, font)))

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high)

/** Width of a text in a Helvetica-like face: advance widths by class of letter, in thousandths of the size. */
export function textWidth(text: string, font: number): number {
  let sum = 0
  for (const c of text) {
    if ("iljI.,:;|!'()[] ".includes(c)) sum += 290
    else if ('ftr-⁰¹²³⁴⁵⁶⁷⁸⁹⁻'.includes(c)) sum += 340
    else if (/[mwMW]/.test(c)) sum += 830
    else if (/[A-Z]/.test(c)) sum += 690
    else sum += 556
  }
  return (sum * font) / 1000
}
