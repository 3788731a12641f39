/** Events: `at`, a condition, a colon, and what is assigned when the condition becomes true. */

import type { Cursor } from './cursor'
import type { Span } from './diagnostics'
import { type Node, readExpression } from './expression'
import { type Name, readName } from './name'
import type { RateItem } from './reaction'

export interface AssignmentItem extends Name {
  readonly value: Node
}

export interface EventItem extends Span {
  readonly trigger: RateItem
  readonly assignments: readonly AssignmentItem[]
  readonly line: number
}

/** Whether an event begins here. */
export const beginsEvent = (c: Cursor): boolean => c.token.kind === 'keyword' && c.is('at')

export function readEvent(c: Cursor): EventItem {
  const { line } = c
  const { offset } = c.take()
  if (c.ended || c.is(':')) c.unexpected('a condition such as `t >= 25`', [c.insertion('Write `t >= 25`', ' t >= 25')])
  const trigger = condition(c)
  if (!c.takes(':')) c.unexpected('`:` and what is assigned, as in `at t >= 25: X = 50`')
  const assignments: AssignmentItem[] = []
  do assignments.push(assignment(c))
  while (c.takes(','))
  return { trigger, assignments, line, offset, length: c.gap().offset - offset }
}

function condition(c: Cursor): RateItem {
  const { offset } = c.token
  const expr = readExpression(c)
  return { expr, offset, length: c.gap().offset - offset }
}

function assignment(c: Cursor): AssignmentItem {
  const name = readName(c, 'the species that is assigned')
  if (!c.takes('=')) c.unexpected('`=` and a count')
  return { ...name, value: readExpression(c) }
}
