/** Tokens → expression trees that still hold names; which name is what is settled when the whole text is known. */

import type { Cursor } from './cursor'
import { either, nearest, quote, type Span } from './diagnostics'
import { functions } from './functions'
import { maxDepth } from './limits'
import type { BinaryOperator, FunctionName, UnaryOperator } from './network'

/** `height` is the number of nodes on the longest way down. */
export type Node = { readonly height: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'time' }
  | { readonly kind: 'name'; readonly name: string; readonly offset: number }
  | { readonly kind: 'unary'; readonly op: UnaryOperator; readonly of: Node }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Node[] }
)

const comparison = 1
const additive = 2
const multiplicative = 3
const levels: ReadonlyMap<string, number> = new Map([
  ['<', comparison],
  ['<=', comparison],
  ['>', comparison],
  ['>=', comparison],
  ['==', comparison],
  ['!=', comparison],
  ['+', additive],
  ['-', additive],
  ['*', multiplicative],
  ['/', multiplicative],
])

/** Read one expression, up to the first token that cannot continue it. Throws `skip` after reporting. */
export function readExpression(c: Cursor): Node {
  return c.nested(() => {
    const test = operation(c, comparison)
    if (!c.takes('?')) return test
    const yes = readExpression(c)
    if (!c.takes(':')) c.unexpected('`:` and the value for when the condition fails')
    const no = readExpression(c)
    return checked(c, { kind: 'conditional', test, yes, no, height: tallest([test, yes, no]) })
  })
}

const tallest = (nodes: readonly Node[]): number => 1 + Math.max(...nodes.map((node) => node.height))

function checked(c: Cursor, node: Node): Node {
  if (node.height > maxDepth) {
    c.fail(c.previous, `This expression is more than ${maxDepth} levels deep: split it with \`let\`.`)
  }
  return node
}

/** Operators of at least this level, from left to right. */
function operation(c: Cursor, least: number): Node {
  let left = signed(c)
  let compared = false
  for (;;) {
    const op = c.word()
    const level = levels.get(op)
    if (level === undefined || level < least) return left
    if (level === comparison && compared) {
      c.fail(c.token, 'Comparisons do not chain: write `(a < b)*(b < c)` for a < b < c.')
    }
    if (isTwoStars(c)) c.unexpected('a number, a name or `(`')
    c.take()
    const right = operation(c, level + 1)
    left = checked(c, { kind: 'binary', op: op as BinaryOperator, left, right, height: tallest([left, right]) })
    compared = level === comparison
  }
}

const isTwoStars = (c: Cursor): boolean => c.text.startsWith('**', c.token.offset)

/** A minus binds more loosely than a power: -x^2 is -(x^2), and 2^-x is 2^(-x). */
function signed(c: Cursor): Node {
  if (c.takes('-')) {
    const of = c.nested(() => signed(c))
    return checked(c, { kind: 'unary', op: '-', of, height: of.height + 1 })
  }
  if (c.takes('+')) return c.nested(() => signed(c))
  const left = operand(c)
  if (!c.takes('^')) return left
  const right = c.nested(() => signed(c))
  return checked(c, { kind: 'binary', op: '^', left, right, height: tallest([left, right]) })
}

function operand(c: Cursor): Node {
  const node = c.takes('(') ? parenthesised(c) : atom(c)
  const { token } = c
  // `2k`, `k A`, `(a)(b)`: nobody means anything but a product.
  if (token.kind === 'name' || token.kind === 'number' || token.kind === 'function' || token.kind === 'constant') {
    const after = c.gap().offset
    c.fail(token, `There is no operator before ${quote(c.word())}: a product is written with \`*\`.`, [
      c.insertion('Insert `*`', '*', after),
    ])
  }
  if (c.is('(')) {
    c.fail(token, 'There is no operator before `(`: a product is written with `*`.', [c.insertion('Insert `*`', '*')])
  }
  return node
}

function parenthesised(c: Cursor): Node {
  const inside = readExpression(c)
  if (!c.takes(')')) c.unexpected('`)`', [c.insertion('Close the parenthesis', ')')])
  return inside
}

function atom(c: Cursor): Node {
  const { token } = c
  switch (token.kind) {
    case 'number':
      return { kind: 'number', value: readNumber(c), height: 1 }
    case 'constant':
      c.take()
      return c.is('t', token) ? { kind: 'time', height: 1 } : { kind: 'number', value: Math.PI, height: 1 }
    case 'function':
      c.take()
      return call(c, c.word(token), token)
    case 'name': {
      c.take()
      const name = c.word(token)
      if (c.is('(')) unknownFunction(c, name, token)
      return { kind: 'name', name, offset: token.offset, height: 1 }
    }
    case 'keyword':
      if (c.is('log')) return call(c, 'log', c.take())
      return c.unexpected('a number, a name or `(`')
    default:
      return c.unexpected('a number, a name or `(`')
  }
}

/** A number that a double can hold. */
export function readNumber(c: Cursor): number {
  const token = c.take()
  const value = Number(c.word(token))
  if (value === Number.POSITIVE_INFINITY) {
    c.fail(token, `${quote(c.word(token))} is too large: numbers end near 1.8e308.`)
  }
  if (value === 0 && /^[0.]*[1-9]/.test(c.word(token))) {
    c.fail(token, `${quote(c.word(token))} is too small: numbers below 5e-324 are 0.`, [
      { label: 'Write 0', offset: token.offset, length: token.length, insert: '0' },
    ])
  }
  return value
}

function call(c: Cursor, word: string, at: Span): Node {
  const name = word as FunctionName
  const names = functions.get(name)!
  const usage = `\`${name}(${names.join(', ')})\``
  if (!c.takes('(')) c.fail(at, `\`${name}\` is a function: write ${usage}.`)
  const args: Node[] = []
  if (!c.is(')')) {
    do args.push(readExpression(c))
    while (c.takes(','))
  }
  if (!c.takes(')')) c.unexpected('`,` or `)`', [c.insertion('Close the parenthesis', ')')])
  const variadic = name === 'min' || name === 'max'
  if (args.length < names.length || (args.length > names.length && !variadic)) {
    const many = `${names.length}${variadic ? ' or more' : ''} argument${names.length > 1 ? 's' : ''}`
    const span = { offset: at.offset, length: c.gap().offset - at.offset }
    c.fail(span, `${usage} takes ${many}, not ${args.length}.`)
  }
  return args.length > names.length
    ? folded(c, name, args)
    : checked(c, { kind: 'call', name, args, height: tallest(args) })
}

/** min(a, b, c, d) is min(min(min(a, b), c), d). */
function folded(c: Cursor, name: FunctionName, args: readonly Node[]): Node {
  return args.reduce((left, right) =>
    checked(c, { kind: 'call', name, args: [left, right], height: tallest([left, right]) }),
  )
}

/** Names by which other languages call what is known here. */
const otherNames: Readonly<Record<string, string>> = { ln: 'log', power: 'pow', fabs: 'abs', hillR: 'hillr', MM: 'mm' }

function unknownFunction(c: Cursor, name: string, at: Span): never {
  const near = Object.hasOwn(otherNames, name) ? [otherNames[name]] : nearest(name, functions.keys())
  const fixes = near.map((insert) => ({ label: `Write \`${insert}\``, offset: at.offset, length: at.length, insert }))
  const hint =
    near.length > 0 ? `did you mean ${either(near)}?` : `the functions are ${[...functions.keys()].join(', ')}.`
  fixes.push({ ...c.insertion(`Multiply: \`${name}*(…)\``, '*') })
  c.fail(at, `${quote(name)} is not a function: ${hint}`, fixes)
}
