/**
 * What the panels draw from: the newest picture of each method. Methods are told apart by what they observed and by
 * the kind of their error, never by name.
 */
import type { Bias, ErrorEstimate, Frame, Observation, Problem } from '../../solvers/contract'
import { readStudy, type Study } from '../../solvers/study'
import { version } from '../../version'
import type { Contribution, Dash, Mark, Provenance } from '../figure/figure'
import { grouped, number } from '../figure/ticks'
import type { Asked } from './asked'
import type { NetworkLaw } from './network-laws'

export interface Source {
  /** Of its lane. */
  readonly id: string
  readonly title: string
  /** What stands for it where there is room for a word. */
  readonly word?: string
  readonly frame: Frame
  readonly seed: number
  /** What the frame answers. */
  readonly study?: Study
  /** Answers an older question and has done so for a while. */
  readonly faded?: boolean
}

/** Where the reader looks, and how bands are meant. */
export interface Outlook {
  readonly time: number
  readonly joint: readonly [string, string]
  readonly quantities: readonly string[]
  /** Every quantity of the network, in its order: a quantity keeps its colour whatever else is shown. */
  readonly palette: readonly string[]
  readonly band: 'SD' | 'SE'
  /** Whose joint law is shown, where several have one. */
  readonly jointOf?: string
  /** What is shown besides, and what is asked there. */
  readonly asked: Asked
  /** The count that is pointed at on the joint map: a slice is taken there while it is. */
  readonly hover?: number
  /** What trained networks say of the slice. */
  readonly networks?: readonly NetworkLaw[]
  /** Opens the studio on this very study. */
  link(): string
}

/** One method's answer of one kind. */
export interface Answer {
  readonly source: Source
  readonly observation: Observation
}

/** The answers of one kind, the most trustworthy last drawn first: see `rank`. */
export function answers(sources: readonly Source[], key: string): Answer[] {
  return sources.flatMap((source) => {
    const observation = source.frame.observations[key]
    return observation ? [{ source, observation }] : []
  })
}

export const sampled = ({ observation }: Answer) => observation.error.kind === 'sampling'

/** Whether its laws are those of something that was trained. */
export const learnt = ({ frame }: Source) => frame.training !== undefined || frame.artifact !== undefined

/** From proved to unknown: the first is what others are measured against. */
export function rank({ observation: { error } }: Answer): number {
  switch (error.kind) {
    case 'exact':
      return 0
    case 'bound':
      return 1
    case 'estimate':
      return 2
    case 'sampling':
      return 3
    case 'none':
      return 4
    default:
      return error satisfies never
  }
}

/** How far an answer may be off, in words for a legend. */
export function errorWords(error: ErrorEstimate, time: number): string {
  switch (error.kind) {
    case 'exact':
      return 'exact'
    case 'bound':
      return `exact within ${number(ceiling(error.value[time]))} (proved)`
    case 'estimate':
      return `error about ${number(ceiling(error.value))}, estimated: ${error.how}`
    case 'sampling':
      return error.bias ? `± 1 standard error, ${biasWords(error.bias, time)}` : '± 1 standard error'
    case 'none':
      return `error unknown: ${error.why}`
    default:
      return error satisfies never
  }
}

/** What a step costs at this time: the largest of what was measured, in noise, and how. */
function biasWords({ value, noise, how }: Bias, time: number): string {
  const size = value.data.length / value.coords.time.length
  let worst = time * size
  const share = (i: number) => (noise.data[i] > 0 ? Math.abs(value.data[i]) / noise.data[i] : 0)
  for (let i = worst; i < (time + 1) * size; i++) if (share(i) > share(worst)) worst = i
  return `and ${number(Math.abs(value.data[worst]))} ± ${number(noise.data[worst])} of the step (${how})`
}

/** A bound in two digits is rounded up, or it would not be one. */
export function ceiling(value: number): number {
  const near = Number(value.toExponential(1))
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return near >= value || !(value > 0) ? near : Number((near + unit).toPrecision(2))
}

/** The name of an answer in a legend: its kind where that is unambiguous among `all`, its method's title otherwise. */
export function nameOf(answer: Answer, all: readonly Answer[], time: number): string {
  const { source, observation } = answer
  const twins = all.filter((other) => other.observation.error.kind === observation.error.kind).length > 1
  switch (observation.error.kind) {
    case 'sampling': {
      const n = source.frame.diagnostics.replicates
      const size = n === undefined ? '' : `, n = ${grouped(n)}`
      return `${twins ? source.title : 'sampled'}${size}, ± 1 SE`
    }
    case 'exact':
    case 'bound': {
      const words = errorWords(observation.error, time)
      return twins ? `${source.title}: ${words}` : words
    }
    case 'estimate': {
      if (source.frame.preview) return `preview ± ${number(Number(observation.error.value.toPrecision(1)))}`
      return `${source.title}, error about ${number(ceiling(observation.error.value))}`
    }
    case 'none':
      return `${source.title}, error unknown`
    default:
      return observation.error satisfies never
  }
}

/** One word for an answer, where that tells it apart from the others. */
export function wordOf(answer: Answer, all: readonly Answer[]): string {
  const word = ({ observation: { error } }: Answer) =>
    error.kind === 'sampling' ? 'sampled' : error.kind === 'exact' || error.kind === 'bound' ? 'exact' : undefined
  const own = word(answer)
  return own && all.filter((other) => word(other) === own).length === 1 ? own : (answer.source.word ?? answer.source.id)
}

/** How a mean's line is dashed over a leading one: dotted where it comes without any spread; two of a kind differ. */
export function dashOf(answer: Answer, all: readonly Answer[]): Dash {
  const kind = dashKind(answer)
  if (kind === 'dotted') return kind
  const place = all
    .slice(1)
    .filter((other) => dashKind(other) === kind)
    .indexOf(answer)
  return dashesOf[kind][Math.max(0, place) % dashesOf[kind].length]
}

function dashKind({ observation: { array, error } }: Answer): 'dotted' | 'sampled' | 'computed' {
  if (!array.coords.moment.includes('variance')) return 'dotted'
  return error.kind === 'sampling' ? 'sampled' : 'computed'
}

const dashesOf = {
  sampled: ['dash-dot', 'dash-dot-dot', 'short'],
  computed: ['dashed', 'long', 'short', 'dash-dot-dot'],
} as const

export const marks: readonly Mark[] = ['diamond', 'triangle', 'square', 'circle']

export function provenance(used: readonly Answer[], outlook: Outlook, time: number): Provenance {
  const methods = used.map(
    ({ source, observation }): Contribution => ({
      solver: source.id,
      title: source.title,
      replicates: source.frame.diagnostics.replicates,
      error: errorWords(observation.error, time),
    }),
  )
  return { version, seed: used[0]?.source.seed ?? 0, methods, link: outlook.link }
}

/** Where numbers are made from kept paths: their error is the spread between so many. */
export function pathProvenance(sources: readonly Source[], outlook: Outlook, paths: number): Provenance {
  const made = provenance(answers(sources, 'trajectories').slice(0, 1), outlook, 0)
  const own = (error: string) => (error === 'exact' ? '' : `; each path: ${error}`)
  return {
    ...made,
    methods: made.methods.map((method) => ({
      ...method,
      replicates: paths,
      error: `± 1 standard error, from ${paths} paths${own(method.error)}`,
    })),
  }
}

/** The answer to trust most, among those to the newest question if there are any. */
export function surest(all: readonly Answer[]): Answer | undefined {
  return [...all].sort(
    (a, b) => Number(a.source.faded ?? false) - Number(b.source.faded ?? false) || rank(a) - rank(b),
  )[0]
}

/** The quantity asked about, where one of the answers has it; else the first that is shown. */
export function askedQuantity(all: readonly Answer[], outlook: Outlook): { name: string; ink: number } | undefined {
  const { quantity } = outlook.asked
  const [own] = quantity === undefined ? [] : shown(all, { ...outlook, quantities: [quantity] })
  return own?.name === quantity && own ? own : shown(all, outlook)[0]
}

/** Index of the output time nearest to the cursor. */
export function timeIndex(times: readonly (number | string)[], cursor: number): number {
  let best = 0
  for (let k = 1; k < times.length; k++) {
    if (Math.abs(Number(times[k]) - cursor) < Math.abs(Number(times[best]) - cursor)) best = k
  }
  return best
}

const few = 16

/** Which of the asked-for quantities some answer has, with their inks; all that there are when it has none of those. */
export function shown(all: readonly Answer[], { quantities, palette }: Outlook): { name: string; ink: number }[] {
  const known = new Set(all.flatMap(({ observation }) => observation.array.coords.quantity.map(String)))
  const chosen = quantities.filter((name) => known.has(name))
  const list = chosen.length ? chosen : [...known]
  // A name at a time is looked for, not all of them placed, unless there are many.
  const places = list.length > few ? new Map(palette.map((name, k) => [name, k])) : undefined
  const place = (name: string) => places?.get(name) ?? palette.indexOf(name)
  return list.map((name) => {
    const own = place(name)
    return { name, ink: own >= 0 ? own : Math.max(0, [...known].indexOf(name)) }
  })
}

/** The problem that a source's frame answers. */
export function problemOf({ study }: Source): Problem | undefined {
  if (!study) return undefined
  const known = problems.get(study)
  if (known) return known
  const read = readStudy(study)
  if (!read.ok) return undefined
  problems.set(study, read.value.problem)
  return read.value.problem
}

/** Studies are never changed once made. */
const problems = new WeakMap<Study, Problem>()
