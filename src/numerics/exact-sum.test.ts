import { describe, expect, it } from 'vitest'
import { addExactly, carry, digits, sumAt } from './exact-sum'
import { stream } from './rng'

const total = (values: readonly number[]): number => {
  const sums = new Float64Array(digits)
  for (const value of values) addExactly(sums, 0, value)
  carry(sums)
  return sumAt(sums, 0)
}

describe('exact sums', () => {
  it('are the same in any order, where plain sums are not', () => {
    const source = stream(1, 0)
    const values = Array.from({ length: 3000 }, () => (source.uniform() - 0.5) * 2 ** (60 * source.uniform() - 20))
    const backwards = [...values].reverse()
    const sorted = [...values].sort((a, b) => a - b)
    expect(total(backwards)).toBe(total(values))
    expect(total(sorted)).toBe(total(values))
    const plain = (list: number[]) => list.reduce((a, b) => a + b, 0)
    expect(plain(sorted)).not.toBe(plain(values))
  })

  it('are exact for whole numbers far beyond 2⁵³', () => {
    const source = stream(2, 0)
    const values = Array.from({ length: 2000 }, () => Math.floor((source.uniform() - 0.4) * 2 ** 53) * 2 ** 70)
    const exact = values.reduce((a, b) => a + BigInt(b), 0n)
    expect(total(values)).toBe(Number(exact))
  })

  it('lose nothing to cancellation', () => {
    expect(total([2 ** 150, 1, -(2 ** 150), 2 ** -60])).toBe(1 + 2 ** -60 - 0)
    expect(total([0.1, -0.1])).toBe(0)
    expect(total([-3])).toBe(-3)
  })

  it('say so when a number is too large or none', () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 161)]) expect(total([1, odd, 2])).toBeNaN()
  })
})
