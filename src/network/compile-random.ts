/** The WebAssembly twin of `numerics/rng`: fills memory with pairs (uniform, exponential), the same bits. */
import { zigguratEnd, zigguratHeights, zigguratWidths } from '../numerics/rng'
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
  i32Type,
  i64,
  i64Op,
  i64Type,
  load,
  loadI64,
  loop,
  set,
  store,
  storeI64,
  when,
} from './compile-wasm'

/** Where the filler's memory lies, in bytes. */
export interface RandomLayout {
  /** State of the generator: 32 bytes, as in `Stream.words`. */
  readonly state: number
  /** 257 widths, then 257 heights of the ziggurat. */
  readonly ziggurat: number
}

export const zigguratBytes = 2 * 257 * 8

/** Write the ziggurat's tables, once for each memory. */
export function writeZiggurat(buffer: ArrayBuffer, layout: RandomLayout): void {
  new Float64Array(buffer, layout.ziggurat, 257).set(zigguratWidths)
  new Float64Array(buffer, layout.ziggurat + 257 * 8, 257).set(zigguratHeights)
}

/** The locals that a generator works on: its state, a word and three doubles, and an index. */
interface Locals {
  readonly state: readonly [number, number, number, number]
  readonly z: number
  readonly x: number
  readonly beyond: number
  /** The height that is tried in a layer. */
  readonly y: number
  readonly layer: number
}

/** One generator, as code: a next word in `z`, the uniform it amounts to, and an exponential in `beyond` + `x`. */
function generator(layout: RandomLayout, expImport: number, { state, z, x, beyond, y, layer }: Locals) {
  const [s0, s1, s2, s3] = state
  const xor = (target: number, other: number) => set(target, i64Op.xor(get(target), get(other)))
  // xoshiro256++; the output is computed before the state moves, and s1 << 17 waits in `z`'s place on the stack
  const next: Code = [
    set(z, i64Op.add(i64Op.rotl(i64Op.add(get(s0), get(s3)), i64(23)), get(s0))),
    i64Op.shl(get(s1), i64(17)),
    xor(s2, s0),
    xor(s3, s1),
    xor(s1, s2),
    xor(s0, s3),
    [get(s2), 0x85, 0x21, s2],
    set(s3, i64Op.rotl(get(s3), i64(45))),
  ]
  const unit = f64Op.mul(f64Op.fromI64(i64Op.or(i64Op.shrU(get(z), i64(11)), i64(1))), f64(2 ** -53))
  const row = i32Op.shl(get(layer), i32(3))
  const width = (shift: number) => load(layout.ziggurat + 8 * shift, row)
  const height = (shift: number) => load(layout.ziggurat + 257 * 8 + 8 * shift, row)
  // Continues its loop unless x is accepted. e^−x is convex: above its tangent where the layer ends, below its chord across
  // the layer. What lies clearly below the one or above the other needs no exponential; roundings are far below 1e-9.
  const fall = f64Op.sub(width(0), get(x))
  const belowTangent = f64Op.lt(get(y), f64Op.mul(f64Op.mul(height(0), f64Op.add(f64(1), fall)), f64(1 - 1e-9)))
  const outsideLayer: Code = when(
    i32Op.not(get(layer)),
    [set(beyond, f64Op.add(get(beyond), f64(zigguratEnd))), branch(2)],
    [
      next,
      set(y, unit),
      branchIf(f64Op.gt(f64Op.mul(f64Op.sub(get(y), f64(1e-9)), f64Op.sub(width(0), width(1))), fall), 2),
      set(y, f64Op.add(height(0), f64Op.mul(get(y), f64Op.sub(height(1), height(0))))),
      branchIf(belowTangent, 0),
      branchIf(i32Op.not(f64Op.lt(get(y), call(expImport, f64Op.neg(get(x))))), 2),
    ],
  )
  const exponential: Code = [
    set(beyond, f64(0)),
    loop(
      next,
      set(layer, i32Op.and(i32Op.fromI64(get(z)), i32(255))),
      set(x, f64Op.mul(unit, width(0))),
      when(i32Op.not(f64Op.lt(get(x), width(1))), outsideLayer),
    ),
  ]
  return { next, unit, exponential }
}

/** `fill(from, to)`: writes pairs of doubles (u, e) at the byte addresses from `from` up to `to`, at least one. */
export function fillFunction(layout: RandomLayout, expImport: number): Func {
  const [at, to, layer] = [0, 1, 2]
  const state = [3, 4, 5, 6] as const
  const [z, u, x, beyond, y] = [7, 8, 9, 10, 11]
  const { next, unit, exponential } = generator(layout, expImport, { state, z, x, beyond, y, layer })
  const body: Code = [
    state.map((local, i) => set(local, loadI64(layout.state + 8 * i))),
    loop(
      next,
      set(u, unit),
      exponential,
      store(0, get(u), get(at)),
      store(8, f64Op.add(get(beyond), get(x)), get(at)),
      set(at, i32Op.add(get(at), i32(16))),
      branchIf(i32Op.ltU(get(at), get(to)), 0),
    ),
    state.map((local, i) => storeI64(layout.state + 8 * i, get(local))),
  ]
  return {
    name: 'fill',
    parameters: [i32Type, i32Type],
    results: [],
    locals: [
      { count: 1, type: i32Type },
      { count: 5, type: i64Type },
      { count: 4, type: f64Type },
    ],
    body,
  }
}

/** `exponential(state): f64`, of the generator whose four words lie `stride` bytes apart from the address `state` on. */
export function exponentialFunction(layout: RandomLayout, stride: number, expImport: number): Func {
  const [at, layer] = [0, 1]
  const state = [2, 3, 4, 5] as const
  const [z, x, beyond, y] = [6, 7, 8, 9]
  const { exponential } = generator(layout, expImport, { state, z, x, beyond, y, layer })
  return {
    name: 'exponential',
    parameters: [i32Type],
    results: [f64Type],
    locals: [
      { count: 1, type: i32Type },
      { count: 5, type: i64Type },
      { count: 3, type: f64Type },
    ],
    body: [
      state.map((local, i) => set(local, loadI64(stride * i, get(at)))),
      exponential,
      state.map((local, i) => storeI64(stride * i, get(local), get(at))),
      f64Op.add(get(beyond), get(x)),
    ],
  }
}

/** `uniform(state): f64`, of the generator whose four words lie one after another from the address `state` on. */
export function uniformFunction(layout: RandomLayout): Func {
  const at = 0
  const state = [1, 2, 3, 4] as const
  const z = 5
  // What only exponentials need is not used.
  const { next, unit } = generator(layout, 0, { state, z, x: z, beyond: z, y: z, layer: z })
  return {
    name: 'uniform',
    parameters: [i32Type],
    results: [f64Type],
    locals: [{ count: 5, type: i64Type }],
    body: [
      state.map((local, i) => set(local, loadI64(8 * i, get(at)))),
      next,
      state.map((local, i) => storeI64(8 * i, get(local), get(at))),
      unit,
    ],
  }
}

/**
 * `normal(state): f64`, of the generator at `state`: the normal ziggurat of `numerics/variates`, whose widths and then
 * heights lie at `tables`. What is outside a layer is left to the functions at these indices.
 */
export function normalFunction(
  tables: number,
  end: number,
  others: { readonly uniform: number; readonly exponential: number; readonly exp: number },
): Func {
  const [at, layer] = [0, 1]
  const state = [2, 3, 4, 5] as const
  const z = 6
  const [x, bottom, sign] = [7, 8, 9]
  const { next, unit } = generator({ state: 0, ziggurat: 0 }, 0, { state, z, x, beyond: x, y: bottom, layer })
  const row = i32Op.shl(get(layer), i32(3))
  const width = (shift: number) => load(tables + 8 * shift, row)
  const height = (shift: number) => load(tables + 257 * 8 + 8 * shift, row)
  const give = (value: Code): Code => [f64Op.mul(get(sign), value), 0x0f]
  const draw = (index: number) => call(index, get(at))
  const tail: Code = loop(
    set(bottom, f64Op.div(draw(others.exponential), f64(end))),
    when(
      f64Op.ge(f64Op.mul(f64(2), draw(others.exponential)), f64Op.mul(get(bottom), get(bottom))),
      give(f64Op.add(f64(end), get(bottom))),
    ),
    branch(0),
  )
  const height0 = f64Op.add(get(bottom), f64Op.mul(draw(others.uniform), f64Op.sub(height(1), get(bottom))))
  const wedge: Code = [
    set(bottom, height(0)),
    when(f64Op.lt(height0, call(others.exp, f64Op.mul(f64Op.mul(f64(-0.5), get(x)), get(x)))), give(get(x))),
  ]
  return {
    name: 'normal',
    parameters: [i32Type],
    results: [f64Type],
    locals: [
      { count: 1, type: i32Type },
      { count: 5, type: i64Type },
      { count: 3, type: f64Type },
    ],
    body: [
      loop(
        state.map((local, i) => set(local, loadI64(8 * i, get(at)))),
        next,
        state.map((local, i) => storeI64(8 * i, get(local), get(at))),
        set(layer, i32Op.and(i32Op.fromI64(get(z)), i32(255))),
        set(sign, f64Op.fromI32(i32Op.sub(i32(1), i32Op.shrU(i32Op.and(i32Op.fromI64(get(z)), i32(256)), i32(7))))),
        set(x, f64Op.mul(unit, width(0))),
        when(f64Op.lt(get(x), width(1)), give(get(x))),
        when(i32Op.not(get(layer)), tail, wedge),
        branch(0),
      ),
      0x00,
    ],
  }
}
