/** A name where something is defined, or takes part in a reaction. */

import type { Cursor } from './cursor'
import type { Span } from './diagnostics'
import { maxNameLength } from './limits'

export interface Name extends Span {
  readonly name: string
  readonly line: number
}

/** Take a name; whether it is one that may be defined is asked where it is. `expected` completes "Expected …". */
export function readName(c: Cursor, expected: string): Name {
  const { token, line } = c
  if (token.kind !== 'name' && token.kind !== 'keyword' && token.kind !== 'function' && token.kind !== 'constant') {
    c.unexpected(expected)
  }
  c.take()
  if (token.length > maxNameLength) {
    c.fail(token, `This name has ${token.length} characters; names have at most ${maxNameLength}.`)
  }
  return { name: c.word(token), offset: token.offset, length: token.length, line }
}
