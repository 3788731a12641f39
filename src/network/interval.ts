/**
 * Bounds on expressions over a stretch of time, by interval arithmetic (Moore 1966): what thinning needs to be exact.
 * Counts are fixed, time ranges over [from, to]. Never too small, up to the rounding of single operations; may be
 * larger than the least bound where time occurs more than once.
 */
import { cos, exp, log, log10, pow, sin, tanh } from '../numerics/elementary'
import { meaning } from './functions'
import type { BinaryOperator, Expr, FunctionName, Network } from './network'

export type Interval = readonly [low: number, high: number]

const everything: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
const unsure: Interval = [0, 1]

/** Encloses the values of an expression, given counts `x`, for all times in [from, to]. */
export type Enclosure = (e: Expr, x: ArrayLike<number>, from: number, to: number) => Interval

/** Enclosures for one set of parameters. Each `let` is bounded once per call. */
export function enclosures(network: Network, parameters: ArrayLike<number>): Enclosure {
  return (e, x, from, to) => {
    const lets = new Map<number, Interval>()
    const bound = (part: Expr): Interval => {
      switch (part.kind) {
        case 'number':
          return [part.value, part.value]
        case 'species':
          return [x[part.index], x[part.index]]
        case 'parameter':
          return [parameters[part.index], parameters[part.index]]
        case 'let': {
          const known = lets.get(part.index) ?? bound(network.lets[part.index].expr)
          lets.set(part.index, known)
          return known
        }
        case 'time':
          return [from, to]
        case 'unary': {
          const [low, high] = bound(part.of)
          return [-high, -low]
        }
        case 'binary':
          return operation(part.op, bound(part.left), bound(part.right))
        case 'conditional': {
          const [low, high] = bound(part.test)
          if (low === 0 && high === 0) return bound(part.no)
          if (low > 0 || high < 0) return bound(part.yes)
          return hull([...bound(part.yes), ...bound(part.no)])
        }
        case 'call': {
          const simple = meaning(part)
          return simple === part ? application(part.name, part.args.map(bound)) : bound(simple)
        }
      }
    }
    return bound(e)
  }
}

/** Smallest interval around some values; not-a-number may be anything. */
function hull(values: readonly number[]): Interval {
  if (values.some(Number.isNaN)) return everything
  return [Math.min(...values), Math.max(...values)]
}

const corners = (f: (a: number, b: number) => number, a: Interval, b: Interval): Interval =>
  hull(a.flatMap((p) => b.map((q) => f(p, q))))

function operation(op: BinaryOperator, a: Interval, b: Interval): Interval {
  switch (op) {
    case '+':
      return hull([a[0] + b[0], a[1] + b[1]])
    case '-':
      return hull([a[0] - b[1], a[1] - b[0]])
    case '*':
      return corners((p, q) => p * q, a, b)
    case '/':
      if (b[0] > 0 || b[1] < 0) return corners((p, q) => p / q, a, b)
      // A divisor that is 0 throughout, or may be
      return b[0] === 0 && b[1] === 0 ? corners((p, q) => p / q, a, b) : reciprocalAtZero(a, b)
    case '^':
      return power(a, b)
    case '<':
      return a[1] < b[0] ? [1, 1] : a[0] >= b[1] ? [0, 0] : unsure
    case '<=':
      return a[1] <= b[0] ? [1, 1] : a[0] > b[1] ? [0, 0] : unsure
    case '>':
      return operation('<', b, a)
    case '>=':
      return operation('<=', b, a)
    case '==':
      if (a[0] === a[1] && b[0] === b[1]) return a[0] === b[0] ? [1, 1] : [0, 0]
      return a[1] < b[0] || b[1] < a[0] ? [0, 0] : unsure
    case '!=': {
      const [low, high] = operation('==', a, b)
      return [1 - high, 1 - low]
    }
  }
}

/** a/b where b touches 0 from one side only: one end is infinite, and the other is kept. */
function reciprocalAtZero(a: Interval, b: Interval): Interval {
  const infinite = Number.POSITIVE_INFINITY
  if (b[0] === 0 && a[0] > 0) return [a[0] / b[1], infinite]
  if (b[1] === 0 && a[0] > 0) return [-infinite, a[0] / b[0]]
  return everything
}

function power(a: Interval, b: Interval): Interval {
  // For a base ≥ 0 the power is monotone in either argument while the other is fixed.
  if (a[0] >= 0) return corners(pow, a, b)
  if (b[0] !== b[1] || !Number.isInteger(b[0])) return everything
  const n = b[0]
  if (n < 0) return a[1] < 0 ? corners(pow, a, b) : everything
  const [low, high] = corners(pow, a, b)
  return n % 2 === 0 && a[1] > 0 ? [n === 0 ? 1 : 0, high] : [low, high]
}

const rising: Partial<Record<FunctionName, (value: number) => number>> = {
  exp,
  log,
  log10,
  tanh,
  sqrt: Math.sqrt,
  floor: Math.floor,
}

function application(name: FunctionName, [a, b]: readonly Interval[]): Interval {
  const monotone = rising[name]
  if (monotone) return hull(a.map(monotone))
  switch (name) {
    case 'abs':
      return a[0] >= 0 ? a : a[1] <= 0 ? [-a[1], -a[0]] : [0, Math.max(-a[0], a[1])]
    case 'min':
      return hull([Math.min(a[0], b[0]), Math.min(a[1], b[1])])
    case 'max':
      return hull([Math.max(a[0], b[0]), Math.max(a[1], b[1])])
    case 'pow':
      return power(a, b)
    case 'sin':
      return wave(sin, a, Math.PI / 2)
    case 'cos':
      return wave(cos, a, 0)
    default:
      return everything
  }
}

/** A sine whose maxima are at `crest` + 2πk. */
function wave(f: (angle: number) => number, [low, high]: Interval, crest: number): Interval {
  if (!(high - low < 2 * Math.PI)) return [-1, 1]
  // A hair's breadth of slack: the crest may be hidden by the rounding of π.
  const slack = 1e-12 * (1 + Math.abs(low) + Math.abs(high))
  const touches = (angle: number) =>
    Math.floor((high + slack - angle) / (2 * Math.PI)) >= Math.ceil((low - slack - angle) / (2 * Math.PI))
  const [smaller, larger] = hull([f(low), f(high)])
  return [touches(crest + Math.PI) ? -1 : smaller, touches(crest) ? 1 : larger]
}
