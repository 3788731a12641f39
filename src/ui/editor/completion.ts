/** Offers the words that make sense here: the network's names, functions, and keywords at the start of a statement. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { functions } from '../../network/functions'
import { type Role, roles } from './highlight'

const statements: readonly Completion[] = [
  { label: 'species', type: 'keyword', detail: 'name = count' },
  { label: 'parameter', type: 'keyword', detail: 'name = value in [from, to]' },
  { label: 'observable', type: 'keyword', detail: 'name = expression' },
  { label: 'let', type: 'keyword', detail: 'name = expression' },
  { label: 'at', type: 'keyword', detail: 'condition: species = count' },
]

const calls: readonly Completion[] = [...functions].map(([label, args]) => ({
  label,
  type: 'function',
  detail: `(${args.join(', ')})`,
  apply: `${label}(`,
}))

const constants: readonly Completion[] = [
  { label: 't', type: 'constant', detail: 'time' },
  { label: 'pi', type: 'constant', detail: '3.14159…' },
]

const slider: readonly Completion[] = [
  { label: 'in', type: 'keyword', detail: '[from, to] makes a slider', apply: 'in [' },
  { label: 'step', type: 'keyword', detail: 'of the slider' },
  { label: 'log', type: 'keyword', detail: 'logarithmic slider' },
]

const types: Readonly<Record<Role, string>> = {
  species: 'variable',
  parameter: 'property',
  let: 'constant',
  observable: 'constant',
}

export function complete(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*/)
  if (!word && !context.explicit) return null
  const from = word?.from ?? context.pos
  const line = context.state.doc.lineAt(from)
  const before = context.state.doc.sliceString(line.from, from)
  if (before.includes('#')) return null
  const statement = before.slice(before.lastIndexOf(';') + 1)
  // A name that is being made is not to be completed.
  if (/^\s*(let|observable|param|parameter)\s+$/.test(statement)) return null
  const names = [...context.state.field(roles)].map(([label, role]) => ({ label, type: types[role], detail: role }))
  const starts = /^\s*([A-Za-z_]\w*\s*:)?\s*$/.test(statement)
  const declares = /^\s*param(eter)?\s.*=\s*\S+\s+/.test(statement)
  const options = declares ? slider : starts ? [...statements, ...names] : [...names, ...calls, ...constants]
  return { from, options, validFor: /^\w*$/ }
}
