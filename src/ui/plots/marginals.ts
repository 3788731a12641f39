import type { Layer, Panel } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { bins, coarsen, type Law, lawAt, shapeOf, support } from './law'
import {
  type Answer,
  answers,
  errorWords,
  marks,
  nameOf,
  type Outlook,
  provenance,
  rank,
  type Source,
  sampled,
  shown,
  timeIndex,
} from './sources'

/** The law of each shown quantity at the time cursor: samples as bars with their doubt, computed laws as curves. */
export function marginals(sources: readonly Source[], outlook: Outlook): Panel[] {
  const all = answers(sources, 'marginals')
  if (!all.length) return []
  return shown(all, outlook).flatMap(({ name, ink }) => marginal(all, name, ink, outlook))
}

interface Slice {
  readonly answer: Answer
  readonly law: Law
  readonly time: number
  readonly size?: Float64Array
}

function marginal(all: readonly Answer[], name: string, ink: number, outlook: Outlook): Panel[] {
  const slices = all.flatMap((answer) => slice(answer, name, outlook.time))
  if (!slices.length) return []
  const domain = countDomain(all, name)
  const samples = slices.filter(({ answer }) => sampled(answer))
  const computed = slices.filter(({ answer }) => !sampled(answer)).sort((a, b) => rank(a.answer) - rank(b.answer))
  const layers = [
    ...samples.map((it, place) => sampleLayer(it, all, ink, place, domain[1] - domain[0])),
    ...computed.map((it, place) => curveLayer(it, all, place)),
  ]
  // Bins of several counts are drawn per count, so that laws with different bins share one axis.
  const coarse =
    layers.some((layer) => layer.kind === 'bars' && layer.width > 1) || slices.some(({ law }) => law.width > 1)
  const best = computed[0] ?? samples[0]
  const time = Number(best.answer.observation.array.coords.time[best.time])
  const panel: Panel = {
    id: `marginal:${name}`,
    title: `Distribution of ${name}`,
    note: `t = ${number(time)}`,
    x: { label: name, scale: 'linear', domain, whole: true },
    y: { label: coarse ? 'probability per count' : 'probability', scale: 'linear', domain: nice(0, highest(layers)) },
    layers,
    summary: sentence(best, name, time),
    provenance: provenance(
      slices.map(({ answer }) => answer),
      outlook,
      best.time,
    ),
  }
  return [panel]
}

function slice(answer: Answer, name: string, cursor: number): Slice[] {
  const { array, error } = answer.observation
  const q = array.coords.quantity.indexOf(name)
  if (q < 0) return []
  const time = timeIndex(array.coords.time, cursor)
  const law = lawAt(array, time, q)
  // A run under way has not reached every time yet.
  if (Number.isNaN(law.p[0])) return []
  const size = error.kind === 'sampling' ? lawAt(error.standardError, time, q).p : undefined
  return [{ answer, law, time, size }]
}

function sampleLayer(slice: Slice, all: readonly Answer[], ink: number, place: number, span: number): Layer {
  const { answer, time, size = new Float64Array(slice.law.p.length) } = slice
  const factor = binFactor(span / slice.law.width)
  const { law, errors } = coarsen(slice.law, size, factor)
  const shared = {
    name: nameOf(answer, all, time).replace(', ±', factor > 1 ? `, bins of ${law.width}, ±` : ', ±'),
    ink,
    faded: answer.source.faded,
    x: law.x,
    y: law.p.map((p) => p / law.width),
    whiskers: { meaning: 'SE' as const, size: errors.map((s) => s / law.width) },
  }
  return place === 0
    ? { kind: 'bars', width: law.width, ...shared }
    : { kind: 'points', mark: marks[(place - 1) % marks.length], ...shared }
}

/** How many bins to merge so that no more than `maxBars` remain in sight: 1, 2, 5, 10, 20, … */
function binFactor(bins: number): number {
  let [factor, k] = [1, 0]
  while (bins / factor > maxBars) factor *= [2, 2.5, 2][k++ % 3]
  return factor
}

/** More bars than this are thinner than their own noise. */
const maxBars = 75

function curveLayer({ answer, law, time }: Slice, all: readonly Answer[], place: number): Layer {
  const { error } = answer.observation
  return {
    kind: 'curve',
    name: nameOf(answer, all, time),
    ink: 'text',
    faded: answer.source.faded,
    dash: (['solid', 'dashed', 'dotted', 'dash-dot', 'long', 'dash-dot-dot'] as const)[place % 6],
    x: law.x,
    y: law.p.map((p) => p / law.width),
    bound: error.kind === 'bound' ? { norm: error.norm, value: error.value[time] } : undefined,
  }
}

/** The counts that matter at any time, so that the axis rests while the cursor moves. */
function countDomain(all: readonly Answer[], name: string): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { observation } of all) {
    const q = observation.array.coords.quantity.indexOf(name)
    if (q < 0) continue
    const [first, last] = support(observation.array, 2, q)
    const { centres } = bins(observation.array.coords.count)
    low = Math.min(low, centres[first])
    high = Math.max(high, centres[last])
  }
  const [, end] = nice(low < 0.4 * high ? Math.min(0, low) : low, high)
  const start = low < 0.4 * high ? Math.min(0, low) : nice(low, high)[0]
  return [start - 0.5, Math.max(end, start) + 0.5]
}

function highest(layers: readonly Layer[]): number {
  let top = 0
  for (const layer of layers) {
    if (layer.kind !== 'bars' && layer.kind !== 'curve' && layer.kind !== 'points') continue
    for (let k = 0; k < layer.y.length; k++) top = Math.max(top, layer.y[k])
  }
  return top > 0 ? 1.04 * top : 1
}

function sentence({ answer, law, time: index }: Slice, name: string, time: number): string {
  const { mean, sd, modes } = shapeOf(
    law,
    sampled(answer) ? (answer.source.frame.diagnostics.replicates ?? 1) : undefined,
  )
  const list = modes.map(number)
  const likely =
    list.length > 1
      ? `${list.length === 2 ? 'two' : list.length} likely values, near ${list.slice(0, -1).join(', ')} and ${list.at(-1)}`
      : `one likely value, near ${list[0]}`
  const error = errorWords(answer.observation.error, index)
  return `At time ${number(time)}, ${name} has ${likely}; mean ${number(mean)}, standard deviation ${number(sd)} (law: ${error}).`
}
