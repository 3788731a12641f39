/** Dense symmetric positive definite systems: A = L·Lᵀ (Golub & Van Loan 2013, §4.2), in blocks of four rows. */
import { blockRows, innerProducts } from './inner-products'

/**
 * Factor `a` (n×n, row-major, rows `stride` ≥ n apart, n a multiple of four; only the lower triangle is read) in place:
 * the lower triangle becomes L, the rest stays as it was. Returns false, with `a` spoilt, when it is not positive
 * definite or holds a number that is not finite.
 */
export function factorCholesky(a: Float64Array, n: number, stride = n): boolean {
  const products = new Float64Array(blockRows * blockRows)
  for (let j = 0; j < n; j += blockRows) {
    for (let i = j; i < n; i += blockRows) {
      innerProducts(a, i * stride, stride, a, j * stride, stride, j, products)
      for (let p = 0; p < blockRows; p++) {
        const row = (i + p) * stride + j
        const last = i === j ? p : blockRows - 1
        for (let q = 0; q <= last; q++) {
          const column = (j + q) * stride + j
          let value = a[row + q] - products[p * blockRows + q]
          for (let k = 0; k < q; k++) value -= a[row + k] * a[column + k]
          if (i === j && p === q) {
            if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return false
            a[row + q] = Math.sqrt(value)
          } else {
            a[row + q] = value / a[column + q]
          }
        }
      }
    }
  }
  return true
}

/** Solve L·Lᵀ x = b with the factor of `factorCholesky`: `b` (length n) is replaced by x. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array, stride = n): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]
    for (let k = 0; k < i; k++) sum -= l[i * stride + k] * b[k]
    b[i] = sum / l[i * stride + i]
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i] / l[i * stride + i]
    b[i] = value
    // By rows of L, as they lie in memory.
    for (let k = 0; k < i; k++) b[k] -= l[i * stride + k] * value
  }
}
