/** Random networks for property tests: every kind of statement, expression, range and reaction that a text can have. */

import fc from 'fast-check'
import { functions, reserved } from './functions'
import type {
  Definition,
  Expr,
  FunctionName,
  Network,
  Parameter,
  Range,
  Reaction,
  Species,
  Term,
  TriggeredEvent,
} from './network'
import { netChange } from './structure'

const plainRecord = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(shape, { noNullPrototype: true })

/** Names that no automatic reaction name can meet. */
const name = fc
  .oneof(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,7}$/), fc.constantFrom('e3', 'E5', 'x_1', 'lambda', 'A', '_'))
  .filter((one) => reserved(one) === null && !/^r\d+_*$|_reverse_*$/.test(one))

/** Numbers that a text can write: finite and not negative. */
const number = fc.oneof(
  fc.nat(100),
  fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.constantFrom(Math.PI, 5e-324, 1e21, 1e-7, 0.1),
)

const leafOf = (species: number, parameters: number, lets: number, timed: boolean): fc.Arbitrary<Expr> =>
  fc.oneof(
    number.map((value): Expr => ({ kind: 'number', value })),
    ...(timed ? [fc.constant<Expr>({ kind: 'time' })] : []),
    fc.nat(species - 1).map((index): Expr => ({ kind: 'species', index })),
    ...(parameters > 0 ? [fc.nat(parameters - 1).map((index): Expr => ({ kind: 'parameter', index }))] : []),
    ...(lets > 0 ? [fc.nat(lets - 1).map((index): Expr => ({ kind: 'let', index }))] : []),
  )

const operators = ['+', '-', '*', '/', '^', '<', '<=', '>', '>=', '==', '!='] as const

/** Expressions of a network with this many species, parameters and lets. */
export const arbitraryExpr = (species: number, parameters: number, lets: number, timed = true): fc.Arbitrary<Expr> =>
  fc.letrec<{ expr: Expr }>((tie) => {
    const expr = tie('expr')
    const call = fc
      .constantFrom(...(functions.keys() as Iterable<FunctionName>))
      .chain((word) =>
        fc.tuple(...functions.get(word)!.map(() => expr)).map((args): Expr => ({ kind: 'call', name: word, args })),
      )
    return {
      expr: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leafOf(species, parameters, lets, timed),
        expr.map((of): Expr => ({ kind: 'unary', op: '-', of })),
        fc
          .tuple(fc.constantFrom(...operators), expr, expr)
          .map(([op, left, right]): Expr => ({ kind: 'binary', op, left, right })),
        fc.tuple(expr, expr, expr).map(([test, yes, no]): Expr => ({ kind: 'conditional', test, yes, no })),
        call,
      ),
    }
  }).expr

const signed = fc.tuple(number, fc.boolean()).map(([value, minus]) => (minus && value > 0 ? -value : value))

const range: fc.Arbitrary<Range> = fc
  .tuple(signed, signed, fc.boolean(), fc.boolean())
  .filter(([a, b]) => a !== b && Number.isFinite(Math.abs(a - b)))
  .map(([a, b, log, stepped]) => {
    const [min, max] = [Math.min(a, b), Math.max(a, b)]
    return { min, max, log: log && min > 0, ...(stepped && { step: max - min }) }
  })

const parameterOf = (name: string): fc.Arbitrary<Parameter> =>
  fc.record(
    { name: fc.constant(name), value: signed, range },
    { requiredKeys: ['name', 'value'], noNullPrototype: true },
  )

const side = (species: number, most: number): fc.Arbitrary<Term[]> =>
  fc.uniqueArray(plainRecord({ species: fc.nat(species - 1), count: fc.integer({ min: 1, max: most }) }), {
    maxLength: 3,
    selector: (term) => term.species,
  })

const speciesOf = (name: string): fc.Arbitrary<Species> =>
  fc
    .tuple(fc.nat(2_147_483_647), fc.boolean())
    .map(([initial, fixed]) => (fixed ? { name, initial, fixed } : { name, initial }))

interface Statement {
  readonly law: Reaction['law']
  readonly reactants: readonly Term[]
  readonly products: readonly Term[]
  readonly rates: readonly Expr[]
  readonly named: boolean
}

const statement = (species: number, rate: fc.Arbitrary<Expr>): fc.Arbitrary<Statement> =>
  fc.constantFrom('mass-action', 'explicit').chain((law) =>
    fc.record({
      law: fc.constant(law as Reaction['law']),
      reactants: side(species, law === 'explicit' ? 1000 : 4),
      products: side(species, law === 'explicit' ? 1000 : 4),
      rates: fc.array(rate, { minLength: 1, maxLength: 2 }),
      named: fc.boolean(),
    }),
  )

/** Statements as the parser numbers and names them; one statement a line, from line 1. */
function reactionsOf(
  species: readonly Species[],
  statements: readonly Statement[],
  labels: readonly string[],
): Reaction[] {
  const reactions: Reaction[] = []
  statements.forEach(({ law, reactants, products, rates, named }, i) => {
    const pair = rates.length > 1 ? { pair: reactions.length } : {}
    rates.forEach((rate, direction) => {
      const [from, to] = direction === 0 ? [reactants, products] : [products, reactants]
      const name = named ? labels[i] + (direction === 0 ? '' : '_reverse') : `r${reactions.length + 1}`
      const net = netChange(species, from, to)
      reactions.push({ name, named, reactants: from, products: to, net, law, rate, ...pair, line: i + 1 })
    })
  })
  return reactions
}

const comparisons = ['<', '<=', '>', '>='] as const

/** Events that need no let, so that nothing they compare time with reads time. */
function eventOf(species: number, parameters: number): fc.Arbitrary<Omit<TriggeredEvent, 'line'>> {
  const timeless = arbitraryExpr(species, parameters, 0, false)
  const constant = fc.oneof(
    number.map((value): Expr => ({ kind: 'number', value })),
    ...(parameters > 0 ? [fc.nat(parameters - 1).map((index): Expr => ({ kind: 'parameter', index }))] : []),
  )
  const time = fc.constant<Expr>({ kind: 'time' })
  const compare = (left: fc.Arbitrary<Expr>, right: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> =>
    fc
      .tuple(fc.constantFrom(...comparisons), left, right)
      .map(([op, a, b]): Expr => ({ kind: 'binary', op, left: a, right: b }))
  const counts = compare(
    fc.nat(species - 1).map((index): Expr => ({ kind: 'species', index })),
    timeless,
  )
  const clock = fc.oneof(compare(time, constant), compare(constant, time))
  const both = fc.tuple(clock, counts).map(([left, right]): Expr => ({ kind: 'binary', op: '*', left, right }))
  return plainRecord({
    trigger: fc.oneof(counts, clock, both),
    assignments: fc.uniqueArray(
      plainRecord({ species: fc.nat(species - 1), value: arbitraryExpr(species, parameters, 0) }),
      { minLength: 1, maxLength: 3, selector: (one) => one.species },
    ),
  })
}

/** Networks as `parse` makes them. */
export const arbitraryNetwork: fc.Arbitrary<Network> = fc
  .record({
    names: fc.uniqueArray(name, { minLength: 12, maxLength: 12 }),
    species: fc.integer({ min: 1, max: 4 }),
    parameters: fc.integer({ min: 0, max: 3 }),
    lets: fc.integer({ min: 0, max: 2 }),
    observables: fc.integer({ min: 0, max: 2 }),
    labels: fc.uniqueArray(name, { minLength: 5, maxLength: 5 }),
  })
  .chain(({ names, species, parameters, lets, observables, labels }) => {
    const take = (from: number, count: number) => names.slice(from, from + count)
    const define = (name: string, readable: number): fc.Arbitrary<Definition> =>
      plainRecord({ name: fc.constant(name), expr: arbitraryExpr(species, parameters, readable) })
    const rate = arbitraryExpr(species, parameters, lets)
    const declared = fc.tuple(...take(0, species).map(speciesOf))
    return declared.chain((all) =>
      plainRecord<Network>({
        species: fc.constant(all),
        parameters: fc.tuple(...take(4, parameters).map(parameterOf)),
        lets: fc.tuple(...take(7, lets).map((one, i) => define(one, i))),
        observables: fc.tuple(...take(9, observables).map((one) => define(one, lets))),
        reactions: fc.array(statement(species, rate), { maxLength: 5 }).map((some) => reactionsOf(all, some, labels)),
        events: fc
          .array(eventOf(species, parameters), { maxLength: 2 })
          .map((some) => some.map((one, i) => ({ ...one, line: i + 1 }))),
      }),
    )
  })
