import type { Layer } from '../figure/figure'
import { nice, number } from '../figure/ticks'
import { type Answer, answers, dashOf, type Outlook, provenance, type Source, timeIndex } from './sources'
import { spanOf } from './time-axis'
import { type Body, nothing } from './views'

/** More than these hide each other. */
const mostPaths = 2

/** One quantity against the other: the first paths, and every method's mean. */
export function phase(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const [a, b] = outlook.joint
  if (a === b) return nothing('Phase portrait', 'needs two quantities', outlook)
  const [sampled] = answers(sources, 'trajectories')
  const means = answers(sources, 'moments').filter(({ observation }) => has(observation.array.coords.quantity, a, b))
  if (!sampled && means.length === 0) return undefined
  const paths = sampled ? pathLayers(sampled, a, b) : []
  const layers = [...paths, ...means.map((answer) => meanLayer(answer, a, b))]
  const lines = layers.flatMap((layer) => (layer.kind === 'line' ? [layer] : []))
  if (lines.length === 0) return undefined
  const [left, right] = spanOf(lines.map(({ x }) => x))
  const [low, high] = spanOf(lines.map(({ y }) => y))
  const used = [...(paths.length ? [sampled] : []), ...means]
  const times = used[0].observation.array.coords.time
  const at = timeIndex(times, outlook.time)
  const [here] = lines
  const spot: Layer = {
    kind: 'points',
    name: `t = ${number(Number(times[at]))}`,
    ink: 'text',
    mark: 'circle',
    x: lines.map(({ x }) => x[at] ?? Number.NaN),
    y: lines.map(({ y }) => y[at] ?? Number.NaN),
  }
  return {
    title: `${b} against ${a}`,
    x: { label: a, scale: 'linear', domain: nice(Math.min(0, left), right) },
    y: { label: b, scale: 'linear', domain: nice(Math.min(0, low), high) },
    layers: [...layers, spot],
    summary: `${b} against ${a} along ${paths.length} sampled paths and ${means.length} means; at time ${number(Number(times[at]))} the first is at ${a} ${number(here.x[at])}, ${b} ${number(here.y[at])}.`,
    provenance: provenance(used, outlook, at),
  }
}

const has = (names: readonly (number | string)[], a: string, b: string) => names.includes(a) && names.includes(b)

function pathLayers({ source, observation: { array } }: Answer, a: string, b: string): Layer[] {
  const [replicates, quantities, times] = array.shape
  if (!has(array.coords.quantity, a, b)) return []
  const path = (r: number, name: string) => {
    const from = (r * quantities + array.coords.quantity.indexOf(name)) * times
    return array.data.subarray(from, from + times)
  }
  return Array.from({ length: Math.min(mostPaths, replicates) }, (_, r) => ({
    kind: 'line' as const,
    name: `path ${r + 1}`,
    ink: r,
    dash: 'solid' as const,
    x: path(r, a),
    y: path(r, b),
    faded: source.faded,
  }))
}

function meanLayer(answer: Answer, a: string, b: string): Layer {
  const { array } = answer.observation
  const [times, rows, columns] = array.shape
  const mean = (name: string) => {
    const at = array.coords.moment.indexOf('mean') * columns + array.coords.quantity.indexOf(name)
    return Float64Array.from({ length: times }, (_, t) => array.data[t * rows * columns + at])
  }
  const name = `${answer.source.title}, mean`
  return {
    kind: 'line',
    name,
    ink: 'text',
    dash: dashOf(answer, []),
    x: mean(a),
    y: mean(b),
    faded: answer.source.faded,
  }
}
