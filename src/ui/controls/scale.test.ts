import { expect, it } from 'vitest'
import type { Range } from '../../network/network'
import { lastPosition, suggestRange, toPosition, toValue } from './scale'

const ranges: Range[] = [
  { min: 1, max: 100, log: false },
  { min: 1, max: 100, log: true },
  { min: 0, max: 2, step: 0.1, log: false },
  { min: 1e-6, max: 1e-3, log: true },
  { min: -5, max: 5, log: false },
  { min: 0, max: 1e9, step: 1, log: false },
  { min: 1, max: 64, step: 1, log: true },
  { min: 0, max: 1, step: 0.3, log: false },
  { min: 0, max: 1.1, step: 0.1, log: false },
  { min: 0.13, max: 7.7, log: false },
  { min: 0, max: 1e9, log: false },
]

it('reaches both ends of every range exactly', () => {
  for (const range of ranges) {
    expect(toValue(range, 0)).toBe(range.min)
    expect(toValue(range, lastPosition(range))).toBe(range.max)
    expect(toPosition(range, range.min)).toBe(0)
    expect(toPosition(range, range.max)).toBe(lastPosition(range))
  }
})

it('rises with every position, and comes back to the position that a value came from', () => {
  for (const range of ranges.filter((r) => !(r.log && r.step))) {
    const positions = Array.from({ length: lastPosition(range) }, (_, k) => k + 1)
    expect(positions.filter((p) => !(toValue(range, p) > toValue(range, p - 1)))).toEqual([])
    expect(positions.filter((p) => toPosition(range, toValue(range, p)) !== p)).toEqual([])
  }
})

it('keeps to the declared step, without rounding dust', () => {
  const range = { min: 0, max: 2, step: 0.1, log: false }
  expect(toValue(range, 3)).toBe(0.3)
  expect(toValue(range, 7)).toBe(0.7)
  expect(lastPosition({ min: 0, max: 1.1, step: 0.1, log: false })).toBe(11)
})

it('moves in round numbers where no step is declared', () => {
  const at = (min: number, max: number) => toValue({ min, max, log: false }, 1)
  expect([at(1, 100), at(1, 4), at(0, 1), at(0, 3000)]).toEqual([1.5, 1.02, 0.005, 20])
})

it('keeps whole numbers on a logarithmic slider with step 1', () => {
  const range = { min: 1, max: 64, step: 1, log: true }
  for (let p = 0; p <= lastPosition(range); p++) expect(Number.isInteger(toValue(range, p))).toBe(true)
})

it('holds a value outside the range at the nearer end', () => {
  expect(toPosition(ranges[1], 1e9)).toBe(lastPosition(ranges[1]))
  expect(toPosition(ranges[1], -3)).toBe(0)
})

it('suggests a range that contains the value and makes a legal slider', () => {
  for (const value of [40, 0.00166, 0, -3, 1e-12]) {
    const range = suggestRange(value)
    expect(range.min).toBeLessThan(range.max)
    expect(range.min).toBeLessThanOrEqual(value)
    expect(range.max).toBeGreaterThanOrEqual(value)
    if (range.log) expect(range.min).toBeGreaterThan(0)
  }
})
