/**
 * The lanes of a study: its own method and those beside it, on the same problem and axes. One method may stand there
 * more than once, with other options: a lane has a key of its own, and a title that says by what it differs.
 */
import type { OptionField } from './options'
import { solvers, usual } from './registry'
import type { Study } from './study'

export interface StudyLane {
  /** `tauLeap`; the second lane of the same method is `tauLeap-2`. No id of a solver has a hyphen. */
  readonly id: string
  readonly solver: string
  readonly options?: Study['options']
  /** `Tau-leaping`, or `Tau-leaping · ε 0.08` beside another of its kind. */
  readonly title: string
  /** By what it differs from others of its method: `ε 0.08`; empty where it is alone. */
  readonly variant: string
  /** The study of this lane alone, reduced to what decides its numbers. */
  readonly study: Study
}

/** The study's own lane first, then those beside it in the order of the file. */
export function lanesOf(whole: Study): StudyLane[] {
  const { version, network, parameters, initial, times, observe, seed } = whole
  const question = { version, network, parameters, initial, times, observe, seed }
  const entries = [whole, ...(whole.compare ?? [])].map(({ solver = usual, options }) => ({ solver, options }))
  return entries.map(({ solver, options }, k) => {
    const variant = variantOf(entries, k)
    const known = Object.hasOwn(solvers, solver) ? solvers[solver].title : solver
    return {
      id: laneId(entries, k),
      solver,
      options,
      title: variant ? `${known} · ${variant}` : known,
      variant,
      study: { ...question, solver, options },
    }
  })
}

interface Entry {
  readonly solver: string
  readonly options?: Study['options']
}

/** The id of lane k: its solver's, numbered from the second one on. */
function laneId(entries: readonly Entry[], k: number): string {
  const { solver } = entries[k]
  const place = entries.slice(0, k + 1).filter((other) => other.solver === solver).length
  return place === 1 ? solver : `${solver}-${place}`
}

/** What tells lane k from the others of its method: the options in which they differ, or its place. */
function variantOf(entries: readonly Entry[], k: number): string {
  const { solver } = entries[k]
  const twins = entries.filter((other) => other.solver === solver)
  if (twins.length === 1) return ''
  const schema = Object.hasOwn(solvers, solver) ? solvers[solver].options : undefined
  const given = ({ options }: Entry, { name, default: usual }: OptionField) => options?.[name] ?? usual
  const differing = (schema?.fields ?? []).filter((field) => new Set(twins.map((e) => given(e, field))).size > 1)
  const words = (entry: Entry) => differing.map((field) => inWords(field, given(entry, field))).join(', ')
  const own = words(entries[k])
  const place = twins.indexOf(entries[k]) + 1
  const alike = own === '' || twins.filter((other) => words(other) === own).length > 1
  return alike ? [own, `no. ${place}`].filter(Boolean).join(', ') : own
}

/** `ε 0.08`, `states 50,000`, `direct`, `no zeros apart`. */
function inWords({ kind, title, symbol }: OptionField, value: unknown): string {
  const word = symbol ?? title.charAt(0).toLowerCase() + title.slice(1)
  if (typeof value === 'boolean') return value ? word : `no ${word}`
  if (typeof value === 'number') return `${word} ${value.toLocaleString('en', { maximumSignificantDigits: 6 })}`
  const text = String(value).slice(0, 24)
  return kind === 'choice' ? text : `${word} ${text}`.trim()
}

/** A study's list of methods after lane `id` has been changed; the study's own lane stays first. */
export function withLane(study: Study, id: string, options: Study['options']): Partial<Study> {
  const place = lanesOf(study).findIndex((lane) => lane.id === id)
  if (place < 0) return {}
  if (place === 0) return { options }
  return { compare: study.compare?.map((other, k) => (k === place - 1 ? { ...other, options } : other)) }
}
