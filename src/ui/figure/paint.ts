/**
 * Draws a laid-out panel with a pen. The pen is all that differs between the screen and a file: both get the same
 * lines, areas and words from here.
 */
import {
  type Axis,
  axisTitle,
  type Dash,
  type HeatLayer,
  type Ink,
  type Layer,
  type Mark,
  type Panel,
  type StepsLayer,
} from './figure'
import { bottomOf } from './ink'
import { type Box, type Entry, type Layout, place, swatchOf, textWidth } from './layout'
import { flatten, placesOf, stepped, straight } from './strokes'

export interface Stroke {
  readonly ink: Ink
  readonly width: number
  readonly dash?: Dash
  readonly opacity?: number
}

export interface Lettering {
  readonly ink: Ink
  readonly anchor: 'start' | 'middle' | 'end'
  readonly size: number
  readonly bold?: boolean
  /** Turned a quarter to the left, to be read upwards. */
  readonly upwards?: boolean
}

/** Points are x, y pairs, `n` of them; a NaN pair lifts the pen. Text stands with its middle at y. */
export interface Pen {
  /** Columns that can be told apart, per unit of length. */
  readonly columns: number
  /** Width of the thinnest good line. */
  readonly hair: number
  line(points: Float64Array, n: number, stroke: Stroke): void
  area(points: Float64Array, n: number, ink: Ink, opacity: number): void
  marks(points: Float64Array, n: number, mark: Mark, radius: number, ink: Ink): void
  heat(layer: HeatLayer, box: Box): void
  /** A ramp of the layer's colours, from bottom to top. */
  ramp(layer: HeatLayer, box: Box): void
  text(text: string, x: number, y: number, lettering: Lettering): void
  /** Begin a group of marks, cut off outside the box and thinned to an opacity. */
  open(name: string, clip?: Box, opacity?: number): void
  close(): void
  /** Many paths at once, if the pen has a faster way than line by line. */
  crowd?(layer: StepsLayer, layout: Layout, opacity: number): void
  /** Where a horizontal or vertical hair line is sharp. */
  snap(position: number): number
}

/** An answer that is being replaced: still legible, plainly not the newest. */
const fadedOpacity = 0.4
const faintOpacity = 0.4

export function paint(panel: Panel, layout: Layout, pen: Pen): void {
  const { plot } = layout
  if (panel.layers.length === 0) {
    paintWords(panel.summary, layout, pen)
    return
  }
  for (const layer of panel.layers) {
    pen.open(`${layer.kind} ${layer.name}`.trim(), plot, layer.faded ? fadedOpacity : 1)
    paintLayer(layer, layout, pen)
    pen.close()
  }
  for (const layer of panel.layers) {
    if (layer.kind !== 'steps' || !crowded(layer)) continue
    pen.open(`steps ${layer.name}, the first`, plot, layer.faded ? fadedOpacity : 1)
    const { points, n } = stepped(placesOf(layer.x, layout.x), layer.paths[0], layout.y, pen.columns)
    pen.line(points, n, { ink: layer.ink, width: pen.hair * 1.8 })
    pen.close()
  }
  pen.open('axes')
  paintAxes(panel, layout, pen)
  if (layout.heat) paintColourBar(layout.heat, layout, pen)
  pen.close()
  pen.open('labels')
  paintLabels(panel, layout, pen)
  pen.close()
}

/** A panel without a picture says why, in the middle, and has no axes. */
function paintWords(text: string, { size }: Layout, pen: Pen): void {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim()
    if (textWidth(longer, size.font) > 0.86 * size.width && lines[lines.length - 1] !== '') lines.push(word)
    else lines[lines.length - 1] = longer
  }
  pen.open('words')
  for (const [k, line] of lines.entries()) {
    const y = size.height / 2 + (k - (lines.length - 1) / 2) * size.font * 1.5
    pen.text(line, size.width / 2, y, { ink: 'muted', anchor: 'middle', size: size.font })
  }
  pen.close()
}

/** Too many paths to follow any: the first is drawn again, above them all. */
const crowded = ({ paths }: StepsLayer) => paths.length > 4

/** The time cursor alone: it moves while the rest stands still. */
export function paintCursor(layout: Layout, at: number, pen: Pen): void {
  const x = pen.snap(place(layout.x, at))
  const { left, right, top, bottom } = layout.plot
  if (x < left - 1 || x > right + 1) return
  pen.line(Float64Array.of(x, top, x, bottom), 2, { ink: 'text', width: pen.hair * 1.5, opacity: 0.6 })
}

function paintLayer(layer: Layer, layout: Layout, pen: Pen): void {
  const { x, y, plot } = layout
  const hair = pen.hair
  switch (layer.kind) {
    case 'steps': {
      const many = crowded(layer)
      const opacity = many ? Math.max(0.16, 3 / layer.paths.length) : 0.9
      if (many && pen.crowd) {
        pen.crowd(layer, layout, opacity)
        return
      }
      const xs = placesOf(layer.x, x)
      const thin: Stroke = { ink: layer.ink, width: hair, opacity }
      for (let k = many ? 1 : 0; k < layer.paths.length; k++) {
        const { points, n } = stepped(xs, layer.paths[k], y, pen.columns)
        pen.line(points, n, thin)
      }
      return
    }
    case 'line': {
      const { points, n } = straight(placesOf(layer.x, x), layer.y, y, pen.columns)
      if (layer.rimmed) pen.line(points, n, { ink: 'page', width: hair * 4.2, opacity: rimOpacity })
      const width = layer.faint ? 1 : layer.dash === 'solid' ? 1.8 : 1.3
      const opacity = layer.faint && faintOpacity
      pen.line(points, n, { ink: layer.ink, width: hair * width, dash: layer.dash, opacity })
      return
    }
    case 'band': {
      const { points, n } = flatten(placesOf(layer.x, x), layer.low, layer.high, y)
      pen.area(points, n, layer.ink, 0.16)
      return
    }
    case 'bars':
      paintBars(layer, layout, pen)
      return
    case 'curve': {
      const xs = placesOf(layer.x, x)
      const { points, n } = straight(xs, layer.y, y, pen.columns)
      pen.line(points, n, { ink: layer.ink, width: hair * 1.4, dash: layer.dash })
      if (xs.length > 1 && Math.abs(xs[1] - xs[0]) > hair * 7) pen.marks(points, n, 'circle', hair * 1.9, layer.ink)
      return
    }
    case 'points': {
      const xs = placesOf(layer.x, x)
      const { points, n } = straight(xs, layer.y, y, Number.POSITIVE_INFINITY)
      const radius = hair * (layer.rimmed ? 5 : 2.6)
      if (layer.rimmed) pen.marks(points, n, layer.mark === 'ring' ? 'circle' : layer.mark, radius * 1.4, 'page')
      pen.marks(points, n, layer.mark, radius, layer.ink)
      if (layer.whiskers) paintWhiskers(layer, xs, layout, pen)
      return
    }
    case 'heat': {
      const half = { x: layer.x.step / 2, y: layer.y.step / 2 }
      pen.heat(layer, {
        left: place(x, layer.x.from - half.x),
        right: place(x, layer.x.from + layer.x.step * (layer.x.count - 1) + half.x),
        bottom: place(y, layer.y.from - half.y),
        top: place(y, layer.y.from + layer.y.step * (layer.y.count - 1) + half.y),
      })
      return
    }
    case 'ridges': {
      const xs = placesOf(layer.x, x)
      // From the top down, so that each hides what rises behind it only by its own tint.
      for (let row = layer.at.length - 1; row >= 0; row--) {
        const base = layer.at[row]
        const crest = Float64Array.from(layer.rows[row], (value) => base + value * layer.heights[row])
        const body = flatten(xs, crest.slice().fill(base), crest, y)
        pen.area(body.points, body.n, layer.ink, 0.3)
        const { points, n } = straight(xs, crest, y, pen.columns)
        pen.line(points, n, { ink: layer.ink, width: hair * 1.2 })
      }
      return
    }
    case 'arrows':
      paintArrows(layer, layout, pen)
      return
    case 'rule': {
      const at = pen.snap(place(layer.axis === 'x' ? x : y, layer.at))
      const ends = layer.axis === 'x' ? [at, plot.top, at, plot.bottom] : [plot.left, at, plot.right, at]
      pen.line(Float64Array.from(ends), 2, { ink: layer.ink, width: hair })
      return
    }
    default:
      layer satisfies never
  }
}

/** How much of what is beneath a rim still shows. */
const rimOpacity = 0.75

/** Shafts with two barbs, drawn as lines so that every pen has them. */
function paintArrows({ x, y, dx, dy, ink }: Extract<Layer, { kind: 'arrows' }>, layout: Layout, pen: Pen): void {
  const points = new Float64Array(12 * x.length)
  let n = 0
  const push = (px: number, py: number) => {
    points[2 * n] = px
    points[2 * n++ + 1] = py
  }
  for (let k = 0; k < x.length; k++) {
    const [ax, bx] = [place(layout.x, x[k] - dx[k] / 2), place(layout.x, x[k] + dx[k] / 2)]
    const [ay, by] = [place(layout.y, y[k] - dy[k] / 2), place(layout.y, y[k] + dy[k] / 2)]
    const length = Math.hypot(bx - ax, by - ay)
    if (!(length > pen.hair)) continue
    const barb = Math.min(pen.hair * 5, 0.45 * length) / length
    // Back along the shaft, turned by 30° to either side.
    const [ux, uy] = [(ax - bx) * barb * 0.87, (ay - by) * barb * 0.87]
    const [vx, vy] = [-(ay - by) * barb * 0.5, (ax - bx) * barb * 0.5]
    push(ax, ay)
    push(bx, by)
    push(bx + ux + vx, by + uy + vy)
    push(bx, by)
    push(bx + ux - vx, by + uy - vy)
    push(Number.NaN, Number.NaN)
  }
  pen.line(points, n, { ink: 'page', width: pen.hair * 3.4, opacity: rimOpacity })
  pen.line(points, n, { ink, width: pen.hair * 1.3 })
}

function paintBars(layer: Extract<Layer, { kind: 'bars' }>, layout: Layout, pen: Pen): void {
  const { x, y, plot } = layout
  const half = (Math.abs(x.slope) * layer.width) / 2
  const gap = half > 2.5 * pen.hair ? pen.hair * 0.5 : 0
  const xs = placesOf(layer.x, x)
  const outline = new Float64Array(8 * xs.length)
  let n = 0
  const push = (px: number, py: number) => {
    outline[2 * n] = px
    outline[2 * n++ + 1] = py
  }
  for (let k = 0; k < xs.length; k++) {
    if (!(layer.y[k] > 0)) continue
    const top = place(y, layer.y[k])
    push(xs[k] - half + gap, plot.bottom)
    push(xs[k] - half + gap, top)
    push(xs[k] + half - gap, top)
    push(xs[k] + half - gap, plot.bottom)
  }
  pen.area(outline, n, layer.ink, 0.42)
  if (layer.whiskers) paintWhiskers(layer, xs, layout, pen)
}

/** Error bars, or a band where they would touch each other. */
function paintWhiskers(layer: Extract<Layer, { kind: 'bars' | 'points' }>, xs: Float64Array, layout: Layout, pen: Pen) {
  const size = layer.whiskers?.size ?? []
  const low = Float64Array.from(layer.y, (v, k) => Math.max(v - size[k], layout.y.log ? v / 10 : 0))
  const high = Float64Array.from(layer.y, (v, k) => v + size[k])
  if (xs.length > 1 && Math.abs(xs[1] - xs[0]) < pen.hair * 4) {
    for (let k = 0; k < xs.length; k++) if (!(layer.y[k] > 0)) low[k] = Number.NaN
    const { points, n } = flatten(xs, low, high, layout.y)
    pen.area(points, n, layer.ink, 0.45)
    return
  }
  const points = new Float64Array(6 * xs.length)
  let n = 0
  for (let k = 0; k < xs.length; k++) {
    // Where nothing was hit the doubt is in the table; error bars on empty ground would hide the picture.
    if (!(size[k] > 0) || !(layer.y[k] > 0)) continue
    points.set([xs[k], place(layout.y, low[k]), xs[k], place(layout.y, high[k]), Number.NaN, Number.NaN], 2 * n)
    n += 3
  }
  pen.line(points, n, { ink: layer.ink, width: pen.hair * 1.2 })
}

function paintAxes(panel: Panel, layout: Layout, pen: Pen): void {
  const { plot, size } = layout
  const { font } = size
  const length = font * 0.36
  const x0 = pen.snap(plot.left)
  const y0 = pen.snap(plot.bottom)
  const lines: number[] = [x0, plot.top, x0, y0, plot.right, y0]
  for (const { at, text } of layout.xTicks) {
    const x = pen.snap(place(layout.x, at))
    lines.push(Number.NaN, Number.NaN, x, y0, x, y0 + (text ? length : length / 2))
    pen.text(text, x, y0 + length + font * 0.72, { ink: 'text', anchor: 'middle', size: font })
  }
  for (const { at, text } of layout.yTicks) {
    const y = pen.snap(place(layout.y, at))
    lines.push(Number.NaN, Number.NaN, x0, y, x0 - (text ? length : length / 2), y)
    pen.text(text, x0 - length - font * 0.25, y, { ink: 'text', anchor: 'end', size: font })
  }
  pen.line(Float64Array.from(lines), lines.length / 2, { ink: 'text', width: pen.hair })
  const title = (axis: Axis, x: number, y: number, upwards: boolean) =>
    pen.text(axisTitle(axis), x, y, { ink: 'text', anchor: 'middle', size: font, upwards })
  title(panel.x, (plot.left + plot.right) / 2, size.height - font * 0.85, false)
  title(panel.y, font * 0.85, (plot.top + plot.bottom) / 2, true)
}

function paintColourBar(heat: HeatLayer, { plot, size, barTicks }: Layout, pen: Pen): void {
  const { font } = size
  const box = { left: plot.right + font * 0.7, right: plot.right + font * 1.4, top: plot.top, bottom: plot.bottom }
  pen.ramp(heat, box)
  const bottom = bottomOf(heat)
  for (const { at, text } of barTicks) {
    const y = plot.bottom + ((plot.top - plot.bottom) * (at - bottom)) / (heat.top - bottom)
    pen.line(Float64Array.of(box.right, y, box.right + font * 0.25, y), 2, { ink: 'text', width: pen.hair })
    pen.text(text, box.right + font * 0.45, y, { ink: 'text', anchor: 'start', size: font })
  }
  const middle = (plot.top + plot.bottom) / 2
  pen.text(heat.label, size.width - font * 0.7, middle, { ink: 'text', anchor: 'middle', size: font, upwards: true })
}

function paintLabels(panel: Panel, layout: Layout, pen: Pen): void {
  const { plot, size } = layout
  for (const entry of layout.legend) {
    paintSwatch(entry, size.font, pen)
    pen.text(entry.text, entry.x + size.font * swatchOf(entry.kind), entry.y, {
      ink: 'text',
      anchor: 'start',
      size: size.font,
    })
  }
  for (const end of layout.ends) {
    pen.text(end.text, plot.right + size.font * 0.4, end.y, {
      ink: end.ink,
      anchor: 'start',
      size: size.font,
      bold: true,
    })
  }
  if (panel.note) {
    pen.text(panel.note, size.width - size.font * 0.5, size.font * 0.95, {
      ink: 'muted',
      anchor: 'end',
      size: size.font,
    })
  }
}

function paintSwatch(entry: Entry, font: number, pen: Pen): void {
  if (entry.kind === 'heat') return
  const { x, y, ink, dash } = entry
  const right = x + font * (swatchOf(entry.kind) - 0.4)
  const middle = (x + right) / 2
  const line = Float64Array.of(x, y, right, y)
  switch (entry.kind) {
    case 'band':
    case 'bars': {
      const h = font * 0.36
      pen.area(
        Float64Array.of(x, y + h, x, y - h, right, y - h, right, y + h),
        4,
        ink,
        entry.kind === 'bars' ? 0.42 : 0.2,
      )
      break
    }
    case 'points':
      pen.marks(Float64Array.of(middle, y), 1, entry.mark, pen.hair * 2.6, ink)
      break
    case 'curve':
      pen.line(line, 2, { ink, width: pen.hair * 1.4, dash })
      pen.marks(Float64Array.of(middle, y), 1, 'circle', pen.hair * 1.9, ink)
      break
    default:
      pen.line(line, 2, { ink, width: pen.hair * 1.8, dash })
  }
  if (!entry.whiskers) return
  pen.line(Float64Array.of(middle, y - font * 0.5, middle, y + font * 0.5), 2, { ink, width: pen.hair * 1.2 })
}
