/**
 * Random numbers of several laws from one stream, for methods that draw many of them: xoshiro256++ runs in batches with
 * its state in locals, about ten times as fast as one call each. Uniforms are those of `Stream.uniform`; everything is
 * made of our own elementary functions, so that bits are the same in every engine.
 */
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
  /** As the exponential, by a ziggurat of its own (Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08), one at a time. */
  const zigguratNormal = (): number => {
    for (;;) {
      if (at === end) refill()
      const low = drawn[at]
      const layer = low & 255
      // Neither the layer nor the sign is among the 52 bits that make the abscissa.
      const sign = (low & 256) === 0 ? 1 : -1
      const x = ((drawn[at + 1] >>> 0) * 2097152 + ((low >>> 11) | 1)) * 2 ** -53 * normalWidths[layer]
      at += 2
      if (x < normalWidths[layer + 1]) return sign * x
      if (layer === 0) {
        for (;;) {
          const beyond = exponential() / normalEnd
          if (2 * exponential() >= beyond * beyond) return sign * (normalEnd + beyond)
        }
      }
      const bottom = normalHeights[layer]
      if (bottom + uniform() * (normalHeights[layer + 1] - bottom) < exp(-0.5 * x * x)) return sign * x
    }
  }
  /**
   * For means ≥ 10, from a normal number (Ahrens & Dieter 1982, doi:10.1145/355993.355997): rounded down it has the law f,
   * which is below that of Poisson, p, from a little under the mean on, and rarely far above it below. What is accepted
   * with probability p/f elsewhere leaves out the excess of p over f, which is drawn under a double exponential.
   */
  const poissonFromNormal = (mean: number): number => {
    const deviation = Math.sqrt(mean)
    const near = mean + deviation * zigguratNormal()
    if (near >= 0) {
      const k = Math.floor(near)
      if (k >= Math.floor(mean - 1.1484)) return k
      const u = uniform()
      const below = mean - k
      if (6 * mean * mean * u >= below * below * below) return k
      if ((1 - u) * roundedNormal(mean, deviation, k) <= poissonAt(mean, k)) return k
    }
    for (;;) {
      const e = exponential()
      const u = 2 * uniform() - 1
      const away = 1.8 + (u < 0 ? -e : e)
      if (!(away > -0.6744)) continue
      const k = Math.floor(mean + deviation * away)
      const excess = poissonAt(mean, k) - roundedNormal(mean, deviation, k)
      if ((0.1069 / mean) * Math.abs(u) <= excess * exp(e)) return k
    }
  }
  const poisson = (mean: number): number => {
    if (mean >= inversionBelow) return poissonFromNormal(mean)
    if (!(mean > 0)) return 0
    for (;;) {
      let u = uniform()
      let p = exp(-mean)
      for (let k = 0; k < 200; ) {
        if (u < p) return k
        u -= p
        p *= mean * reciprocals[++k]
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

/** Probability that a normal number of this mean and variance, rounded down, is k, to the fourth order in 1/deviation. */
function roundedNormal(mean: number, deviation: number, k: number): number {
  const b1 = 1 / 24 / mean
  const b2 = 0.3 * b1 * b1
  const c3 = (b1 * b2) / 7
  const c2 = b2 - 15 * c3
  const c1 = b1 - 6 * b2 + 45 * c3
  const c0 = 1 - b1 + 3 * b2 - 15 * c3
  const z = (k + 0.5 - mean) / deviation
  const y = z * z
  return (inverseRootTwoPi / deviation) * (((c3 * y + c2) * y + c1) * y + c0) * exp(-0.5 * y)
}

const poissonAt = (mean: number, k: number): number => exp(k * log(mean) - mean - logFactorial(k))

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

/**
 * e^x to about 2⁻⁵¹ for x up to 700, 0 below −700: Taylor's series of e^r for x = n ln 2 + r with |r| ≤ ½ ln 2, ln 2 in
 * two parts. As precise as `log`, and for the same reason.
 */
function exp(x: number): number {
  if (!(x >= -700)) return 0
  const n = Math.floor(x * Math.LOG2E + 0.5)
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10
  let p = 1 / 39916800 + r * (1 / 479001600 + r * (1 / 6227020800))
  p = 1 / 40320 + r * (1 / 362880 + r * (1 / 3628800 + r * p))
  p = 1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * p))
  p = 1 / 2 + r * (1 / 6 + r * (1 / 24 + r * p))
  halves[0] = 0
  halves[1] = (n + 1023) << 20
  return (1 + r * (1 + r * p)) * double[0]
}

/** 1/k: a product is several times as fast as a quotient. */
export const reciprocals = Float64Array.from({ length: 201 }, (_, k) => 1 / k)

const tabulated = 128
/** ln k!, for k below its length. */
export const logFactorials = new Float64Array(tabulated)
for (let k = 2; k < tabulated; k++) logFactorials[k] = logFactorials[k - 1] + log(k)
const halfLogTwoPi = 0.9189385332046728
const inverseRootTwoPi = 0.3989422804014327

/** Right end of the lowest layer of the normal ziggurat, for e^(−x²/2), and the area of each of its 256. */
export const normalEnd = 3.6541528853610088
const normalArea = 0.00492867323399
/** As those of the exponential in `rng`. */
export const normalWidths = new Float64Array(257)
export const normalHeights = new Float64Array(257)
normalHeights[1] = exp(-0.5 * normalEnd * normalEnd)
normalWidths[0] = normalArea / normalHeights[1]
normalWidths[1] = normalEnd
for (let i = 2; i < 256; i++) {
  normalHeights[i] = normalHeights[i - 1] + normalArea / normalWidths[i - 1]
  normalWidths[i] = Math.sqrt(-2 * log(normalHeights[i]))
}
normalHeights[256] = 1

/** ln k!: from a table, or by Stirling's series, whose first term left out is below 10⁻¹⁷. */
export function logFactorial(k: number): number {
  if (k < tabulated) return logFactorials[k]
  const x = k + 1
  const z = 1 / (x * x)
  return (x - 0.5) * log(x) - x + halfLogTwoPi + (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z / 1680))) / x
}
