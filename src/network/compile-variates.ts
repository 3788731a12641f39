/** The WebAssembly twin of `numerics/variates`, as far as leaps need it: the same operations, the same bits. */
import { logFactorials, normalEnd, normalHeights, normalWidths, reciprocals } from '../numerics/variates'
import { exponentialFunction, normalFunction, type RandomLayout, uniformFunction } from './compile-random'
import {
  branch,
  branchIf,
  type Code,
  call,
  choose,
  type Func,
  f64,
  f64Op,
  f64Type,
  get,
  i32,
  i32Op,
  i64,
  i64Op,
  i64Type,
  load,
  loop,
  set,
  when,
} from './compile-wasm'

export interface VariatesLayout extends RandomLayout {
  /** ln k! of the first whole numbers, the widths and heights of the normal ziggurat, reciprocals. */
  readonly tables: number
}

const widthsAt = 8 * logFactorials.length
const reciprocalsAt = widthsAt + 8 * (normalWidths.length + normalHeights.length)
export const variatesBytes = reciprocalsAt + 8 * reciprocals.length

/** Write the tables, once for each memory. */
export function writeVariates(buffer: ArrayBuffer, { tables }: VariatesLayout): void {
  const doubles = new Float64Array(buffer, tables, variatesBytes / 8)
  doubles.set(logFactorials)
  doubles.set(normalWidths, widthsAt / 8)
  doubles.set(normalHeights, widthsAt / 8 + normalWidths.length)
  doubles.set(reciprocals, reciprocalsAt / 8)
}

/** The functions, to stand in a module one after another from index `first` on: see `variatesAt`. */
export function variatesFunctions(layout: VariatesLayout, first: number): Func[] {
  const at = variatesAt(first)
  return [
    uniformFunction(layout),
    exponentialFunction(layout, 8, at.exp),
    normalFunction(layout.tables + widthsAt, normalEnd, at),
    expFunction(),
    logFunction(),
    logFactorialFunction(layout, at.log),
    roundedNormalFunction(at.exp),
    poissonAtFunction(at),
    poissonFunction(layout, at),
  ]
}

/** Their indices: the draws take the address of the generator's state, `poisson` and the functions none. */
export const variatesAt = (first: number) => ({
  uniform: first,
  exponential: first + 1,
  normal: first + 2,
  exp: first + 3,
  log: first + 4,
  logFactorial: first + 5,
  roundedNormal: first + 6,
  poissonAt: first + 7,
  poisson: first + 8,
  /** The first index after them. */
  end: first + 9,
})

/** Left to right, as TypeScript adds and multiplies. */
const product = (...factors: Code[]) => factors.reduce(f64Op.mul)
const { add, sub, mul, div } = f64Op
const one = (n: number) => f64(1 / n)

function expFunction(): Func {
  const [x, n, r, p] = [0, 1, 2, 3]
  const series = (a: number, b: number, c: number, rest: Code) =>
    set(p, add(one(a), mul(get(r), add(one(b), mul(get(r), add(one(c), mul(get(r), rest)))))))
  const power = i64Op.toF64(i64Op.shl(i64Op.add(i64Op.fromF64(get(n)), i64(1023)), i64(52)))
  return {
    name: 'exp',
    parameters: [f64Type],
    results: [f64Type],
    locals: [{ count: 3, type: f64Type }],
    body: [
      when(i32Op.not(f64Op.ge(get(x), f64(-700))), [f64(0), 0x0f]),
      set(n, f64Op.floor(add(mul(get(x), f64(Math.LOG2E)), f64(0.5)))),
      set(r, sub(sub(get(x), mul(get(n), f64(0.6931471803691238))), mul(get(n), f64(1.9082149292705877e-10)))),
      set(p, add(one(39916800), mul(get(r), add(one(479001600), mul(get(r), one(6227020800)))))),
      series(40320, 362880, 3628800, get(p)),
      series(120, 720, 5040, get(p)),
      series(2, 6, 24, get(p)),
      mul(add(f64(1), mul(get(r), add(f64(1), mul(get(r), get(p))))), power),
    ],
  }
}

function logFunction(): Func {
  const [x, word, k, m, s, z, p] = [0, 1, 2, 3, 4, 5, 6]
  const exponent = i64Op.sub(i64Op.shrU(get(word), i64(52)), i64(1023))
  const fraction = i64Op.shrU(i64Op.shl(get(word), i64(12)), i64(12))
  const series = (a: number, b: number, c: number, rest: Code | null) => {
    const inner = rest ? add(one(c), mul(get(z), rest)) : one(c)
    return add(one(a), mul(get(z), add(one(b), mul(get(z), inner))))
  }
  return {
    name: 'log',
    parameters: [f64Type],
    results: [f64Type],
    locals: [
      { count: 1, type: i64Type },
      { count: 5, type: f64Type },
    ],
    body: [
      set(word, i64Op.ofF64(get(x))),
      set(k, f64Op.fromI64(exponent)),
      set(m, i64Op.toF64(i64Op.or(fraction, i64Op.shl(i64(1023), i64(52))))),
      when(f64Op.gt(get(m), f64(Math.SQRT2)), [set(m, mul(get(m), f64(0.5))), set(k, add(get(k), f64(1)))]),
      set(s, div(sub(get(m), f64(1)), add(get(m), f64(1)))),
      set(z, mul(get(s), get(s))),
      set(p, series(17, 19, 21, null)),
      set(p, series(11, 13, 15, get(p))),
      set(p, series(5, 7, 9, get(p))),
      add(
        mul(get(k), f64(Math.LN2)),
        mul(f64(2), add(get(s), product(get(s), get(z), add(one(3), mul(get(z), get(p)))))),
      ),
    ],
  }
}

function logFactorialFunction(layout: VariatesLayout, log: number): Func {
  const [k, x, z] = [0, 1, 2]
  const beyond = sub(one(1260), div(get(z), f64(1680)))
  const series = sub(one(12), mul(get(z), sub(one(360), mul(get(z), beyond))))
  return {
    name: 'logFactorial',
    parameters: [f64Type],
    results: [f64Type],
    locals: [{ count: 2, type: f64Type }],
    body: [
      set(x, add(get(k), f64(1))),
      set(z, div(f64(1), mul(get(x), get(x)))),
      // In the unlikely case the table is read as well: either is cheap.
      when(
        f64Op.lt(get(k), f64(logFactorials.length)),
        set(z, load(layout.tables, i32Op.shl(i32Op.fromF64(get(k)), i32(3)))),
        set(
          z,
          add(add(sub(mul(sub(get(x), f64(0.5)), call(log, get(x))), get(x)), f64(halfLogTwoPi)), div(series, get(x))),
        ),
      ),
      get(z),
    ],
  }
}

const halfLogTwoPi = 0.9189385332046728

function roundedNormalFunction(expIndex: number): Func {
  const [mean, deviation, k] = [0, 1, 2]
  const [b1, b2, c3, c2, c1, c0, y] = [3, 4, 5, 6, 7, 8, 9]
  const times = (factor: number, of: number) => mul(f64(factor), get(of))
  return {
    name: 'roundedNormal',
    parameters: [f64Type, f64Type, f64Type],
    results: [f64Type],
    locals: [{ count: 7, type: f64Type }],
    body: [
      set(b1, div(f64(1 / 24), get(mean))),
      set(b2, mul(times(0.3, b1), get(b1))),
      set(c3, div(mul(get(b1), get(b2)), f64(7))),
      set(c2, sub(get(b2), times(15, c3))),
      set(c1, add(sub(get(b1), times(6, b2)), times(45, c3))),
      set(c0, sub(add(sub(f64(1), get(b1)), times(3, b2)), times(15, c3))),
      set(y, div(sub(add(get(k), f64(0.5)), get(mean)), get(deviation))),
      set(y, mul(get(y), get(y))),
      product(
        div(f64(inverseRootTwoPi), get(deviation)),
        [get(c3), get(c2), get(c1), get(c0)].reduce((sum, next) => add(mul(sum, get(y)), next)),
        call(expIndex, times(-0.5, y)),
      ),
    ],
  }
}

const inverseRootTwoPi = 0.3989422804014327

function poissonAtFunction(at: ReturnType<typeof variatesAt>): Func {
  const [mean, k] = [0, 1]
  const exponent = sub(sub(mul(get(k), call(at.log, get(mean))), get(mean)), call(at.logFactorial, get(k)))
  return {
    name: 'poissonAt',
    parameters: [f64Type, f64Type],
    results: [f64Type],
    locals: [],
    body: [call(at.exp, exponent)],
  }
}

/** `poisson(mean)`, of the generator at the layout's state. */
function poissonFunction(layout: VariatesLayout, at: ReturnType<typeof variatesAt>): Func {
  const names = ['deviation', 'near', 'k', 'u', 'below', 'e', 'away', 'p'] as const
  const mean = 0
  const L = Object.fromEntries(names.map((name, i) => [name, i + 1])) as Record<(typeof names)[number], number>
  const draw = (index: number) => call(index, i32(layout.state))
  const give = (value: Code): Code => [value, 0x0f]
  const rounded = call(at.roundedNormal, get(mean), get(L.deviation), get(L.k))
  const exactly = call(at.poissonAt, get(mean), get(L.k))
  const cube = product(get(L.below), get(L.below), get(L.below))
  const sixth = mul(mul(mul(f64(6), get(mean)), get(mean)), get(L.u))
  const direct: Code = [
    set(L.k, f64Op.floor(get(L.near))),
    when(f64Op.ge(get(L.k), f64Op.floor(sub(get(mean), f64(1.1484)))), give(get(L.k))),
    set(L.u, draw(at.uniform)),
    set(L.below, sub(get(mean), get(L.k))),
    when(f64Op.ge(sixth, cube), give(get(L.k))),
    when(f64Op.le(mul(sub(f64(1), get(L.u)), rounded), exactly), give(get(L.k))),
  ]
  const chance = mul(div(f64(0.1069), get(mean)), f64Op.abs(get(L.u)))
  const excess: Code = loop(
    set(L.e, draw(at.exponential)),
    set(L.u, sub(mul(f64(2), draw(at.uniform)), f64(1))),
    set(L.away, add(f64(1.8), choose(f64Op.lt(get(L.u), f64(0)), f64Op.neg(get(L.e)), get(L.e)))),
    branchIf(i32Op.not(f64Op.gt(get(L.away), f64(-0.6744))), 0),
    set(L.k, f64Op.floor(add(get(mean), mul(get(L.deviation), get(L.away))))),
    set(L.p, mul(sub(exactly, rounded), call(at.exp, get(L.e)))),
    when(f64Op.le(chance, get(L.p)), give(get(L.k))),
    branch(0),
  )
  const fromNormal: Code = [
    set(L.deviation, f64Op.sqrt(get(mean))),
    set(L.near, add(get(mean), mul(get(L.deviation), draw(at.normal)))),
    when(f64Op.ge(get(L.near), f64(0)), direct),
    excess,
  ]
  const reciprocal = load(layout.tables + reciprocalsAt, i32Op.shl(i32Op.fromF64(get(L.k)), i32(3)))
  const inversion: Code = loop(
    set(L.u, draw(at.uniform)),
    set(L.p, call(at.exp, f64Op.neg(get(mean)))),
    set(L.k, f64(0)),
    loop(
      when(f64Op.lt(get(L.u), get(L.p)), give(get(L.k))),
      set(L.u, sub(get(L.u), get(L.p))),
      set(L.k, add(get(L.k), f64(1))),
      set(L.p, mul(get(L.p), mul(get(mean), reciprocal))),
      branchIf(f64Op.lt(get(L.k), f64(200)), 0),
    ),
    branch(0),
  )
  return {
    name: 'poisson',
    parameters: [f64Type],
    results: [f64Type],
    locals: [{ count: names.length, type: f64Type }],
    body: [
      when(f64Op.ge(get(mean), f64(10)), fromNormal),
      when(i32Op.not(f64Op.gt(get(mean), f64(0))), give(f64(0))),
      inversion,
      0x00,
    ],
  }
}
