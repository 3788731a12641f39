/** Small dense linear algebra, row-major in flat arrays. */

/**
 * Factor `a` (n×n, overwritten) into LU with row exchanges noted in `pivots` (length n).
 * Returns false, with `a` spoilt, when it is singular or holds a number that is not finite.
 */
export function factor(a: Float64Array, n: number, pivots: Int32Array): boolean {
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i
    pivots[k] = pivot
    if (pivot !== k) {
      for (let j = 0; j < n; j++) {
        const swapped = a[k * n + j]
        a[k * n + j] = a[pivot * n + j]
        a[pivot * n + j] = swapped
      }
    }
    const diagonal = a[k * n + k]
    if (diagonal === 0 || !Number.isFinite(diagonal)) return false
    for (let i = k + 1; i < n; i++) {
      const multiple = a[i * n + k] / diagonal
      a[i * n + k] = multiple
      if (multiple !== 0) for (let j = k + 1; j < n; j++) a[i * n + j] -= multiple * a[k * n + j]
    }
  }
  return true
}

/** Solve with the factors and pivots of `factor`: `b` (length n) is replaced by the solution. */
export function solveFactored(lu: Float64Array, n: number, pivots: Int32Array, b: Float64Array): void {
  for (let k = 0; k < n; k++) {
    const pivot = pivots[k]
    if (pivot !== k) {
      const swapped = b[k]
      b[k] = b[pivot]
      b[pivot] = swapped
    }
  }
  for (let i = 1; i < n; i++) {
    let sum = b[i]
    for (let j = 0; j < i; j++) sum -= lu[i * n + j] * b[j]
    b[i] = sum
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]
    for (let j = i + 1; j < n; j++) sum -= lu[i * n + j] * b[j]
    b[i] = sum / lu[i * n + i]
  }
}

/**
 * The lower Cholesky factor of a symmetric `a` (n×n), above the diagonal 0; null when it is not positive definite.
 */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k]
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j]
      else if (sum > 0 && sum < Number.POSITIVE_INFINITY) lower[i * n + i] = Math.sqrt(sum)
      else return null
    }
  }
  return lower
}

/** y with L y = b, for a lower triangle. */
export function solveLower(lower: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const y = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let sum = b[i]
    for (let j = 0; j < i; j++) sum -= lower[i * n + j] * y[j]
    y[i] = sum / lower[i * n + i]
  }
  return y
}
