import { describe, expect, it } from 'vitest'
import { factorCholesky, solveCholesky } from './cholesky'
import { factor, solveFactored } from './dense'
import { stream } from './rng'

/** AᵀA + I of random A, n×n. */
function positive(n: number): Float64Array {
  const source = stream(3, n)
  const a = Float64Array.from({ length: n * n }, () => source.uniform() - 0.5)
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    let sum = i === j ? 1 : 0
    for (let k = 0; k < n; k++) sum += a[k * n + i] * a[k * n + j]
    return sum
  })
}

describe('Cholesky', () => {
  it.each([4, 8, 20, 52])('solves as Gaussian elimination does, and gives A back: n = %i', (n) => {
    const a = positive(n)
    const l = a.slice()
    expect(factorCholesky(l, n)).toBe(true)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += l[i * n + k] * l[j * n + k]
        expect(Math.abs(sum - a[i * n + j])).toBeLessThan(1e-13 * n)
      }
    }
    const b = Float64Array.from({ length: n }, (_, i) => Math.sin(i))
    const x = b.slice()
    solveCholesky(l, n, x)
    const pivots = new Int32Array(n)
    expect(factor(a, n, pivots)).toBe(true)
    solveFactored(a, n, pivots, b)
    for (let i = 0; i < n; i++) expect(Math.abs(x[i] - b[i])).toBeLessThan(1e-12)
  })

  it('finds room in wider rows, and reads the lower triangle only', () => {
    const a = positive(8)
    const wide = new Float64Array(8 * 11).fill(Number.NaN)
    for (let i = 0; i < 8; i++) for (let j = 0; j <= i; j++) wide[i * 11 + j] = a[i * 8 + j]
    expect(factorCholesky(wide, 8, 11)).toBe(true)
    expect(factorCholesky(a, 8)).toBe(true)
    for (let i = 0; i < 8; i++) for (let j = 0; j <= i; j++) expect(wide[i * 11 + j]).toBe(a[i * 8 + j])
  })

  it('refuses what is not positive definite', () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const a = positive(4)
      a[10] = value
      expect(factorCholesky(a, 4)).toBe(false)
    }
  })
})
