import type { Layer } from '../figure/figure'
import { number } from '../figure/ticks'
import {
  type Answer,
  answers,
  errorWords,
  nameOf,
  type Outlook,
  provenance,
  type Source,
  shown,
  timeIndex,
} from './sources'
import { timeAxis } from './time-axis'
import { type Body, nothing } from './views'

/** P(count = 0) of each shown quantity over time, by every method that has the law. */
export function chanceOfZero(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const all = answers(sources, 'marginals')
  if (all.length === 0) return undefined
  const title = 'Chance of zero'
  const fine = all.filter(({ observation: { array } }) => countsSingly(array.coords.count))
  if (fine.length === 0) return nothing(title, 'the laws are in bins too wide to tell 0 from 1', outlook)
  const list = shown(fine, outlook)
  const x = fine[0].observation.array.coords.time.map(Number)
  const at = timeIndex(x, outlook.time)
  const layers = fine.flatMap((answer, place) => list.flatMap(({ name, ink }) => lines(answer, fine, name, ink, place)))
  const words = list.map(({ name }) => {
    const { p, low, high } = zeros(fine[0], name)
    const doubt = high[at] > low[at] ? ` ± ${number(Number(((high[at] - low[at]) / 2).toPrecision(2)))}` : ''
    return `the chance that ${name} is 0 is ${number(Number(p[at].toPrecision(4)))}${doubt}`
  })
  return {
    title,
    x: timeAxis(x),
    y: { label: 'chance of 0', scale: 'linear', domain: [0, 1] },
    layers,
    cursor: outlook.time,
    summary: `At time ${number(x[at] ?? 0)}, ${words.join(', ')} (${errorWords(fine[0].observation.error, at)}).`,
    provenance: provenance(fine, outlook, at),
  }
}

const countsSingly = (counts: readonly (number | string)[]) => counts.length < 2 || Number(counts[1]) === 1

function lines(answer: Answer, all: readonly Answer[], name: string, ink: number, place: number): Layer[] {
  const { p, low, high } = zeros(answer, name)
  const x = answer.observation.array.coords.time.map(Number)
  const { faded } = answer.source
  const { kind } = answer.observation.error
  const doubtful = kind === 'sampling' || kind === 'bound'
  const meaning = kind === 'bound' ? 'bound' : 'SE'
  return [
    ...(doubtful
      ? [{ kind: 'band', name: kind === 'bound' ? 'proved' : '± 1 SE', ink, meaning, x, low, high, faded } as const]
      : []),
    {
      kind: 'line',
      name: nameOf(answer, all, 0),
      ink: place === 0 ? ink : 'text',
      dash: place === 0 ? 'solid' : 'dashed',
      x,
      y: p,
      label: place === 0 ? name : undefined,
      faded,
    },
  ]
}

/** P(0) at each time, and between what its error leaves it. */
function zeros({ observation: { array, error } }: Answer, name: string) {
  const [times, quantities, counts] = array.shape
  const q = array.coords.quantity.indexOf(name)
  // An axis that begins above 0 says that none of its mass is there.
  const cell = array.coords.count.findIndex((count) => Number(count) === 0)
  const value = (data: Float64Array, t: number) => (cell < 0 ? 0 : data[(t * quantities + q) * counts + cell])
  const p = Float64Array.from({ length: times }, (_, t) => value(array.data, t))
  const half = p.map((_, t) =>
    error.kind === 'sampling' ? value(error.standardError.data, t) : error.kind === 'bound' ? error.value[t] : 0,
  )
  return {
    p,
    low: p.map((v, t) => Math.max(0, v - half[t])),
    high: p.map((v, t) => Math.min(1, v + half[t])),
  }
}
