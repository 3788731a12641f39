/** MathML, the subset that SBML uses, as expressions of the language. */

import type { BinaryOperator, Expr, FunctionName } from '../network'
import { parts } from '../structure'
import { type Element, Refusal } from './xml'

/** What formulas may name. */
export interface Scope {
  /** The expression that an identifier stands for; throws a `Refusal` where it has none. */
  symbol(id: string): Expr
  /** Function definitions, which are written out where they are used. */
  readonly functions: ReadonlyMap<string, Element>
}

const maxDepth = 900
/** Nodes of one formula, functions written out and what stands twice counted twice. */
export const maxNodes = 50_000

export const constant = (value: number): Expr => ({ kind: 'number', value })
export const operation = (op: BinaryOperator, left: Expr, right: Expr): Expr => ({ kind: 'binary', op, left, right })
const negative = (of: Expr): Expr => ({ kind: 'unary', op: '-', of })
const call = (name: FunctionName, ...args: Expr[]): Expr => ({ kind: 'call', name, args })

/** The expression of a `math` element. */
export function expression(math: Element | undefined, scope: Scope): Expr {
  const [content] = math?.children ?? []
  if (!content) throw new Refusal('It has no formula.')
  return new Reader(scope).read(content, 0, new Map())
}

/** Every identifier that a formula names. */
export function identifiers(element: Element | undefined): string[] {
  if (!element) return []
  return element.name === 'ci' ? [element.text] : element.children.flatMap(identifiers)
}

type Bindings = ReadonlyMap<string, Expr>

class Reader {
  private nodes = 0
  private readonly scope: Scope

  constructor(scope: Scope) {
    this.scope = scope
  }

  read(e: Element, depth: number, bound: Bindings): Expr {
    if (++this.nodes > maxNodes || depth > maxDepth) throw tooLarge()
    switch (e.name) {
      case 'cn':
        return signed(numberOf(e))
      case 'ci':
        return this.argument(bound.get(e.text)) ?? this.scope.symbol(e.text)
      case 'csymbol':
        return symbol(e)
      case 'piecewise':
        return this.piecewise(e, depth, bound)
      case 'apply':
        return this.apply(e, depth, bound)
      case 'semantics':
        return this.read(e.children[0], depth + 1, bound)
      default:
        if (Object.hasOwn(constants, e.name)) return constant(constants[e.name])
        throw new Refusal(`<${e.name}> is not read.`)
    }
  }

  /** An argument counts in full wherever it is put in: shared once, it may be written a million times. */
  private argument(e: Expr | undefined): Expr | undefined {
    if (e) this.nodes += size(e)
    return e
  }

  private piecewise(e: Element, depth: number, bound: Bindings): Expr {
    const pieces = e.children.filter(({ name }) => name === 'piece')
    const otherwise = e.children.find(({ name }) => name === 'otherwise')
    if (!otherwise) throw new Refusal('A <piecewise> without <otherwise> has no value everywhere.')
    const last = this.read(otherwise.children[0], depth + pieces.length, bound)
    return pieces.reduceRight<Expr>((no, { children: [value, test] }) => {
      const within = depth + pieces.length
      return { kind: 'conditional', test: this.read(test, within, bound), yes: this.read(value, within, bound), no }
    }, last)
  }

  private apply(e: Element, depth: number, bound: Bindings): Expr {
    const [head, ...rest] = e.children
    if (!head) throw new Refusal('An <apply> is empty.')
    const qualifier = rest.find(({ name }) => name === 'degree' || name === 'logbase')
    const operands = rest.filter((part) => part !== qualifier)
    const args = operands.map((part) => this.read(part, depth + operands.length, bound))
    const base = qualifier?.children[0] ? this.read(qualifier.children[0], depth + 1, bound) : undefined
    if (head.name === 'ci') return this.definition(head.text, args, depth)
    if (head.name === 'csymbol') throw new Refusal(`<csymbol> ${head.text} is not read as a function.`)
    const combine = Object.hasOwn(operators, head.name) ? operators[head.name] : undefined
    if (!combine) throw new Refusal(`The operator <${head.name}> is not read.`)
    const result = combine(args, base)
    if (!result) throw new Refusal(`The operator <${head.name}> does not take ${args.length} arguments.`)
    // Some write an argument twice, as tan does: a formula of them doubles at each level.
    if (size(result) > maxNodes) throw tooLarge()
    return result
  }

  /** A function definition with its arguments put in. */
  private definition(id: string, args: readonly Expr[], depth: number): Expr {
    const math = this.scope.functions.get(id)
    if (!math) throw new Refusal(`There is no function ${id}.`)
    const lambda = math.children.find(({ name }) => name === 'lambda')
    const names = lambda?.children.filter(({ name }) => name === 'bvar').map(({ children: [ci] }) => ci?.text ?? '')
    const body = lambda?.children.at(-1)
    if (!names || !body || body.name === 'bvar') throw new Refusal(`The function ${id} has no body.`)
    if (names.length !== args.length) throw new Refusal(`The function ${id} takes ${names.length} arguments.`)
    return this.read(body, depth + 10, new Map(names.map((name, i) => [name, args[i]])))
  }
}

const tooLarge = (): Refusal =>
  new Refusal(
    `A formula is too large: written out, it has more than ${maxNodes.toLocaleString('en')} parts, or more than ${maxDepth} inside each other. Give parts of it assignment rules of their own.`,
  )

const sizes = new WeakMap<Expr, number>()

/** Nodes of an expression; one that stands in several places counts in each. */
export function size(e: Expr): number {
  const known = sizes.get(e) ?? parts(e).reduce((sum, part) => sum + size(part), 1)
  sizes.set(e, known)
  return known
}

const constants: Readonly<Record<string, number>> = {
  pi: Math.PI,
  exponentiale: Math.E,
  true: 1,
  false: 0,
}

function symbol(e: Element): Expr {
  const url = e.attributes.definitionURL ?? ''
  if (url.endsWith('/time')) return { kind: 'time' }
  if (url.endsWith('/avogadro')) return constant(6.02214076e23)
  throw new Refusal(`The symbol ${url.split('/').pop() || e.text} is not read.`)
}

function numberOf(e: Element): number {
  const parts = e.text.split(/\s+/).map(Number)
  const [a, b] = parts
  const kind = e.attributes.type ?? 'real'
  const value = kind === 'e-notation' ? Number(`${a}e${b}`) : kind === 'rational' ? a / b : a
  if (!Number.isFinite(value) || e.text === '') throw new Refusal(`"${e.text}" is no number.`)
  return value
}

/** Numbers of the language have no sign of their own. */
const signed = (value: number): Expr => (value < 0 ? negative(constant(-value)) : constant(value))

type Combine = (args: readonly Expr[], base?: Expr) => Expr | null

const unary =
  (make: (x: Expr) => Expr): Combine =>
  (args) =>
    args.length === 1 ? make(args[0]) : null
const binary =
  (make: (a: Expr, b: Expr) => Expr): Combine =>
  (args) =>
    args.length === 2 ? make(args[0], args[1]) : null
const chain =
  (op: BinaryOperator, empty: number): Combine =>
  (args) =>
    args.length === 0 ? constant(empty) : args.reduce((left, right) => operation(op, left, right))
/** a < b < c is (a < b)·(b < c). */
const compare =
  (op: BinaryOperator): Combine =>
  (args) =>
    args.length < 2
      ? null
      : args
          .slice(1)
          .map((right, i) => operation(op, args[i], right))
          .reduce((all, one) => operation('*', all, one))

const one = constant(1)
const half = (x: Expr): Expr => operation('/', x, constant(2))
const grow = (x: Expr): Expr => call('exp', x)
const decay = (x: Expr): Expr => call('exp', negative(x))

const operators: Readonly<Record<string, Combine>> = {
  plus: chain('+', 0),
  times: chain('*', 1),
  minus: ([a, b, ...more]) => (!a || more.length > 0 ? null : b ? operation('-', a, b) : negative(a)),
  divide: binary((a, b) => operation('/', a, b)),
  power: binary((a, b) => operation('^', a, b)),
  root: ([x, ...more], degree) =>
    !x || more.length > 0 ? null : degree ? operation('^', x, operation('/', one, degree)) : call('sqrt', x),
  exp: unary(grow),
  ln: unary((x) => call('log', x)),
  log: ([x, ...more], base) =>
    !x || more.length > 0 ? null : base ? operation('/', call('log', x), call('log', base)) : call('log10', x),
  abs: unary((x) => call('abs', x)),
  floor: unary((x) => call('floor', x)),
  ceiling: unary((x) => negative(call('floor', negative(x)))),
  sin: unary((x) => call('sin', x)),
  cos: unary((x) => call('cos', x)),
  tan: unary((x) => operation('/', call('sin', x), call('cos', x))),
  tanh: unary((x) => call('tanh', x)),
  sinh: unary((x) => half(operation('-', grow(x), decay(x)))),
  cosh: unary((x) => half(operation('+', grow(x), decay(x)))),
  min: (args) => (args.length ? args.reduce((a, b) => call('min', a, b)) : null),
  max: (args) => (args.length ? args.reduce((a, b) => call('max', a, b)) : null),
  lt: compare('<'),
  leq: compare('<='),
  gt: compare('>'),
  geq: compare('>='),
  eq: compare('=='),
  neq: binary((a, b) => operation('!=', a, b)),
  and: chain('*', 1),
  or: (args) => (args.length === 1 ? args[0] : operation('>', chain('+', 0)(args) as Expr, constant(0))),
  xor: (args) => (args.length ? args.reduce((a, b) => operation('!=', a, b)) : constant(0)),
  not: unary((x) => operation('==', x, constant(0))),
}
