/**
 * Two doubles or two 64-bit words at once, by hand: the SIMD instructions of the WebAssembly core specification 2.0
 * (https://www.w3.org/TR/wasm-core-2/#vector-instructions), as far as they are needed. See `compile-wasm`.
 */
import { type Code, f64, i32 } from './compile-wasm'

export const v128Type = 0x7b

/** Opcodes beyond 127 take two bytes. */
const opcode = (n: number): Code => (n < 128 ? [0xfd, n] : [0xfd, (n & 127) | 128, 1])
const binary =
  (n: number) =>
  (a: Code, b: Code): Code => [a, b, opcode(n)]
const memory = (n: number, offset: number): Code => [opcode(n), 3, offsetBytes(offset)]

/** Unsigned LEB128, of 28 bits. */
function offsetBytes(n: number): Code {
  const bytes: number[] = []
  for (; n > 127; n >>>= 7) bytes.push((n & 127) | 128)
  return [...bytes, n]
}

export const splat = (value: Code): Code => [value, opcode(0x14)]
export const both = (value: number): Code => splat(f64(value))
export const loadTwo = (offset: number, base: Code = i32(0)): Code => [base, memory(0x00, offset)]
export const storeTwo = (offset: number, value: Code, base: Code = i32(0)): Code => [base, value, memory(0x0b, offset)]
/** A double from memory into both lanes. */
export const loadBoth = (offset: number, base: Code): Code => [base, memory(0x0a, offset)]
/** A double from memory into one lane, the other being 0; then one into the upper lane. */
export const loadLower = (offset: number, base: Code): Code => [base, memory(0x5d, offset)]
export const loadUpper = (offset: number, base: Code, lower: Code): Code => [base, lower, memory(0x57, offset), 1]

export const f64x2 = {
  lt: binary(0x49),
  le: binary(0x4b),
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  div: binary(0xf3),
  /** The lesser, as of two ordered numbers. */
  min: binary(0xf6),
  lane: (a: Code, lane: number): Code => [a, opcode(0x21), lane],
}

export const i64x2 = {
  shl: (a: Code, by: number): Code => [a, i32(by), opcode(0xcb)],
  shrU: (a: Code, by: number): Code => [a, i32(by), opcode(0xcd)],
  add: binary(0xce),
  lane: (a: Code, lane: number): Code => [a, opcode(0x1d), lane],
  splat: (value: Code): Code => [value, opcode(0x12)],
  allTrue: (a: Code): Code => [a, opcode(0xc3)],
}

export const i32x4 = {
  lane: (a: Code, lane: number): Code => [a, opcode(0x1b), lane],
}

/** On bits; comparisons give all ones or all zeros in each lane. */
export const bits = {
  and: binary(0x4e),
  /** a, where b is not. */
  andNot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  ones: [opcode(0x0c), Array.from({ length: 16 }, () => 0xff)] as Code,
  any: (a: Code): Code => [a, opcode(0x53)],
}
