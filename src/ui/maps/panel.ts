/** From a map to a panel. Pure. */
import { axisValues } from '../../analysis/maps'
import type { MapRequest } from '../../analysis/tasks'
import type { LearntMap, MapState, ShapeName } from '../../store/map'
import type { Axis, Layer, Panel, Provenance, Side } from '../figure/figure'
import { number, three } from '../figure/ticks'
import type { Place } from '../figure/view'

export const shapeWords: Readonly<Record<ShapeName, string>> = {
  bimodality: 'bimodality coefficient',
  fano: 'Fano factor',
  mean: 'mean',
}

type MapSide = MapRequest['x']

/** Where the values of a side stand on the picture: logarithms stand as such. */
function sideOf({ min, max, log, count }: MapSide): Side {
  const [from, to] = log ? [Math.log10(min), Math.log10(max)] : [min, max]
  return { from, step: count > 1 ? (to - from) / (count - 1) : 1, count }
}

function axisOf(side: MapSide): Axis {
  const { from, step, count } = sideOf(side)
  const domain = [from - step / 2, from + (count - 0.5) * step] as const
  return { label: side.log ? `log₁₀ ${side.name}` : side.name, scale: 'linear', domain }
}

/** How a map came about, and how sure its laws are. */
export type MapSource = 'exact' | 'learnt'

/** A map as far as it is there. */
export type MapSoFar = Pick<LearntMap, 'values' | 'rows' | 'error'> &
  Partial<Pick<LearntMap, 'doubt' | 'solver'> & Pick<MapState, 'estimated'>>

/** A number that changes by more than this, of a mean or Fano factor by this share of it, is in doubt. */
const inDoubt = 0.03

/** Cells whose number hangs on what is too rare for a network to know. */
function doubtful(shape: ShapeName, values: Float64Array, doubt: Float64Array | undefined): number[] {
  const limit = (value: number) => (shape === 'bimodality' ? inDoubt : inDoubt * Math.abs(value))
  return [...(doubt ?? []).keys()].filter((k) => !Number.isNaN(values[k]) && !((doubt?.[k] ?? 0) <= limit(values[k])))
}

const rings = (middles: readonly Place[]): Layer => {
  const [x, y] = [middles.map((place) => place.x), middles.map((place) => place.y)]
  return { kind: 'points', name: 'in doubt', ink: 'muted', mark: 'ring', rimmed: true, x, y }
}

export function mapPanel(
  request: MapRequest,
  map: MapSoFar,
  shape: ShapeName,
  provenance: Provenance,
  source: MapSource = 'exact',
  /** Colours reach at least up to here: those of two maps of the same must agree. */
  reach = 0,
): Panel {
  const { values, doubt, rows } = map
  const { x, y, quantity, time } = request
  const data = values[shape]
  // The figure keeps columns together, the map rows.
  const cells = new Float64Array(data.length)
  for (let j = 0; j < y.count; j++) for (let i = 0; i < x.count; i++) cells[i * y.count + j] = data[j * x.count + i]
  const known = data.filter((value) => !Number.isNaN(value))
  const most = known.reduce((a, b) => Math.max(a, b), 0)
  const top = Math.max(most, reach)
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const when = time === null ? 'at rest' : `at t = ${number(time)}`
  const words = shapeWords[shape]
  const cellsInDoubt = doubtful(shape, data, doubt?.[shape])
  const middles = cellsInDoubt.map((k) => placeOf(request, [k % x.count, Math.floor(k / x.count)]))
  const warned = middles.length ? `${middles.length} cells with a ring hang on what is too rare for the network` : ''
  const span = known.length ? `between ${three(least)} and ${three(most)}` : 'still unknown'
  return {
    ...{ id: `map:${source}:${shape}`, title: titleOf(source, `${words} of ${quantity} ${when}`), provenance },
    note: rows < y.count ? `${rows} of ${y.count} rows` : warned || undefined,
    x: axisOf(x),
    y: axisOf(y),
    layers: [
      {
        ...{ kind: 'heat', name: words, map: 'cividis', label: words, values: cells },
        ...{ x: sideOf(x), y: sideOf(y), top: top > 0 ? top : 1 },
      },
      ...(middles.length ? [rings(middles)] : []),
    ],
    summary: `${titleOf(source, `${words} of ${quantity} ${when}`)} over ${x.name} and ${y.name}: ${span}. ${surety(source, map)}${warned && ` ${warned} to know.`}`,
  }
}

const titleOf = (source: MapSource, words: string) =>
  source === 'exact' ? capital(words) : `From the network: ${words}`

/** How far the laws of a map may be off; nothing where there is none. An l1 error bounds no mean, nor what is made of it. */
export function surety(source: MapSource, { values, error, estimated }: MapSoFar): string {
  if (values.mean.every(Number.isNaN)) return ''
  if (source === 'learnt') {
    return `Where the network was measured near these cells, single counts' laws were off by ${three(error)} at most (l1).`
  }
  const how = estimated ? 'l1, by estimate: what the last enlargement changed' : 'l1, proved'
  return `Each law is within ${three(error)} of the true one (${how}); the numbers made of it have no bound of their own.`
}

/** Numbers of the cell at a place. */
export function cellAt({ x, y }: MapRequest, at: Place): readonly [column: number, row: number] {
  const index = (side: MapSide, value: number) => {
    const { from, step, count } = sideOf(side)
    return Math.min(count - 1, Math.max(0, Math.round((value - from) / step)))
  }
  return [index(x, at.x), index(y, at.y)]
}

/** The middle of a cell on the picture. */
export function placeOf({ x, y }: MapRequest, [column, row]: readonly [number, number]): Place {
  const [sideX, sideY] = [sideOf(x), sideOf(y)]
  return { x: sideX.from + column * sideX.step, y: sideY.from + row * sideY.step }
}

/** The parameters of a cell, to four digits. */
export function valuesAt({ x, y }: MapRequest, [column, row]: readonly [number, number]): readonly [number, number] {
  const tidy = (value: number) => Number(value.toPrecision(4))
  return [tidy(axisValues({ ...x, index: 0 })[column]), tidy(axisValues({ ...y, index: 0 })[row])]
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
