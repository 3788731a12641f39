/**
 * Threefry2x32-20 (Salmon, Moraes, Dror & Shaw 2011, doi:10.1145/2063384.2063405): 64 random bits as a function of a
 * 64-bit key and a 64-bit counter, from additions, rotations and exclusive ors of 32-bit words alone. There is no state
 * to keep, so that a device of thousands of lanes needs none.
 */

export const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
/** Makes the third word of the key. */
export const parity = 0x1bd11bda
export const rounds = 20
/** The key is added before the first round and after every so many. */
export const roundsPerKey = 4

/** Writes the two words for a key (k0, k1) and a counter (c0, c1) to `out`. */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const key = [k0, k1, parity ^ k0 ^ k1]
  let x = (c0 + k0) | 0
  let y = (c1 + k1) | 0
  for (let round = 0; round < rounds; round++) {
    const turn = rotations[round % rotations.length]
    x = (x + y) | 0
    y = ((y << turn) | (y >>> (32 - turn))) ^ x
    if ((round + 1) % roundsPerKey > 0) continue
    const times = (round + 1) / roundsPerKey
    x = (x + key[times % 3]) | 0
    y = (y + key[(times + 1) % 3] + times) | 0
  }
  out[0] = x
  out[1] = y
}
