/**
 * Text → statements, each with its place in the text. No name is looked up here. What cannot be read is reported and
 * left out, and reading goes on at the next item or statement.
 */

import { Cursor, skip } from './cursor'
import { type Declaration, declarationKind, readDeclarations } from './declaration'
import type { Report } from './diagnostics'
import { beginsEvent, type EventItem, readEvent } from './event'
import { type ReactionItem, readReaction } from './reaction'
import { finish, type Steps, scaled, stride } from './steps'
import { type Token, tokens } from './tokenize'

export interface Syntax {
  readonly declarations: readonly Declaration[]
  readonly reactions: readonly ReactionItem[]
  readonly events: readonly EventItem[]
  /** Ends of the last `species` and `parameter` statements, or null where there is none. */
  readonly ends: { readonly species: number | null; readonly parameter: number | null }
}

export const readSyntax = (text: string, report: Report): Syntax => finish(syntaxOf(text, report))

export function* syntaxOf(text: string, report: Report): Steps<Syntax> {
  const found = yield* scaled(tokens(text), 0, 0.4)
  const c = new Cursor(text, report, withoutComments(found))
  let statements = 0
  const declarations: Declaration[] = []
  const reactions: ReactionItem[] = []
  const events: EventItem[] = []
  const ends: { species: number | null; parameter: number | null } = { species: null, parameter: null }
  while (c.token.kind !== 'end') {
    if (c.ended) {
      c.take()
      continue
    }
    if (++statements % stride === 0) yield 0.4 + (0.6 * c.token.offset) / text.length
    try {
      const kind = beginsEvent(c) ? 'event' : declarationKind(c)
      if (kind === 'event') {
        events.push(readEvent(c))
      } else if (kind) {
        for (const item of readDeclarations(c, kind)) declarations.push(item)
        if (kind === 'species' || kind === 'parameter') ends[kind] = c.gap().offset
      } else {
        reactions.push(readReaction(c))
      }
      if (!c.ended) c.unexpected('the end of the statement')
    } catch (thrown) {
      if (thrown !== skip) throw thrown
      c.skipTo()
    }
  }
  return { declarations, reactions, events, ends }
}

const withoutComments = (tokens: readonly Token[]) =>
  tokens.some(({ kind }) => kind === 'comment') ? tokens.filter(({ kind }) => kind !== 'comment') : tokens
