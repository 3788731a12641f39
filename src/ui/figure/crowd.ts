/**
 * Many stepped paths at once, pixel by pixel: steps are upright and level, so that no line needs smoothing, and counting
 * hits is several times faster than stroking. Where paths meet, the picture is darker.
 */
import type { Numbers } from './figure'
import type { Scale } from './layout'

/** Hits of every pixel, column by column: hits[column * height + row], row 0 on top. */
export interface Hits {
  readonly width: number
  readonly height: number
  readonly counts: Uint16Array
}

export function noHits(width: number, height: number): Hits {
  return { width, height, counts: new Uint16Array(width * height) }
}

/**
 * Add one path. `columns` are the pixel columns of its x values, ascending; `scale` gives pixel rows. A pixel counts a
 * path once per column, however often it is crossed there. NaN ends the path until the next value.
 */
export function addPath({ width, height, counts }: Hits, columns: Int32Array, values: Numbers, scale: Scale): void {
  const { offset, slope, log } = scale
  // Rows of the current column, and the row the path is on; −1 while there is none.
  let [column, low, high, row] = [0, 0, 0, -1]
  const flush = (until: number) => {
    if (row < 0) return
    if (column >= 0 && column < width) {
      const base = column * height
      for (let r = Math.max(low, 0); r <= high && r < height; r++) counts[base + r]++
    }
    if (row >= height) return
    for (let c = Math.max(column + 1, 0); c < until && c < width; c++) counts[c * height + row]++
  }
  for (let k = 0; k < columns.length; k++) {
    const v = values[k]
    if (Number.isNaN(v)) {
      flush(columns[k])
      row = -1
      continue
    }
    const next = Math.max(0, Math.floor(offset + slope * (log ? Math.log10(v) : v)))
    if (row < 0 || columns[k] !== column) {
      flush(columns[k])
      column = columns[k]
      low = row < 0 ? next : Math.min(row, next)
      high = row < 0 ? next : Math.max(row, next)
    } else {
      low = Math.min(low, next)
      high = Math.max(high, next)
    }
    row = next
  }
  flush(column + 1)
}

/** Colour the hits, as bytes R, G, B, A row by row; each hit covers `opacity` of what is left bare. */
export function colourHits({ width, height, counts }: Hits, rgb: readonly number[], opacity: number, out: Uint32Array) {
  const shades = Uint32Array.from({ length: 256 }, (_, n) => {
    const alpha = Math.round(255 * (1 - (1 - opacity) ** n))
    return (alpha << 24) | (rgb[2] << 16) | (rgb[1] << 8) | rgb[0]
  })
  for (let c = 0; c < width; c++) {
    for (let r = 0; r < height; r++) {
      const n = counts[c * height + r]
      out[r * width + c] = n === 0 ? 0 : shades[n > 255 ? 255 : n]
    }
  }
}
