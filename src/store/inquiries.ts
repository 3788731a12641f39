/** What a study's view asks for, in words, and what is asked of the worker. */
import { type Inquiry, type Kind, kinds } from '../analysis/inquiry'
import type { Study } from '../solvers/study'

/** The analyses that a study's view asks for, in the order in which they were added. */
export function askedAnalyses({ view = {} }: Study): Kind[] {
  const list = typeof view.analyses === 'string' ? view.analyses.split(',') : []
  return [...new Set(list)].filter((id): id is Kind => (kinds as readonly string[]).includes(id))
}

/** What is asked of the worker: only what decides the answer. None while something is still to be said. */
export function inquiryOf(study: Study, kind: Kind): Inquiry | undefined {
  const { version, network, parameters, initial, times, view = {} } = study
  const question = { version, network, parameters, initial, times }
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : undefined)
  switch (kind) {
    case 'passage': {
      const condition = text(view.to)
      return condition === undefined ? undefined : { kind, study: question, condition }
    }
    case 'sensitivity':
      return { kind, study: question, parameter: text(view.by), quantity: text(view.of) }
    case 'distance': {
      const against = readSetting(text(view.against) ?? '')
      return Object.keys(against).length === 0 ? undefined : { kind, study: question, against }
    }
    case 'stationary':
    case 'gap':
    case 'quasi':
      // Times mean nothing here: changing them must not ask again.
      return { kind, study: { ...question, times: [0] } }
    case 'information':
      return { kind, study: question }
    default:
      return kind satisfies never
  }
}

/** A setting of parameters as a study's view carries it, "a=40,bias=1". */
export function settingText(setting: Readonly<Record<string, number>>): string {
  return Object.entries(setting)
    .map(([name, value]) => `${name}=${value}`)
    .join()
}

export function readSetting(text: string): Record<string, number> {
  const given = text.split(',').flatMap((part) => {
    const [name, value] = part.split('=')
    return name && value && Number.isFinite(Number(value)) ? [[name.trim(), Number(value)] as const] : []
  })
  return Object.fromEntries(given)
}
