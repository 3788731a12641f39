import { expect, it } from 'vitest'
import { kolmogorovSmirnov, twoSided } from './statistics'
import { threefry } from './threefry'

const words = (...[k0, k1, c0, c1]: number[]): string => {
  const out = new Uint32Array(2)
  threefry(k0, k1, c0, c1, out)
  return [...out].map((word) => word.toString(16).padStart(8, '0')).join(' ')
}

it('gives the known answers of its authors', () => {
  const ones = 0xffffffff
  expect(words(0, 0, 0, 0)).toBe('6b200159 99ba4efe')
  expect(words(ones, ones, ones, ones)).toBe('1cb996fc bb002be7')
  expect(words(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toBe('c4923a9c 483df7a0')
})

it('draws evenly along the counter and along the replicates', () => {
  const out = new Uint32Array(2)
  const at = (i: number, replicate: number, draw: number) => {
    threefry(7, 9, replicate, draw, out)
    return out[i] / 2 ** 32
  }
  const n = 20_000
  for (const word of [0, 1]) {
    const along = Array.from({ length: n }, (_, draw) => at(word, 3, draw))
    const across = Array.from({ length: n }, (_, replicate) => at(word, replicate, 3))
    // p ≈ 7·10⁻⁶ per comparison, as everywhere.
    for (const sample of [along, across]) {
      expect(kolmogorovSmirnov(sample, (x) => x).pValue).toBeGreaterThan(twoSided(4.5))
    }
  }
})
