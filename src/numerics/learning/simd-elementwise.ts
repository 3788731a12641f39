/** Kernels over whole arrays, four numbers at a time: functions with their gradients, and Adam. Arrays are padded to vectors. */
import type { FunctionBody } from '../wasm-bytes'
import { type Code, count, define, i32, type Local, vec, type Writer } from './assemble'
import { type Functions, functions } from './simd-functions'

/** A function of one variable: its value at x, and its slope from x and the value y. Each may use scratch locals. */
interface Curve {
  value(x: Local, f: Functions, scratch: Local): Code
  slope(x: Local, y: Local, f: Functions, scratch: Local): Code
}

const one = vec.of(1)
/** 1 / (1 + e^−x). */
const logistic = (x: Code, f: Functions) => vec.div(one, vec.add(one, f.exp(vec.neg(x))))
/** tanh x = sign x · (1 − e)/(1 + e), e = e^(−2|x|). */
const tanh = (x: Local, f: Functions, scratch: Local): Code => [
  scratch.set(f.exp(vec.mul(vec.abs(x.get), vec.of(-2)))),
  vec.xor(vec.div(vec.sub(one, scratch.get), vec.add(one, scratch.get)), vec.and(x.get, vec.of(-0))),
]
/** The logistic function's argument that makes x · logistic the tanh form of GELU: 2√(2/π)(x + 0.044715 x³). */
const [geluSlope, geluCubic] = [2 * Math.sqrt(2 / Math.PI), 0.044715]
const geluArgument = (x: Code) =>
  vec.mul(vec.mul(x, vec.of(geluSlope)), vec.add(one, vec.mul(vec.mul(x, x), vec.of(geluCubic))))

export const curves = {
  sigmoid: {
    value: (x, f) => logistic(x.get, f),
    slope: (_, y) => vec.mul(y.get, vec.sub(one, y.get)),
  },
  tanh: {
    value: tanh,
    slope: (_, y) => vec.sub(one, vec.mul(y.get, y.get)),
  },
  relu: {
    value: (x) => vec.max(x.get, vec.of(0)),
    slope: (x) => vec.and(vec.gt(x.get, vec.of(0)), one),
  },
  gelu: {
    value: (x, f) => vec.mul(x.get, logistic(geluArgument(x.get), f)),
    // s + x s (1 − s) · d argument / dx
    slope: (x, _, f, s) => [
      s.set(logistic(geluArgument(x.get), f)),
      vec.mul(
        s.get,
        vec.add(
          one,
          vec.mul(
            vec.mul(x.get, vec.sub(one, s.get)),
            vec.mul(vec.of(geluSlope), vec.add(one, vec.mul(vec.mul(x.get, x.get), vec.of(3 * geluCubic)))),
          ),
        ),
      ),
    ],
  },
  // ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|)
  softplus: {
    value: (x, f) => [vec.add(vec.max(x.get, vec.of(0)), f.log(vec.add(one, f.exp(vec.neg(vec.abs(x.get))))))],
    slope: (x, _, f) => logistic(x.get, f),
  },
  exp: { value: (x, f) => f.exp(x.get), slope: (_, y) => y.get },
  log: { value: (x, f) => f.log(x.get), slope: (x) => vec.div(one, x.get) },
  square: { value: (x) => vec.mul(x.get, x.get), slope: (x) => vec.add(x.get, x.get) },
  sqrt: { value: (x) => vec.sqrt(x.get), slope: (_, y) => vec.div(vec.of(0.5), y.get) },
  reciprocal: {
    value: (x) => vec.div(one, x.get),
    slope: (_, y) => vec.neg(vec.mul(y.get, y.get)),
  },
} satisfies Record<string, Curve>

export type CurveName = keyof typeof curves

/** Vectors at the same place of several arrays. */
function zip(w: Writer, n: Local) {
  const i = w.i32()
  const at = (base: Local) => i32.add(base.get, i32.shl(i.get, 2))
  return {
    each: (body: Code) => count(i, n.get, 4, body),
    load: (base: Local) => vec.load(at(base)),
    store: (base: Local, value: Code) => vec.store(at(base), value),
  }
}

const forward = (name: string, curve: Curve) =>
  define(name, { x: 'i32', y: 'i32', n: 'i32' }, (p, w) => {
    const [each, f, x, scratch, y] = [zip(w, p.n), functions(w), w.v128(), w.v128(), w.v128()]
    return each.each([x.set(each.load(p.x)), y.set(curve.value(x, f, scratch)), each.store(p.y, y.get)])
  })

const backward = (name: string, curve: Curve) =>
  define(`${name}Gradient`, { x: 'i32', y: 'i32', dy: 'i32', dx: 'i32', n: 'i32' }, (p, w) => {
    const [each, f, x, y, scratch, slope] = [zip(w, p.n), functions(w), w.v128(), w.v128(), w.v128(), w.v128()]
    return each.each([
      x.set(each.load(p.x)),
      y.set(each.load(p.y)),
      slope.set(curve.slope(x, y, f, scratch)),
      each.store(p.dx, vec.add(each.load(p.dx), vec.mul(each.load(p.dy), slope.get))),
    ])
  })

/** y = scale · x + shift. */
const affine = define('affine', { x: 'i32', y: 'i32', n: 'i32', scale: 'f32', shift: 'f32' }, (p, w) => {
  const each = zip(w, p.n)
  const scaled = vec.mul(each.load(p.x), vec.splat(p.scale.get))
  return each.each(each.store(p.y, vec.add(scaled, vec.splat(p.shift.get))))
})

/** y += scale · x. */
const addScaled = define('addScaled', { x: 'i32', y: 'i32', n: 'i32', scale: 'f32' }, (p, w) => {
  const each = zip(w, p.n)
  return each.each(each.store(p.y, vec.add(each.load(p.y), vec.mul(each.load(p.x), vec.splat(p.scale.get)))))
})

/**
 * Adam with decoupled decay (Kingma & Ba, arXiv 1412.6980; Loshchilov & Hutter, arXiv 1711.05101). g is scaled first;
 * restN is 1 − betaN;
 * `rateNow` and `spread` hold the corrections of the two moments for their start from 0.
 */
const adam = define(
  'adam',
  {
    weights: 'i32',
    g: 'i32',
    m: 'i32',
    v: 'i32',
    n: 'i32',
    scale: 'f32',
    beta1: 'f32',
    rest1: 'f32',
    beta2: 'f32',
    rest2: 'f32',
    rateNow: 'f32',
    spread: 'f32',
    epsilon: 'f32',
    decay: 'f32',
  },
  (p, w) => {
    const [each, g, m, v, x] = [zip(w, p.n), w.v128(), w.v128(), w.v128(), w.v128()]
    const all = (number: Local) => vec.splat(number.get)
    return each.each([
      g.set(vec.mul(each.load(p.g), all(p.scale))),
      m.set(vec.add(vec.mul(each.load(p.m), all(p.beta1)), vec.mul(g.get, all(p.rest1)))),
      v.set(vec.add(vec.mul(each.load(p.v), all(p.beta2)), vec.mul(vec.mul(g.get, g.get), all(p.rest2)))),
      each.store(p.m, m.get),
      each.store(p.v, v.get),
      x.set(each.load(p.weights)),
      x.set(vec.sub(x.get, vec.mul(x.get, all(p.decay)))),
      each.store(
        p.weights,
        vec.sub(
          x.get,
          vec.div(vec.mul(m.get, all(p.rateNow)), vec.add(vec.mul(vec.sqrt(v.get), all(p.spread)), all(p.epsilon))),
        ),
      ),
    ])
  },
)

export const elementwiseKernels: readonly FunctionBody[] = [
  ...Object.entries(curves).flatMap(([name, curve]) => [forward(name, curve), backward(name, curve)]),
  affine,
  addScaled,
  adam,
]
