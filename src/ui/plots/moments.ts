import type { NamedArray } from '../../numerics/named-array'
import type { Axis, Layer, Mark, Numbers, Panel } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import {
  type Answer,
  answers,
  dashOf,
  errorWords,
  type Outlook,
  provenance,
  rank,
  type Source,
  sampled,
  shown,
  timeIndex,
} from './sources'
import { spanOf, timeAxis } from './time-axis'

/** Means over time with a band that says what it is; other methods as thin lines over the leading one. */
export function moments(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  // What has reached no time yet has no line, and so no name in the legend.
  const begun = answers(sources, 'moments').filter(({ observation: { array } }) => array.data.some(Number.isFinite))
  const all = begun.sort((a, b) => Number(sampled(b)) - Number(sampled(a)) || rank(a) - rank(b))
  const [lead] = all
  if (!lead) return undefined
  const x = lead.observation.array.coords.time.map(Number)
  const list = shown(all, outlook)
  const at = timeIndex(x, outlook.time)
  const layers = x.length > 1 ? overTime(all, list, outlook.band) : atOnce(all, list, outlook.band)
  const [low, high] = spanOf(layers.flatMap(values))
  return {
    id: 'moments',
    title: 'Mean and spread',
    note: x.length > 1 ? undefined : `t = ${number(x[0])}`,
    x: x.length > 1 ? timeAxis(x) : quantityAxis(list),
    y: { label: list.length === 1 ? list[0].name : 'count', scale: 'linear', domain: nice(Math.min(0, low), high) },
    layers,
    cursor: x.length > 1 ? outlook.time : undefined,
    summary: sentence(lead, list, at, x[at]),
    provenance: provenance(all, outlook, at),
  }
}

type Listed = readonly { readonly name: string; readonly ink: number }[]
type Spread = 'SD' | 'SE'

function overTime(all: readonly Answer[], list: Listed, spread: Spread): Layer[] {
  const bands = list.flatMap(({ name, ink }) => band(all[0], name, ink, spread))
  const lines = all.flatMap((answer, place) =>
    list.map(
      ({ name, ink }): Layer => ({
        kind: 'line',
        name: lineName(answer, all),
        ink: place === 0 || dashOf(answer, all) === 'dotted' ? ink : 'text',
        dash: place === 0 ? 'solid' : dashOf(answer, all),
        x: answer.observation.array.coords.time.map(Number),
        y: row(answer, 'mean', name),
        label: place === 0 ? name : undefined,
        faded: answer.source.faded,
      }),
    ),
  )
  return [...bands, ...lines]
}

/** Of a single time there is no line: a place for each quantity, and there a mark with a bar for each method. */
function atOnce(all: readonly Answer[], list: Listed, spread: Spread): Layer[] {
  const x = list.map((_, k) => k)
  return all.map((answer, place): Layer => {
    const half = list.map(({ name }) => spreadOf(answer, name, spread)[0] ?? Number.NaN)
    const known = half.some((value) => value > 0)
    const words = lineName(answer, all)
    return {
      kind: 'points',
      name: known ? `${words}, ${spreadWords[spread]}` : words,
      ink: place === 0 ? 0 : 'text',
      mark: marks[place % marks.length],
      x: x.map((k) => k + (place - (all.length - 1) / 2) * beside),
      y: list.map(({ name }) => row(answer, 'mean', name)[0]),
      whiskers: known ? { meaning: spread, size: half } : undefined,
      names: list.map(({ name }) => name),
      faded: answer.source.faded,
    }
  })
}

function quantityAxis(list: Listed): Axis {
  return { label: '', scale: 'linear', domain: [-0.5, list.length - 0.5], names: list.map(({ name }) => name) }
}

const marks: readonly Mark[] = ['circle', 'square', 'diamond', 'triangle']
/** Methods stand side by side, not on one another, in units of the distance of two quantities. */
const beside = 0.12
const spreadWords = { SD: '± 1 SD of single histories', SE: '± 1 SE of the mean' } as const

/** Half the width of what is drawn about the mean; of no length where it is not known. */
function spreadOf(answer: Answer, name: string, meaning: Spread): Float64Array {
  const { error } = answer.observation
  if (meaning === 'SD') return row(answer, 'variance', name).map(Math.sqrt)
  return error.kind === 'sampling' ? noiseOf(answer, error.standardError, name) : new Float64Array()
}

function lineName({ source: { title }, observation: { error } }: Answer, all: readonly Answer[]): string {
  const twins = all.filter((other) => other.observation.error.kind === error.kind).length > 1
  switch (error.kind) {
    case 'sampling':
      return twins ? `${title} mean` : 'sampled mean'
    case 'exact':
      return twins ? `${title} mean` : 'exact mean'
    // An l1 bound on a law does not bound its moments: far tails weigh little and count much.
    case 'bound':
      return `${twins ? title : 'exact'} mean, but for leaked mass`
    case 'estimate':
      return `${title} mean`
    case 'none':
      return title
    default:
      return error satisfies never
  }
}

/** One row of `moments` [time, moment, quantity]; not a number where it has no such moment. */
function row({ observation: { array } }: Answer, moment: string, quantity: string): Float64Array {
  return pick(array.data, array.shape, array.coords.moment.indexOf(moment), array.coords.quantity.indexOf(quantity))
}

function pick(data: Float64Array, [times, rows, columns]: readonly number[], m: number, q: number): Float64Array {
  return Float64Array.from({ length: times }, (_, t) =>
    m < 0 || q < 0 ? Number.NaN : data[(t * rows + m) * columns + q],
  )
}

function band(answer: Answer, name: string, ink: number, meaning: Spread): Layer[] {
  const { array } = answer.observation
  const half = spreadOf(answer, name, meaning)
  if (!half.some((value) => value > 0)) return []
  const mean = row(answer, 'mean', name)
  return [
    {
      kind: 'band',
      name: spreadWords[meaning],
      ink,
      meaning,
      x: array.coords.time.map(Number),
      low: mean.map((v, t) => v - half[t]),
      high: mean.map((v, t) => v + half[t]),
      faded: answer.source.faded,
    },
  ]
}

function values(layer: Layer): Numbers[] {
  if (layer.kind === 'band') return [layer.low, layer.high]
  if (layer.kind === 'points') {
    const { y, whiskers } = layer
    const half = (k: number) => whiskers?.size[k] || 0
    // A bar of counts is drawn down to none at most.
    return [Array.from(y, (v, k) => Math.max(v - half(k), Math.min(v, 0))), Array.from(y, (v, k) => v + half(k))]
  }
  return layer.kind === 'line' ? [layer.y] : []
}

function sentence(lead: Answer, list: readonly { name: string }[], at: number, time: number): string {
  const { error } = lead.observation
  const parts = list.map(({ name }) => {
    const variance = row(lead, 'variance', name)[at]
    const spread = variance > 0 ? ` (standard deviation ${number(Math.sqrt(variance))})` : ''
    const noise = error.kind === 'sampling' ? ` ± ${number(noiseOf(lead, error.standardError, name)[at])}` : ''
    return `the mean of ${name} is ${number(row(lead, 'mean', name)[at])}${noise}${spread}`
  })
  return `At time ${number(time)}, ${parts.join(', ')} (${errorWords(error, at)}).`
}

/** Standard errors of the means. */
function noiseOf(answer: Answer, standardError: NamedArray, name: string): Float64Array {
  const { error } = answer.observation
  return row({ ...answer, observation: { array: standardError, error } }, 'mean', name)
}
