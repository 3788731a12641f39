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
export const additionsBeforeCarry = 2 ** 20

/** Add `value` to the sum whose digits begin at `at`. */
export function addExactly(sums: Float64Array, at: number, value: number): void {
  let rest = Math.abs(value) < 2 ** 160 ? value : Number.NaN
  for (let j = digits - 1; j >= 0; j--) {
    const digit = Math.trunc(rest / places[j])
    sums[at + j] += digit
    rest -= digit * places[j]
  }
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

/** The value of a sum whose digits have been carried, as a double. */
export function sumAt(sums: Float64Array, at: number): number {
  let value = 0
  for (let j = digits - 1; j >= 0; j--) value += sums[at + j] * places[j]
  return value
}
