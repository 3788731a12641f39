import { describe, expect, it } from 'vitest'
import { flatten, type Points, stepped, straight } from './strokes'

const up = { offset: 0, slope: 1, log: false }
const pairs = ({ points, n }: Points) => Array.from({ length: n }, (_, k) => [points[2 * k], points[2 * k + 1]])

describe('a stepped path', () => {
  it('holds each value until the next x', () => {
    expect(pairs(stepped(Float64Array.of(0, 10, 20), [1, 3, 2], up, 1))).toEqual([
      [0, 1],
      [10, 1],
      [10, 3],
      [20, 3],
      [20, 2],
      [20, 2],
    ])
  })

  it('spends no point on values that do not change', () => {
    expect(pairs(stepped(Float64Array.of(0, 10, 20, 30), [5, 5, 5, 5], up, 1))).toEqual([
      [0, 5],
      [30, 5],
    ])
  })

  it('lifts the pen where a value is missing, and ends where the last one ended', () => {
    const drawn = pairs(stepped(Float64Array.of(0, 10, 20, 30), [1, 1, Number.NaN, Number.NaN], up, 1))
    expect(drawn).toEqual([
      [0, 1],
      [20, 1],
      [Number.NaN, Number.NaN],
    ])
  })

  it('shows the full range within a column, with few points, however many values fall there', () => {
    const n = 100_000
    const xs = Float64Array.from({ length: n }, (_, k) => (100 * k) / n)
    const ys = xs.map((_, k) => (k === 31_234 ? 50 : k === 77_777 ? -50 : k % 2))
    const drawn = pairs(stepped(xs, ys, up, 1))
    expect(drawn.length).toBeLessThan(5 * 101)
    expect(Math.max(...drawn.map(([, y]) => y))).toBe(50)
    expect(Math.min(...drawn.map(([, y]) => y))).toBe(-50)
    expect(drawn.find(([, y]) => y === 50)?.[0]).toBeCloseTo(31, 0)
  })
})

describe('a straight path', () => {
  it('keeps every point that can be told apart and breaks at gaps', () => {
    const drawn = pairs(straight(Float64Array.of(0, 5, 10), [1, Number.NaN, 3], up, 1))
    expect(drawn).toEqual([
      [0, 1],
      [Number.NaN, Number.NaN],
      [10, 3],
    ])
  })
})

describe('a band', () => {
  it('runs along its upper edge and back along the lower, once for each part between gaps', () => {
    const drawn = pairs(flatten(Float64Array.of(0, 1, 2, 3), [0, 0, Number.NaN, 1], [2, 3, 4, 5], up))
    const lift = [Number.NaN, Number.NaN]
    expect(drawn).toEqual([[0, 2], [1, 3], [1, 0], [0, 0], lift, [3, 5], [3, 1], lift])
  })
})
