/** A network's propensities and quantities as closures: the plain meaning of the language, and the compilers' oracle. */

import { cos, exp, log, log10, pow, sin, tanh } from '../numerics/elementary'
import { meaning } from './functions'
import type { BinaryOperator, Expr, FunctionName, Network, Reaction } from './network'

/** x: counts, in species order; t: time, in the model's unit. Writes nothing. */
export type Rule = (x: ArrayLike<number>, t: number) => number

export interface Evaluators {
  /** One per reaction, in events per unit time. */
  readonly propensities: readonly Rule[]
  /** The rate of each reaction alone: without combinations and without the guard against negative counts. */
  readonly rates: readonly Rule[]
  /** In the order of `quantities(network)`. */
  readonly quantities: readonly Rule[]
}

/**
 * Build the closures for these values of the parameters (in the network's order; they are read now, not later).
 * A `let` is evaluated at most once per call. The closures share scratch memory: one set per thread of work.
 */
export function evaluators(network: Network, parameters: ArrayLike<number>): Evaluators {
  const build = builder(network, parameters)
  const rates = network.reactions.map((reaction) => build(reaction.rate))
  return {
    propensities: network.reactions.map((reaction, r) => propensity(reaction, rates[r])),
    rates,
    quantities: quantityRules(network, build),
  }
}

/** Rules of the quantities alone, in the order of `quantities(network)`. */
export function quantityRules(network: Network, build: (e: Expr) => Rule): Rule[] {
  const ofSpecies = network.species.map(
    (_, s): Rule =>
      (x) =>
        x[s],
  )
  return [...ofSpecies, ...network.observables.map((observable) => build(observable.expr))]
}

/** Turns expressions into rules that may be called on their own, for these values of the parameters. */
export function builder(network: Network, parameters: ArrayLike<number>): (e: Expr) => Rule {
  const values = new Float64Array(network.lets.length)
  const stamps = new Float64Array(network.lets.length)
  let stamp = 0
  const lets: Rule[] = []
  let readsLet = false
  const readLet = (index: number): Rule => {
    readsLet = true
    const rule = lets[index]
    return (x, t) => {
      if (stamps[index] === stamp) return values[index]
      stamps[index] = stamp
      values[index] = rule(x, t)
      return values[index]
    }
  }
  const build = (e: Expr): Rule => closure(e, parameters, readLet)
  for (const definition of network.lets) lets.push(build(definition.expr))
  return (e) => {
    readsLet = false
    const rule = build(e)
    if (!readsLet) return rule
    return (x, t) => {
      stamp++
      return rule(x, t)
    }
  }
}

function closure(e: Expr, parameters: ArrayLike<number>, readLet: (index: number) => Rule): Rule {
  const build = (part: Expr): Rule => closure(part, parameters, readLet)
  switch (e.kind) {
    case 'number': {
      const { value } = e
      return () => value
    }
    case 'species': {
      const { index } = e
      return (x) => x[index]
    }
    case 'parameter': {
      const value = parameters[e.index]
      return () => value
    }
    case 'let':
      return readLet(e.index)
    case 'time':
      return (_, t) => t
    case 'unary': {
      const of = build(e.of)
      return (x, t) => -of(x, t)
    }
    case 'binary':
      return operation(e.op, build(e.left), build(e.right))
    case 'conditional': {
      const [test, yes, no] = [build(e.test), build(e.yes), build(e.no)]
      return (x, t) => (test(x, t) !== 0 ? yes(x, t) : no(x, t))
    }
    case 'call': {
      const simple = meaning(e)
      return simple === e ? application(e.name, e.args.map(build)) : build(simple)
    }
  }
}

/** A comparison is 1 where it holds and 0 where it does not. */
function operation(op: BinaryOperator, a: Rule, b: Rule): Rule {
  switch (op) {
    case '+':
      return (x, t) => a(x, t) + b(x, t)
    case '-':
      return (x, t) => a(x, t) - b(x, t)
    case '*':
      return (x, t) => a(x, t) * b(x, t)
    case '/':
      return (x, t) => a(x, t) / b(x, t)
    case '^':
      return (x, t) => pow(a(x, t), b(x, t))
    case '<':
      return (x, t) => (a(x, t) < b(x, t) ? 1 : 0)
    case '<=':
      return (x, t) => (a(x, t) <= b(x, t) ? 1 : 0)
    case '>':
      return (x, t) => (a(x, t) > b(x, t) ? 1 : 0)
    case '>=':
      return (x, t) => (a(x, t) >= b(x, t) ? 1 : 0)
    case '==':
      return (x, t) => (a(x, t) === b(x, t) ? 1 : 0)
    case '!=':
      return (x, t) => (a(x, t) !== b(x, t) ? 1 : 0)
  }
}

const unary: Partial<Record<FunctionName, (value: number) => number>> = {
  exp,
  log,
  log10,
  sin,
  cos,
  tanh,
  sqrt: Math.sqrt,
  abs: Math.abs,
  floor: Math.floor,
}

const two: Partial<Record<FunctionName, (left: number, right: number) => number>> = {
  pow,
  min: Math.min,
  max: Math.max,
}

function application(name: FunctionName, [a, b]: readonly Rule[]): Rule {
  const one = unary[name]
  if (one) return (x, t) => one(a(x, t))
  const both = two[name]!
  return (x, t) => both(a(x, t), b(x, t))
}

/** The propensity of a reaction with this rate: its law's combinations, or its guard, around it. */
export function propensity(reaction: Reaction, rate: Rule): Rule {
  if (reaction.law === 'explicit') {
    const falling = reaction.net.filter((term) => term.count < 0)
    if (falling.length === 0) return rate
    return (x, t) => {
      for (const { species, count } of falling) if (x[species] + count < 0) return 0
      return rate(x, t)
    }
  }
  return reaction.reactants.reduce<Rule>((rule, { species, count }) => {
    if (count === 1) return (x, t) => rule(x, t) * x[species]
    return (x, t) => rule(x, t) * combinations(x[species], count)
  }, rate)
}

/**
 * C(x, n), the number of ways to choose n of x molecules; exact while n times it is below 2⁵³. Between counts it is the
 * polynomial, and 0 below n − 1, so that it is never negative.
 */
export function combinations(x: number, n: number): number {
  if (x < n - 1) return 0
  let product = 1
  for (let i = 0; i < n; i++) product = (product * (x - i)) / (i + 1)
  return product
}
