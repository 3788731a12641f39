/**
 * What a figure says, apart from how it is drawn: plain data that a file can hold. The live canvas, the exported SVG,
 * the explorer, the table and the CSV are renderers of this one description, so that none can show anything else.
 */

export type Numbers = Float64Array | readonly number[]

/** A quantity's colour (its place in the palette, cycling), or a role that the theme fills. */
export type Ink = number | 'text' | 'muted' | 'page'
export type Dash = 'solid' | 'dashed' | 'dotted' | 'dash-dot' | 'long' | 'dash-dot-dot' | 'short'
export type Mark = 'circle' | 'square' | 'diamond' | 'triangle' | 'ring'

export interface Axis {
  readonly label: string
  readonly unit?: string
  readonly scale: 'linear' | 'log'
  readonly domain: readonly [number, number]
  /** Only whole numbers mean something here: no tick at 2.5 molecules. */
  readonly whole?: boolean
  /** Nothing stands for a number beyond this one, though marks reach over it: no tick there. */
  readonly last?: number
  /** The axis counts things that have names: that of k stands at k. */
  readonly names?: readonly string[]
}

/** Piecewise constant paths over one grid: the value at x[k] holds until x[k + 1]. NaN where a path has no value yet. */
export interface StepsLayer {
  readonly kind: 'steps'
  readonly name: string
  readonly ink: Ink
  readonly x: Numbers
  readonly paths: readonly Numbers[]
}

export interface LineLayer {
  readonly kind: 'line'
  readonly name: string
  readonly ink: Ink
  readonly dash: Dash
  readonly x: Numbers
  readonly y: Numbers
  /** Written at the right end of the line, instead of an entry in the legend. */
  readonly label?: string
  /** Lies on a picture: a rim in the page's colour keeps it apart from what is beneath. */
  readonly rimmed?: true
  /** Stands behind: single points of a course that another line tells. */
  readonly faint?: true
}

/**
 * What a shaded interval means is part of it: the spread of single cells and the doubt about a mean differ. `interval`:
 * limits that hold the truth in a share of cases that the name tells.
 */
export type Meaning = 'SD' | 'SE' | 'bound' | 'quantiles' | 'interval'

export interface BandLayer {
  readonly kind: 'band'
  readonly name: string
  readonly ink: Ink
  readonly meaning: Meaning
  readonly x: Numbers
  readonly low: Numbers
  readonly high: Numbers
}

/** Half widths of the error bars: one standard error, or one standard deviation of single histories. */
export interface Whiskers {
  readonly meaning: 'SE' | 'SD'
  readonly size: Numbers
}

/** Bars centred on x, all `width` wide. */
export interface BarsLayer {
  readonly kind: 'bars'
  readonly name: string
  readonly ink: Ink
  readonly x: Numbers
  readonly width: number
  readonly y: Numbers
  readonly whiskers?: Whiskers
}

/** A law given by values at x; its proven bound, if any, is spelt out in `name`. */
export interface CurveLayer {
  readonly kind: 'curve'
  readonly name: string
  readonly ink: Ink
  readonly dash: Dash
  readonly x: Numbers
  readonly y: Numbers
  readonly bound?: { readonly norm: 'l1'; readonly value: number }
}

/** Cell centres along one side: from, from + step, … */
export interface Side {
  readonly from: number
  readonly step: number
  readonly count: number
}

/** The last one is for values of both signs. */
export type ColourMap = 'viridis' | 'cividis' | 'puor'

export interface HeatLayer {
  readonly kind: 'heat'
  readonly name: string
  readonly map: ColourMap
  readonly x: Side
  readonly y: Side
  /** values[i * y.count + j] belongs to the i-th x and the j-th y. */
  readonly values: Numbers
  /** The value of the brightest colour; the darkest is 0, or −top where values have both signs. */
  readonly top: number
  /** What the colour bar measures. */
  readonly label: string
}

/** Laws one above the other: row k stands on `at[k]` and rises by `heights[k]` per unit of its values. */
export interface RidgesLayer {
  readonly kind: 'ridges'
  readonly name: string
  readonly ink: Ink
  readonly x: Numbers
  readonly at: Numbers
  readonly rows: readonly Numbers[]
  /** One standard error of each value, where values are sampled. */
  readonly errors?: readonly Numbers[]
  readonly heights: Numbers
  /** What the values measure. */
  readonly label: string
}

/** Vectors at places: the k-th is drawn with its middle at (x, y), `dx` and `dy` being its length on the axes. */
export interface ArrowsLayer {
  readonly kind: 'arrows'
  readonly name: string
  readonly ink: Ink
  readonly x: Numbers
  readonly y: Numbers
  readonly dx: Numbers
  readonly dy: Numbers
  /** What the vectors measure, and their components and error in that measure. */
  readonly label: string
  readonly across: Numbers
  readonly upwards: Numbers
  readonly errors?: Numbers
  readonly meaning?: 'SE' | 'bound'
}

export interface RuleLayer {
  readonly kind: 'rule'
  readonly name: string
  readonly ink: Ink
  readonly axis: 'x' | 'y'
  readonly at: number
}

export interface PointsLayer {
  readonly kind: 'points'
  readonly name: string
  readonly ink: Ink
  readonly mark: Mark
  readonly x: Numbers
  readonly y: Numbers
  readonly whiskers?: Whiskers
  /** As of lines. */
  readonly rimmed?: true
  /** What each point is, for the table and the reader under the pointer. */
  readonly names?: readonly string[]
}

/** `faded`: answers an older question than the one on the screen, and is kept until the new answer is there. */
export type Layer = { readonly faded?: boolean } & (
  | StepsLayer
  | LineLayer
  | BandLayer
  | BarsLayer
  | CurveLayer
  | HeatLayer
  | RidgesLayer
  | ArrowsLayer
  | RuleLayer
  | PointsLayer
)

/** A number that belongs to the picture and has no place on its axes, with its error, in words. */
export interface Fact {
  readonly label: string
  readonly text: string
}

/** One method that contributed, and how far its numbers may be off, in words. */
export interface Contribution {
  readonly solver: string
  readonly title: string
  readonly replicates?: number
  readonly error: string
}

export interface Provenance {
  readonly version: string
  readonly seed: number
  readonly methods: readonly Contribution[]
  /** Opens the studio on the study that made the figure: packed when it is asked for, not at every frame. */
  link(): string
}

export interface Panel {
  readonly id: string
  readonly title: string
  /** What the title leaves open, such as the time of a snapshot; drawn inside the figure. */
  readonly note?: string
  readonly x: Axis
  readonly y: Axis
  readonly layers: readonly Layer[]
  /** Where the time cursor stands, on panels with a time axis. Belongs to the screen, not to the exported figure. */
  readonly cursor?: number
  /** One sentence for those who cannot see it. */
  readonly summary: string
  /** Shown below the picture; in files with the words about their origin. */
  readonly facts?: readonly Fact[]
  readonly provenance: Provenance
}

/** JSON text of a panel; typed arrays become lists, and numbers that JSON cannot hold become null. */
export function serialise(panel: Panel): string {
  return JSON.stringify(panel, plainly)
}

/** Where a figure comes from, as JSON. */
export function origin(provenance: Provenance): string {
  return JSON.stringify(provenance, plainly)
}

function plainly(_: string, value: unknown): unknown {
  if (typeof value === 'function') return value()
  return value instanceof Float64Array ? Array.from(value) : value
}

/** Whether two values of a description are the same, so that an unchanged panel is not drawn again. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Float64Array || Array.isArray(a)) return sameList(a as Numbers, b as Numbers)
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

function sameList(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false
  for (let k = 0; k < a.length; k++) {
    if (a[k] !== b[k] && !same(a[k], b[k])) return false
  }
  return true
}

/** Axis title as written: "time (s)". */
export function axisTitle(axis: Axis): string {
  return axis.unit ? `${axis.label} (${axis.unit})` : axis.label
}
