import { describe, expect, it } from 'vitest'
import { trainingRecord } from './training'

describe('the record of a training', () => {
  it('keeps every update while they are few', () => {
    const record = trainingRecord()
    for (let k = 1; k <= 10; k++) record.add(k, 1 / k, k)
    const array = record.array()
    expect(array.dims).toEqual(['update', 'measure'])
    expect(array.coords.update).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect([...array.data.slice(0, 4)]).toEqual([1, 1, 1 / 2, 2])
  })

  it('stays small, and its points stay means over all updates between them', () => {
    const record = trainingRecord()
    const updates = 100_000
    for (let k = 1; k <= updates; k++) record.add(k, k, 2 * k)
    const array = record.array()
    const { update } = array.coords
    expect(update.length).toBeLessThan(512)
    expect(update.length).toBeGreaterThan(200)
    const width = Number(update[0])
    update.forEach((u, i) => {
      // Loss k in update k: the mean over the last `width` updates.
      expect(u).toBe((i + 1) * width)
      expect(array.data[2 * i]).toBeCloseTo(Number(u) - (width - 1) / 2, 6)
      expect(array.data[2 * i + 1]).toBeCloseTo(2 * array.data[2 * i], 6)
    })
  })

  it('is nothing before the first update', () => {
    expect(trainingRecord().array().shape).toEqual([0, 2])
  })
})
