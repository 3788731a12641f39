/** What a projection held, and where probability left it: over time, from the ledger that comes with its law. */
import type { Ledger } from '../../solvers/contract'
import { version } from '../../version'
import type { Fact, Layer } from '../figure/figure'
import { grouped, nice, number } from '../figure/ticks'
import type { Outlook, Source } from './sources'
import { timeAxis } from './time-axis'
import type { Body } from './views'

interface Kept {
  readonly source: Source
  readonly ledger: Ledger
}

/** The method that keeps a ledger. */
function keeper(sources: readonly Source[]): Kept | undefined {
  const kept = sources.flatMap((source) => (source.frame.ledger ? [{ source, ledger: source.frame.ledger }] : []))
  return kept.find(({ source }) => !source.faded) ?? kept[0]
}

const origin = ({ source }: Kept, outlook: Outlook, error: string) => ({
  version,
  seed: source.seed,
  methods: [{ solver: source.id, title: source.title, error }],
  link: outlook.link,
})

/** How many states were held in each interval of time. */
export function stateSpace(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const kept = keeper(sources)
  if (!kept) return undefined
  const { held } = kept.ledger
  const until = held.coords.until.map(Number)
  if (until.length === 0) return undefined
  const column = (measure: string) => {
    const at = held.coords.measure.indexOf(measure)
    return Float64Array.from(until, (_, k) => held.data[k * held.shape[1] + at])
  }
  const [states, products] = [column('states'), column('products')]
  // Each value holds over its interval: from the end of the one before.
  const x = Float64Array.of(0, ...until)
  const path = Float64Array.of(...states, states[states.length - 1])
  const most = states.reduce((a, b) => Math.max(a, b), 0)
  const peak = states.indexOf(most)
  const sum = products.reduce((a, b) => a + b, 0)
  const facts: Fact[] = [
    { label: 'Most states', text: `${grouped(most)}, until t = ${number(until[peak])}` },
    { label: 'At the end', text: grouped(states[states.length - 1]) },
    { label: 'Products with the matrix', text: grouped(sum) },
  ]
  return {
    title: 'States held',
    note: `at most ${grouped(most)}`,
    x: timeAxis(x),
    y: { label: 'states', scale: 'linear', domain: [0, nice(0, Math.max(most, 1))[1]], whole: true },
    layers: [{ kind: 'steps', name: kept.source.title, ink: 0, x, paths: [path], faded: kept.source.faded }],
    cursor: outlook.time,
    summary: `The projection held up to ${grouped(most)} states, most until time ${number(until[peak])}, and ${grouped(states[states.length - 1])} at the end; it took ${grouped(sum)} products with the matrix.`,
    facts,
    provenance: origin(kept, outlook, 'counted'),
  }
}

/** Exits that have a line of their own; the rest is in the table of facts. */
const mostLines = 6
/** So many powers of ten below the total are shown. */
const decades = 8
const dashes = ['solid', 'dashed', 'dash-dot', 'dotted'] as const

/** How much probability has left by each exit so far. */
export function leak(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const kept = keeper(sources)
  if (!kept) return undefined
  const { lost } = kept.ledger
  const until = lost.coords.until.map(Number)
  const exits = lost.coords.exit.map(String)
  const running = exits.map((_, e) => {
    let sum = 0
    return Float64Array.from(until, (_, k) => {
      sum += lost.data[k * exits.length + e]
      return sum
    })
  })
  const all = Float64Array.from(until, (_, k) => running.reduce((sum, line) => sum + line[k], 0))
  const total = all[all.length - 1] ?? 0
  const leaked = kept.source.frame.diagnostics.leaked ?? total
  const error = 'the total is proved in every interval; it is divided between exits in proportion to their fluxes'
  const faded = kept.source.faded
  const x = Float64Array.from(until)
  // On a logarithmic axis nothing has no place.
  const shown = (line: Float64Array) => line.map((value) => (value > total * 10 ** -decades ? value : Number.NaN))
  const lines = running.slice(0, mostLines).map(
    (line, e): Layer => ({
      kind: 'line',
      name: exits[e],
      ink: e % 8,
      dash: dashes[e % dashes.length],
      x,
      y: shown(line),
      faded,
    }),
  )
  const facts = exits.map((exit, e): Fact => {
    const value = running[e][running[e].length - 1] ?? 0
    const share = total > 0 ? `, ${number(Number(((100 * value) / total).toPrecision(2)))} %` : ''
    return { label: exit, text: `${number(Number(value.toPrecision(3)))}${share}` }
  })
  const top = total > 0 ? 10 ** Math.ceil(Math.log10(total)) : 1
  const low = Math.max(top * 10 ** -decades, 1e-300)
  const worst = exits[0] !== undefined && total > 0 ? `; most of it by ${exits[0]}` : ''
  return {
    title: 'Where probability left',
    note: `in all ${number(Number(leaked.toPrecision(2)))}`,
    x: timeAxis([0, ...until]),
    y: { label: 'lost so far', scale: 'log', domain: [low, top] },
    layers:
      total > 0
        ? [{ kind: 'line', name: 'in all', ink: 'text', dash: 'solid', x, y: shown(all), faded }, ...lines]
        : [],
    cursor: outlook.time,
    summary:
      total > 0
        ? `By time ${number(until[until.length - 1])} the projection has lost ${number(Number(total.toPrecision(3)))} of the probability${worst} (${error}).`
        : 'No probability has been lost: nothing leads out of the states that are kept.',
    facts: facts.slice(0, 12),
    provenance: origin(kept, outlook, error),
  }
}
