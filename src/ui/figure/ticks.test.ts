import { describe, expect, it } from 'vitest'
import type { Axis } from './figure'
import { nice, number, ticks } from './ticks'

const axis = (domain: [number, number], more: Partial<Axis> = {}): Axis => ({
  label: 'x',
  scale: 'linear',
  domain,
  ...more,
})

describe('ticks', () => {
  it('are round, ascending and inside the axis', () => {
    expect(ticks(axis([0, 100]), 5)).toEqual([0, 20, 40, 60, 80, 100].map((at) => ({ at, text: String(at) })))
    expect(ticks(axis([-1, 1]), 4).map(({ text }) => text)).toEqual(['−1.0', '−0.5', '0', '0.5', '1.0'])
  })

  it('stand at whole numbers only where counts are meant', () => {
    expect(ticks(axis([-0.5, 3.5], { whole: true }), 9).map(({ at }) => at)).toEqual([0, 1, 2, 3])
    expect(ticks(axis([-0.5, 1.5], { whole: true }), 9).map(({ text }) => text)).toEqual(['0', '1'])
  })

  it('do not stand beyond the last number that means something', () => {
    expect(ticks(axis([0, 140], { last: 100 }), 7).map(({ at }) => at)).toEqual([0, 20, 40, 60, 80, 100])
  })

  it('write very small and very large numbers with powers of ten', () => {
    expect(ticks(axis([0, 4e-9]), 2).map(({ text }) => text)).toEqual(['0', '2×10⁻⁹', '4×10⁻⁹'])
    expect(ticks(axis([0, 2e7]), 2).map(({ text }) => text)).toEqual(['0', '10⁷', '2×10⁷'])
  })

  it('label the decades of a logarithmic axis and mark the steps between', () => {
    const list = ticks(axis([0.1, 1000], { scale: 'log' }), 5)
    expect(list.filter(({ text }) => text).map(({ text }) => text)).toEqual(['0.1', '1', '10', '100', '1,000'])
    expect(list.filter(({ text }) => !text)).toHaveLength(4 * 8)
    expect(list.every(({ at }, k) => k === 0 || at > list[k - 1].at)).toBe(true)
  })

  it('survive an axis without extent', () => {
    expect(ticks(axis([3, 3]), 5)).toEqual([{ at: 3, text: '3' }])
    expect(nice(2, 2)).toEqual([2, 3])
  })
})

describe('numbers in words', () => {
  it.each([
    [0, '0'],
    [0.25, '0.25'],
    [-3, '−3'],
    [12345.678, '12,350'],
    [12345, '12,345'],
    [10000, '10,000'],
    [-20000, '−20,000'],
    [3.1e-9, '3.1×10⁻⁹'],
    [-1e6, '−10⁶'],
    [1e-12, '10⁻¹²'],
    [Number.NaN, 'NaN'],
  ])('%d is %s', (value, text) => expect(number(value)).toBe(text))
})
