import { describe, expect, it } from 'vitest'
import { stream } from './rng'
import { symmetricSpectrum } from './symmetric'

describe('the spectrum of a symmetric matrix', () => {
  it('is known for 2 × 2 and diagonal ones', () => {
    const { values, vectors } = symmetricSpectrum([2, 1, 1, 2], 2)
    expect(values[0]).toBeCloseTo(3, 14)
    expect(values[1]).toBeCloseTo(1, 14)
    for (const entry of vectors.subarray(0, 2)) expect(entry).toBeCloseTo(Math.SQRT1_2, 14)
    expect([...symmetricSpectrum([1, 0, 0, 5], 2).values]).toEqual([5, 1])
    expect([...symmetricSpectrum([0, 0, 0, 0], 2).values]).toEqual([0, 0])
  })

  it('is that of the second difference, 4 sin²(kπ/2(n + 1))', () => {
    const n = 9
    const a = Float64Array.from({ length: n * n }, (_, i) => {
      const d = Math.abs(Math.floor(i / n) - (i % n))
      return d === 0 ? 2 : d === 1 ? -1 : 0
    })
    const { values } = symmetricSpectrum(a, n)
    for (const [k, value] of values.entries()) {
      expect(value).toBeCloseTo(4 * Math.sin(((n - k) * Math.PI) / (2 * (n + 1))) ** 2, 12)
    }
  })

  it('puts a matrix together again', () => {
    const rng = stream(3, 0)
    const n = 6
    const a = new Float64Array(n * n)
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = rng.uniform() - 0.5
    const { values, vectors } = symmetricSpectrum(a, n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < n; k++) sum += values[k] * vectors[k * n + i] * vectors[k * n + j]
        expect(sum).toBeCloseTo(a[i * n + j], 13)
      }
    }
  })

  it('keeps the digits of a small eigenvalue beside a large one', () => {
    // Scaled by D = diag(1, 1e-6) from [[2, 1], [1, 2]]: the small one is det/large, 3e-12/2 to six digits.
    const { values } = symmetricSpectrum([2, 1e-6, 1e-6, 2e-12], 2)
    expect(values[1] / (3e-12 / values[0])).toBeCloseTo(1, 12)
  })
})
