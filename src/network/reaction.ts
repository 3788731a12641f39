/** Reactions: two sides, an arrow and a rate for each direction. */

import { type Cursor, skip } from './cursor'
import { quote, type Report, type Span, span } from './diagnostics'
import { type Node, readExpression, readNumber } from './expression'
import { reserved } from './functions'
import { maxCoefficient, maxTerms } from './limits'
import { type Name, readName } from './name'

export interface TermItem extends Name {
  readonly count: number
}

export interface RateItem extends Span {
  readonly expr: Node
}

export interface ReactionItem extends Span {
  readonly label: Name | null
  readonly left: readonly TermItem[]
  readonly right: readonly TermItem[]
  readonly arrow: Span
  readonly law: 'mass-action' | 'explicit'
  /** Forward; and backward where the reaction is reversible. */
  readonly rates: readonly RateItem[]
  readonly line: number
}

export function readReaction(c: Cursor): ReactionItem {
  const { line } = c
  const from = c.token.offset
  const label = c.is(':', c.ahead(1)) ? readName(c, 'the name of a reaction') : null
  if (label) c.take()
  const left = side(c)
  const [arrow, symbol] = takeArrow(c, from)
  const right = side(c)
  const reversible = symbol === '<->' || symbol === '<=>'
  const law = symbol === '->' || symbol === '<->' ? 'mass-action' : 'explicit'
  const rates = readRates(c, reversible, arrow)
  return { label, left, right, arrow, law, rates, line, offset: from, length: c.gap().offset - from }
}

function takeArrow(c: Cursor, from: number): [Span, string] {
  const symbol = c.word()
  if (symbol === '->' || symbol === '=>' || symbol === '<->' || symbol === '<=>') return [span(c.take()), symbol]
  if (symbol === '<' && c.is('-', c.ahead(1))) {
    c.fail({ offset: c.token.offset, length: 2 }, 'A reaction is written from left to right: `A -> B, k`.')
  }
  if (symbol === ',') {
    c.fail(c.token, 'A reaction begins with its reactants, and its rate comes last: `A -> B, k`.')
  }
  if (c.previous && c.previous.offset >= from) return c.unexpected('an arrow such as `->`')
  return c.unexpected('a statement: `species`, `parameter`, `let`, `observable`, `at` or a reaction `A -> B, k`')
}

/** None where they cannot be read: the species of the reaction are known nevertheless. */
function readRates(c: Cursor, reversible: boolean, arrow: Span): RateItem[] {
  try {
    if (c.ended) noRate(c, reversible, arrow)
    if (!c.takes(',')) c.unexpected('`,` and the rate')
    const forward = rate(c)
    if (!reversible) {
      if (c.is(',')) extraRate(c, arrow, false)
      return [forward]
    }
    if (!c.takes(',')) oneRate(c, arrow)
    const backward = rate(c)
    if (c.is(',')) extraRate(c, arrow, true)
    return [forward, backward]
  } catch (thrown) {
    if (thrown !== skip) throw thrown
    c.skipTo()
    return []
  }
}

function oneRate(c: Cursor, arrow: Span): never {
  if (!c.ended) c.unexpected('`,` and the backward rate')
  const single = c.text.slice(arrow.offset + 1, arrow.offset + arrow.length)
  c.fail(c.gap(), 'A reversible reaction has two rates, forward and backward.', [
    c.insertion('Add a backward rate of 1', ', 1'),
    { label: `Make it one way, \`${single}\``, ...arrow, insert: single },
  ])
}

function extraRate(c: Cursor, arrow: Span, reversible: boolean): never {
  const comma = c.take()
  const extra = rate(c)
  const fixes = [{ label: 'Remove it', offset: comma.offset, length: c.gap().offset - comma.offset, insert: '' }]
  if (reversible) c.fail(extra, 'A reversible reaction has two rates.', fixes)
  const both = `<${c.text.slice(arrow.offset, arrow.offset + arrow.length)}`
  fixes.push({ label: `Make it reversible, \`${both}\``, ...arrow, insert: both })
  c.fail(extra, 'A reaction in one direction has one rate.', fixes)
}

function noRate(c: Cursor, reversible: boolean, arrow: Span): never {
  const fixes = [c.insertion('Add a rate of 1', reversible ? ', 1, 1' : ', 1')]
  const { token } = c
  // `A -> B; k`, as in other languages: the next statement is only an expression.
  const next = c.ahead(1)
  const after = c.ahead(2).kind
  const lone = after === 'end' || after === 'newline' || after === 'separator'
  if (token.kind === 'separator' && (next.kind === 'name' || next.kind === 'number') && lone) {
    fixes.unshift({ label: 'Put a comma before the rate', offset: token.offset, length: token.length, insert: ',' })
  }
  c.fail({ offset: arrow.offset, length: c.gap().offset - arrow.offset }, 'This reaction has no rate.', fixes)
}

function rate(c: Cursor): RateItem {
  if (c.ended) c.unexpected('a rate', [c.insertion('Write a rate of 1', ' 1')])
  const { offset } = c.token
  const expr = readExpression(c)
  return { expr, offset, length: c.gap().offset - offset }
}

/** `0`, `∅`, or terms joined by `+`; a species that stands twice is counted together. */
function side(c: Cursor): TermItem[] {
  if (c.takes('∅')) return []
  if (c.word() === '0' && c.ahead(1).kind !== 'name') {
    c.take()
    return []
  }
  const terms = new Map<string, TermItem>()
  do {
    if (terms.size === 0) emptySide(c)
    const one = term(c)
    const count = one.count + (terms.get(one.name)?.count ?? 0)
    if (count > maxCoefficient) {
      c.fail(one, `A side of a reaction has at most ${maxCoefficient.toLocaleString('en')} of a species, not ${count}.`)
    }
    terms.set(one.name, { ...(terms.get(one.name) ?? one), count })
    if (terms.size > maxTerms) c.fail(one, `A side of a reaction has at most ${maxTerms} species.`)
  } while (c.takes('+'))
  return [...terms.values()]
}

/** Report a side on which nothing stands. */
function emptySide(c: Cursor): void {
  const { token } = c
  const isArrow = c.is('->') || c.is('=>') || c.is('<->') || c.is('<=>')
  if (isArrow) c.unexpected('a species', [c.insertion('Write 0 for nothing', '0 ', token.offset)])
  if (c.is(',') || c.ended) c.unexpected('a species', [c.insertion('Write 0 for nothing', ' 0')])
}

function term(c: Cursor): TermItem {
  let count = 1
  const { token } = c
  if (token.kind === 'number') {
    count = readNumber(c)
    const word = c.word(token)
    if (!Number.isInteger(count) || count < 1) {
      c.fail(token, `A species takes part a whole number of times, at least once, not ${quote(word)}.`)
    }
    if (c.is('*')) {
      c.fail(c.token, 'A coefficient stands directly before its species.', [
        { label: 'Remove `*`', ...span(c.token), insert: ' ' },
      ])
    }
    const split = /^(\d+)([eE]\d+)$/.exec(word)
    if (c.token.kind !== 'name' && split) {
      c.fail(token, `${quote(word)} is a number.`, [
        { label: `Write \`${split[1]} ${split[2]}\``, ...span(token), insert: `${split[1]} ${split[2]}` },
      ])
    }
  }
  return { ...readName(c, 'a species'), count }
}

/** Names that the text gives to its reactions. */
export function labelsOf(items: readonly ReactionItem[], report: Report): Map<ReactionItem, string> {
  const labels = new Map<ReactionItem, string>()
  const lines = new Map<string, number>()
  for (const item of items) {
    if (!item.label) continue
    const { name, line } = item.label
    const taken = reserved(name)
    const before = lines.get(name)
    if (taken) report.error(item.label, `${taken} and cannot name a reaction: choose another name.`)
    else if (before) {
      const message = `A reaction is already called ${quote(name)}, on line ${before}.`
      report.error(item.label, message, [
        { label: `Write \`${name}_${line}\``, ...span(item.label), insert: `${name}_${line}` },
      ])
    } else {
      labels.set(item, name)
      lines.set(name, line)
    }
  }
  return labels
}
