/** The words of the language: functions with what they mean, and names that a text may not take. */

import type { Expr, FunctionName } from './network'

/** Names of the arguments, in order. `min` and `max` of more than two are nested when they are read. */
export const functions: ReadonlyMap<string, readonly string[]> = new Map<FunctionName, readonly string[]>([
  ['exp', ['x']],
  ['log', ['x']],
  ['log10', ['x']],
  ['sqrt', ['x']],
  ['abs', ['x']],
  ['min', ['a', 'b']],
  ['max', ['a', 'b']],
  ['floor', ['x']],
  ['pow', ['x', 'y']],
  ['sin', ['x']],
  ['cos', ['x']],
  ['tanh', ['x']],
  ['hill', ['x', 'K', 'n']],
  ['hillr', ['x', 'K', 'n']],
  ['mm', ['x', 'v', 'K']],
])

export const keywords: ReadonlySet<string> = new Set([
  'species',
  'parameter',
  'param',
  'observable',
  'let',
  'in',
  'step',
  'at',
])

/** `t` is time. Both may be read, neither defined. */
export const constants: ReadonlySet<string> = new Set(['t', 'pi'])

/** Why a name cannot be defined, or null where it can. */
export function reserved(name: string): string | null {
  if (keywords.has(name)) return `\`${name}\` is a keyword`
  if (functions.has(name)) return `\`${name}\` is a function`
  if (name === 't') return '`t` is time'
  if (name === 'pi') return '`pi` is the number π'
  // Results name an axis `time`, and scripts look names up in plain objects.
  if (name === 'time' || name === '__proto__') return `\`${name}\` is reserved`
  return null
}

const one: Expr = { kind: 'number', value: 1 }

const binary = (op: '+' | '/' | '^', left: Expr, right: Expr): Expr => ({ kind: 'binary', op, left, right })

/**
 * What `hill`, `hillr` and `mm` mean, in operators; any other expression is its own meaning. The one definition that
 * evaluators and compilers share. Each argument is used once, and neither a count of 0 nor a high power overflows:
 * x^n/(K^n + x^n) = 1/(1 + (K/x)^n), K^n/(K^n + x^n) = 1/(1 + (x/K)^n), v·x/(K + x) = v/(1 + K/x).
 */
export function meaning(e: Expr): Expr {
  if (e.kind !== 'call') return e
  const [a, b, c] = e.args
  switch (e.name) {
    case 'hill':
      return binary('/', one, binary('+', one, binary('^', binary('/', b, a), c)))
    case 'hillr':
      return binary('/', one, binary('+', one, binary('^', binary('/', a, b), c)))
    case 'mm':
      return binary('/', b, binary('+', one, binary('/', c, a)))
    default:
      return e
  }
}
