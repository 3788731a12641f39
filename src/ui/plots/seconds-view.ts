/** Trained networks and exact samples, by their distance from the exact law: which has made more of its seconds? */
import { commonBins, hellinger, samplingHellinger } from '../../numerics/distances'
import type { Fact, Layer } from '../figure/figure'
import { grouped, number, three } from '../figure/ticks'
import { lawAt } from './law'
import {
  type Answer,
  answers,
  askedQuantity,
  learnt,
  type Outlook,
  provenance,
  rank,
  type Source,
  timeIndex,
} from './sources'
import { timeAxis } from './time-axis'
import { type Body, nothing } from './views'

const title = 'The same seconds'

export function sameSeconds(sources: readonly Source[], outlook: Outlook): Body | undefined {
  const all = answers(sources, 'marginals')
  const asked = askedQuantity(all, outlook)
  if (!asked) return undefined
  const { name, ink } = asked
  const [truth] = all.filter(({ source }) => !learnt(source)).sort((a, b) => rank(a) - rank(b))
  const pupils = all.filter(({ source }) => learnt(source))
  if (pupils.length === 0) return nothing(title, 'needs a method that is trained', outlook)
  if (!truth || rank(truth) > 1) {
    return nothing(title, 'needs the exact law: choose the state-space projection, or tick compare beside it', outlook)
  }
  const samplers = all.filter(({ source, observation: { error } }) => {
    return !learnt(source) && error.kind === 'sampling' && !error.bias && (source.frame.diagnostics.replicates ?? 0) > 0
  })
  const x = truth.observation.array.coords.time.map(Number)
  const at = timeIndex(x, outlook.time)
  const rows = [...pupils, ...samplers].map((answer) => ({ answer, y: along(answer, truth, name) }))
  const floors = samplers.map((answer) => {
    const n = answer.source.frame.diagnostics.replicates ?? 1
    return { answer, n, y: x.map((_, t) => level(truth, name, t, n)) }
  })
  const positive = [...rows, ...floors].flatMap(({ y }) => y.filter((v) => v > 0))
  if (positive.length === 0) return nothing(title, 'no answer to this yet', outlook)
  const [low, high] = [Math.min(...positive), Math.max(...positive)]
  const dashes = ['solid', 'dashed', 'dotted', 'dash-dot'] as const
  const drawn = (y: readonly number[]) => Float64Array.from(y, (v) => (v > 0 ? v : Number.NaN))
  const layers = [
    ...rows.map(({ answer, y }, k): Layer => {
      const isPupil = learnt(answer.source)
      const words = isPupil ? answer.source.title : sampleName(answer)
      const kind = x.length > 1 && x.length <= 24 ? 'curve' : 'line'
      return {
        kind,
        name: words,
        ink: isPupil ? ink : 'text',
        dash: dashes[k % 4],
        x,
        y: drawn(y),
        faded: answer.source.faded,
      }
    }),
    ...floors.map(({ answer, y }): Layer => {
      const words = `${sampleName(answer)}: expected of so many`
      return { kind: 'line', name: words, ink: 'muted', dash: 'dotted', x, y: drawn(y) }
    }),
  ]
  const facts = [
    ...spent(outlook),
    ...rows.map((row) => ({ label: row.answer.source.title, text: told(row, floors, x, at) })),
  ]
  const verdicts = verdict(rows, at)
  return {
    title: `${title}: ${name}`,
    note: `from ${truth.source.title}`,
    x: timeAxis(x),
    y: { label: 'Hellinger distance', scale: 'log', domain: [low / 1.5, high * 1.5] },
    layers,
    cursor: outlook.time,
    summary: `Distance of the law of ${name} from the exact one at time ${number(x[at])}: ${[...facts.slice(spent(outlook).length).map(({ label, text }) => `${label} ${text}`), ...verdicts].join('; ')}.`,
    facts: [...facts, ...verdicts.map((text) => ({ label: 'So', text }))],
    provenance: provenance([truth, ...pupils, ...samplers], outlook, at),
  }
}

const sampleName = ({ source }: Answer) => `${source.title}, n = ${grouped(source.frame.diagnostics.replicates ?? 0)}`

/** Hellinger's distance from the truth at each of its times; NaN where there is no answer yet. */
function along(answer: Answer, truth: Answer, name: string): number[] {
  const [q, p] = [answer, truth].map(({ observation }) => observation.array)
  return p.coords.time.map((time, t) => {
    const [own, other] = [q.coords.time.indexOf(time), q.coords.quantity.indexOf(name)]
    if (own < 0 || other < 0) return Number.NaN
    const found = lawAt(q, own, other).p
    if (Number.isNaN(found[0])) return Number.NaN
    const exact = lawAt(p, t, p.coords.quantity.indexOf(name)).p
    const [a, b] = [p, q].map(({ coords }) => coords.count.map(Number))
    return hellinger(commonBins({ counts: a, p: exact }, { counts: b, p: found }))
  })
}

function level(truth: Answer, name: string, t: number, n: number): number {
  const { array } = truth.observation
  return samplingHellinger(lawAt(array, t, array.coords.quantity.indexOf(name)).p, n)
}

const spent = ({ asked: { seconds } }: Outlook): Fact[] =>
  seconds
    ? [{ label: 'Seconds of the training', text: `${three(seconds)}, given to exact sampling on this machine too` }]
    : []

interface Row {
  readonly answer: Answer
  readonly y: readonly number[]
}

function told({ answer, y }: Row, floors: readonly (Row & { n: number })[], x: readonly number[], at: number): string {
  const known = y.map((v, t) => ({ v, t })).filter(({ v }) => !Number.isNaN(v))
  const worst = known.reduce((a, b) => (b.v > a.v ? b : a), known[0])
  const here = Number.isNaN(y[at]) ? 'not there yet' : three(y[at])
  const most = worst ? `, at most ${three(worst.v)} (t = ${number(x[worst.t])})` : ''
  const floor = floors.find((other) => other.answer === answer)
  const events = answer.source.frame.diagnostics.events
  const size = floor
    ? `n = ${grouped(floor.n)}${events ? `, ${grouped(Math.round(events))} events` : ''}; so many explain ${three(floor.y[at])}; `
    : ''
  return `${size}Hellinger ${here}${most}`
}

/** Each network against the largest ensemble. */
function verdict(rows: readonly Row[], at: number): string[] {
  const size = ({ answer }: Row) => answer.source.frame.diagnostics.replicates ?? 0
  const [best] = rows.filter(({ answer }) => !learnt(answer.source)).sort((a, b) => size(b) - size(a))
  if (!best || !(best.y[at] > 0)) return []
  return rows.flatMap(({ answer, y }) => {
    if (!learnt(answer.source) || !(y[at] > 0)) return []
    const ratio = y[at] / best.y[at]
    const words =
      ratio > 1
        ? `${three(ratio)} times as far from the exact law as`
        : `${three(1 / ratio)} times nearer to the exact law than`
    return [`at the cursor ${answer.source.title} is ${words} ${sampleName(best.answer)}`]
  })
}
