/** Network text → tokens. Shared by the parser and by the editor's highlighting. */

import { constants, functions, keywords } from './functions'
import { finish, type Steps, stride } from './steps'

const tokenStride = 8 * stride

export type TokenKind =
  | 'name'
  | 'number'
  | 'operator'
  | 'keyword'
  | 'function'
  | 'constant'
  | 'comment'
  /** `;` */
  | 'separator'
  | 'newline'
  /** A character that the language does not have. */
  | 'unknown'
  /** Only the parser sees it: the empty token after the last one. */
  | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly offset: number
  readonly length: number
}

const blank = /[^\S\r\n]+/y
const newline = /\r\n?|\n/y
const comment = /#[^\r\n]*/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const operator = /<->|<=>|->|=>|<=|>=|==|!=|[-+*/^()[\]<>=?:,∅]/y
/** One whole character, so that a fix never cuts a surrogate pair. */
const anything = /./suy

/** Every character of the text that is not blank is in exactly one token, in order. Takes linear time; never throws. */
export const tokenize = (text: string): Token[] => finish(tokens(text))

export function* tokens(text: string): Steps<Token[]> {
  const found: Token[] = []
  let next = tokenStride
  let at = 0
  const matches = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    return pattern.test(text)
  }
  while (at < text.length) {
    let kind: TokenKind | null
    let end: number
    if (matches(blank)) {
      kind = null
      end = blank.lastIndex
    } else if (matches(name)) {
      end = name.lastIndex
      kind = kindOfWord(text, at, end)
    } else if (matches(number)) {
      kind = 'number'
      end = number.lastIndex
    } else if (matches(operator)) {
      kind = 'operator'
      end = operator.lastIndex
    } else if (matches(newline)) {
      kind = 'newline'
      end = newline.lastIndex
    } else if (matches(comment)) {
      kind = 'comment'
      end = comment.lastIndex
    } else if (text[at] === ';') {
      kind = 'separator'
      end = at + 1
    } else {
      kind = 'unknown'
      matches(anything)
      end = anything.lastIndex
    }
    if (kind) found.push({ kind, offset: at, length: end - at })
    at = end
    if (found.length < next) continue
    next += tokenStride
    yield at / text.length
  }
  return found
}

const call = /[^\S\r\n]*\(/y

function kindOfWord(text: string, offset: number, end: number): TokenKind {
  const word = text.slice(offset, end)
  if (keywords.has(word)) return 'keyword'
  if (constants.has(word)) return 'constant'
  if (!functions.has(word)) return 'name'
  if (word !== 'log') return 'function'
  call.lastIndex = end
  return call.test(text) ? 'function' : 'keyword' // `in [1, 10] log` is not the logarithm
}
