/**
 * Sums of doubles that come out the same in any order: each number is cut into digits of 32 bits at fixed places, from
 * 2⁻⁶⁴ to 2¹⁶⁰, and the digits are added as whole numbers. What lies below 2⁻⁶⁴ is cut off, number by number; a number
 * that is not finite, or too large, makes the sum not a number.
 */

/** Digits of one sum. */
export const digits = 7
const radix = 2 ** 32
const places = Float64Array.from({ length: digits }, (_, j) => radix ** (j - 2))

/** Digits stay exact for this many additions; then `carry`. */
export const additionsBeforeCarry = 2 ** 19

/** Add `value` to the sum whose digits begin at `at`. */
export function addExactly(sums: Float64Array, at: number, value: number): void {
  let rest = Math.abs(value) < 2 ** 160 ? value : Number.NaN
  for (let j = digits - 1; j >= 0; j--) {
    const digit = Math.trunc(rest / places[j])
    sums[at + j] += digit
    rest -= digit * places[j]
  }
}

/** Add d, d², d³ and d⁴ to four sums in a row, with the products' rounding errors: to 106 bits each. */
export function addPowers(sums: Float64Array, at: number, d: number): void {
  const square = d * d
  const squareError = productError(d, d, square)
  const cube = square * d
  const fourth = square * square
  addExactly(sums, at, d)
  addExactly(sums, at + digits, square)
  addExactly(sums, at + 2 * digits, cube)
  addExactly(sums, at + 3 * digits, fourth)
  const errors = [squareError, productError(square, d, cube) + squareError * d]
  errors.push(productError(square, square, fourth) + 2 * square * squareError)
  errors.forEach((error, k) => {
    if (error !== 0 && Number.isFinite(error)) addExactly(sums, at + (k + 1) * digits, error)
  })
}

/** a·b − p for the rounded product p (Dekker 1971, doi:10.1007/BF01397083). */
function productError(a: number, b: number, p: number): number {
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)]
  const [aLow, bLow] = [a - aHigh, b - bHigh]
  return aHigh * bHigh - p + aHigh * bLow + aLow * bHigh + aLow * bLow
}

function upperHalf(a: number): number {
  const shifted = 134217729 * a
  return shifted - (shifted - a)
}

/** Bring the digits of every sum in `sums` into 0 … 2³² − 1, but for the highest, which has the sign. */
export function carry(sums: Float64Array): void {
  for (let at = 0; at < sums.length; at += digits) {
    for (let j = 0; j < digits - 1; j++) {
      const over = Math.floor(sums[at + j] / radix)
      sums[at + j] -= over * radix
      sums[at + j + 1] += over
    }
  }
}

/** Whole numbers of 2⁻⁶⁴: a digit sum as one number, for arithmetic that must not round. */
export const fixedBits = 64n

/** A sum whose digits have been carried, in units of 2⁻⁶⁴; null where it is not a number. */
export function toFixed(sums: Float64Array, at: number): bigint | null {
  let value = 0n
  for (let j = digits - 1; j >= 0; j--) {
    const digit = sums[at + j]
    if (!Number.isFinite(digit)) return null
    value = (value << 32n) + BigInt(digit)
  }
  return value
}

/** The value of a sum whose digits have been carried, as a double. */
export function sumAt(sums: Float64Array, at: number): number {
  const value = toFixed(sums, at)
  return value === null ? Number.NaN : Number(value) * 2 ** -64
}
