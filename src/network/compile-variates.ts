/** The WebAssembly twin of `numerics/variates`, as far as leaps need it: the same operations, the same bits. */
import { logFactorials } from '../numerics/variates'
import { exponentialFunction, type RandomLayout, uniformFunction } from './compile-random'
import {
  branch,
  branchIf,
  type Code,
  call,
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
  /** ln k! of the first whole numbers. */
  readonly logFactorials: number
}

export const logFactorialBytes = 8 * logFactorials.length

/** Write the table, once for each memory. */
export function writeLogFactorials(buffer: ArrayBuffer, { logFactorials: at }: VariatesLayout): void {
  new Float64Array(buffer, at, logFactorials.length).set(logFactorials)
}

/**
 * The functions, to stand in a module one after another from index `first` on: see `variatesAt`. They need a function
 * `exp`, whose index is given.
 */
export function variatesFunctions(layout: VariatesLayout, first: number, expIndex: number): Func[] {
  const at = variatesAt(first)
  return [
    uniformFunction(layout),
    exponentialFunction(layout, 8, expIndex),
    logFunction(),
    logFactorialFunction(layout, at.log),
    poissonFunction(layout, at, expIndex),
  ]
}

/** Their indices: `uniform(state)`, `exponential(state)`, `log(x)`, `logFactorial(k)`, `poisson(mean)`. */
export const variatesAt = (first: number) => ({
  uniform: first,
  exponential: first + 1,
  log: first + 2,
  logFactorial: first + 3,
  poisson: first + 4,
})

/** Left to right, as TypeScript adds and multiplies. */
const sum = (...terms: Code[]) => terms.reduce(f64Op.add)
const product = (...factors: Code[]) => factors.reduce(f64Op.mul)
const { add, sub, mul, div } = f64Op
const reciprocal = (n: number) => f64(1 / n)

function logFunction(): Func {
  const [x, word, k, m, s, z, p] = [0, 1, 2, 3, 4, 5, 6]
  const exponent = i64Op.sub(i64Op.shrU(get(word), i64(52)), i64(1023))
  const fraction = i64Op.shrU(i64Op.shl(get(word), i64(12)), i64(12))
  const series = (a: number, b: number, c: number, rest: Code | null) => {
    const inner = rest ? add(reciprocal(c), mul(get(z), rest)) : reciprocal(c)
    return add(reciprocal(a), mul(get(z), add(reciprocal(b), mul(get(z), inner))))
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
        mul(f64(2), add(get(s), product(get(s), get(z), add(reciprocal(3), mul(get(z), get(p)))))),
      ),
    ],
  }
}

function logFactorialFunction(layout: VariatesLayout, log: number): Func {
  const [k, x, z] = [0, 1, 2]
  const beyond = sub(reciprocal(1260), div(get(z), f64(1680)))
  const series = sub(reciprocal(12), mul(get(z), sub(reciprocal(360), mul(get(z), beyond))))
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
        set(z, load(layout.logFactorials, i32Op.shl(i32Op.fromF64(get(k)), i32(3)))),
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

function poissonFunction(layout: VariatesLayout, at: ReturnType<typeof variatesAt>, expIndex: number): Func {
  const names = ['b', 'a', 'squeeze', 'u', 'v', 'us', 'k', 'p'] as const
  const mean = 0
  const L = Object.fromEntries(names.map((name, i) => [name, i + 1])) as Record<(typeof names)[number], number>
  const uniform = call(at.uniform, i32(layout.state))
  const answer = (value: Code): Code => [value, 0x0f]
  const inverse = add(f64(1.1239), div(f64(1.1328), sub(get(L.b), f64(3.4))))
  const hat = add(div(get(L.a), mul(get(L.us), get(L.us))), get(L.b))
  const left = call(at.log, div(mul(get(L.v), inverse), hat))
  const right = sub(sub(mul(get(L.k), call(at.log, get(mean))), get(mean)), call(at.logFactorial, get(L.k)))
  const rejection: Code = [
    set(L.b, add(f64(0.931), mul(f64(2.53), f64Op.sqrt(get(mean))))),
    set(L.a, add(f64(-0.059), mul(f64(0.02483), get(L.b)))),
    set(L.squeeze, sub(f64(0.9277), div(f64(3.6224), sub(get(L.b), f64(2))))),
    loop(
      set(L.u, sub(uniform, f64(0.5))),
      set(L.v, uniform),
      set(L.us, sub(f64(0.5), f64Op.abs(get(L.u)))),
      set(
        L.k,
        f64Op.floor(sum(mul(add(div(mul(f64(2), get(L.a)), get(L.us)), get(L.b)), get(L.u)), get(mean), f64(0.43))),
      ),
      when(i32Op.and(f64Op.ge(get(L.us), f64(0.07)), f64Op.le(get(L.v), get(L.squeeze))), answer(get(L.k))),
      branchIf(
        i32Op.or(f64Op.lt(get(L.k), f64(0)), i32Op.and(f64Op.lt(get(L.us), f64(0.013)), f64Op.gt(get(L.v), get(L.us)))),
        0,
      ),
      when(f64Op.le(left, right), answer(get(L.k))),
      branch(0),
    ),
  ]
  const inversion: Code = loop(
    set(L.u, uniform),
    set(L.p, call(expIndex, f64Op.neg(get(mean)))),
    set(L.k, f64(0)),
    loop(
      when(f64Op.lt(get(L.u), get(L.p)), answer(get(L.k))),
      set(L.u, sub(get(L.u), get(L.p))),
      set(L.k, add(get(L.k), f64(1))),
      set(L.p, mul(get(L.p), div(get(mean), get(L.k)))),
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
      when(f64Op.ge(get(mean), f64(10)), rejection),
      when(i32Op.not(f64Op.gt(get(mean), f64(0))), answer(f64(0))),
      inversion,
      0x00,
    ],
  }
}
