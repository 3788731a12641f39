/** A place among the tokens of a text, and the one way out of a statement that cannot be read on. */

import { type Fix, quote, type Report, type Span } from './diagnostics'
import { maxNesting } from './limits'
import type { Token } from './tokenize'

/** Thrown after an error was reported; caught where reading goes on: at the next item or statement. */
export const skip = new Error('reported; read on at the next statement')

/** What people type, or paste, for what the language writes. */
const lookalikes: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '×': '*',
  '·': '*',
  '⋅': '*',
  '÷': '/',
  '→': '->',
  '⟶': '->',
  '⇒': '=>',
  '⇌': '<->',
  '↔': '<->',
  '⇄': '<->',
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  Ø: '∅',
  π: 'pi',
}

export class Cursor {
  readonly text: string
  readonly report: Report
  /** 1-based line of the current token. */
  line = 1
  /** How many rules of the grammar are open inside each other. */
  private nesting = 0
  private readonly tokens: readonly Token[]
  private at = 0
  private readonly end: Token

  /** `tokens`: of the text, without comments. */
  constructor(text: string, report: Report, tokens: readonly Token[]) {
    this.text = text
    this.report = report
    this.tokens = tokens
    this.end = { kind: 'end', offset: text.length, length: 0 }
  }

  get token(): Token {
    return this.ahead(0)
  }

  /** The token that is `n` further. */
  ahead(n: number): Token {
    return this.tokens[this.at + n] ?? this.end
  }

  /** The last token taken. */
  get previous(): Token {
    return this.tokens[this.at - 1]
  }

  word(token: Token = this.token): string {
    return this.text.slice(token.offset, token.offset + token.length)
  }

  /** Whether the token is this operator or keyword. */
  is(symbol: string, token: Token = this.token): boolean {
    return token.length === symbol.length && this.text.startsWith(symbol, token.offset)
  }

  take(): Token {
    const token = this.token
    if (token.kind === 'newline') this.line++
    if (token !== this.end) this.at++
    return token
  }

  /** Take this operator if it stands here. */
  takes(symbol: string): boolean {
    if (!this.is(symbol)) return false
    this.take()
    return true
  }

  get ended(): boolean {
    const { kind } = this.token
    return kind === 'newline' || kind === 'separator' || kind === 'end'
  }

  /** Give up this statement: go to its end, or to the next `stop` that no bracket holds. */
  skipTo(stop?: string): void {
    this.nesting = 0
    let open = 0
    while (!this.ended && !(stop && open <= 0 && this.is(stop))) {
      if (this.is('(') || this.is('[')) open++
      else if (this.is(')') || this.is(']')) open--
      this.take()
    }
  }

  fail(span: Span, message: string, fixes: readonly Fix[] = []): never {
    this.report.error(span, message, fixes)
    throw skip
  }

  /** The current token cannot stand here; `expected` completes "Expected …". */
  unexpected(expected: string, fixes: readonly Fix[] = []): never {
    const { token } = this
    if (this.ended) this.fail(this.gap(), `Expected ${expected} before the end of the statement.`, fixes)
    const meant = this.meant()
    if (meant) {
      const [word, insert] = meant
      this.fail({ offset: token.offset, length: word.length }, `${quote(word)} is written \`${insert}\` here.`, [
        { label: `Write \`${insert}\``, offset: token.offset, length: word.length, insert },
      ])
    }
    this.fail(token, `Expected ${expected}, found ${quote(this.word())}.`, fixes)
  }

  /** What was probably meant by what stands here, where that is known: as typed, and as it should be. */
  private meant(): [typed: string, meant: string] | null {
    const { offset } = this.token
    const word = this.word()
    if (Object.hasOwn(lookalikes, word)) return [word, lookalikes[word]]
    for (const [typed, insert] of [
      ['<-->', '<->'],
      ['-->', '->'],
      ['==>', '=>'],
      ['**', '^'],
    ]) {
      if (this.text.startsWith(typed, offset)) return [typed, insert]
    }
    return null
  }

  /** The place just after the last token, where something is missing. */
  gap(): Span {
    const before = this.previous
    const offset = before ? before.offset + before.length : 0
    return { offset, length: 0 }
  }

  insertion(label: string, insert: string, offset: number = this.gap().offset): Fix {
    return { label, offset, length: 0, insert }
  }

  /** Run a rule one level deeper; hostile nesting is refused here, before the stack is. */
  nested<T>(rule: () => T): T {
    if (++this.nesting > maxNesting) this.fail(this.token, `This is nested more than ${maxNesting} levels deep.`)
    const result = rule()
    this.nesting--
    return result
  }
}
