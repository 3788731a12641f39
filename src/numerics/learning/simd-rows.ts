/**
 * Kernels over rows of numbers, four at a time. Addresses are in bytes, lengths in floats. Rows need not be a multiple
 * of four long: lanes beyond the end are masked, and what they hold is written back as it was.
 */
import type { FunctionBody } from '../wasm-bytes'
import { across, before, type Code, count, define, f32, i32, type Local, loadI32, vec, type Writer } from './assemble'
import { functions } from './simd-functions'

const bytes = (floats: Code) => i32.shl(floats, 2)
const step = (at: Local, by: Code) => at.set(i32.add(at.get, by))
/** Far below any logarithm of a probability, and finite. */
const lowest = -3e38

/** A loop over the vectors of a row: `at(base)` is the address in it, `mask` its lanes before the end. */
function row(w: Writer, columns: Local) {
  const [i, mask, old] = [w.i32(), w.v128(), w.v128()]
  const at = (base: Local) => i32.add(base.get, bytes(i.get))
  return {
    each: (body: Code): Code => count(i, columns.get, 4, [mask.set(before(i.get, columns.get)), body]),
    load: (base: Local) => vec.load(at(base)),
    masked: (value: Code, otherwise = 0) => vec.pick(mask.get, value, vec.of(otherwise)),
    store: (base: Local, value: Code): Code => [
      old.set(vec.load(at(base))),
      vec.store(at(base), vec.pick(mask.get, value, old.get)),
    ],
    add: (base: Local, value: Code): Code => [
      old.set(vec.load(at(base))),
      vec.store(at(base), vec.pick(mask.get, vec.add(old.get, value), old.get)),
    ],
  }
}

/** y[r, c] = or += a[r, c] (·|+) b[r, c], rows a stride apart (0: the same row again); b may be one number per row. */
const combine = (name: string, by: (a: Code, b: Code) => Code, splat: boolean, accumulate: boolean) =>
  define(name, { a: 'i32', b: 'i32', y: 'i32', rows: 'i32', columns: 'i32', aRow: 'i32', bRow: 'i32' }, (p, w) => {
    const [r, each] = [w.i32(), row(w, p.columns)]
    const b = w.v128()
    const value = by(each.load(p.a), splat ? b.get : each.load(p.b))
    return count(r, p.rows.get, 1, [
      splat ? b.set(vec.loadSplat(p.b.get)) : [],
      each.each(accumulate ? each.add(p.y, value) : each.store(p.y, value)),
      step(p.a, p.aRow.get),
      step(p.b, p.bRow.get),
      step(p.y, bytes(p.columns.get)),
    ])
  })

/** y[o, i] += scale · Σ_m x[o, m, i]. */
const reduce = define(
  'reduce',
  { x: 'i32', y: 'i32', outer: 'i32', middle: 'i32', inner: 'i32', scale: 'f32' },
  (p, w) => {
    const [o, m, i, at, sum] = [w.i32(), w.i32(), w.i32(), w.i32(), w.v128()]
    const [mask, old] = [w.v128(), w.v128()]
    return count(o, p.outer.get, 1, [
      count(i, p.inner.get, 4, [
        mask.set(before(i.get, p.inner.get)),
        sum.set(vec.of(0)),
        at.set(i32.add(p.x.get, bytes(i.get))),
        count(m, p.middle.get, 1, [sum.set(vec.add(sum.get, vec.load(at.get))), step(at, bytes(p.inner.get))]),
        at.set(i32.add(p.y.get, bytes(i.get))),
        old.set(vec.load(at.get)),
        vec.store(at.get, vec.pick(mask.get, vec.add(old.get, vec.mul(sum.get, vec.splat(p.scale.get))), old.get)),
      ]),
      step(p.x, bytes(i32.mul(p.middle.get, p.inner.get))),
      step(p.y, bytes(p.inner.get)),
    ])
  },
)

/** y[r] += scale · Σ_c x[r, c]: what `reduce` does where the sum runs over neighbours. */
const sumRows = define('sumRows', { x: 'i32', y: 'i32', rows: 'i32', columns: 'i32', scale: 'f32' }, (p, w) => {
  const [r, each, sum] = [w.i32(), row(w, p.columns), w.v128()]
  return count(r, p.rows.get, 1, [
    sum.set(vec.of(0)),
    each.each(sum.set(vec.add(sum.get, each.masked(each.load(p.x))))),
    f32.store(p.y.get, f32.add(f32.load(p.y.get), f32.mul(p.scale.get, across(sum, f32.add)))),
    step(p.x, bytes(p.columns.get)),
    step(p.y, i32.of(4)),
  ])
})

/** Writes ln Σ_c e^x[c] of the row at `x` into `logZ`, the same in all lanes. */
function logSum(w: Writer, x: Local, columns: Local, logZ: Local): Code {
  const [each, largest, sum, { exp, log }] = [row(w, columns), w.v128(), w.v128(), functions(w)]
  return [
    largest.set(vec.of(lowest)),
    each.each(largest.set(vec.max(largest.get, each.masked(each.load(x), lowest)))),
    largest.set(vec.splat(across(largest, f32.max))),
    sum.set(vec.of(0)),
    each.each(sum.set(vec.add(sum.get, each.masked(exp(vec.sub(each.load(x), largest.get)))))),
    sum.set(vec.splat(across(sum, f32.add))),
    logZ.set(vec.add(largest.get, log(sum.get))),
  ]
}

/** y = x − ln Σ e^x in every row. */
const logSoftmax = define('logSoftmax', { x: 'i32', y: 'i32', rows: 'i32', columns: 'i32' }, (p, w) => {
  const [r, each, logZ] = [w.i32(), row(w, p.columns), w.v128()]
  return count(r, p.rows.get, 1, [
    logSum(w, p.x, p.columns, logZ),
    each.each(each.store(p.y, vec.sub(each.load(p.x), logZ.get))),
    step(p.x, bytes(p.columns.get)),
    step(p.y, bytes(p.columns.get)),
  ])
})

/** dx += dy − e^y Σ dy. */
const logSoftmaxGradient = define(
  'logSoftmaxGradient',
  { y: 'i32', dy: 'i32', dx: 'i32', rows: 'i32', columns: 'i32' },
  (p, w) => {
    const [r, each, sum, value, { exp }] = [w.i32(), row(w, p.columns), w.v128(), w.v128(), functions(w)]
    return count(r, p.rows.get, 1, [
      sum.set(vec.of(0)),
      each.each(sum.set(vec.add(sum.get, each.masked(each.load(p.dy))))),
      sum.set(vec.splat(across(sum, f32.add))),
      each.each([
        value.set(vec.sub(each.load(p.dy), vec.mul(exp(each.load(p.y)), sum.get))),
        each.add(p.dx, value.get),
      ]),
      [p.y, p.dy, p.dx].map((base) => step(base, bytes(p.columns.get))),
    ])
  },
)

/** y = e^x / Σ e^x in every row. */
const softmax = define('softmax', { x: 'i32', y: 'i32', rows: 'i32', columns: 'i32' }, (p, w) => {
  const [r, each, logZ, value, { exp }] = [w.i32(), row(w, p.columns), w.v128(), w.v128(), functions(w)]
  return count(r, p.rows.get, 1, [
    logSum(w, p.x, p.columns, logZ),
    each.each([value.set(exp(vec.sub(each.load(p.x), logZ.get))), each.store(p.y, value.get)]),
    step(p.x, bytes(p.columns.get)),
    step(p.y, bytes(p.columns.get)),
  ])
})

/** dx += y (dy − Σ dy y). */
const softmaxGradient = define(
  'softmaxGradient',
  { y: 'i32', dy: 'i32', dx: 'i32', rows: 'i32', columns: 'i32' },
  (p, w) => {
    const [r, each, sum] = [w.i32(), row(w, p.columns), w.v128()]
    return count(r, p.rows.get, 1, [
      sum.set(vec.of(0)),
      each.each(sum.set(vec.add(sum.get, each.masked(vec.mul(each.load(p.dy), each.load(p.y)))))),
      sum.set(vec.splat(across(sum, f32.add))),
      each.each(each.add(p.dx, vec.mul(each.load(p.y), vec.sub(each.load(p.dy), sum.get)))),
      [p.y, p.dy, p.dx].map((base) => step(base, bytes(p.columns.get))),
    ])
  },
)

/** out[r] = x[r, index[r]] − ln Σ_c e^x[r, c], and that logarithm into logZ[r]. */
const pick = define(
  'pick',
  { x: 'i32', index: 'i32', out: 'i32', logZ: 'i32', rows: 'i32', columns: 'i32' },
  (p, w) => {
    const [r, z] = [w.i32(), w.v128()]
    return count(r, p.rows.get, 1, [
      logSum(w, p.x, p.columns, z),
      f32.store(p.logZ.get, vec.lane(z.get, 0)),
      f32.store(p.out.get, f32.sub(f32.load(i32.add(p.x.get, bytes(loadI32(p.index.get)))), vec.lane(z.get, 0))),
      step(p.x, bytes(p.columns.get)),
      [p.index, p.out, p.logZ].map((base) => step(base, i32.of(4))),
    ])
  },
)

/** dx[r, c] += dOut[r] ([c = index[r]] − e^(x[r, c] − logZ[r])). */
const pickGradient = define(
  'pickGradient',
  { x: 'i32', index: 'i32', logZ: 'i32', dOut: 'i32', dx: 'i32', rows: 'i32', columns: 'i32' },
  (p, w) => {
    const [r, each, z, g, value, at, { exp }] = [
      w.i32(),
      row(w, p.columns),
      w.v128(),
      w.v128(),
      w.v128(),
      w.i32(),
      functions(w),
    ]
    return count(r, p.rows.get, 1, [
      z.set(vec.loadSplat(p.logZ.get)),
      g.set(vec.loadSplat(p.dOut.get)),
      each.each([value.set(vec.neg(vec.mul(g.get, exp(vec.sub(each.load(p.x), z.get))))), each.add(p.dx, value.get)]),
      at.set(i32.add(p.dx.get, bytes(loadI32(p.index.get)))),
      f32.store(at.get, f32.add(f32.load(at.get), f32.load(p.dOut.get))),
      [p.x, p.dx].map((base) => step(base, bytes(p.columns.get))),
      [p.index, p.logZ, p.dOut].map((base) => step(base, i32.of(4))),
    ])
  },
)

/** y = (x − mean) · inverse[r] in every row, inverse = 1 / √(variance + epsilon). */
const normalise = define(
  'normalise',
  { x: 'i32', y: 'i32', inverse: 'i32', rows: 'i32', columns: 'i32', share: 'f32', epsilon: 'f32' },
  (p, w) => {
    const [r, each, mean, sum, d] = [w.i32(), row(w, p.columns), w.v128(), w.v128(), w.v128()]
    const variance = f32.add(f32.mul(across(sum, f32.add), p.share.get), p.epsilon.get)
    return count(r, p.rows.get, 1, [
      sum.set(vec.of(0)),
      each.each(sum.set(vec.add(sum.get, each.masked(each.load(p.x))))),
      mean.set(vec.splat(f32.mul(across(sum, f32.add), p.share.get))),
      sum.set(vec.of(0)),
      each.each([
        d.set(each.masked(vec.sub(each.load(p.x), mean.get))),
        sum.set(vec.add(sum.get, vec.mul(d.get, d.get))),
      ]),
      f32.store(p.inverse.get, f32.div(f32.of(1), f32.sqrt(variance))),
      d.set(vec.loadSplat(p.inverse.get)),
      each.each(each.store(p.y, vec.mul(vec.sub(each.load(p.x), mean.get), d.get))),
      step(p.x, bytes(p.columns.get)),
      step(p.y, bytes(p.columns.get)),
      step(p.inverse, i32.of(4)),
    ])
  },
)

/** dx += inverse[r] (dy − mean dy − y · mean(dy y)). */
const normaliseGradient = define(
  'normaliseGradient',
  { y: 'i32', inverse: 'i32', dy: 'i32', dx: 'i32', rows: 'i32', columns: 'i32', share: 'f32' },
  (p, w) => {
    const [r, each, plain, along, scale] = [w.i32(), row(w, p.columns), w.v128(), w.v128(), w.v128()]
    const centred = vec.sub(vec.sub(each.load(p.dy), plain.get), vec.mul(each.load(p.y), along.get))
    const mean = (sum: Local) => sum.set(vec.splat(f32.mul(across(sum, f32.add), p.share.get)))
    return count(r, p.rows.get, 1, [
      plain.set(vec.of(0)),
      along.set(vec.of(0)),
      each.each([
        plain.set(vec.add(plain.get, each.masked(each.load(p.dy)))),
        along.set(vec.add(along.get, each.masked(vec.mul(each.load(p.dy), each.load(p.y))))),
      ]),
      mean(plain),
      mean(along),
      scale.set(vec.loadSplat(p.inverse.get)),
      each.each(each.add(p.dx, vec.mul(scale.get, centred))),
      [p.y, p.dy, p.dx].map((base) => step(base, bytes(p.columns.get))),
      step(p.inverse, i32.of(4)),
    ])
  },
)

/** y[r] = table[index[r]], rows of numbers. */
const gather = define('gather', { table: 'i32', index: 'i32', y: 'i32', rows: 'i32', columns: 'i32' }, (p, w) => {
  const [r, at, each] = [w.i32(), w.i32(), row(w, p.columns)]
  return count(r, p.rows.get, 1, [
    at.set(i32.add(p.table.get, bytes(i32.mul(loadI32(p.index.get), p.columns.get)))),
    each.each(each.store(p.y, each.load(at))),
    step(p.y, bytes(p.columns.get)),
    step(p.index, i32.of(4)),
  ])
})

/** table[index[r]] += x[r], in the order of r. */
const scatterAdd = define(
  'scatterAdd',
  { x: 'i32', index: 'i32', table: 'i32', rows: 'i32', columns: 'i32' },
  (p, w) => {
    const [r, at, each] = [w.i32(), w.i32(), row(w, p.columns)]
    return count(r, p.rows.get, 1, [
      at.set(i32.add(p.table.get, bytes(i32.mul(loadI32(p.index.get), p.columns.get)))),
      each.each(each.add(at, each.load(p.x))),
      step(p.x, bytes(p.columns.get)),
      step(p.index, i32.of(4)),
    ])
  },
)

/** out = Σ x². */
const sumSquares = define('sumSquares', { x: 'i32', out: 'i32', n: 'i32' }, (p, w) => {
  const [each, sum, x] = [row(w, p.n), w.v128(), w.v128()]
  return [
    sum.set(vec.of(0)),
    each.each([x.set(each.masked(each.load(p.x))), sum.set(vec.add(sum.get, vec.mul(x.get, x.get)))]),
    f32.store(p.out.get, across(sum, f32.add)),
  ]
})

export const rowKernels: readonly FunctionBody[] = [
  combine('add', vec.add, false, false),
  combine('addSplat', vec.add, true, false),
  combine('multiplyPairs', vec.mul, false, false),
  combine('multiplySplat', vec.mul, true, false),
  combine('multiplyPairsAdd', vec.mul, false, true),
  combine('multiplySplatAdd', vec.mul, true, true),
  reduce,
  sumRows,
  logSoftmax,
  logSoftmaxGradient,
  softmax,
  softmaxGradient,
  pick,
  pickGradient,
  normalise,
  normaliseGradient,
  gather,
  scatterAdd,
  sumSquares,
]
