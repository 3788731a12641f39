/** P(X ≥ n) on a logarithmic axis, by every method that has the law, each with what it knows of so rare a thing. */
import { binomialLimits, tailsOf } from '../../numerics/tails'
import type { BandLayer, Fact, Layer } from '../figure/figure'
import { grouped, number } from '../figure/ticks'
import { lawAt } from './law'
import {
  type Answer,
  answers,
  askedQuantity,
  ceiling,
  learnt,
  type Outlook,
  provenance,
  rank,
  type Source,
  timeIndex,
} from './sources'
import type { Body } from './views'

/** Probabilities below this are not shown, however sure: nobody waits for them. */
const lowest = 1e-12
/** The share of cases in which limits of samples hold, at least. */
const level = 0.95
/** Facts compare the methods where the surest tail falls to this. */
const rare = 1e-3

/** The tail of one law: at each count the probability of so many or more, and its limits where it has some. */
export interface Tail {
  readonly counts: Float64Array
  readonly p: Float64Array
  readonly low?: Float64Array
  readonly high?: Float64Array
  /** What the answer knows nothing below: one sample's share, a proved or estimated error. 0: nothing of the kind. */
  readonly floor: number
}

export function tailAt(answer: Answer, time: number, quantity: number): Tail {
  const { array, error } = answer.observation
  const counts = Float64Array.from(array.coords.count, Number)
  const p = tailsOf(lawAt(array, time, quantity).p)
  if (error.kind === 'bound') {
    const off = error.value[time]
    return { counts, p, low: p.map((v) => Math.max(0, v - off)), high: p.map((v) => v + off), floor: off }
  }
  const n = answer.source.frame.diagnostics.replicates
  if (error.kind !== 'sampling' || !n) {
    // Half of an l1 distance is the most that the probability of any event can be off by.
    return { counts, p, floor: error.kind === 'estimate' ? error.value / 2 : 0 }
  }
  // A network is fitted to samples: its own tail is no count of them.
  if (learnt(answer.source)) return { counts, p, floor: 1 / n }
  const limits = Array.from(p, (v) => binomialLimits(Math.round(Math.min(1, v) * n), n, level))
  return {
    counts,
    p,
    low: Float64Array.from(limits, ([low]) => low),
    high: Float64Array.from(limits, ([, high]) => high),
    floor: 1 / n,
  }
}

export function tails(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const all = answers(sources, 'marginals')
  const asked = askedQuantity(all, outlook)
  if (!asked) return undefined
  const { name, ink } = asked
  const drawn = all
    .flatMap((answer) => {
      const { array } = answer.observation
      const quantity = array.coords.quantity.indexOf(name)
      const time = timeIndex(array.coords.time, outlook.time)
      // A run under way has not reached every time yet.
      if (quantity < 0 || Number.isNaN(lawAt(array, time, quantity).p[0])) return []
      return [{ answer, time, tail: tailAt(answer, time, quantity) }]
    })
    .sort((a, b) => rank(a.answer) - rank(b.answer))
  if (drawn.length === 0) return undefined
  const best = drawn[0]
  const t = number(Number(best.answer.observation.array.coords.time[best.time]))
  const deepest = drawn.reduce((least, { tail }) => Math.min(least, depth(tail)), 0.1)
  const bottom = 10 ** Math.floor(Math.log10(Math.max(lowest, deepest)))
  const layers = drawn.flatMap(({ answer, tail }, place) => lines(answer, tail, ink, place, bottom, drawn.length))
  const [from, to] = span(
    drawn.map(({ tail }) => tail),
    bottom,
  )
  const known = drawn.map(({ answer, tail, time }) => ({ answer, time, words: knowledge(answer, tail) }))
  const compared = comparison(
    name,
    drawn.map(({ answer, tail }) => ({ answer, tail })),
  )
  return {
    title: `Tail of ${name}`,
    note: `t = ${t}`,
    x: { label: `n, counts of ${name}`, scale: 'linear', domain: [from, to], whole: true },
    y: { label: `P(${name} ≥ n)`, scale: 'log', domain: [bottom, 1] },
    layers,
    summary: `At time ${t}, ${[...compared.map(({ words }) => words), ...known.map(({ words }) => words)].join('; ')}.`,
    facts: [
      ...compared.map(({ fact }) => fact),
      ...known.map(({ answer, words }): Fact => ({ label: answer.source.title, text: words })),
    ],
    provenance: provenance(
      drawn.map(({ answer }) => answer),
      outlook,
      best.time,
    ),
  }
}

function lines(answer: Answer, tail: Tail, ink: number, place: number, bottom: number, several: number): Layer[] {
  const { source, observation } = answer
  const { counts: x, low, high, floor } = tail
  const { faded } = source
  const counted = observation.error.kind === 'sampling' && !learnt(source)
  // What has no logarithm lies below the axis, or, of a line, is not there.
  const under = bottom / 2
  const limits: Pick<BandLayer, 'name' | 'ink' | 'meaning'> = counted
    ? { name: `${100 * level} % limits of n = ${grouped(Math.round(1 / floor))}`, ink, meaning: 'interval' }
    : { name: 'proved', ink: 'muted', meaning: 'bound' }
  const band = low && high && floor > bottom && { low: low.map((v) => Math.max(v, under)), high }
  return [
    ...(band ? [{ kind: 'band', ...limits, x, ...band, faded } as const] : []),
    {
      kind: 'line',
      name: several > 1 ? source.title : nameAlone(answer),
      ink: counted || several === 1 ? ink : place === 0 ? 'text' : 'muted',
      dash: (['solid', 'dashed', 'dotted', 'dash-dot'] as const)[place % 4],
      x,
      y: tail.p.map((v) => (v > 0 ? Math.max(v, under) : Number.NaN)),
      faded,
    },
  ]
}

const nameAlone = ({ source }: Answer) => (learnt(source) ? `${source.title}, normalised` : source.title)

/** How far down a tail is worth drawing: to a third of what one sample weighs, or of what is proved or estimated. */
function depth({ p, floor }: Tail): number {
  if (floor > 0) return floor / 3
  return p.reduce((least, v) => (v > lowest ? Math.min(least, v) : least), 1)
}

/** Counts between which the tails fall from all to the bottom. */
function span(all: readonly Tail[], bottom: number): [number, number] {
  let [from, to] = [Number.POSITIVE_INFINITY, 1]
  for (const { counts, p } of all) {
    let first = 0
    while (first + 1 < p.length && p[first + 1] > 0.999) first++
    let last = p.length - 1
    while (last > first && !(p[last] > bottom)) last--
    from = Math.min(from, counts[first] ?? 0)
    to = Math.max(to, (counts[last] ?? 0) + 1)
  }
  return [from < 0.4 * to ? 0 : from, Math.max(to, from + 1)]
}

/** What an answer knows of rare counts, and below what it knows nothing. */
function knowledge({ source, observation: { error } }: Answer, { floor }: Tail): string {
  const two = (value: number) => number(ceiling(value))
  if (error.kind === 'bound') return `certified within ${two(floor)}`
  if (error.kind === 'exact') return 'exact'
  if (learnt(source)) {
    const below =
      floor === 0
        ? ''
        : error.kind === 'sampling'
          ? `; below 1/${grouped(Math.round(1 / floor))}, a state’s share, it is extrapolated`
          : `; it may be off by ${two(floor)}, estimated, so that smaller tails are not known`
    return `the network’s own normalised tail${below}`
  }
  if (error.kind === 'sampling' && floor > 0) {
    const n = grouped(Math.round(1 / floor))
    const none = number(Number(binomialLimits(0, Math.round(1 / floor), level)[1].toPrecision(2)))
    return `nothing is seen below 1/${n} = ${number(Number(floor.toPrecision(2)))}; where no sample is, at most ${none} (${100 * level} %)`
  }
  if (error.kind === 'estimate') return `error about ${two(floor)}: smaller tails may be wrong`
  return 'error unknown'
}

/** What each says of the first count whose surest tail is rare. */
function comparison(name: string, drawn: readonly { readonly answer: Answer; readonly tail: Tail }[]) {
  const [{ tail: first }] = drawn
  const k = first.p.findIndex((v) => v <= rare)
  if (k < 0 || !(first.p[k] > 0)) return []
  const n = first.counts[k]
  const said = drawn.flatMap(({ answer, tail }) => {
    const at = tail.counts.indexOf(n)
    const [p, low, high] = at < 0 ? [0] : [tail.p[at], tail.low?.[at], tail.high?.[at]]
    const three = (value: number) => number(Number(value.toPrecision(3)))
    const between =
      answer.observation.error.kind === 'sampling' && low !== undefined && high !== undefined
        ? ` (${three(low)} to ${three(high)})`
        : ''
    return [`${answer.source.title} ${three(p)}${between}`]
  })
  const label = `P(${name} ≥ ${number(n)})`
  return [{ words: `${label} is ${said.join(', ')}`, fact: { label, text: said.join('; ') } }]
}
