/** Reading values off a panel, by pointer or arrow keys, in words. */
import type { Axis, Layer, Numbers, Panel, Side } from '../figure/figure'
import { number } from '../figure/ticks'

/** A place in the panel's own units. */
export interface Spot {
  readonly x: number
  readonly y: number
}

/** Where an arrow, Home or End key leads to; undefined for other keys. Without a spot, reading starts in the middle. */
export function step(panel: Panel, spot: Spot | undefined, key: string): Spot | undefined {
  const heat = heatOf(panel)
  const across = { ArrowLeft: -1, ArrowRight: 1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY }[key]
  const along = heat ? { ArrowUp: 1, ArrowDown: -1 }[key] : undefined
  if (across === undefined && along === undefined) return undefined
  const xs = heat ? cells(heat.x) : positions(panel)
  const ys = heat ? cells(heat.y) : [0]
  if (!spot) return { x: xs[xs.length >> 1] ?? 0, y: ys[ys.length >> 1] ?? 0 }
  const go = (list: Numbers, value: number, by: number) =>
    list[Math.min(Math.max(nearest(list, value) + by, 0), list.length - 1)] ?? value
  return { x: go(xs, spot.x, across ?? 0), y: go(ys, spot.y, along ?? 0) }
}

/** What stands at a spot, as one line: "U = 12: sampled 0.031 ± 0.002; exact 0.0312". */
export function read(panel: Panel, spot: Spot): string {
  const heat = heatOf(panel)
  if (heat) {
    const [xs, ys] = [cells(heat.x), cells(heat.y)]
    const [i, j] = [nearest(xs, spot.x), nearest(ys, spot.y)]
    const value = number(heat.values[i * heat.y.count + j])
    const place = [called(panel.x, xs[i]), called(panel.y, ys[j])].join(', ')
    return [`${place}: ${heat.label} ${value}`, ...beside(panel, spot)].join('; ')
  }
  const xs = positions(panel)
  const x = xs[nearest(xs, spot.x)] ?? spot.x
  const parts = panel.layers.map((layer) => describe(layer, x, spot.y)).filter((part) => part !== '')
  return `${panel.x.label} = ${number(x)}: ${parts.join('; ')}`
}

const called = ({ label, names }: Axis, value: number): string => names?.[value] ?? `${label} = ${number(value)}`

/** What else lies on a map, within a cell or so: arrows and marked points. */
function beside({ layers, x, y }: Panel, spot: Spot): string[] {
  const near = (list: Numbers, { domain }: Axis, value: number, k: number) =>
    Math.abs(list[k] - value) < 0.04 * (domain[1] - domain[0])
  return layers.flatMap((layer) => {
    if (layer.kind !== 'arrows' && layer.kind !== 'points') return []
    const k = Array.from(layer.x).findIndex((_, i) => near(layer.x, x, spot.x, i) && near(layer.y, y, spot.y, i))
    if (k < 0) return []
    if (layer.kind === 'points') return [layer.names?.[k] ?? layer.name]
    return [`${layer.label} ${number(rounded(layer.across[k]))} across, ${number(rounded(layer.upwards[k]))} upwards`]
  })
}

function describe(layer: Layer, x: number, y: number): string {
  if (layer.kind === 'heat' || layer.kind === 'rule' || layer.kind === 'arrows') return ''
  const k = nearest(layer.x, x)
  if (Math.abs(layer.x[k] - x) > spacing(layer.x)) return ''
  if (layer.kind === 'steps') {
    const here = layer.paths.map((path) => path[k]).filter(Number.isFinite)
    if (!here.length) return ''
    const range = `${number(Math.min(...here))} to ${number(Math.max(...here))}`
    return here.length === 1 ? `${layer.name} ${number(here[0])}` : `${layer.name} ${range}, first ${number(here[0])}`
  }
  if (layer.kind === 'ridges') {
    const row = nearest(layer.at, y - 0.3 * spacing(layer.at))
    return `${layer.name}, ${number(layer.at[row])}: ${layer.label} ${number(layer.rows[row][k])}`
  }
  if (layer.kind === 'band' && (layer.meaning === 'quantiles' || layer.meaning === 'interval')) {
    return `${layer.name}: ${number(layer.low[k])} to ${number(layer.high[k])}`
  }
  if (layer.kind === 'band') {
    const half = (layer.high[k] - layer.low[k]) / 2
    return Number.isFinite(half) ? `± ${number(rounded(half))} ${layer.meaning}` : ''
  }
  if (!Number.isFinite(layer.y[k])) return ''
  const name = layer.kind === 'line' && layer.label ? `${layer.label}, ${layer.name}` : layer.name
  const error = 'whiskers' in layer && layer.whiskers ? ` ± ${number(rounded(layer.whiskers.size[k]))}` : ''
  return `${name.replace(', ± 1 SE', '')}: ${number(layer.y[k])}${error}`
}

const rounded = (value: number) => Number(value.toPrecision(2))

const heatOf = (panel: Panel) => panel.layers.find((layer) => layer.kind === 'heat')

const cells = ({ from, step: by, count }: Side) => Array.from({ length: count }, (_, k) => from + k * by)

/** The places along x that can be visited: those of the finest layer, inside the axis. */
function positions({ layers, x: { domain } }: Panel): Numbers {
  let best: Numbers = []
  for (const layer of layers) {
    if ('x' in layer && layer.kind !== 'heat' && layer.x.length > best.length) best = layer.x
  }
  return best.filter((x) => x >= domain[0] && x <= domain[1])
}

const spacing = (list: Numbers) => (list.length > 1 ? Math.abs(list[1] - list[0]) : Number.POSITIVE_INFINITY)

/** Index of the value nearest to `x` in an ascending list. */
function nearest(list: Numbers, x: number): number {
  let [low, high] = [0, list.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (list[middle] <= x) low = middle
    else high = middle
  }
  return high >= 0 && Math.abs(list[high] - x) < Math.abs(list[low] - x) ? high : low
}
