/**
 * Expressions of single-precision WebAssembly SIMD (the core specification 2.0, https://www.w3.org/TR/wasm-core-2/):
 * nested lists of bytes that `wasm-bytes` packs into a module. A vector is four floats.
 */
import { empty, type FunctionBody, op, signed, type, unsigned } from '../wasm-bytes'

/** Instructions that leave a value or none; they nest freely. */
export type Code = readonly (number | Code)[]
/** A local of the function that is being written. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
}

type Kind = 'i32' | 'f32' | 'v128'

export interface Writer {
  /** A fresh local. */
  i32(): Local
  f32(): Local
  v128(): Local
}

/** A function from its parameters, named with their types; the body may ask for locals. */
export function define<P extends Record<string, Kind>>(
  name: string,
  parameters: P,
  body: (at: { readonly [K in keyof P]: Local }, writer: Writer) => Code,
): FunctionBody {
  const names = Object.keys(parameters)
  const locals: number[] = []
  const local = (index: number): Local => ({
    get: [...op.get, ...unsigned(index)],
    set: (value) => [value, ...op.set, ...unsigned(index)],
  })
  const fresh = (kind: Kind) => () => local(names.length + locals.push(type[kind]) - 1)
  const at = Object.fromEntries(names.map((key, index) => [key, local(index)])) as Record<keyof P, Local>
  const code = body(at, { i32: fresh('i32'), f32: fresh('f32'), v128: fresh('v128') })
  return { name, parameters: names.map((key) => type[parameters[key]]), locals, code: flat(code) }
}

function flat(code: Code): number[] {
  const bytes: number[] = []
  const visit = (part: Code) => {
    for (const item of part) {
      if (typeof item === 'number') bytes.push(item)
      else visit(item)
    }
  }
  visit(code)
  return bytes
}

const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [a, opcode]
const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [a, b, opcode]
/** Opcodes of SIMD beyond 127 take two bytes. */
const simd = (n: number) => (n < 128 ? [0xfd, n] : [0xfd, (n & 127) | 128, 1])

export const i32 = {
  of: (n: number): Code => [...op.i32.const, ...signed(n)],
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  shl: (a: Code, by: number): Code => [a, ...op.i32.const, ...signed(by), 0x74],
  lt: binary(0x48),
  gt: binary(0x4a),
  xor: binary(0x73),
  or: binary(0x72),
  isZero: unary(0x45),
}

const bytesOfFloat = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)]

export const f32 = {
  of: (value: number): Code => [0x43, ...bytesOfFloat(value)],
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
  max: binary(0x97),
  sqrt: unary(0x91),
  load: (at: Code, offset = 0): Code => [at, 0x2a, 2, ...unsigned(offset)],
  store: (at: Code, value: Code, offset = 0): Code => [at, value, 0x38, 2, ...unsigned(offset)],
}

export const loadI32 = (at: Code, offset = 0): Code => [at, 0x28, 2, ...unsigned(offset)]

export const vec = {
  load: (at: Code, offset = 0): Code => [at, simd(0x00), 2, ...unsigned(offset)],
  /** One float from memory, four times. */
  loadSplat: (at: Code, offset = 0): Code => [at, simd(0x09), 2, ...unsigned(offset)],
  store: (at: Code, value: Code, offset = 0): Code => [at, value, simd(0x0b), 2, ...unsigned(offset)],
  splat: unary(...simd(0x13)),
  of: (value: number): Code => [simd(0x0c), ...[0, 1, 2, 3].flatMap(() => bytesOfFloat(value))],
  lane: (a: Code, lane: number): Code => [a, simd(0x1f), lane],
  lt: binary(...simd(0x43)),
  gt: binary(...simd(0x44)),
  abs: unary(...simd(0xe0)),
  neg: unary(...simd(0xe1)),
  sqrt: unary(...simd(0xe3)),
  nearest: unary(...simd(0x6a)),
  add: binary(...simd(0xe4)),
  sub: binary(...simd(0xe5)),
  mul: binary(...simd(0xe6)),
  div: binary(...simd(0xe7)),
  min: binary(...simd(0xe8)),
  max: binary(...simd(0xe9)),
  and: binary(...simd(0x4e)),
  xor: binary(...simd(0x51)),
  /** a where the mask has ones, else b. */
  pick: (mask: Code, a: Code, b: Code): Code => [a, b, mask, simd(0x52)],
}

/** On the same four lanes as whole numbers. */
export const lanes = {
  of: (value: number): Code => [...op.i32.const, ...signed(value), simd(0x11)],
  splat: unary(...simd(0x11)),
  list: (...values: number[]): Code => [
    simd(0x0c),
    ...values.flatMap((v) => [...new Uint8Array(Int32Array.of(v).buffer)]),
  ],
  add: binary(...simd(0xae)),
  sub: binary(...simd(0xb1)),
  gt: binary(...simd(0x3b)),
  and: binary(...simd(0x4e)),
  or: binary(...simd(0x50)),
  shl: (a: Code, by: number): Code => [a, ...op.i32.const, ...signed(by), simd(0xab)],
  shr: (a: Code, by: number): Code => [a, ...op.i32.const, ...signed(by), simd(0xac)],
  fromFloats: unary(...simd(0xf8)),
  toFloats: unary(...simd(0xfa)),
}

/** The sum, or the largest, of four lanes: pairs first. */
export function across(v: Local, by: (a: Code, b: Code) => Code): Code {
  return by(by(vec.lane(v.get, 0), vec.lane(v.get, 1)), by(vec.lane(v.get, 2), vec.lane(v.get, 3)))
}

export const when = (test: Code, then: Code, otherwise?: Code): Code => [
  test,
  0x04,
  empty,
  then,
  otherwise ? [0x05, otherwise] : [],
  ...op.end,
]

/** `body` while i < end, i growing by `step` from where it stands. */
export function during(i: Local, end: Code, step: number, body: Code): Code {
  const goesOn = i32.lt(i.get, end)
  return when(goesOn, [
    ...op.loop,
    empty,
    body,
    i.set(i32.add(i.get, i32.of(step))),
    goesOn,
    ...op.branchIf,
    0,
    ...op.end,
  ])
}

/** i = 0, step, 2 step … while below `end`. */
export const count = (i: Local, end: Code, step: number, body: Code): Code => [
  i.set(i32.of(0)),
  during(i, end, step, body),
]

/** Lanes of a vector that begins at element i and lie before `end`. */
export const before = (i: Code, end: Code): Code => lanes.gt(lanes.splat(i32.sub(end, i)), lanes.list(0, 1, 2, 3))
