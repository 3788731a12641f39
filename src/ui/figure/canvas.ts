/** The live renderer: a canvas that is redrawn as frames come in, sharp at any pixel ratio, in the page's theme. */

import { addPath, colourHits, noHits } from './crowd'
import type { ColourMap, Dash, HeatLayer, Mark, Panel } from './figure'
import {
  bottomOf,
  colour,
  darkTheme,
  dashes,
  lightTheme,
  rampOf,
  rgbOf,
  ringHole,
  shade,
  shades,
  shadesOf,
  type Theme,
} from './ink'
import { type Box, type Layout, layOut, place } from './layout'
import { type Lettering, type Pen, paint, paintCursor } from './paint'

/** Draws panels on one canvas, and the time cursor on another above it, so that scrubbing redraws one line. */
export interface Drawing {
  /** Draw, at the size the canvas has now. Returns the layout, for reading values under the pointer. */
  draw(panel: Panel): Layout
  cursor(layout: Layout, at: number | undefined, spot?: { x: number; y: number }): void
  /** Measure the page again: its size, pixel ratio or theme has changed. Asking it at every frame would cost most. */
  refit(): void
}

/** Text size on the screen, in CSS pixels. */
export const screenFont = 12

export function drawing(base: HTMLCanvasElement, overlay: HTMLCanvasElement): Drawing {
  const heat = document.createElement('canvas')
  let fit = fitOf(base)
  return {
    refit() {
      fit = fitOf(base)
    },
    draw(panel) {
      const context = prepare(base, fit)
      // On the page the note stands in the heading.
      const bare = { ...panel, note: undefined }
      const layout = layOut(bare, { ...fit, font: screenFont })
      paint(bare, layout, canvasPen(context, fit, heat))
      return layout
    },
    cursor(layout, at, spot) {
      const pen = canvasPen(prepare(overlay, fit), fit, heat)
      if (at !== undefined) paintCursor(layout, at, pen)
      if (!spot) return
      const { left, right, top, bottom } = layout.plot
      const cross = { ink: 'muted', width: pen.hair, dash: 'dotted' } as const
      const [x, y] = [pen.snap(place(layout.x, spot.x)), pen.snap(place(layout.y, spot.y))]
      pen.line(Float64Array.of(x, top, x, bottom), 2, cross)
      if (layout.heat) pen.line(Float64Array.of(left, y, right, y), 2, cross)
    },
  }
}

/** What the page gives a canvas: size in CSS pixels, device pixels for each, colours. */
interface Fit {
  readonly width: number
  readonly height: number
  readonly ratio: number
  readonly theme: Theme
}

function fitOf(canvas: HTMLCanvasElement): Fit {
  const ratio = Math.min(window.devicePixelRatio || 1, 3)
  return { width: canvas.clientWidth, height: canvas.clientHeight, ratio, theme: themeOf(canvas) }
}

/** Give the canvas the pixels that fit, and clear it. */
function prepare(canvas: HTMLCanvasElement, { width, height, ratio }: Fit): CanvasRenderingContext2D {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
  }
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}

/** The theme as the style sheet has it: `--plot-dark: 1` chooses the dark inks, text colours follow the page. */
export function themeOf(element: HTMLElement): Theme {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(name).trim()
  const own = read('--plot-dark') === '1' ? darkTheme : lightTheme
  return {
    inks: own.inks,
    text: read('--plot-text') || own.text,
    muted: read('--plot-muted') || own.muted,
    page: read('--plot-page') || own.page,
  }
}

const family = "'Helvetica Neue', Arial, Helvetica, sans-serif"
/** Dash patterns, made once. */
const patterns = Object.fromEntries(Object.entries(dashes).map(([name, list]) => [name, [...list]]))

function canvasPen(context: CanvasRenderingContext2D, { ratio, theme }: Fit, scratch: HTMLCanvasElement): Pen {
  const trace = (points: Float64Array, n: number) => {
    context.beginPath()
    let down = false
    for (let k = 0; k < 2 * n; k += 2) {
      const x = points[k]
      if (Number.isNaN(x)) down = false
      else if (down) context.lineTo(x, points[k + 1])
      else {
        context.moveTo(x, points[k + 1])
        down = true
      }
    }
  }
  let group = 1
  // Setting a font, even the same again, is what costs most about a word.
  let font = ''
  return {
    columns: ratio,
    hair: 1,
    snap: (position) => (Math.floor(position * ratio) + 0.5) / ratio,
    line(points, n, { ink, width, dash = 'solid', opacity = 1 }) {
      trace(points, n)
      context.strokeStyle = colour(theme, ink)
      context.globalAlpha = group * opacity
      context.lineWidth = width
      context.setLineDash(patterns[dash as Dash])
      context.stroke()
    },
    area(points, n, ink, opacity) {
      trace(points, n)
      context.fillStyle = colour(theme, ink)
      context.globalAlpha = group * opacity
      context.fill()
    },
    marks(points, n, mark, radius, ink) {
      context.beginPath()
      for (let k = 0; k < 2 * n; k += 2) {
        if (!Number.isNaN(points[k])) outline(context, mark, points[k], points[k + 1], radius)
      }
      context.fillStyle = colour(theme, ink)
      context.globalAlpha = group
      context.fill()
    },
    heat(layer, box) {
      context.globalAlpha = group
      image(scratch, layer)
      stretch(context, scratch, box)
    },
    ramp(layer, box) {
      context.globalAlpha = group
      const values = rampOf(layer, shades)
      const side = { from: 0, step: 1, count: 1 }
      image(scratch, { ...layer, x: side, y: { ...side, count: shades }, values })
      stretch(context, scratch, box)
    },
    crowd(layer, { plot, x, y }, opacity) {
      const [left, top] = [Math.floor(plot.left * ratio), Math.floor(plot.top * ratio)]
      const hits = noHits(Math.ceil(plot.right * ratio) - left, Math.ceil(plot.bottom * ratio) - top)
      const columns = Int32Array.from(layer.x, (value) => Math.floor(place(x, value) * ratio) - left)
      const rows = { offset: y.offset * ratio - top, slope: y.slope * ratio, log: y.log }
      for (const path of layer.paths) addPath(hits, columns, path, rows)
      scratch.width = hits.width
      scratch.height = hits.height
      const pixels = new ImageData(hits.width, hits.height)
      // Finer pixels make finer lines: they must be darker to look alike.
      const covered = Math.min(0.9, opacity * Math.sqrt(ratio))
      colourHits(hits, rgbOf(colour(theme, layer.ink)), covered, new Uint32Array(pixels.data.buffer))
      const flat = scratch.getContext('2d') as CanvasRenderingContext2D
      flat.putImageData(pixels, 0, 0)
      context.globalAlpha = group
      const box = { left: left / ratio, top: top / ratio, right: (left + hits.width) / ratio }
      stretch(context, scratch, { ...box, bottom: (top + hits.height) / ratio })
    },
    text(text, x, y, lettering) {
      context.fillStyle = colour(theme, lettering.ink)
      context.globalAlpha = group
      const wanted = `${lettering.bold ? 'bold ' : ''}${lettering.size}px ${family}`
      if (font !== wanted) context.font = wanted
      font = wanted
      write(context, text, x, y, lettering)
    },
    open(_, clip, opacity = 1) {
      group = opacity
      context.save()
      if (!clip) return
      context.beginPath()
      context.rect(clip.left, clip.top - 1, clip.right - clip.left, clip.bottom - clip.top + 1)
      context.clip()
    },
    close() {
      group = 1
      context.restore()
      // The font is that of before the group again.
      font = ''
    },
  }
}

function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, lettering: Lettering): void {
  context.textAlign = lettering.anchor === 'middle' ? 'center' : lettering.anchor
  context.textBaseline = 'middle'
  if (!lettering.upwards) {
    context.fillText(text, x, y)
    return
  }
  context.save()
  context.translate(x, y)
  context.rotate(-Math.PI / 2)
  context.fillText(text, 0, 0)
  context.restore()
}

function outline(context: CanvasRenderingContext2D, mark: Mark, x: number, y: number, r: number): void {
  if (mark === 'circle' || mark === 'ring') {
    context.moveTo(x + r, y)
    context.arc(x, y, r, 0, 2 * Math.PI)
    if (mark === 'circle') return
    // The other way round: what two outlines hold between them is filled.
    context.moveTo(x + r * ringHole, y)
    context.arc(x, y, r * ringHole, 0, 2 * Math.PI, true)
  } else if (mark === 'square') {
    context.rect(x - r, y - r, 2 * r, 2 * r)
  } else {
    context.moveTo(x, y - r * 1.25)
    context.lineTo(x + r * 1.25, mark === 'diamond' ? y : y + r)
    context.lineTo(mark === 'diamond' ? x : x - r * 1.25, mark === 'diamond' ? y + r * 1.25 : y + r)
    if (mark === 'diamond') context.lineTo(x - r * 1.25, y)
    context.closePath()
  }
}

/** One pixel per cell, on a scratch canvas of exactly that size. */
function image(scratch: HTMLCanvasElement, { map, values, top, x, y }: HeatLayer): void {
  scratch.width = x.count
  scratch.height = y.count
  const context = scratch.getContext('2d') as CanvasRenderingContext2D
  const pixels = context.createImageData(x.count, y.count)
  const words = new Uint32Array(pixels.data.buffer)
  const packed = packedShades(map)
  const bottom = bottomOf({ map, top })
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < y.count; j++) {
      const value = values[i * y.count + j]
      // What is not known stays as clear as the page.
      words[(y.count - 1 - j) * x.count + i] = Number.isNaN(value) ? 0 : packed[shade(value, top, bottom)]
    }
  }
  context.putImageData(pixels, 0, 0)
}

const packedTables = new Map<ColourMap, Uint32Array>()

/** A colour map as words whose bytes in memory are R, G, B, A: every machine that runs a browser is little-endian. */
function packedShades(map: ColourMap): Uint32Array {
  const known = packedTables.get(map)
  if (known) return known
  const table = shadesOf(map)
  const packed = new Uint32Array(shades)
  for (let k = 0; k < shades; k++) {
    packed[k] = (255 << 24) | (table[3 * k + 2] << 16) | (table[3 * k + 1] << 8) | table[3 * k]
  }
  packedTables.set(map, packed)
  return packed
}

function stretch(context: CanvasRenderingContext2D, scratch: HTMLCanvasElement, box: Box): void {
  context.imageSmoothingEnabled = false
  context.drawImage(scratch, box.left, box.top, box.right - box.left, box.bottom - box.top)
}
