/**
 * WebAssembly by hand: instructions as nested lists of bytes, and the sections of a module round them.
 * See the binary format in the WebAssembly core specification 1.0 (https://www.w3.org/TR/wasm-core-1/#binary-format).
 */

/** Instructions that leave a value or none; nest freely, `encode` flattens. */
export type Code = readonly (number | Code)[]

export const i32Type = 0x7f
export const i64Type = 0x7e
export const f64Type = 0x7c

/** Unsigned LEB128. */
function unsigned(n: number): number[] {
  const bytes: number[] = []
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128)
  bytes.push(n)
  return bytes
}

/** Signed LEB128 of a 32-bit number. */
function signed(n: number): number[] {
  const bytes: number[] = []
  for (;;) {
    const byte = n & 127
    n >>= 7
    if (n === (byte & 64 ? -1 : 0)) return [...bytes, byte]
    bytes.push(byte | 128)
  }
}

const scratch = new DataView(new ArrayBuffer(8))

export const i32 = (n: number): Code => [0x41, ...signed(n)]
/** A 64-bit constant; small numbers only. */
export const i64 = (n: number): Code => [0x42, ...signed(n)]

export function f64(value: number): Code {
  scratch.setFloat64(0, value, true)
  return [0x44, ...Array.from({ length: 8 }, (_, i) => scratch.getUint8(i))]
}

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [a, b, opcode]
const unary =
  (opcode: number) =>
  (a: Code): Code => [a, opcode]

export const f64Op = {
  eq: binary(0x61),
  ne: binary(0x62),
  lt: binary(0x63),
  gt: binary(0x64),
  le: binary(0x65),
  ge: binary(0x66),
  abs: unary(0x99),
  neg: unary(0x9a),
  floor: unary(0x9c),
  sqrt: unary(0x9f),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  min: binary(0xa4),
  max: binary(0xa5),
  fromI32: unary(0xb7),
  fromI64: unary(0xb9),
}

export const i32Op = {
  not: unary(0x45),
  eq: binary(0x46),
  ltU: binary(0x49),
  geS: binary(0x4e),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  shl: binary(0x74),
  shrU: binary(0x76),
  fromI64: unary(0xa7),
  /** Rounds towards zero and saturates, so that it never traps. */
  fromF64: (a: Code): Code => [a, 0xfc, 0x02],
}

export const i64Op = {
  add: binary(0x7c),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrU: binary(0x88),
  rotl: binary(0x89),
  sub: binary(0x7d),
  /** Rounds towards zero and saturates. */
  fromF64: (a: Code): Code => [a, 0xfc, 0x06],
  /** The bits of a double, and back. */
  ofF64: unary(0xbd),
  toF64: unary(0xbf),
}

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [value, 0x21, ...unsigned(local)]

/** Loads and stores at `base + offset` bytes; aligned to their size. */
const access = (opcode: number, align: number, offset: number): Code => [opcode, align, ...unsigned(offset)]
export const load = (offset: number, base: Code = i32(0)): Code => [base, access(0x2b, 3, offset)]
export const store = (offset: number, value: Code, base: Code = i32(0)): Code => [base, value, access(0x39, 3, offset)]
export const loadI32 = (offset: number, base: Code = i32(0)): Code => [base, access(0x28, 2, offset)]
export const storeI32 = (offset: number, value: Code, base: Code = i32(0)): Code => [
  base,
  value,
  access(0x36, 2, offset),
]
export const loadByte = (offset: number, base: Code = i32(0)): Code => [base, access(0x2d, 0, offset)]
export const storeByte = (offset: number, value: Code, base: Code = i32(0)): Code => [
  base,
  value,
  access(0x3a, 0, offset),
]
export const loadI64 = (offset: number, base: Code = i32(0)): Code => [base, access(0x29, 3, offset)]
export const storeI64 = (offset: number, value: Code, base: Code = i32(0)): Code => [
  base,
  value,
  access(0x37, 3, offset),
]

export const select = (test: Code, yes: Code, no: Code): Code => [yes, no, test, 0x1b]
/** Branch targets are counted outwards: 0 is the innermost block or loop. */
export const branch = (depth: number): Code => [0x0c, ...unsigned(depth)]
export const branchIf = (test: Code, depth: number): Code => [test, 0x0d, ...unsigned(depth)]
/** To the target at this place of the list, or to the last one where there is none. */
export const branchTable = (index: Code, depths: readonly number[]): Code => [
  index,
  0x0e,
  ...unsigned(depths.length - 1),
  depths.map(unsigned),
]
export const block = (...body: Code[]): Code => [0x02, 0x40, body, 0x0b]
export const loop = (...body: Code[]): Code => [0x03, 0x40, body, 0x0b]
export const when = (test: Code, yes: Code, no?: Code): Code => [test, 0x04, 0x40, yes, no ? [0x05, no] : [], 0x0b]
/** A conditional with a value: only the branch taken is evaluated. */
export const choose = (test: Code, yes: Code, no: Code): Code => [test, 0x04, f64Type, yes, 0x05, no, 0x0b]
export const call = (index: number, ...args: Code[]): Code => [args, 0x10, ...unsigned(index)]

interface Signature {
  readonly parameters: readonly number[]
  readonly results: readonly number[]
}

export interface Import extends Signature {
  readonly name: string
}

export interface Func extends Signature {
  readonly name: string
  /** Types of the locals beyond the parameters, in runs. */
  readonly locals: readonly { readonly count: number; readonly type: number }[]
  readonly body: Code
}

/** Bytes of a module: imports of `env`, among them its memory; every function is exported. Imports are numbered first. */
export function encode(imports: readonly Import[], functions: readonly Func[]): Uint8Array<ArrayBuffer> {
  const type = ({ parameters, results }: Signature): Code => [0x60, list(parameters), list(results)]
  const env = name('env')
  const importSection = [
    [env, name('memory'), 0x02, 0x00, 0x01],
    ...imports.map((one, i) => [env, name(one.name), 0x00, ...unsigned(i)]),
  ]
  const at = (i: number) => unsigned(imports.length + i)
  return Uint8Array.from(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, [...imports, ...functions].map(type)),
      section(2, importSection),
      section(
        3,
        functions.map((_, i) => at(i)),
      ),
      section(
        7,
        functions.map((one, i) => [name(one.name), 0x00, at(i)]),
      ),
      section(
        10,
        functions.map(({ locals, body }) => sized([vector(locals.map(run)), body, 0x0b])),
      ),
    ]),
  )
}

const run = ({ count, type }: { count: number; type: number }): Code => [...unsigned(count), type]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items]
const list = (bytes: readonly number[]): Code => [...unsigned(bytes.length), ...bytes]
const name = (text: string): Code => list(Array.from(text, (c) => c.charCodeAt(0)))

function sized(code: Code): number[] {
  const bytes = flatten(code)
  return unsigned(bytes.length).concat(bytes)
}

function section(id: number, items: readonly Code[]): Code {
  return [id, sized(vector(items))]
}

function flatten(code: Code): number[] {
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
