/**
 * Random numbers of several laws from one stream, for methods that draw many of them: xoshiro256++ runs in batches with
 * its state in locals, about ten times as fast as one call each. Uniforms are those of `Stream.uniform`; everything is
 * made of our own elementary functions, so that bits are the same in every engine.
 */
import { exp } from './elementary'
import { type Stream, zigguratEnd, zigguratHeights, zigguratWidths } from './rng'

export interface Variates {
  /** Take a stream over. */
  start(stream: Stream): void
  /** In (0, 1). */
  uniform(): number
  /** Mean 1. */
  exponential(): number
  /** Mean 0, variance 1. */
  normal(): number
  /** A whole number with this mean ≥ 0, up to 2⁵⁰. */
  poisson(mean: number): number
  /** Successes out of n trials of probability p. */
  binomial(n: number, p: number): number
}

const firstBatch = 16
const largestBatch = 512
/** Below this mean inversion is faster than rejection, and rejection's constants do not hold. */
const inversionBelow = 10

export function variates(): Variates {
  /** 64-bit outputs, low half first. */
  const drawn = new Int32Array(2 * largestBatch)
  let words: Uint32Array = new Uint32Array(8)
  let at = 0
  let end = 0
  let batch = firstBatch
  let spare = Number.NaN

  const refill = () => {
    fill(words, drawn, batch)
    at = 0
    end = 2 * batch
    // A short replicate does not pay for a long one's numbers.
    batch = Math.min(largestBatch, 2 * batch)
  }
  const uniform = (): number => {
    if (at === end) refill()
    const low = drawn[at]
    const high = drawn[at + 1]
    at += 2
    return ((high >>> 0) * 2097152 + ((low >>> 11) | 1)) * 2 ** -53
  }
  const exponential = (): number => {
    for (let beyond = 0; ; ) {
      if (at === end) refill()
      const low = drawn[at]
      const layer = low & 255
      const x = ((drawn[at + 1] >>> 0) * 2097152 + ((low >>> 11) | 1)) * 2 ** -53 * zigguratWidths[layer]
      at += 2
      if (x < zigguratWidths[layer + 1]) return beyond + x
      if (layer === 0) {
        beyond += zigguratEnd
      } else {
        const bottom = zigguratHeights[layer]
        if (bottom + uniform() * (zigguratHeights[layer + 1] - bottom) < exp(-x)) return beyond + x
      }
    }
  }
  /** The polar method (Marsaglia & Bray 1964, doi:10.1137/1006063): two at a time. */
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare
      spare = Number.NaN
      return value
    }
    for (;;) {
      const a = 2 * uniform() - 1
      const b = 2 * uniform() - 1
      const s = a * a + b * b
      if (s >= 1 || s === 0) continue
      const scale = Math.sqrt((-2 * log(s)) / s)
      spare = b * scale
      return a * scale
    }
  }
  /** Transformed rejection PTRS for means ≥ 10 (Hörmann 1993, doi:10.1016/0167-6687(93)90997-4). */
  const poissonByRejection = (mean: number): number => {
    const b = 0.931 + 2.53 * Math.sqrt(mean)
    const a = -0.059 + 0.02483 * b
    const squeeze = 0.9277 - 3.6224 / (b - 2)
    for (;;) {
      const u = uniform() - 0.5
      const v = uniform()
      const us = 0.5 - Math.abs(u)
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
      if (us >= 0.07 && v <= squeeze) return k
      if (k < 0 || (us < 0.013 && v > us)) continue
      const inverse = 1.1239 + 1.1328 / (b - 3.4)
      if (log((v * inverse) / (a / (us * us) + b)) <= k * log(mean) - mean - logFactorial(k)) return k
    }
  }
  const poisson = (mean: number): number => {
    if (mean >= inversionBelow) return poissonByRejection(mean)
    if (!(mean > 0)) return 0
    for (;;) {
      let u = uniform()
      let p = exp(-mean)
      for (let k = 0; k < 200; ) {
        if (u < p) return k
        u -= p
        p *= mean / ++k
      }
      // Beyond 200 lies less than rounding.
    }
  }
  const binomial = (n: number, p: number): number => {
    if (!(n > 0 && p > 0)) return 0
    if (p > 0.5) return n - binomial(n, 1 - p)
    if (n * p >= inversionBelow) return binomialByRejection(n, p, uniform)
    const odds = p / (1 - p)
    for (;;) {
      let u = uniform()
      let weight = exp(n * logOneMinus(p))
      for (let k = 0; k <= n && k < 200; ) {
        if (u < weight) return k
        u -= weight
        weight *= ((n - k) / (k + 1)) * odds
        k++
      }
    }
  }
  return {
    start(stream) {
      words = stream.words
      at = end
      batch = firstBatch
      spare = Number.NaN
    },
    uniform,
    exponential,
    normal,
    poisson,
    binomial,
  }
}

/**
 * `count` outputs of xoshiro256++ into `out`; `words` advances. All halves are signed here, as the engine keeps them.
 */
function fill(words: Uint32Array, out: Int32Array, count: number): void {
  let l0 = words[0] | 0
  let h0 = words[1] | 0
  let l1 = words[2] | 0
  let h1 = words[3] | 0
  let l2 = words[4] | 0
  let h2 = words[5] | 0
  let l3 = words[6] | 0
  let h3 = words[7] | 0
  for (let i = 0; i < 2 * count; i += 2) {
    const sumLow = (l0 + l3) | 0
    const sumHigh = (h0 + h3 + (sumLow >>> 0 < l0 >>> 0 ? 1 : 0)) | 0
    // rotl(s0 + s3, 23) + s0
    const low = (((sumLow << 23) | (sumHigh >>> 9)) + l0) | 0
    out[i] = low
    out[i + 1] = (((sumHigh << 23) | (sumLow >>> 9)) + h0 + (low >>> 0 < l0 >>> 0 ? 1 : 0)) | 0
    const shiftedHigh = (h1 << 17) | (l1 >>> 15)
    const shiftedLow = l1 << 17
    const a2 = l2 ^ l0
    const b2 = h2 ^ h0
    const a3 = l3 ^ l1
    const b3 = h3 ^ h1
    l1 ^= a2
    h1 ^= b2
    l0 ^= a3
    h0 ^= b3
    l2 = a2 ^ shiftedLow
    h2 = b2 ^ shiftedHigh
    // rotl(s3, 45)
    l3 = (b3 << 13) | (a3 >>> 19)
    h3 = (a3 << 13) | (b3 >>> 19)
  }
  words[0] = l0
  words[1] = h0
  words[2] = l1
  words[3] = h1
  words[4] = l2
  words[5] = h2
  words[6] = l3
  words[7] = h3
}

/** Transformed rejection BTRS for n·p ≥ 10, p ≤ ½ (Hörmann 1993, doi:10.1080/00949659308811496). */
function binomialByRejection(n: number, p: number, uniform: () => number): number {
  const q = 1 - p
  const spread = Math.sqrt(n * p * q)
  const b = 1.15 + 2.53 * spread
  const a = -0.0873 + 0.0248 * b + 0.01 * p
  const c = n * p + 0.5
  const squeeze = 0.92 - 4.2 / b
  for (;;) {
    const u = uniform() - 0.5
    const v = uniform()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + c)
    if (us >= 0.07 && v <= squeeze) return k
    if (k < 0 || k > n) continue
    const alpha = (2.83 + 5.1 / b) * spread
    const mode = Math.floor((n + 1) * p)
    const peak = logFactorial(mode) + logFactorial(n - mode)
    const height = peak - logFactorial(k) - logFactorial(n - k) + (k - mode) * log(p / q)
    if (log((v * alpha) / (a / (us * us) + b)) <= height) return k
  }
}

/** ln(1 − p) for 0 ≤ p ≤ ½, by Kahan's correction of the rounding of 1 − p. */
function logOneMinus(p: number): number {
  const rest = 1 - p
  return rest === 1 ? -p : (log(rest) * -p) / (rest - 1)
}

const double = new Float64Array(1)
/** Its two halves, low half first. */
const halves = new Int32Array(double.buffer)

/**
 * ln x for a normal x > 0, to about 2⁻⁵¹: ln m = 2 artanh((m − 1)/(m + 1)) for x = m·2^k with √½ ≤ m < √2. To accept or
 * reject is a comparison with a random number, for which the 70 bits of `elementary` would be several times too dear.
 */
function log(x: number): number {
  double[0] = x
  const high = halves[1]
  let k = (high >> 20) - 1023
  halves[1] = (high & 0xfffff) | 0x3ff00000
  let m = double[0]
  if (m > Math.SQRT2) {
    m *= 0.5
    k++
  }
  const s = (m - 1) / (m + 1)
  const z = s * s
  let p = 1 / 17 + z * (1 / 19 + z * (1 / 21))
  p = 1 / 11 + z * (1 / 13 + z * (1 / 15 + z * p))
  p = 1 / 5 + z * (1 / 7 + z * (1 / 9 + z * p))
  return k * Math.LN2 + 2 * (s + s * z * (1 / 3 + z * p))
}

const tabulated = 128
/** ln k!, for k below its length. */
export const logFactorials = new Float64Array(tabulated)
for (let k = 2; k < tabulated; k++) logFactorials[k] = logFactorials[k - 1] + log(k)
const halfLogTwoPi = 0.9189385332046728

/** ln k!: from a table, or by Stirling's series, whose first term left out is below 10⁻¹⁷. */
export function logFactorial(k: number): number {
  if (k < tabulated) return logFactorials[k]
  const x = k + 1
  const z = 1 / (x * x)
  return (x - 0.5) * log(x) - x + halfLogTwoPi + (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z / 1680))) / x
}
