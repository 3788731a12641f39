/**
 * Random streams. Stream i of a seed is xoshiro256++ (Blackman & Vigna 2021, doi:10.1145/3460772) started from
 * SplitMix64 over (seed, i), so that replicate i draws the same numbers on any worker, in TypeScript and WebAssembly.
 * 64-bit words are kept as 32-bit halves, low half first, because BigInt costs about 100 times as much.
 */
import { exp, log } from './elementary'

export interface Stream {
  /** A double in (0, 1): never 0, never 1. */
  uniform(): number
  /** Exponential with mean 1, by a 256-layer ziggurat. */
  exponential(): number
  /** The generator's 256-bit state, as four 64-bit words, low half first. A kernel may take it over and write it back. */
  readonly words: Uint32Array
}

/** The i-th stream of a seed. Both are whole numbers, 0 ≤ i, |seed| < 2⁵³. */
export function stream(seed: number, i: number): Stream {
  const words = new Uint32Array(8)
  const start = splitMix64([low(seed), high(seed)], 1)
  // Stream i takes the words 4i + 1 … 4i + 4 of one SplitMix64 sequence: no two streams share one.
  const skip = multiply64(low(4 * i), high(4 * i), gammaLow, gammaHigh)
  words.set(splitMix64(add64(start[0], start[1], skip[0], skip[1]), 4))
  return fromWords(words)
}

/** The stream that goes on from a state; it advances `words` in place. */
export function fromWords(words: Uint32Array): Stream {
  const drawn = new Uint32Array(2)
  return {
    words,
    uniform: () => uniform(words, drawn),
    exponential: () => exponential(words, drawn),
  }
}

/** Low and high half of a whole number modulo 2⁶⁴. */
const low = (n: number) => n >>> 0
const high = (n: number) => Math.floor(n / 4294967296) >>> 0

const gammaLow = 0x7f4a7c15
const gammaHigh = 0x9e3779b9

type Halves = readonly [low: number, high: number]

function add64(aLow: number, aHigh: number, bLow: number, bHigh: number): Halves {
  const sum = aLow + bLow
  return [sum >>> 0, (aHigh + bHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0]
}

/** a · b mod 2⁶⁴. */
function multiply64(aLow: number, aHigh: number, bLow: number, bHigh: number): Halves {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const carry = a1 * b1 + Math.floor((middle + a0 * b1) / 65536)
  return [Math.imul(aLow, bLow) >>> 0, (carry + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) >>> 0]
}

/** z ^ (z >>> k), 0 < k < 32. */
function xorShift64([l, h]: Halves, k: number): Halves {
  return [(l ^ ((l >>> k) | (h << (32 - k)))) >>> 0, (h ^ (h >>> k)) >>> 0]
}

/** The first `count` outputs of SplitMix64 from a state (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195). */
export function splitMix64(state: Halves, count: number): Uint32Array {
  const out = new Uint32Array(2 * count)
  let at = state
  for (let i = 0; i < count; i++) {
    at = add64(at[0], at[1], gammaLow, gammaHigh)
    let z = xorShift64(at, 30)
    z = xorShift64(multiply64(z[0], z[1], 0x1ce4e5b9, 0xbf58476d), 27)
    z = xorShift64(multiply64(z[0], z[1], 0x133111eb, 0x94d049bb), 31)
    out.set(z, 2 * i)
  }
  return out
}

/** One step of xoshiro256++: advances `words`, writes the 64-bit output to `out`, low half first. */
export function next64(words: Uint32Array, out: Uint32Array): void {
  const [l0, h0, l1, h1, l2, h2, l3, h3] = words
  const l = l0 + l3
  const sumLow = l >>> 0
  const sumHigh = (h0 + h3 + (l > 0xffffffff ? 1 : 0)) >>> 0
  // rotl(s0 + s3, 23) + s0
  const result = ((sumLow << 23) | (sumHigh >>> 9)) >>> 0
  const outLow = result + l0
  out[0] = outLow
  out[1] = ((sumHigh << 23) | (sumLow >>> 9)) + h0 + (outLow > 0xffffffff ? 1 : 0)
  const a2 = l2 ^ l0
  const b2 = h2 ^ h0
  const a3 = l3 ^ l1
  const b3 = h3 ^ h1
  words[0] = l0 ^ a3
  words[1] = h0 ^ b3
  words[2] = l1 ^ a2
  words[3] = h1 ^ b2
  words[4] = a2 ^ (l1 << 17)
  words[5] = b2 ^ ((h1 << 17) | (l1 >>> 15))
  // rotl(s3, 45)
  words[6] = (b3 << 13) | (a3 >>> 19)
  words[7] = (a3 << 13) | (b3 >>> 19)
}

/** The upper 52 bits and a half: on a grid of 2⁻⁵², symmetric, both ends left out. */
function uniform(words: Uint32Array, drawn: Uint32Array): number {
  next64(words, drawn)
  return ((drawn[1] >>> 0) * 2097152 + ((drawn[0] >>> 11) | 1)) * 2 ** -53
}

/** Right end of the lowest layer and area of each (Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08). */
export const zigguratEnd = 7.69711747013105
const area = 0.003949659822581557

/** Layer i spans x < widths[i] and heights[i] ≤ y < heights[i + 1] = e^−widths[i + 1]; the lowest also holds the tail. */
export const zigguratWidths = new Float64Array(257)
export const zigguratHeights = new Float64Array(257)
zigguratWidths[0] = area / exp(-zigguratEnd)
zigguratWidths[1] = zigguratEnd
zigguratHeights[1] = exp(-zigguratEnd)
for (let i = 2; i < 256; i++) {
  zigguratHeights[i] = zigguratHeights[i - 1] + area / zigguratWidths[i - 1]
  zigguratWidths[i] = -log(zigguratHeights[i])
}
zigguratHeights[256] = 1

function exponential(words: Uint32Array, drawn: Uint32Array): number {
  for (let beyond = 0; ; ) {
    next64(words, drawn)
    const layer = drawn[0] & 255
    // The layer's eight bits are not among the 52 that make the abscissa.
    const x = ((drawn[1] >>> 0) * 2097152 + ((drawn[0] >>> 11) | 1)) * 2 ** -53 * zigguratWidths[layer]
    if (x < zigguratWidths[layer + 1]) return beyond + x
    if (layer === 0) {
      // What is left of an exponential beyond any point is an exponential again.
      beyond += zigguratEnd
    } else {
      const bottom = zigguratHeights[layer]
      const y = bottom + uniform(words, drawn) * (zigguratHeights[layer + 1] - bottom)
      if (y < exp(-x)) return beyond + x
    }
  }
}
