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
  const start = splitMix64([low(seed), high(seed)], 1)
  // Stream i takes the words 4i + 1 … 4i + 4 of one SplitMix64 sequence: no two streams share one.
  const [skipLow, skipHigh] = [low(4 * i), high(4 * i)]
  const by = Math.imul(skipLow, gammaLow) >>> 0
  const upTo = upper64(skipLow, skipHigh, gammaLow, gammaHigh)
  return fromWords(splitMix64(add64(start[0], start[1], by, upTo), 4))
}

/** The stream that goes on from a state; it advances `words` in place. */
export function fromWords(words: Uint32Array): Stream {
  return {
    words,
    uniform: () => uniform(words),
    exponential: () => exponential(words),
  }
}

/** The last word that `uniform` or `exponential` has drawn. */
const drawn = new Uint32Array(2)

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

/** The upper half of the product of two words of 32 bits. */
function upper(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  return a1 * b1 + Math.floor((middle + a0 * b1) / 65536)
}

/** The upper half of a product modulo 2⁶⁴; the lower is `Math.imul(aLow, bLow)`. */
const upper64 = (aLow: number, aHigh: number, bLow: number, bHigh: number): number =>
  (upper(aLow, bLow) + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0

/** The first `count` outputs of SplitMix64 from a state (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195). */
export function splitMix64(state: Halves, count: number): Uint32Array {
  const out = new Uint32Array(2 * count)
  let [atLow, atHigh] = state
  for (let i = 0; i < 2 * count; i += 2) {
    const sum = atLow + gammaLow
    atLow = sum >>> 0
    atHigh = (atHigh + gammaHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0
    let l = atLow ^ ((atLow >>> 30) | (atHigh << 2))
    let h = atHigh ^ (atHigh >>> 30)
    h = upper64(l, h, 0x1ce4e5b9, 0xbf58476d)
    l = Math.imul(l, 0x1ce4e5b9)
    l ^= (l >>> 27) | (h << 5)
    h ^= h >>> 27
    h = upper64(l, h, 0x133111eb, 0x94d049bb)
    l = Math.imul(l, 0x133111eb)
    out[i] = l ^ ((l >>> 31) | (h << 1))
    out[i + 1] = h ^ (h >>> 31)
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
function uniform(words: Uint32Array): number {
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

function exponential(words: Uint32Array): number {
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
      const y = bottom + uniform(words) * (zigguratHeights[layer + 1] - bottom)
      if (y < exp(-x)) return beyond + x
    }
  }
}
