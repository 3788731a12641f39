/**
 * Elementary functions with the same bits in every engine: ECMAScript leaves the last digits of `Math.exp` and its
 * kin to the implementation, these are fixed sequences of IEEE 754 additions, multiplications and divisions.
 * Errors are below 0.8 units in the last place (tanh: 1.5), special values are those of `Math`.
 *
 * Logarithms and powers carry about 70 bits as an unevaluated sum of two doubles (Dekker 1971,
 * doi:10.1007/BF01397083), so that powers of whole numbers that fit a double come out exact.
 */

const double = new Float64Array(1)
/** The two halves of `double`, low half first (WebAssembly and every current engine are little-endian). */
const halves = new Uint32Array(double.buffer)

// ln 2 = ln2Hi + ln2Lo; the first has 42 bits, so that k · ln2Hi is exact for |k| < 2¹¹
const ln2Hi = 0.6931471805598903
const ln2Lo = 5.497923018708371e-14
const thirdLo = 1.850371707708594e-17 // 1/3 = 0.3333333333333333 + thirdLo
const log10eHi = Math.LOG10E // 1 / ln 10
const log10eLo = 1.098319650216765e-17

/** The low part of the double-double that the last function with one returned: read it at once. */
let low = 0

/** a + b, with its rounding error in `low`. */
function sum(a: number, b: number): number {
  const s = a + b
  const bb = s - a
  low = a - (s - bb) + (b - bb)
  return s
}

/** a · b, with its rounding error in `low`. */
function product(a: number, b: number): number {
  const p = a * b
  const sa = 134217729 * a
  const ah = sa - (sa - a)
  const al = a - ah
  const sb = 134217729 * b
  const bh = sb - (sb - b)
  const bl = b - bh
  low = ah * bh - p + ah * bl + al * bh + al * bl
  return p
}

/** 2^k for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  halves[0] = 0
  halves[1] = (k + 1023) << 20
  return double[0]
}

/** y · 2^k, rounded once unless the result is subnormal. */
function scale(y: number, k: number): number {
  if (k > 1023) return y * powerOfTwo(1023) * powerOfTwo(k - 1023)
  if (k < -1022) return y * powerOfTwo(k + 1022) * powerOfTwo(-1022)
  return y * powerOfTwo(k)
}

/** ln x for finite x > 0 as a double-double: high part returned, low part in `low`. */
function logParts(x: number): number {
  let k = -1023
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984 // 2⁵⁴
    k -= 54
  }
  double[0] = x
  k += halves[1] >>> 20
  halves[1] = (halves[1] & 0xfffff) | 0x3ff00000
  let m = double[0]
  if (m > Math.SQRT2) {
    m *= 0.5
    k++
  }
  // ln m = 2s(1 + z/3 + z²/5 + …) with s = (m − 1)/(m + 1), z = s² ≤ 0.0295
  const d = sum(m, 1)
  const dLo = low
  const s = (m - 1) / d
  const sd = product(s, d)
  const sLo = (m - 1 - sd - low - s * dLo) / d
  const z = product(s, s)
  const zLo = low + 2 * s * sLo
  let p = 1 / 27
  for (let odd = 25; odd >= 5; odd -= 2) p = 1 / odd + z * p
  const third = product(z, 0.3333333333333333)
  const thirdErr = low + z * thirdLo + zLo * 0.3333333333333333
  const e = sum(third, z * z * p)
  const eLo = low + thirdErr
  const q = product(2 * s, e)
  const qLo = low + 2 * s * eLo + 2 * sLo * e
  const a = sum(k * ln2Hi, 2 * s)
  const aLo = low
  const b = sum(a, q)
  const bLo = aLo + low + (k * ln2Lo + 2 * sLo + qLo)
  const high = b + bLo
  low = bLo - (high - b)
  return high
}

/** e^(h + l) for |l| far below |h|. */
function expParts(h: number, l: number): number {
  if (h > 709.79) return Number.POSITIVE_INFINITY
  if (h < -745.2) return 0
  const k = Math.floor(h * Math.LOG2E + 0.5)
  const head = h - k * ln2Hi
  const tail = l - k * ln2Lo
  const r = sum(head, tail)
  const rLo = low
  // Taylor: |r| ≤ 0.347, so that the first term left out, r¹⁴/14!, is below 2⁻⁵⁷
  let p = 1 / 6227020800
  p = p * r + 1 / 479001600
  p = p * r + 1 / 39916800
  p = p * r + 1 / 3628800
  p = p * r + 1 / 362880
  p = p * r + 1 / 40320
  p = p * r + 1 / 5040
  p = p * r + 1 / 720
  p = p * r + 1 / 120
  p = p * r + 1 / 24
  p = p * r + 1 / 6
  p = p * r + 0.5
  const one = sum(1, r)
  return scale(one + (low + (rLo + r * rLo + r * r * p)), k)
}

/** e^x. */
export function exp(x: number): number {
  return Number.isNaN(x) ? x : expParts(x, 0)
}

/** Natural logarithm: NaN below 0, −∞ at 0. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  return x === Number.POSITIVE_INFINITY ? x : logParts(x)
}

/**
 * Natural logarithm of normal numbers above 0, several times as fast as `log`, to three units in the last place; near 1,
 * where it is small, to 2·10⁻¹⁶: for sums of many.
 */
export function quickLog(x: number): number {
  double[0] = x
  let k = (halves[1] >>> 20) - 1023
  halves[1] = (halves[1] & 0xfffff) | 0x3ff00000
  let m = double[0]
  if (m > Math.SQRT2) {
    m *= 0.5
    k++
  }
  // ln m = 2s(1 + z/3 + z²/5 + …) with s = (m − 1)/(m + 1); z = s² ≤ 0.0295, so that the first term left out is below 2⁻⁵⁵
  const s = (m - 1) / (m + 1)
  const z = s * s
  let p = 1 / 21
  p = p * z + 1 / 19
  p = p * z + 1 / 17
  p = p * z + 1 / 15
  p = p * z + 1 / 13
  p = p * z + 1 / 11
  p = p * z + 1 / 9
  p = p * z + 1 / 7
  p = p * z + 1 / 5
  p = p * z + 1 / 3
  return k * ln2Hi + (2 * s * (1 + z * p) + k * ln2Lo)
}

/** ln(1 + x), without losing small x (Higham 2002, Accuracy and Stability of Numerical Algorithms, §1.14.1). */
export function log1p(x: number): number {
  const y = 1 + x
  if (y === 1) return x
  return y === Number.POSITIVE_INFINITY ? y : (log(y) * x) / (y - 1)
}

/** Decimal logarithm; exact at powers of ten. */
export function log10(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  const h = logParts(x)
  const l = low
  const p = product(h, log10eHi)
  return p + (low + h * log10eLo + l * log10eHi)
}

/**
 * x^y. Exponents 1 to 4, −1 and ½ are products, a quotient and a root: kernels may write those out and get the same
 * bits.
 */
export function pow(x: number, y: number): number {
  if (y === 2) return x * x
  if (y === 1) return x
  if (y === 3) return x * x * x
  if (y === 4) return x * x * (x * x)
  if (y === -1) return 1 / x
  if (y === 0) return 1
  if (!(x > 0) || x === Number.POSITIVE_INFINITY || !Number.isFinite(y)) return powAtEdge(x, y)
  if (y === 0.5) return Math.sqrt(x)
  return powOfPositive(x, y)
}

function powOfPositive(x: number, y: number): number {
  const h = logParts(x)
  const l = low
  const estimate = y * h
  if (estimate > 760) return Number.POSITIVE_INFINITY
  if (estimate < -760) return 0
  if (h === 0) return 1
  const p = product(h, y)
  return expParts(p, low + l * y)
}

/** x^y where x ≤ 0, or x or y is infinite or not a number; y is not 0. */
function powAtEdge(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const size = Math.abs(x)
  if (!Number.isFinite(y)) {
    if (size === 1) return Number.NaN
    return size > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0
  }
  const odd = Math.abs(y % 2) === 1
  let result: number
  if (size === 0) result = y > 0 ? 0 : Number.POSITIVE_INFINITY
  else if (size === Number.POSITIVE_INFINITY) result = y > 0 ? size : 0
  else if (Number.isInteger(y)) result = powOfPositive(size, y)
  else return Number.NaN
  return odd && (x < 0 || Object.is(x, -0)) ? -result : result
}

// π/2 in three pieces: the first two have 30 bits, so that their products with n < 2²³ are exact
const halfPi1 = 1.570796325802803
const halfPi2 = 9.920935791635221e-10
const halfPi3 = 5.170182981794105e-19

let quadrant = 0

/** x − n·π/2 in [−π/4, π/4] for the whole n that puts it there; low part in `low`, n mod 4 in `quadrant`. */
function reduce(x: number): number {
  if (Math.abs(x) >= 4194304) return reduceFar(x)
  const n = Math.floor(x * (2 / Math.PI) + 0.5)
  quadrant = n & 3
  const a = sum(x - n * halfPi1, -n * halfPi2)
  const aLo = low
  const b = sum(a, -n * halfPi3)
  const bLo = low + aLo
  const r = b + bLo
  low = bLo - (r - b)
  return r
}

/** The same for any finite |x| ≥ 2²², slowly, in whole numbers of 2⁻¹²⁰⁰. */
function reduceFar(x: number): number {
  const places = 1200n
  farHalfPi ??= halfPi(places)
  double[0] = x
  const exponent = ((halves[1] >>> 20) & 0x7ff) - 1075
  const mantissa = (BigInt((halves[1] & 0xfffff) | 0x100000) << 32n) + BigInt(halves[0])
  const fixed = mantissa << BigInt(exponent + Number(places))
  const n = (2n * fixed + farHalfPi) / (2n * farHalfPi)
  const rest = fixed - n * farHalfPi
  quadrant = Number(x < 0 ? (4n - (n & 3n)) & 3n : n & 3n)
  const head = Number(rest >> (places - 1000n)) * 2 ** -1000
  low = 0
  return x < 0 ? -head : head
}

let farHalfPi: bigint | undefined

/** π/2 · 2^places by Machin's formula, π/4 = 4 arctan(1/5) − arctan(1/239), with 64 guard bits. */
function halfPi(places: bigint): bigint {
  const one = 1n << (places + 64n)
  const arctan = (inverse: bigint) => {
    let total = 0n
    let power = one / inverse
    for (let odd = 1n; power !== 0n; odd += 2n) {
      total += (odd & 2n) === 0n ? power / odd : -power / odd
      power /= inverse * inverse
    }
    return total
  }
  return (8n * arctan(5n) - 2n * arctan(239n)) >> 64n
}

/** sin(r + l) for |r| ≤ π/4: Taylor; the first term left out is below 2⁻⁶² of the sum. */
function sinNear(r: number, l: number): number {
  const z = r * r
  let p = 1 / 355687428096000
  p = p * z - 1 / 1307674368000
  p = p * z + 1 / 6227020800
  p = p * z - 1 / 39916800
  p = p * z + 1 / 362880
  p = p * z - 1 / 5040
  p = p * z + 1 / 120
  p = p * z - 1 / 6
  return r + (z * r * p + l * (1 - 0.5 * z))
}

/** cos(r + l) for |r| ≤ π/4. */
function cosNear(r: number, l: number): number {
  const z = r * r
  let p = 1 / 20922789888000
  p = p * z - 1 / 87178291200
  p = p * z + 1 / 479001600
  p = p * z - 1 / 3628800
  p = p * z + 1 / 40320
  p = p * z - 1 / 720
  p = p * z + 1 / 24
  const half = 0.5 * z
  const w = 1 - half
  return w + (1 - w - half + (z * z * p - r * l))
}

/** Sine; x in radians. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (Math.abs(x) < 1e-8) return x
  const r = reduce(x)
  const l = low
  const value = (quadrant & 1) === 0 ? sinNear(r, l) : cosNear(r, l)
  return quadrant >= 2 ? -value : value
}

/** Cosine; x in radians. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  const r = reduce(x)
  const l = low
  const value = (quadrant & 1) === 0 ? cosNear(r, l) : sinNear(r, l)
  return quadrant === 1 || quadrant === 2 ? -value : value
}

/** Hyperbolic tangent: near 0 by Lambert's continued fraction, elsewhere from e^2x. */
export function tanh(x: number): number {
  const size = Math.abs(x)
  if (size > 22) return x > 0 ? 1 : -1
  if (size > 0.55) {
    const value = 1 - 2 / (exp(2 * size) + 1)
    return x > 0 ? value : -value
  }
  const z = x * x
  let f = 19
  for (let odd = 17; odd >= 3; odd -= 2) f = odd + z / f
  return x / (1 + z / f)
}
