/** The loops of alternating directions, in WebAssembly SIMD and, the same operations on each number, in TypeScript. */
import { simd } from './diagonal-kernel'
import { empty, type FunctionBody, moduleBytes, op, signed, type, unsigned } from './wasm-bytes'

/** Added everywhere, so that far tails do not become denormal numbers, which are an order of magnitude slower. */
const floor = 1e-60

/** Addresses, in doubles, of what belongs to one axis: rates, and the factors of 1 − θA; each with zeros around it. */
export interface LineAddresses {
  readonly up: number
  readonly down: number
  /** θ · up. */
  readonly lift: number
  readonly pivot: number
  readonly shift: number
}

/** Loops over all numbers of a rectangle; `a` is how far a step along the axis is in memory. All arguments: addresses. */
export interface Loops {
  /** pivot = 1/(1 + θ(up + down) − lift[−a] shift[−a]), shift = θ down[+a] pivot, lift = θ up. */
  factor(axis: 0 | 1, lines: LineAddresses, theta: number): void
  /** out = law + share · flow + a floor. */
  blend(law: number, flow: number, out: number, share: number): void
  /** out = (rhs + lift[−a] out[−a]) pivot. */
  forward(axis: 0 | 1, lines: LineAddresses, rhs: number, out: number): void
  /** x += shift x[+a], from the end; then rhs = x + share (x − rhs) + a floor. */
  backReflecting(axis: 0 | 1, lines: LineAddresses, x: number, rhs: number, share: number): void
  /** x += shift x[+a], from the end; then flow = (x − rhs) by. */
  backFlowing(axis: 0 | 1, lines: LineAddresses, x: number, rhs: number, flow: number, by: number): void
  /** The rectangle with its axes exchanged; `axis` is the one that is outermost in `from`. */
  turn(axis: 0 | 1, from: number, to: number): void
}

/** Sides must be even for WebAssembly. `margin`: zeros around each array, at least the longer side. */
export interface Shape {
  readonly rows: number
  readonly columns: number
  readonly margin: number
  /** Doubles in all. */
  readonly numbers: number
}

/** The loops and their memory; in WebAssembly where the host has it, and the shape allows it. */
export function loops(shape: Shape, plain: boolean): { numbers: Float64Array; loops: Loops } {
  const { rows, columns, numbers: length } = shape
  if (plain || rows % 2 || columns % 2 || rows * columns < 4 || !simd()) {
    const numbers = new Float64Array(length)
    return { numbers, loops: plainLoops(shape, numbers) }
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil((length * 8) / 65536) })
  return { numbers: new Float64Array(memory.buffer, 0, length), loops: compiled(shape, memory) }
}

/** A step along axis 0 skips a row, one along axis 1 of the turned rectangle a column's length. */
function stridesOf({ rows, columns }: Pick<Shape, 'rows' | 'columns'>): readonly [number, number] {
  return [columns, rows]
}

function plainLoops(shape: Shape, x: Float64Array): Loops {
  const size = shape.rows * shape.columns
  const stride = stridesOf(shape)
  return {
    factor(axis, { up, down, lift, pivot, shift }, theta) {
      const a = stride[axis]
      for (let k = 0; k < size; k++) {
        const before = x[lift + k - a] * x[shift + k - a]
        x[pivot + k] = 1 / (1 + theta * (x[up + k] + x[down + k]) - before)
        x[shift + k] = theta * x[down + k + a] * x[pivot + k]
        x[lift + k] = theta * x[up + k]
      }
    },
    blend(law, flow, out, share) {
      for (let k = 0; k < size; k++) x[out + k] = x[law + k] + share * x[flow + k] + floor
    },
    forward(axis, { lift, pivot }, rhs, out) {
      const a = stride[axis]
      for (let k = 0; k < size; k++) x[out + k] = (x[rhs + k] + x[lift + k - a] * x[out + k - a]) * x[pivot + k]
    },
    backReflecting(axis, { shift }, at, rhs, share) {
      const a = stride[axis]
      for (let k = size - 1; k >= 0; k--) {
        const value = x[at + k] + x[shift + k] * x[at + k + a]
        x[at + k] = value
        x[rhs + k] = value + share * (value - x[rhs + k]) + floor
      }
    },
    backFlowing(axis, { shift }, at, rhs, flow, by) {
      const a = stride[axis]
      for (let k = size - 1; k >= 0; k--) {
        const value = x[at + k] + x[shift + k] * x[at + k + a]
        x[at + k] = value
        x[flow + k] = (value - x[rhs + k]) * by
      }
    },
    turn(axis, from, to) {
      const [rows, columns] = [stride[1 - axis], stride[axis]]
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) x[to + j * rows + i] = x[from + i * columns + j]
      }
    },
  }
}

/** One module for all shapes: what is hot stays optimised however often a rectangle is made anew. */
let module: WebAssembly.Module | undefined

function compiled({ rows, columns }: Shape, memory: WebAssembly.Memory): Loops {
  const stride = stridesOf({ rows, columns })
  module ??= new WebAssembly.Module(
    moduleBytes([blend(), factor(), forward(), back('reflect', true), back('flow', false), turn()]),
  )
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  const call = exports as Record<string, (...numbers: number[]) => void>
  const pairs = (rows * columns) / 2
  const low = (address: number) => address * 8
  // Backward loops begin at the last pair.
  const end = (address: number) => low(address) + (pairs - 1) * 16
  return {
    factor(axis, { up, down, lift, pivot, shift }, theta) {
      const a = stride[axis]
      call.factor(pairs, ...[up, down, down + a, lift, lift - a, pivot, shift, shift - a].map(low), theta, 1)
    },
    blend: (law, flow, out, share) => call.blend(pairs, law * 8, flow * 8, out * 8, share, floor),
    forward(axis, { lift, pivot }, rhs, out) {
      const a = stride[axis]
      call.forward(pairs, low(rhs), low(lift - a), low(pivot), low(out), low(out - a))
    },
    backReflecting(axis, { shift }, x, rhs, share) {
      call.reflect(pairs, end(x), end(x + stride[axis]), end(shift), end(rhs), end(rhs), share, floor)
    },
    backFlowing(axis, { shift }, x, rhs, flow, by) {
      call.flow(pairs, end(x), end(x + stride[axis]), end(shift), end(rhs), end(flow), by, floor)
    },
    turn: (axis, from, to) => call.turn(from * 8, to * 8, 8 * stride[1 - axis], 8 * stride[axis]),
  }
}

const get = (local: number) => [...op.get, ...unsigned(local)]
const set = (local: number) => [...op.set, ...unsigned(local)]
const move = (local: number, by: number) => [
  ...get(local),
  ...op.i32.const,
  ...signed(by),
  ...op.i32.add,
  ...set(local),
]

/**
 * A loop over pairs of numbers: `pointers` addresses after the count, then `scalars` numbers, which are splat into
 * vectors. What is read at two places has two pointers. `code` gets readers of them and writes one pair.
 */
function pairLoop(
  name: string,
  pointers: number,
  scalars: number,
  step: number,
  code: (parts: {
    load(pointer: number): number[]
    /** Address first, then the value, then `store`. */
    address(pointer: number): number[]
    store: number[]
    scalar(k: number): number[]
    /** A vector to keep a value in. */
    kept: number
  }) => number[],
): FunctionBody {
  const count = 0
  const vectors = 1 + pointers + scalars
  const kept = vectors + scalars
  const body = code({
    load: (pointer) => [...get(1 + pointer), ...op.v128.load, 3, 0],
    address: (pointer) => get(1 + pointer),
    store: [...op.v128.store, 3, 0],
    scalar: (k) => get(vectors + k),
    kept,
  })
  return {
    name,
    parameters: [type.i32, ...new Array(pointers).fill(type.i32), ...new Array(scalars).fill(type.f64)],
    locals: new Array(scalars + 1).fill(type.v128),
    code: [
      ...Array.from({ length: scalars }, (_, k) => [
        ...get(1 + pointers + k),
        ...op.f64x2.splat,
        ...set(vectors + k),
      ]).flat(),
      ...op.loop,
      empty,
      ...body,
      ...Array.from({ length: pointers }, (_, k) => move(1 + k, step)).flat(),
      ...move(count, -1),
      ...get(count),
      ...op.branchIf,
      0,
      ...op.end,
    ],
  }
}

function blend(): FunctionBody {
  return pairLoop('blend', 3, 2, 16, ({ load, address, store, scalar }) => [
    ...address(2),
    ...load(0),
    ...scalar(0),
    ...load(1),
    ...op.f64x2.mul,
    ...op.f64x2.add,
    ...scalar(1),
    ...op.f64x2.add,
    ...store,
  ])
}

/** Pointers: up, down, down further on, lift, lift before, pivot, shift, shift before; scalars: θ, 1. */
function factor(): FunctionBody {
  return pairLoop('factor', 8, 2, 16, ({ load, address, store, scalar, kept }) => [
    ...scalar(1),
    ...scalar(1),
    ...scalar(0),
    ...load(0),
    ...load(1),
    ...op.f64x2.add,
    ...op.f64x2.mul,
    ...op.f64x2.add,
    ...load(4),
    ...load(7),
    ...op.f64x2.mul,
    ...op.f64x2.sub,
    ...op.f64x2.div,
    ...set(kept),
    ...address(5),
    ...get(kept),
    ...store,
    ...address(6),
    ...scalar(0),
    ...load(2),
    ...op.f64x2.mul,
    ...get(kept),
    ...op.f64x2.mul,
    ...store,
    ...address(3),
    ...scalar(0),
    ...load(0),
    ...op.f64x2.mul,
    ...store,
  ])
}

/** Pointers: rhs, lift before, pivot, out, out before. */
function forward(): FunctionBody {
  return pairLoop('forward', 5, 0, 16, ({ load, address, store }) => [
    ...address(3),
    ...load(0),
    ...load(1),
    ...load(4),
    ...op.f64x2.mul,
    ...op.f64x2.add,
    ...load(2),
    ...op.f64x2.mul,
    ...store,
  ])
}

/** Pointers: x, x further on, shift, rhs, what is written; scalars: share or factor, floor. */
function back(name: string, reflects: boolean): FunctionBody {
  return pairLoop(name, 5, 2, -16, ({ load, address, store, scalar, kept }) => [
    ...load(0),
    ...load(2),
    ...load(1),
    ...op.f64x2.mul,
    ...op.f64x2.add,
    ...set(kept),
    ...address(0),
    ...get(kept),
    ...store,
    ...address(4),
    ...(reflects ? [...get(kept), ...scalar(0)] : []),
    ...get(kept),
    ...load(3),
    ...op.f64x2.sub,
    ...(reflects ? [...op.f64x2.mul, ...op.f64x2.add, ...scalar(1), ...op.f64x2.add] : [...scalar(0), ...op.f64x2.mul]),
    ...store,
  ])
}

/** Bytes of a pair made of the first, or of the second, numbers of two pairs. */
const firsts = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
const seconds = firsts.map((byte) => byte + 8)

/** Arguments: from, to, bytes of a column and of a row of `from`: [row][column] into [column][row], by squares of two. */
function turn(): FunctionBody {
  const [from, to, tall, wide, i, j, a, b] = [0, 1, 2, 3, 4, 5, 6, 7]
  const shifted = (local: number, by: number[]) => [...get(local), ...by, ...op.i32.add, ...set(local)]
  const load = (at: readonly number[]) => [...get(from), ...at, ...op.v128.load, 3, 0]
  const store = (at: readonly number[], bytes: readonly number[]) => [
    ...get(to),
    ...at,
    ...get(a),
    ...get(b),
    ...op.shuffle,
    ...bytes,
    ...op.v128.store,
    3,
    0,
  ]
  /** By two numbers, 16 bytes, from the length of a side down. */
  const loop = (counter: number, side: number, code: readonly number[]) => [
    ...get(side),
    ...set(counter),
    ...op.loop,
    empty,
    ...code,
    ...move(counter, -16),
    ...get(counter),
    ...op.branchIf,
    0,
    ...op.end,
  ]
  const square = [
    ...load([]),
    ...set(a),
    ...load([...get(wide), ...op.i32.add]),
    ...set(b),
    ...store([], firsts),
    ...store([...get(tall), ...op.i32.add], seconds),
    ...move(from, 16),
    ...shifted(to, get(tall)),
    ...shifted(to, get(tall)),
  ]
  const begin = 8
  return {
    name: 'turn',
    parameters: [type.i32, type.i32, type.i32, type.i32],
    locals: [type.i32, type.i32, type.v128, type.v128, type.i32],
    code: [
      ...get(to),
      ...set(begin),
      ...loop(i, tall, [
        ...loop(j, wide, square),
        ...shifted(from, get(wide)),
        ...move(begin, 16),
        ...get(begin),
        ...set(to),
      ]),
    ],
  }
}
