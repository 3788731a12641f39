/** How far what was learnt is from laws that are known otherwise, at each time, beside what sampling alone explains. */
import type { NamedArray } from '../../numerics/named-array'
import type { Dash, Layer, Panel } from '../figure/figure'
import { number } from '../figure/ticks'
import { type Outlook, provenance, type Source } from './sources'

const why = 'measured against another method; where that is exact, so is the distance'
const shown: readonly (readonly [measure: string, words: string, dash: Dash])[] = [
  ['joint', 'whole states', 'dotted'],
  ['hellinger', 'furthest species', 'solid'],
  ['hellingerFloor', 'counting as many samples', 'dashed'],
]

export function measured(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  const all = sources.flatMap((source) =>
    source.frame.distances ? [{ source, distances: source.frame.distances }] : [],
  )
  const lines = all.flatMap(({ source, distances }, k) => {
    return shown.flatMap(([measure, words, dash]) => {
      const { x, y } = known(distances, measure)
      return x.length > 0 ? [{ source, measure, words, dash, x, y, ink: k }] : []
    })
  })
  if (!lines.some(({ x }) => x.length > 1)) return undefined
  const layers = lines.map(({ source, words, dash, x, y, ink }): Layer => {
    return { kind: 'line', name: `${source.title}: ${words}`, ink, dash, x, y, faded: source.faded }
  })
  const told = lines.filter(({ measure }) => measure === 'hellinger')
  const [first] = told.length ? told : lines
  const highest = lines.reduce((most, { y }) => y.reduce((a, b) => Math.max(a, b), most), 0)
  const latest = lines.reduce((most, { x }) => Math.max(most, x[x.length - 1]), 0)
  return {
    id: 'distances',
    title: 'Distance from the truth',
    note: `against ${first.source.frame.notes?.measured ?? 'another method'}`,
    x: { label: 'time', scale: 'linear', domain: [0, latest] },
    y: { label: 'Hellinger', scale: 'linear', domain: [0, 1.08 * highest || 1] },
    layers,
    summary: `${told
      .map(({ source, y }) => {
        const worst = y.reduce((a, b) => Math.max(a, b), 0)
        return `${source.title} is at most ${number(Number(worst.toPrecision(3)))} from ${source.frame.notes?.measured ?? 'another method'} in Hellinger’s distance`
      })
      .join('; ')}.`,
    provenance: {
      ...provenance([], outlook, 0),
      seed: first.source.seed,
      methods: all.map(({ source: { id, title } }) => ({ solver: id, title, error: why })),
    },
  }
}

/** Where a measure is a number. */
function known({ coords, data }: NamedArray, measure: string): { x: Float64Array; y: Float64Array } {
  const column = coords.measure.indexOf(measure)
  const width = coords.measure.length
  const rows = coords.time.map((_, k) => k).filter((k) => column >= 0 && !Number.isNaN(data[k * width + column]))
  return {
    x: Float64Array.from(rows, (k) => Number(coords.time[k])),
    y: Float64Array.from(rows, (k) => data[k * width + column]),
  }
}
