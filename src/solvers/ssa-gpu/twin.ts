/**
 * What the kernel says, said plainly in TypeScript, operation by operation in single precision; 64-bit numbers are
 * BigInts. Slow. Devices round logarithms, powers and quotients each in their own way, so that now and then one of them
 * takes another turn than this; most replicates are the same count by count, and the laws always are.
 */
import { isConstant } from '../../network/compile-expr'
import { builder } from '../../network/evaluate'
import type { BinaryOperator, Expr, FunctionName } from '../../network/network'
import { threefry } from '../../numerics/threefry'
import type { Problem } from '../contract'
import { fewestEvents, shares, ticksPerTime } from './kernel'
import { ticksOf } from './machine'

const f = Math.fround
type Value = (x: Int32Array) => number

/** Counts of a replicate at the output times, [time, species]; throws a RangeError where a propensity is broken. */
export function twin(problem: Problem, key: ArrayLike<number>): (replicate: number) => Int32Array {
  const { network, initial, times } = problem
  const propensities = singlePropensities(problem)
  const [S, R, T] = [network.species.length, network.reactions.length, times.length]
  const marks = new BigUint64Array(ticksOf(times).buffer)
  const horizon = f(times[T - 1] || 1)
  const ticks = f(ticksPerTime(times))
  const x = new Int32Array(S)
  const a = new Float32Array(R)
  const words = new Uint32Array(2)
  return (replicate) => {
    let draws = 0
    let [total, inverse] = [0, 0]
    const draw = () => threefry(key[0], key[1], replicate, draws++, words)
    const refresh = () => {
      propensities.forEach((propensity, r) => {
        a[r] = propensity(x)
        if (a[r] < 0) throw new RangeError(`propensity ${r} is ${a[r]}`)
      })
      total = a.reduce((sum, value) => f(sum + value), 0)
      if (!Number.isFinite(total)) throw new RangeError(`the propensities add up to ${total}`)
      inverse = f(1 / total)
    }
    const wait = (): bigint => {
      draw()
      if (f(total * horizon) < fewestEvents) return 2n ** 62n
      return BigInt(Math.floor(Math.min(f(f(exponential(words) * inverse) * ticks), 2 ** 62)))
    }
    const choose = (): number => {
      for (;;) {
        draw()
        let rest = (BigInt(words[1] >>> 3) << 32n) + BigInt(words[0])
        for (let r = 0; r < R; r++) {
          const length = stretch(a[r], inverse)
          if (rest < length) return r
          rest -= length
        }
      }
    }
    const records = new Int32Array(T * S)
    x.set(initial)
    refresh()
    let due = wait()
    for (let passed = 0; passed < T; ) {
      if (marks[passed] < due) {
        records.set(x, S * passed++)
        continue
      }
      for (const { species, count } of network.reactions[choose()].net) x[species] += count
      refresh()
      due += wait()
    }
    return records
  }
}

/** How many of the 2⁶¹ numbers lead to a propensity. */
export const stretch = (propensity: number, inverse: number): bigint =>
  BigInt(Math.floor(f(f(propensity * inverse) * shares)))

/** An exponential of mean 1 from 64 random bits: between 6·10⁻⁸ and 33. */
export function exponential(words: ArrayLike<number>): number {
  const cell = words[0] >>> 9
  const u = cell === 0 ? f(f((words[1] >>> 9) + 0.5) * 2 ** -46) : f(f(cell + 0.5) * 2 ** -23)
  return Math.max(f(-Math.log(u)), 0)
}

/** Propensities in single precision, as `emitPropensities` writes them. */
export function singlePropensities({ network, parameters }: Problem): Value[] {
  const build = builder(network, parameters)
  const value = (e: Expr): Value => {
    if (isConstant(network, e)) {
      const constant = f(build(e)([], 0))
      return () => constant
    }
    switch (e.kind) {
      case 'species':
        return (x) => f(x[e.index])
      case 'let':
        return lets[e.index]
      case 'unary': {
        const of = value(e.of)
        return (x) => -of(x)
      }
      case 'binary': {
        const [a, b] = [value(e.left), value(e.right)]
        return (x) => operation(e.op, a(x), b(x))
      }
      case 'conditional': {
        const [test, yes, no] = [value(e.test), value(e.yes), value(e.no)]
        return (x) => (test(x) !== 0 ? yes(x) : no(x))
      }
      case 'call': {
        const args = e.args.map(value)
        return (x) =>
          application(
            e.name,
            args.map((arg) => arg(x)),
          )
      }
      default:
        throw new RangeError(`an expression of kind "${e.kind}" has no meaning here`)
    }
  }
  const lets: Value[] = []
  for (const { expr } of network.lets) lets.push(value(expr))
  return network.reactions.map(({ law, rate, reactants, net }) => {
    const single = value(rate)
    if (law === 'explicit') return (x) => (net.some(({ species, count }) => x[species] + count < 0) ? 0 : single(x))
    return (x) => {
      let product = single(x)
      for (const { species, count } of reactants) {
        for (let i = 0; i < count; i++)
          product = f(product * (i === 0 ? x[species] : f((x[species] - i) * f(1 / (i + 1)))))
      }
      return product
    }
  })
}

function operation(op: BinaryOperator, a: number, b: number): number {
  switch (op) {
    case '+':
      return f(a + b)
    case '-':
      return f(a - b)
    case '*':
      return f(a * b)
    case '/':
      return f(a / b)
    case '^':
      return power(a, b)
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
  }
}

function application(name: FunctionName, [a, b, c]: readonly number[]): number {
  switch (name) {
    case 'pow':
      return power(a, b)
    case 'hill':
      return hill(a, b, c)
    case 'hillr':
      return hill(b, a, c)
    case 'mm':
      return f(b * hill(a, c, 1))
    case 'min':
      return Math.min(a, b)
    case 'max':
      return Math.max(a, b)
    default:
      return f(Math[name](a))
  }
}

function power(x: number, y: number): number {
  if (Math.floor(y) === y && Math.abs(y) <= 16) {
    let product = 1
    for (let i = 0; i < Math.abs(y); i++) product = f(product * x)
    return y < 0 ? f(1 / product) : product
  }
  if (x > 0) return f(x ** y)
  return x === 0 && y > 0 ? 0 : Number.NaN
}

function hill(x: number, k: number, n: number): number {
  if (x < k) {
    const p = power(f(x / k), n)
    return f(p / f(1 + p))
  }
  return f(1 / f(1 + power(f(k / x), n)))
}
