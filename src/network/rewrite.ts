/** Changes one number in a network text and leaves everything else as it is, byte for byte. */

import type { ParameterItem } from './declaration'
import { lineEnd, Report, type Span } from './diagnostics'
import type { Range } from './network'
import { parse } from './parse'
import { rangeText } from './print'
import { numberText } from './propensity'
import { readSyntax } from './syntax'

/** At most twelve digits: 0.1 + 0.2 is written 0.3. */
export const shortNumber = (value: number): string => numberText(Number(value.toPrecision(12)))

/** Set the value of a parameter, which must be finite. A text that does not declare it is returned as it is. */
export function setParameter(text: string, name: string, value: number): string {
  const item = parameterItem(text, name)
  if (!item) return text
  if (!Number.isFinite(value)) throw new RangeError(`setParameter: ${name} = ${value} is not a finite number`)
  return item.literal
    ? replace(text, item.literal, shortNumber(value))
    : insert(text, item.offset + item.length, ` = ${shortNumber(value)}`)
}

/** Give a parameter another range, or with null none. A text that does not declare its value is returned as it is. */
export function setRange(text: string, name: string, range: Range | null): string {
  const item = parameterItem(text, name)
  if (!item?.literal) return text
  const end = item.literal.offset + item.literal.length
  const old = item.range ? item.range.offset + item.range.length - end : 0
  return replace(text, { offset: end, length: old }, range ? ` ${rangeText(range, shortNumber)}` : '')
}

function parameterItem(text: string, name: string): ParameterItem | undefined {
  const { declarations } = readSyntax(text, new Report(text))
  return declarations.find((item): item is ParameterItem => item.kind === 'parameter' && item.name === name)
}

/**
 * Set the initial count of a species, a whole number ≥ 0. A species that only occurs in reactions is declared, with
 * those that come before it, so that the order of species stays. A text that does not have it is returned as it is.
 */
export function setInitial(text: string, name: string, count: number): string {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`setInitial: ${name} = ${count} is not a whole number ≥ 0`)
  }
  const { declarations, ends } = readSyntax(text, new Report(text))
  const declared = declarations.filter((item) => item.kind === 'species')
  const item = declared.find((one) => one.name === name)
  if (item?.literal) return replace(text, item.literal, String(count))
  if (item) return insert(text, item.offset + item.length, ` = ${count}`)
  const order = parse(text).network?.species.map((one) => one.name) ?? []
  if (!order.includes(name)) return text
  const known = new Set(declared.map((one) => one.name))
  const before = order.slice(0, order.indexOf(name)).filter((one) => !known.has(one))
  const statement = `species ${[...before, `${name} = ${count}`].join(', ')}`
  return ends.species === null
    ? insert(text, 0, `${statement}\n`)
    : insert(text, lineEnd(text, ends.species), `\n${statement}`)
}

const replace = (text: string, { offset, length }: Span, by: string): string =>
  text.slice(0, offset) + by + text.slice(offset + length)

const insert = (text: string, offset: number, piece: string): string => replace(text, { offset, length: 0 }, piece)
