/** Seeds are fixed. χ² beyond four of its deviations comes by chance once in some ten thousand looks. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../numerics/rng'
import { hasMoved, sketchOf } from './moved'

/** Pairs of counts below 40 around 20; `tie`: how much of the second is the first. */
function pairs(rows: number, seed: number, mean = 20, tie = 0) {
  const source = stream(seed, 0)
  const sum = () => Array.from({ length: 12 }, () => source.uniform()).reduce((a, b) => a + b, -6)
  const states = new Int32Array(2 * rows)
  for (let r = 0; r < rows; r++) {
    const [a, b] = [sum(), sum()]
    states[2 * r] = Math.round(mean + 4 * a)
    states[2 * r + 1] = Math.round(20 + 4 * (tie * a + Math.sqrt(1 - tie * tie) * b))
  }
  return sketchOf([47, 47], { states })
}

describe('a law', () => {
  it('has not moved where only chance differs', () => {
    const moves = Array.from({ length: 40 }, (_, k) => hasMoved(pairs(5000, 2 * k + 1), pairs(5000, 2 * k + 2)))
    expect(moves.filter((moved) => moved)).toHaveLength(0)
  })

  it('has moved where a mean or only a dependence is another one', () => {
    // A fifth of a deviation, and a correlation of 0.2: of 5000 states some 14 standard errors each.
    expect(hasMoved(pairs(5000, 1), pairs(5000, 2, 20.8))).toBe(true)
    expect(hasMoved(pairs(5000, 1), pairs(5000, 2, 20, 0.2))).toBe(true)
  })

  it('is judged by weights and their variance', () => {
    const states = Int32Array.from({ length: 4000 }, (_, r) => r % 2)
    const even = sketchOf([1], { states })
    const own = Float64Array.from(states, (n) => (n === 0 ? 1.5 : 0.5))
    expect(hasMoved(even, sketchOf([1], { states, own }))).toBe(true)
    // The same by three times as many rows of a third of the weight where there is less: nothing has moved.
    const more = Int32Array.from({ length: 8000 }, (_, r) => (r < 2000 ? 0 : 1))
    const less = Float64Array.from(more, (n) => (n === 0 ? 1 : 1 / 3))
    expect(hasMoved(even, sketchOf([1], { states: more, own: less }))).toBe(false)
  })
})
