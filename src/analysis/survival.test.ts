import { describe, expect, it } from 'vitest'
import { type Duration, survivalAt, survivalOf } from './survival'

/** Weeks in remission under 6-mercaptopurine (Freireich et al. 1963), the standard example; minus: censored. */
const remission = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
const durations = (list: readonly number[]): Duration[] =>
  list.map((weeks) => ({ length: Math.abs(weeks), ended: weeks > 0 }))

describe('the product-limit estimate', () => {
  it('is that of the textbook, with Greenwood’s error', () => {
    const found = survivalOf(durations(remission))
    expect(found).toMatchObject({ durations: 21, censored: 12, median: 23, meanIsLower: true })
    expect([...found.times]).toEqual([0, 6, 7, 10, 13, 16, 22, 23])
    const rounded = (values: Float64Array, digits: number) => Array.from(values, (v) => v.toFixed(digits))
    expect(rounded(found.survival, 3)).toEqual(['1.000', '0.857', '0.807', '0.753', '0.690', '0.627', '0.538', '0.448'])
    expect(rounded(found.standardError, 4).slice(1)).toEqual([
      '0.0764',
      '0.0869',
      '0.0963',
      '0.1068',
      '0.1141',
      '0.1282',
      '0.1346',
    ])
    expect(survivalAt(found, 12)).toBeCloseTo(0.753, 3)
  })

  it('is the plain one when nothing is censored', () => {
    const found = survivalOf(durations([1, 2, 2, 5]))
    expect([...found.survival]).toEqual([1, 0.75, 0.25, 0])
    expect(found.mean).toBe(2.5)
    expect(found.median).toBe(2)
    // √(Σ(x − mean)²)/n, as the product-limit form of the error of a mean is.
    expect(found.meanError).toBeCloseTo(Math.sqrt(1.5 ** 2 + 0.5 ** 2 + 0.5 ** 2 + 2.5 ** 2) / 4, 12)
    expect(found.meanIsLower).toBe(false)
  })

  it('has nothing to say of nothing', () => {
    expect(survivalOf([])).toMatchObject({ durations: 0, censored: 0, mean: 0 })
    expect([...survivalOf(durations([-3, -4])).survival]).toEqual([1])
    expect(survivalOf(durations([-3, -4])).median).toBeUndefined()
  })
})
