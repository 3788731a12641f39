/**
 * Rates and propensities as WGSL, in single precision. Whatever reads no counts is computed beforehand, in double
 * precision, and stands beside the text, so that a network's text is the same for all values of its parameters.
 */
import { isConstant } from '../../network/compile-expr'
import { builder } from '../../network/evaluate'
import type { BinaryOperator, Expr, FunctionName, Network, Reaction } from '../../network/network'
import { Failure } from '../contract'

/** Where single precision begins to lose digits, and where it ends. */
const smallest = 2 ** -126

/** The single nearest to a number. Throws where there is none. */
export function singleOf(value: number): number {
  const single = Math.fround(value)
  if (!Number.isFinite(single) || (value !== 0 && Math.abs(single) < smallest)) {
    throw new Failure(
      'precision',
      `The GPU calculates in single precision, between 1e-38 and 3e38, and ${value} is not in it.`,
      'measure in other units, or use "ssa"',
    )
  }
  return single
}

/** A number as WGSL, exactly. */
export function literal(value: number): string {
  const single = singleOf(value)
  return single < 0 ? `(${single}f)` : `${single}f`
}

/** Numbers that stand beside a text, which names them by their places. */
export function constants() {
  const values: number[] = []
  return {
    values,
    place(value: number): string {
      const i = values.push(singleOf(value)) - 1
      return `constants[${i >> 2}].${'xyzw'[i & 3]}`
    },
  }
}

export interface Emitted {
  /** Statements that name the shared parts. */
  readonly lets: readonly string[]
  /** One expression per reaction. */
  readonly propensities: readonly string[]
}

/**
 * All propensities of a network whose rates do not read the time; counts are `x[0]`, `x[1]`, … of type i32. `place` writes
 * a number that may change with the parameters.
 */
export function emitPropensities(
  network: Network,
  parameters: ArrayLike<number>,
  place: (value: number) => string = literal,
): Emitted {
  const build = builder(network, parameters)
  const needed = new Set<number>()
  const emit = (e: Expr): string => {
    if (e.kind === 'number') return literal(e.value)
    if (isConstant(network, e)) return place(build(e)([], 0))
    switch (e.kind) {
      case 'species':
        return count(e.index)
      case 'let':
        needed.add(e.index)
        return `let${e.index}`
      case 'unary':
        return `(-${emit(e.of)})`
      case 'binary':
        return operation(e.op, emit(e.left), emit(e.right))
      case 'conditional':
        return `select(${emit(e.no)}, ${emit(e.yes)}, ${emit(e.test)} != 0f)`
      case 'call':
        return application(e.name, e.args.map(emit))
      default:
        throw new RangeError(`an expression of kind "${e.kind}" has no meaning on the GPU`)
    }
  }
  const propensities = network.reactions.map((reaction) => law(reaction, emit(reaction.rate)))
  const lets: string[] = []
  // A shared part reads earlier ones only.
  for (let i = network.lets.length - 1; i >= 0; i--) {
    if (needed.has(i)) lets.unshift(`let let${i} = ${emit(network.lets[i].expr)};`)
  }
  return { lets, propensities }
}

const count = (species: number): string => `f32(x[${species}])`

function operation(op: BinaryOperator, a: string, b: string): string {
  if (op === '^') return `power(${a}, ${b})`
  return '+-*/'.includes(op) ? `(${a} ${op} ${b})` : `select(0f, 1f, ${a} ${op} ${b})`
}

function application(name: FunctionName, args: readonly string[]): string {
  const [a, b, c] = args
  switch (name) {
    case 'pow':
      return `power(${a}, ${b})`
    case 'log10':
      return `(log(${a}) * ${literal(Math.LOG10E)})`
    case 'tanh':
      // Beyond, it is 1 in single precision, and some devices overflow.
      return `tanh(clamp(${a}, -15f, 15f))`
    case 'hill':
      return `hill(${a}, ${b}, ${c})`
    case 'hillr':
      return `hill(${b}, ${a}, ${c})`
    case 'mm':
      return `(${b} * hill(${a}, ${c}, 1f))`
    default:
      return `${name}(${args.join(', ')})`
  }
}

function law({ law, rate: _, reactants, net }: Reaction, rate: string): string {
  if (law === 'mass-action') return [rate, ...reactants.map((term) => combinations(term))].join(' * ')
  const short = net.filter((term) => term.count < 0).map(({ species, count }) => `x[${species}] < ${-count}`)
  return short.length > 0 ? `select(${rate}, 0f, ${short.join(' || ')})` : rate
}

/** C(x, n) as a product of fractions, so that large counts do not overflow. */
function combinations({ species, count: n }: { species: number; count: number }): string {
  const factors = Array.from({ length: n }, (_, i) =>
    i === 0 ? count(species) : `(f32(x[${species}] - ${i}) * ${literal(1 / (i + 1))})`,
  )
  return factors.join(' * ')
}

/** What the emitted text calls. Whole powers are products; other powers of a number below zero are not numbers. */
export const functions = `
fn power(x: f32, y: f32) -> f32 {
  if (floor(y) == y && abs(y) <= 16f) {
    var product = 1f;
    for (var i = 0; i < i32(abs(y)); i++) { product *= x; }
    return select(product, 1f / product, y < 0f);
  }
  if (x > 0f) { return exp2(y * log2(x)); }
  return select(bitcast<f32>(job.invalid), 0f, x == 0f && y > 0f);
}

// x^n/(k^n + x^n)
fn hill(x: f32, k: f32, n: f32) -> f32 {
  if (x < k) {
    let p = power(x / k, n);
    return p / (1f + p);
  }
  return 1f / (1f + power(k / x, n));
}
`
