/**
 * Colours. Okabe & Ito's palette tells apart for colour-blind readers (https://jfly.uni-koeln.de/color/); the dark
 * variants are the same hues, lifted until each has a contrast of 4.5 against the dark page.
 */
import { interpolateCividis, interpolatePuOr, interpolateViridis } from 'd3-scale-chromatic'
import type { ColourMap, Dash, HeatLayer, Ink } from './figure'

export interface Theme {
  readonly inks: readonly string[]
  readonly text: string
  readonly muted: string
  readonly page: string
}

export const lightTheme: Theme = {
  inks: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a7f00', '#000000'],
  text: '#1a1a1a',
  muted: '#6b6b6b',
  page: '#ffffff',
}

export const darkTheme: Theme = {
  inks: ['#4aa8e0', '#f08a4b', '#2fc79a', '#e39cc4', '#f0b429', '#8fd0f7', '#f0e442', '#e8e8e8'],
  text: '#e6e8ea',
  muted: '#9aa3ab',
  page: '#14181c',
}

/** The CSS colour of an ink. */
export function colour(theme: Theme, ink: Ink): string {
  return typeof ink === 'number' ? theme.inks[ink % theme.inks.length] : theme[ink]
}

/** Dash lengths in units of the line width's own measure (pt, px). */
export const dashes: Readonly<Record<Dash, readonly number[]>> = {
  solid: [],
  dashed: [4, 2.5],
  dotted: [1, 2],
  'dash-dot': [5, 2, 1, 2],
  long: [9, 3],
  'dash-dot-dot': [6, 2, 1, 2, 1, 2],
  short: [2, 1.5],
}

const interpolators: Readonly<Record<ColourMap, (share: number) => string>> = {
  viridis: interpolateViridis,
  cividis: interpolateCividis,
  puor: interpolatePuOr,
}

/** The value of a map's darkest colour, or of its first one where it has two ends. */
export const bottomOf = ({ map, top }: Pick<HeatLayer, 'map' | 'top'>): number => (map === 'puor' ? -top : 0)

/** Colours in the table: enough that neighbours look the same. */
export const shades = 256

/** A colour map as `shades` triples of bytes. */
export function shadesOf(map: ColourMap): Uint8Array {
  const known = tables.get(map)
  if (known) return known
  const at = interpolators[map]
  const table = new Uint8Array(shades * 3)
  for (let k = 0; k < shades; k++) {
    table.set(rgbOf(at(k / (shades - 1))), 3 * k)
  }
  tables.set(map, table)
  return table
}

/** Red, green and blue of a colour written as #rrggbb or rgb(r, g, b). */
export function rgbOf(css: string): number[] {
  return css.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16))
    : (css.match(/\d+/g) ?? []).slice(0, 3).map(Number)
}

/** Values from the first colour to the last, for a colour bar of so many cells. */
export function rampOf(layer: Pick<HeatLayer, 'map' | 'top'>, cells: number): Float64Array {
  const bottom = bottomOf(layer)
  return Float64Array.from({ length: cells }, (_, k) => bottom + (k * (layer.top - bottom)) / (cells - 1))
}

/** Radius of the hole in a ring, as a share of its own. */
export const ringHole = 0.5

const tables = new Map<ColourMap, Uint8Array>()

/** Place of a value in the table: 0 … shades − 1. What is not a number has that of the bottom. */
export function shade(value: number, top: number, bottom = 0): number {
  const k = Math.round(((value - bottom) / (top - bottom)) * (shades - 1))
  return k > 0 ? Math.min(k, shades - 1) : 0
}
