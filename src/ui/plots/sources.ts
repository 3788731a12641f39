/**
 * What the panels draw from: the newest picture of each method. Methods are told apart by what they observed and by
 * the kind of their error, never by name.
 */
import type { ErrorEstimate, Frame, Observation } from '../../solvers/contract'
import { version } from '../../version'
import type { Contribution, Dash, Mark, Provenance } from '../figure/figure'
import { number } from '../figure/ticks'

export interface Source {
  readonly id: string
  readonly title: string
  readonly frame: Frame
  readonly seed: number
  /** Answers an older question and has done so for a while. */
  readonly faded?: boolean
}

/** Where the reader looks, and how bands are meant. */
export interface Outlook {
  readonly time: number
  readonly joint: readonly [string, string]
  readonly quantities: readonly string[]
  readonly band: 'SD' | 'SE'
  /** Whose joint law is shown, where several have one. */
  readonly jointOf?: string
  /** Opens the studio on this very study. */
  readonly link: string
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
      return `exact within ${number(error.value[time] ?? error.value.at(-1) ?? Number.NaN)} (proved)`
    case 'estimate':
      return `error about ${number(error.value)}, estimated: ${error.how}`
    case 'sampling':
      return '± 1 standard error'
    case 'none':
      return `error unknown: ${error.why}`
    default:
      return error satisfies never
  }
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
    case 'estimate':
      return `${source.title}, error about ${number(observation.error.value)}`
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
  return own && all.filter((other) => word(other) === own).length === 1 ? own : answer.source.id
}

/** How an answer's line is dashed when it lies over a leading one. */
export function dashOf({ observation: { error } }: Answer): Dash {
  switch (error.kind) {
    case 'exact':
    case 'bound':
      return 'dashed'
    case 'estimate':
    case 'sampling':
      return 'dash-dot'
    case 'none':
      return 'dotted'
    default:
      return error satisfies never
  }
}

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

/** Index of the output time nearest to the cursor. */
export function timeIndex(times: readonly (number | string)[], cursor: number): number {
  let best = 0
  for (let k = 1; k < times.length; k++) {
    if (Math.abs(Number(times[k]) - cursor) < Math.abs(Number(times[best]) - cursor)) best = k
  }
  return best
}

/** Which of the asked-for quantities an observation has, with their places; all of them when it has none of those. */
export function shown({ array }: Observation, names: readonly string[]): { name: string; index: number }[] {
  const known = array.coords.quantity.map(String)
  const chosen = names.filter((name) => known.includes(name))
  return (chosen.length ? chosen : known).map((name) => ({ name, index: known.indexOf(name) }))
}

export const grouped = (n: number) => n.toLocaleString('en-US')
