/** Declarations: species, parameters, named expressions and observables, in lists separated by commas. */

import { type Cursor, skip } from './cursor'
import { nearest, quote, type Report, type Span, span } from './diagnostics'
import { type Node, readExpression, readNumber } from './expression'
import { maxCount } from './limits'
import { type Name, readName } from './name'
import type { Parameter, Range } from './network'

/** A number with the sign before it. */
export interface Literal extends Span {
  readonly value: number
}

interface Item extends Name {
  /** What to cut out of the text to be rid of the item. */
  readonly removal: Span
}

export interface SpeciesItem extends Item {
  readonly kind: 'species'
  /** The number as it stands, also where it cannot be a count. */
  readonly literal: Span | null
  readonly initial: number
  readonly fixed: boolean
}

export interface ParameterItem extends Item {
  readonly kind: 'parameter'
  readonly literal: Literal | null
  readonly range: RangeItem | null
}

/** `in [min, max] step s log`, from `in` to its end. */
export interface RangeItem extends Span, Range {
  readonly minAt: Span
  readonly maxAt: Span
  readonly logAt: Span | null
}

export interface DefinitionItem extends Item {
  readonly kind: 'let' | 'observable'
  /** Null where it could not be read. */
  readonly expr: Node | null
}

export type Declaration = SpeciesItem | ParameterItem | DefinitionItem

type Head = Name
type Body = Omit<SpeciesItem, 'removal'> | Omit<ParameterItem, 'removal'> | Omit<DefinitionItem, 'removal'>

const beginnings: ReadonlyMap<string, Declaration['kind']> = new Map([
  ['species', 'species'],
  ['parameter', 'parameter'],
  ['param', 'parameter'],
  ['observable', 'observable'],
  ['let', 'let'],
])

/** The kind of declaration that begins here, its keyword taken; null where a reaction does. */
export function declarationKind(c: Cursor): Declaration['kind'] | null {
  const { token } = c
  const word = c.word()
  if (token.kind === 'keyword' && beginnings.has(word)) {
    c.take()
    return beginnings.get(word)!
  }
  if (token.kind !== 'name' && token.kind !== 'function') return null
  const next = c.ahead(1)
  // No statement begins with two names: the first must be a keyword.
  if (next.kind === 'name') {
    const [meant] = c.report.full('error') ? [] : nearest(word, beginnings.keys())
    if (!meant) {
      c.fail(token, `${quote(word)} does not begin a statement: those are species, parameter, let, observable and at.`)
    }
    c.report.error(token, `${quote(word)} does not begin a statement: did you mean \`${meant}\`?`, [
      { label: `Write \`${meant}\``, offset: token.offset, length: token.length, insert: meant },
    ])
    c.take()
    return beginnings.get(meant)!
  }
  if (!c.is('=', next)) return null
  const sign = c.is('-', c.ahead(2)) ? 1 : 0
  const after = c.ahead(3 + sign)
  const numeric = c.ahead(2 + sign).kind === 'number' && (after.kind !== 'operator' || c.is(',', after))
  const kind = numeric ? 'parameter' : 'let'
  c.report.error(token, `${quote(word)} is defined without saying what it is: write \`${kind}\` before it.`, [
    c.insertion(`Make it a ${kind === 'let' ? 'named expression' : 'parameter'}`, `${kind} `, token.offset),
    ...(numeric ? [c.insertion('Make it a species', 'species ', token.offset)] : []),
  ])
  return kind
}

/** The items of a declaration, separated by commas. */
export function readDeclarations(c: Cursor, kind: Declaration['kind']): Declaration[] {
  const start = c.previous?.offset ?? 0
  const items: { item: Body; from: number; to: number }[] = []
  do {
    const from = c.token.offset
    try {
      const item = declaration(c, kind)
      if (!c.ended && !c.is(',')) afterItem(c)
      items.push({ item, from, to: c.gap().offset })
    } catch (thrown) {
      if (thrown !== skip) throw thrown
      c.skipTo(',')
    }
  } while (c.takes(','))
  return items.map(({ item, from, to }, i) => {
    const [first, last] =
      i > 0 ? [items[i - 1].to, to] : items.length > 1 ? [from, items[1].from] : [Math.min(start, from), to]
    return { ...item, removal: { offset: first, length: last - first } }
  })
}

function afterItem(c: Cursor): void {
  if (c.token.kind !== 'name') c.unexpected('`,` or the end of the statement')
  c.report.error(c.token, `Expected \`,\` before ${quote(c.word())}.`, [c.insertion('Insert `,`', ',')])
  c.skipTo(',')
}

function declaration(c: Cursor, kind: Declaration['kind']): Body {
  const head = readName(c, `the name of a ${kind === 'let' ? 'named expression' : kind}`)
  switch (kind) {
    case 'species':
      return { kind, ...head, ...initialCount(c), fixed: c.takes('fixed') }
    case 'parameter':
      return { kind, ...head, ...parameterValue(c, head) }
    default:
      return { kind, ...head, expr: definition(c) }
  }
}

/** A number with an optional sign, or null where something else stands. */
function literal(c: Cursor): Literal | null {
  const { offset } = c.token
  const sign = c.is('-') || c.is('+') ? c.word() : ''
  if (c.ahead(sign ? 1 : 0).kind !== 'number') return null
  if (sign) c.take()
  const value = readNumber(c)
  return { value: sign === '-' && value !== 0 ? -value : value, offset, length: c.gap().offset - offset }
}

function initialCount(c: Cursor): { initial: number; literal: Span | null } {
  if (!c.takes('=')) return { initial: 0, literal: null }
  const found = literal(c)
  if (!found) c.unexpected('a whole number, the initial count', [c.insertion('Start at 0', ' 0')])
  const { value } = found
  const fix = (count: number) => [{ label: `Start at ${count}`, ...span(found), insert: String(count) }]
  let initial = 0
  if (value < 0) {
    c.report.error(found, `A count cannot be negative: ${value}.`, fix(0))
  } else if (!Number.isInteger(value)) {
    c.report.error(found, `A count is a whole number, not ${value}.`, fix(Math.round(value)))
  } else if (value > maxCount) {
    c.report.error(found, `The largest count is ${maxCount.toLocaleString('en')}, not ${value}.`, fix(maxCount))
  } else {
    initial = value
  }
  return { initial, literal: span(found) }
}

function parameterValue(c: Cursor, head: Head): { literal: Literal | null; range: RangeItem | null } {
  if (!c.takes('=')) {
    c.report.error(head, `${quote(head.name)} has no value.`, [c.insertion('Give it the value 1', ' = 1')])
    return { literal: null, range: c.ended || c.is(',') ? null : range(c, null) }
  }
  const value = literal(c)
  const formula = !value || (c.token.kind === 'operator' && !c.is(',') && !c.is('['))
  if (formula) return expressionForNumber(c, head)
  return { literal: value, range: c.ended || c.is(',') ? null : range(c, value) }
}

/** `parameter k = 2*a`: say how it is written. Later uses of the name should still find it. */
function expressionForNumber(c: Cursor, head: Head): { literal: null; range: null } {
  const keyword = /\b(?:parameter|param)\s+$/.exec(c.text.slice(Math.max(0, head.offset - 40), head.offset))
  const { token } = c
  if (c.ended || c.is(',')) c.unexpected('a number', [c.insertion('Give it the value 1', ' 1')])
  if (token.kind === 'unknown') c.unexpected('a number')
  const from = head.offset - (keyword?.[0].length ?? 0)
  const fixes = keyword
    ? [{ label: 'Make it a named expression', offset: from, length: head.offset - from, insert: 'let ' }]
    : []
  c.report.error(token, `The value of a parameter is a number; an expression is named with \`let\`.`, fixes)
  c.skipTo(',')
  return { literal: null, range: null }
}

function range(c: Cursor, value: Literal | null): RangeItem | null {
  const { offset } = c.token
  const top = value && value.value > 0 ? value.value * 10 : 1
  if (c.is('step') || c.is('log')) {
    c.fail(c.token, `\`${c.word()}\` describes a slider: give its range first, \`in [min, max]\`.`, [
      c.insertion('Insert a range', ` in [${Math.min(0, value?.value ?? 0)}, ${top}]`),
    ])
  }
  if (!c.takes('in')) {
    const meant = c.is('[') ? [c.insertion('Insert `in`', ' in')] : []
    if (c.token.kind === 'name') return null // a comma is missing: the list says so
    c.unexpected('`,`, `in [min, max]` or the end of the statement', meant)
  }
  if (!c.takes('[')) c.unexpected('`[`', [c.insertion('Insert a range', ` [0, ${top}]`)])
  const min = literal(c) ?? c.unexpected('the least value, a number')
  if (!c.takes(',')) c.unexpected('`,` and the greatest value')
  const max = literal(c) ?? c.unexpected('the greatest value, a number')
  if (!c.takes(']')) c.unexpected('`]`', [c.insertion('Close the range', ']')])
  let step: Literal | null = null
  let logAt: Span | null = null
  for (;;) {
    if (!step && c.takes('step')) step = literal(c) ?? c.unexpected('the step, a number')
    else if (!logAt && c.is('log')) logAt = span(c.take())
    else break
  }
  // What cannot be logarithmic is even, and says so.
  const log = logAt !== null && min.value > 0
  const shape = { min: min.value, max: max.value, log, ...(step && { step: step.value }) }
  const item = { ...shape, minAt: span(min), maxAt: span(max), logAt, offset, length: c.gap().offset - offset }
  return soundRange(c, item, step) ? item : null
}

function soundRange(c: Cursor, range: RangeItem, step: Literal | null): boolean {
  const { report } = c
  const { min, max, minAt, maxAt } = range
  const [minText, maxText] = [minAt, maxAt].map((at) => c.text.slice(at.offset, at.offset + at.length))
  const whole = { offset: minAt.offset, length: maxAt.offset + maxAt.length - minAt.offset }
  if (min >= max) {
    const swap = min > max ? [{ label: 'Swap them', ...whole, insert: `${maxText}, ${minText}` }] : []
    report.error(whole, `A range goes from the least to the greatest value, not from ${min} to ${max}.`, swap)
    return false
  }
  if (range.logAt && !range.log) {
    const fixes = [{ label: 'Make it linear', ...range.logAt, insert: '' }]
    if (max > 0) fixes.unshift({ label: `Begin at ${max / 1000}`, ...minAt, insert: String(max / 1000) })
    report.warning(minAt, 'A logarithmic range begins above 0; this one is taken as even.', fixes)
  }
  if (step && !(step.value > 0 && step.value <= max - min)) {
    report.error(step, `A step is above 0 and fits in the range, unlike ${step.value}.`)
    return false
  }
  return true
}

/** A definition that cannot be read keeps its name, so that its uses are not reported as well. */
function definition(c: Cursor): Node | null {
  try {
    if (!c.takes('=')) c.unexpected('`=` and an expression')
    return readExpression(c)
  } catch (thrown) {
    if (thrown !== skip) throw thrown
    c.skipTo(',')
    return null
  }
}

/** What is declared; a value outside its range is told. */
export function parameterOf(item: ParameterItem, text: string, report: Report): Parameter {
  const { name, literal, range } = item
  if (!literal) return { name, value: 1 }
  const { value } = literal
  if (!range) return { name, value }
  const { min, max, step, log } = range
  if (value < min || value > max) {
    const [bound, at, word] = value < min ? [min, range.minAt, 'begin'] : [max, range.maxAt, 'end']
    const number = text.slice(literal.offset, literal.offset + literal.length)
    const widened = value > 0 || !log ? [{ label: `Let the range ${word} at ${number}`, ...at, insert: number }] : []
    const moved = {
      label: `Set the value to ${bound}`,
      offset: literal.offset,
      length: literal.length,
      insert: String(bound),
    }
    const message = `The value ${number} of ${quote(name)} is outside its range, ${min} to ${max}.`
    report.warning(literal, message, [...widened, moved])
  }
  const slider: Range = step === undefined ? { min, max, log } : { min, max, step, log }
  return { name, value, range: slider }
}
