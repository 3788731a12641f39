/** How training goes: what it minimises along its updates, one line per method in training. */
import type { Dash, Fact, Layer, Panel } from '../figure/figure'
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
    facts: curves.flatMap(({ source }) => facts(source, curves.length > 1)),
    provenance: {
      ...provenance([], outlook, 0),
      seed: curves[0].source.seed,
      methods: curves.map(({ source }) => ({ solver: source.id, title: source.title, error: why })),
    },
  }
}

/** What a method in training says of itself, as far as it does. */
function facts({ title, frame: { diagnostics, notes = {} } }: Source, several: boolean): Fact[] {
  const three = (value: number) => number(Number(value.toPrecision(3)))
  const fact = (label: string, text: string): Fact => ({ label: several ? `${title}: ${label}` : label, text })
  const said = (name: string, words: (value: number) => string) =>
    Number.isFinite(diagnostics[name]) ? [words(diagnostics[name])] : []
  const list = (label: string, ...words: readonly string[][]) => {
    const all = words.flat()
    return all.length ? [fact(label, all.join(', '))] : []
  }
  const states = diagnostics.replicates
  return [
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
