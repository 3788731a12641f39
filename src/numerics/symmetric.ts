/** Eigenvalues and eigenvectors of small symmetric matrices. */

export interface Spectrum {
  /** Descending. */
  readonly values: Float64Array
  /** Unit vectors: that of `values[k]` is at k · n … k · n + n − 1; its largest entry is positive. */
  readonly vectors: Float64Array
}

const maxSweeps = 60

/**
 * Jacobi's rotations (1846, doi:10.1515/crll.1846.30.51) of a symmetric n × n matrix, row-major. Small eigenvalues of
 * matrices with a large one keep their digits as far as the entries have them.
 */
export function symmetricSpectrum(matrix: ArrayLike<number>, n: number): Spectrum {
  const a = Float64Array.from(matrix)
  const v = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0))
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let turned = false
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) turned = rotate(a, v, n, p, q) || turned
    if (!turned) break
  }
  const order = Array.from({ length: n }, (_, k) => k).sort((i, j) => a[j * n + j] - a[i * n + i])
  const vectors = new Float64Array(n * n)
  for (const [k, column] of order.entries()) {
    const vector = Array.from({ length: n }, (_, i) => v[i * n + column])
    const largest = vector.reduce((x, y) => (Math.abs(y) > Math.abs(x) ? y : x), 0)
    for (const [i, value] of vector.entries()) vectors[k * n + i] = largest < 0 ? -value : value
  }
  return { values: Float64Array.from(order, (k) => a[k * n + k]), vectors }
}

/** Make a[p][q] zero; false where it is so already, to rounding. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): boolean {
  const off = a[p * n + q]
  const [app, aqq] = [a[p * n + p], a[q * n + q]]
  if (Math.abs(off) <= 2 ** -53 * Math.sqrt(Math.abs(app * aqq)) || off === 0) return false
  const theta = (aqq - app) / (2 * off)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const c = 1 / Math.hypot(t, 1)
  const s = t * c
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i * n + p], a[i * n + q]]
    a[i * n + p] = c * x - s * y
    a[i * n + q] = s * x + c * y
  }
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[p * n + i], a[q * n + i]]
    a[p * n + i] = c * x - s * y
    a[q * n + i] = s * x + c * y
    const [vx, vy] = [v[i * n + p], v[i * n + q]]
    v[i * n + p] = c * vx - s * vy
    v[i * n + q] = s * vx + c * vy
  }
  return true
}
