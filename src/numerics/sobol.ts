/**
 * Sobol points: 2^m of them put exactly one into each of the 2^m equal slices of every axis, and fill the cube far more
 * evenly than random ones (Sobol 1967, doi:10.1016/0041-5553(67)90144-9). Scrambled, each point alone is uniform on the
 * cube and the slices still hold one each (random lower triangular matrices and a digital shift; Matoušek 1998,
 * doi:10.1006/jcom.1998.0489).
 */
import { next64, type Stream } from './rng'

/**
 * Per axis, from the second on: the inner coefficients of a primitive polynomial over GF(2), and the first direction
 * numbers. Joe & Kuo 2008, doi:10.1137/070709359, table new-joe-kuo-6.
 */
const directions: readonly (readonly number[])[] = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
  [19, 1, 1, 1, 15, 7, 5],
  [22, 1, 3, 1, 15, 13, 25],
  [25, 1, 1, 5, 5, 19, 61],
  [1, 1, 3, 7, 11, 23, 15, 103],
  [4, 1, 3, 7, 13, 13, 15, 69],
  [7, 1, 1, 3, 13, 7, 35, 63],
  [8, 1, 3, 5, 9, 1, 25, 53],
  [14, 1, 3, 1, 13, 9, 35, 107],
  [19, 1, 3, 1, 5, 27, 61, 31],
  [21, 1, 1, 5, 11, 19, 41, 61],
  [28, 1, 3, 5, 3, 3, 13, 69],
  [31, 1, 1, 7, 13, 1, 19, 1],
  [32, 1, 3, 7, 5, 13, 19, 59],
  [37, 1, 1, 3, 9, 25, 29, 41],
  [41, 1, 3, 5, 13, 23, 1, 55],
  [42, 1, 3, 7, 3, 13, 59, 17],
  [50, 1, 3, 1, 3, 5, 53, 69],
  [55, 1, 1, 5, 5, 23, 33, 13],
  [56, 1, 1, 7, 7, 1, 61, 123],
  [59, 1, 1, 7, 9, 13, 61, 49],
  [62, 1, 3, 3, 5, 3, 55, 33],
  [14, 1, 3, 1, 15, 31, 13, 49, 245],
  [21, 1, 3, 5, 15, 31, 59, 63, 97],
  [22, 1, 3, 1, 11, 11, 11, 77, 249],
]

/** Axes for which there are direction numbers. */
export const maxAxes = directions.length + 1

const bits = 32

/**
 * The first `count` points of [0, 1)^axes, row by row. With a stream they are scrambled by its numbers; without one
 * they are the plain sequence, which begins at the origin.
 */
export function sobol(axes: number, count: number, scramble?: Stream): Float64Array {
  if (axes > maxAxes) throw new RangeError(`Sobol points have at most ${maxAxes} axes here, asked for ${axes}`)
  const points = new Float64Array(axes * count)
  for (let axis = 0; axis < axes; axis++) {
    const numbers = directionNumbers(axis)
    const columns = scramble ? numbers.map(mixed(scramble)) : numbers
    let x = scramble ? word(scramble) : 0
    for (let i = 0; i < count; i++) {
      // Half a unit in the last place keeps a scrambled point off 0, where logarithms live.
      points[i * axes + axis] = ((x >>> 0) + (scramble ? 0.5 : 0)) * 2 ** -bits
      // Gray code: the next point differs by the direction of the lowest zero bit of i (Antonov & Saleev 1979).
      x ^= columns[Math.min(bits - 1, 31 - Math.clz32(~i & (i + 1)))]
    }
  }
  return points
}

/** v_1 … v_32 of an axis, the first bit after the point highest. */
function directionNumbers(axis: number): Int32Array {
  const v = new Int32Array(bits)
  if (axis === 0) return v.map((_, k) => 1 << (bits - 1 - k))
  const [a, ...m] = directions[axis - 1]
  const degree = m.length
  for (let k = 0; k < bits; k++) {
    if (k < degree) {
      v[k] = m[k] << (bits - 1 - k)
      continue
    }
    v[k] = v[k - degree] ^ (v[k - degree] >>> degree)
    for (let j = 1; j < degree; j++) if ((a >> (degree - 1 - j)) & 1) v[k] ^= v[k - j]
  }
  return v
}

/** Multiply by a random lower triangular matrix of bits with ones on its diagonal: digits depend on those before them. */
function mixed(source: Stream): (v: number) => number {
  const rows = Int32Array.from({ length: bits }, (_, k) => {
    const diagonal = 1 << (bits - 1 - k)
    const before = k === 0 ? 0 : -1 << (bits - k)
    return diagonal | (word(source) & before)
  })
  return (v) => rows.reduce((sum, row, k) => sum | (parity(row & v) << (bits - 1 - k)), 0)
}

function parity(x: number): number {
  let y = x ^ (x >>> 16)
  y ^= y >>> 8
  y ^= y >>> 4
  return (0x6996 >> (y & 15)) & 1
}

function word({ words }: Stream): number {
  const out = new Uint32Array(2)
  next64(words, out)
  return out[1] | 0
}
