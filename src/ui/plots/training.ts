/** How training goes: what it minimises along its updates, one line per method in training. */
import type { Dash, Fact, Ink, Layer, LineLayer, Panel } from '../figure/figure'
import { grouped, number, three } from '../figure/ticks'
import { type Outlook, provenance, type Source } from './sources'

const why = 'the course of the training: no statement about the network'
/** Early losses are large and say little: the axis shows what all but this share of the points need. */
const spared = 0.05

export function training(sources: readonly Source[], outlook: Outlook): Panel | undefined {
  const curves = sources.flatMap((source) => {
    const { training: array } = source.frame
    if (!array || array.shape[0] < 2) return []
    const column = (m: number) => Float64Array.from({ length: array.shape[0] }, (_, k) => array.data[2 * k + m])
    const held = array.coords.measure[1] === 'heldOut' ? column(1) : undefined
    return [{ source, x: array.coords.update.map(Number), y: column(0), held }]
  })
  if (curves.length === 0) return undefined
  const layers = curves.flatMap(({ source, x, y, held }, k): Layer[] => {
    const line = (
      name: string,
      dash: Dash,
      values: Float64Array,
      ink: Ink = k,
    ): LineLayer & { readonly faded?: boolean } => {
      return { kind: 'line', name: `${source.title}: ${name}`, ink, dash, x, y: values, faded: source.faded }
    }
    // The points stand behind, for what a median hides is part of the truth.
    const course = smooth(y)
    const loss = course
      ? [{ ...line('points', 'solid', y, 'muted'), faint: true as const }, line('loss, median', 'solid', course.median)]
      : [line('loss', 'solid', y)]
    return [...loss, ...(held ? [line('held out', 'dashed', held)] : [])]
  })
  const losses = Float64Array.from(curves.flatMap(({ y }) => [...y].filter(Number.isFinite))).sort()
  const low = losses[0] ?? 0
  const high = losses[Math.floor((1 - spared) * (losses.length - 1))] ?? 1
  const room = 0.08 * (high - low || 1)
  const words = curves.map(({ source, x, y }) => {
    const updates = grouped(x[x.length - 1])
    const now = smooth(y)?.median ?? y
    return `${source.title} is at ${number(Number(now[y.length - 1].toPrecision(4)))} nats after ${updates} updates`
  })
  return {
    id: 'training',
    title: 'Training',
    note: curves[0].source.frame.phase,
    x: {
      label: 'updates',
      scale: 'linear',
      domain: [0, Math.max(...curves.map(({ x }) => x[x.length - 1]))],
      whole: true,
    },
    y: { label: 'loss', unit: 'nat', scale: 'linear', domain: [low - room, high + room] },
    layers,
    summary: `${words.join('; ')}.`,
    facts: curves.flatMap(({ source, y }) => facts(source, y, curves.length > 1)),
    provenance: {
      ...provenance([], outlook, 0),
      seed: curves[0].source.seed,
      methods: curves.map(({ source }) => ({ solver: source.id, title: source.title, error: why })),
    },
  }
}

/** What a method in training says of itself, as far as it does. */
function facts({ title, frame: { diagnostics, notes = {} } }: Source, y: Float64Array, several: boolean): Fact[] {
  const fact = (label: string, text: string): Fact => ({ label: several ? `${title}: ${label}` : label, text })
  const said = (name: string, words: (value: number) => string) =>
    Number.isFinite(diagnostics[name]) ? [words(diagnostics[name])] : []
  const list = (label: string, ...words: readonly string[][]) => {
    const all = words.flat()
    return all.length ? [fact(label, all.join(', '))] : []
  }
  const states = diagnostics.replicates
  const course = smooth(y)
  // Measured on a toggle: with half of the states spread, a batch is worth 14 to 71 % of its rows.
  const weighted =
    diagnostics.effective < mostEqual * states ? ': states have weights, and a few weigh most of a batch' : ''
  const scatter =
    course && `median of ${course.width} points, which scatter by ± ${three(course.scatter)} nat${weighted}`
  return [
    ...list('Loss', scatter ? [scatter] : []),
    ...list(
      'Gradient',
      said('gradientNorm', (value) => `norm ${three(value)}`),
    ),
    ...list(
      'Effective sample size',
      said('effective', (value) =>
        value > 0
          ? `${grouped(Math.round(value))}${states ? ` of ${grouped(states)} states` : ''}`
          : 'no step is complete yet',
      ),
    ),
    ...list(
      'Distance',
      said('hellinger', (value) => `Hellinger ${three(value)} from ${notes.measured ?? 'another method'}`),
      said('hellingerFloor', (value) => `counting would be ${three(value)} off`),
      said('jointHellinger', (value) => `whole states ${three(value)}`),
    ),
    ...list(
      'Divergence added up',
      said('divergence', (value) => `${three(value)} nat, estimated`),
    ),
    ...list(
      'Left the box of counts',
      said('outside', (value) => `${three(100 * value)} % of the states`),
    ),
    ...list(
      'Work',
      notes.backend ? [notes.backend] : [],
      said('secondsPerUpdate', (value) => `${three(1000 * value)} ms an update`),
      said('tensors', (value) => `${grouped(value)} tensors alive`),
      said('bytes', (value) => `${three(value / 1e6)} MB`),
    ),
  ]
}

/** A course of fewer points is drawn as it is. */
const fewest = 48
/** A median is of so many points at most, and of this share of them: what changes over the whole training is to be seen. */
const [mostPoints, shareOfPoints] = [31, 1 / 16]
/** Scatter of a smaller share of what the course goes through cannot be seen. */
const smallest = 0.02
/** States of unequal weight are worth less than this share of as many equal ones. */
const mostEqual = 0.9
/** A normal law's standard deviation, in median distances from its middle. */
const perDistance = 1.4826

/** Of a course that scatters: its running median, over `width` points about each, and how far single points lie from it. */
export function smooth(y: Float64Array): { median: Float64Array; width: number; scatter: number } | undefined {
  if (y.length < fewest) return undefined
  const half = Math.floor(Math.min(mostPoints, y.length * shareOfPoints) / 2)
  const median = y.map((_, k) => medianOf(y.subarray(Math.max(0, k - half), k + half + 1)))
  const scatter = perDistance * medianOf(y.map((value, k) => Math.abs(value - median[k])))
  const sorted = median.slice().sort()
  if (!(scatter > smallest * (sorted[sorted.length - 1 - half] - sorted[half]))) return undefined
  return { median, width: 2 * half + 1, scatter }
}

function medianOf(values: Float64Array): number {
  const known = values.filter(Number.isFinite).sort()
  if (known.length === 0) return Number.NaN
  return (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2
}
