/**
 * Text → statements, each with its place in the text. No name is looked up here. What cannot be read is reported and
 * left out, and reading goes on at the next item or statement.
 */

import { Cursor, skip } from './cursor'
import { type Declaration, declarationKind, readDeclarations } from './declaration'
import type { Report } from './diagnostics'
import { beginsEvent, type EventItem, readEvent } from './event'
import { type ReactionItem, readReaction } from './reaction'

export interface Syntax {
  readonly declarations: readonly Declaration[]
  readonly reactions: readonly ReactionItem[]
  readonly events: readonly EventItem[]
  /** Ends of the last `species` and `parameter` statements, or null where there is none. */
  readonly ends: { readonly species: number | null; readonly parameter: number | null }
}

export function readSyntax(text: string, report: Report): Syntax {
  const c = new Cursor(text, report)
  const declarations: Declaration[] = []
  const reactions: ReactionItem[] = []
  const events: EventItem[] = []
  const ends: { species: number | null; parameter: number | null } = { species: null, parameter: null }
  while (c.token.kind !== 'end') {
    if (c.ended) {
      c.take()
      continue
    }
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
