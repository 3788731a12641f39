/** Network text → network, or what is wrong with the text. */

import { caution } from './caution'
import type { Literal } from './declaration'
import { type Diagnostic, Report, type Span } from './diagnostics'
import { maxTextLength } from './limits'
import type { Network } from './network'
import { Reader } from './reader'
import { finish, type Steps, scaled } from './steps'
import { syntaxOf } from './syntax'

export type { Diagnostic, Fix, Span } from './diagnostics'

/** Where the numbers stand that a slider or a field may rewrite. */
export interface Spans {
  readonly parameters: ReadonlyMap<string, Literal>
  readonly initial: ReadonlyMap<string, Span>
}

export interface Parse {
  /** Null if and only if a diagnostic is an error. */
  readonly network: Network | null
  readonly diagnostics: readonly Diagnostic[]
  readonly spans: Spans
}

/** Parses that are kept: one change of the text is asked about from several sides, and undone, and done again. */
const mostKept = 4
const kept = new Map<string, Parse>()

/** Read a network text. Never throws, whatever the text; takes time linear in its length, but none for the last few. */
export const parse = (text: string): Parse => kept.get(text) ?? finish(parseInSteps(text))

/** The same in steps; when they are done, `parse` has it at once. */
export function* parseInSteps(text: string): Steps<Parse> {
  const known = kept.get(text)
  if (known) return known
  const parsed = yield* read(text)
  if (kept.size === mostKept) for (const oldest of [...kept.keys()].slice(0, 1)) kept.delete(oldest)
  kept.set(text, parsed)
  return parsed
}

function* read(text: string): Steps<Parse> {
  const report = new Report(text)
  const parameters = new Map<string, Literal>()
  const initial = new Map<string, Span>()
  if (text.length > maxTextLength) {
    const characters = `${text.length.toLocaleString('en')} characters; at most ${maxTextLength.toLocaleString('en')}`
    report.error({ offset: 0, length: 0 }, `This text has ${characters} are read.`)
    return { network: null, diagnostics: report.diagnostics(), spans: { parameters, initial } }
  }
  const syntax = yield* scaled(syntaxOf(text, report), 0, 0.65)
  const reader = new Reader(text, syntax, report)
  const network = yield* scaled(reader.network(), 0.65, 0.9)
  for (const item of syntax.declarations) {
    if (item.kind === 'species' && item.literal && !initial.has(item.name)) initial.set(item.name, item.literal)
    if (item.kind === 'parameter' && item.literal && !parameters.has(item.name)) parameters.set(item.name, item.literal)
  }
  if (!report.failed) yield* scaled(caution(network, reader.sources, report), 0.9, 1)
  const spans = { parameters, initial }
  return { network: report.failed ? null : network, diagnostics: report.diagnostics(), spans }
}
