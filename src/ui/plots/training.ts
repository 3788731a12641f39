/** How training goes: what it minimises along its updates, one line per method in training. */
import type { Dash, Layer, Panel } from '../figure/figure'
import { number } from '../figure/ticks'
import { grouped, type Outlook, provenance, type Source } from './sources'

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
    const line = (name: string, dash: Dash, values: Float64Array): Layer => {
      return { kind: 'line', name: `${source.title}: ${name}`, ink: k, dash, x, y: values, faded: source.faded }
    }
    return [line('loss', 'solid', y), ...(held ? [line('held out', 'dashed', held)] : [])]
  })
  const losses = Float64Array.from(curves.flatMap(({ y }) => [...y].filter(Number.isFinite))).sort()
  const low = losses[0] ?? 0
  const high = losses[Math.floor((1 - spared) * (losses.length - 1))] ?? 1
  const room = 0.08 * (high - low || 1)
  const words = curves.map(({ source, x, y }) => {
    const updates = grouped(x[x.length - 1])
    return `${source.title} is at ${number(Number(y[y.length - 1].toPrecision(4)))} nats after ${updates} updates`
  })
  return {
    id: 'training',
    title: 'Training',
    note: notes(curves[0].source),
    x: {
      label: 'updates',
      scale: 'linear',
      domain: [0, Math.max(...curves.map(({ x }) => x[x.length - 1]))],
      whole: true,
    },
    y: { label: 'loss', unit: 'nat', scale: 'linear', domain: [low - room, high + room] },
    layers,
    summary: `${words.join('; ')}.`,
    provenance: {
      ...provenance([], outlook, 0),
      seed: curves[0].source.seed,
      methods: curves.map(({ source }) => ({ solver: source.id, title: source.title, error: why })),
    },
  }
}

/** What else a method in training says of itself, as far as it does. */
function notes({ frame: { diagnostics, notes = {}, phase } }: Source): string {
  const short = (value: number) => number(Number(value.toPrecision(3)))
  const said = (name: string, words: (value: string) => string) => {
    const value = diagnostics[name]
    return Number.isFinite(value) ? [words(short(value))] : []
  }
  const distance = said('hellinger', (value) => `Hellinger ${value} from ${notes.measured ?? 'another method'}`)
  const beside = [
    ...said('hellingerFloor', (value) => `counting would be ${value} off`),
    ...said('jointHellinger', (value) => `whole states ${value}`),
  ]
  return [
    phase,
    ...said('gradientNorm', (value) => `gradient ${value}`),
    ...(notes.backend ? [notes.backend] : []),
    ...said('secondsPerUpdate', (value) => `${value} s an update`),
    ...distance.map((words) => (beside.length ? `${words} (${beside.join(', ')})` : words)),
  ]
    .filter(Boolean)
    .join(' · ')
}
