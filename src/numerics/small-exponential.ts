/** e^A of a small matrix of any kind: scaling, squaring and the diagonal Padé approximant of degree 6. */
import { factor, solveFactored } from './dense'

/** Numerator of the Padé approximant: c_k = (12−k)! 6! / (12! k! (6−k)!). */
const padé = [1, 1 / 2, 5 / 44, 1 / 66, 1 / 792, 1 / 15840, 1 / 665280]

/**
 * The columns e^(A τ 2^(−k)) e_1 for k = 0 … levels − 1, from A (n×n, row-major): the answer at a time and at its halves.
 * A relative error of 1e-15 times the growth on the way (Moler & Van Loan 2003, doi:10.1137/S00361445024180).
 */
export function exponentialColumns(a: Float64Array, n: number, tau: number, levels: number): Float64Array[] {
  let norm = 0
  for (let j = 0; j < n; j++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + j])
    norm = Math.max(norm, sum * tau)
  }
  if (!Number.isFinite(norm)) return Array.from({ length: levels }, () => new Float64Array(n).fill(Number.NaN))
  const halvings = Math.max(levels - 1, Math.ceil(Math.log2(Math.max(norm, 1e-300))) + 1)
  const scale = tau * 2 ** -halvings
  const b = a.map((value) => value * scale)
  const b2 = multiply(b, b, n)
  const b4 = multiply(b2, b2, n)
  const b6 = multiply(b4, b2, n)
  const even = new Float64Array(n * n)
  const odd = new Float64Array(n * n)
  for (let k = 0; k < n * n; k++) {
    const unit = k % (n + 1) === 0 ? 1 : 0
    even[k] = padé[0] * unit + padé[2] * b2[k] + padé[4] * b4[k] + padé[6] * b6[k]
    odd[k] = padé[1] * unit + padé[3] * b2[k] + padé[5] * b4[k]
  }
  const u = multiply(b, odd, n)
  const below = even.map((value, k) => value - u[k])
  const pivots = new Int32Array(n)
  factor(below, n, pivots)
  let result = new Float64Array(n * n)
  const column = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) column[i] = even[i * n + j] + u[i * n + j]
    solveFactored(below, n, pivots, column)
    for (let i = 0; i < n; i++) result[i * n + j] = column[i]
  }
  const columns: Float64Array[] = []
  for (let k = halvings; k >= 0; k--) {
    if (k < levels) columns.push(Float64Array.from({ length: n }, (_, i) => result[i * n]))
    if (k > 0) result = multiply(result, result, n)
  }
  return columns.reverse()
}

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]
      if (left === 0) continue
      for (let j = 0; j < n; j++) c[i * n + j] += left * b[k * n + j]
    }
  }
  return c
}

/**
 * e^z ≈ Σ 2 Re(a/(θ − z)), the Padé approximant [5/6]: it dies out far to the left, where e^z does. Poles and residues by
 * the roots of its denominator in 40 digits.
 */
const poles = [
  { theta: [7.49063752880963, 1.621502388778394], a: [-185.54487885755512, 917.7923648638088] },
  { theta: [6.47051493670157, 4.900121147421387], a: [226.06041189362895, -305.10335904505314] },
  { theta: [4.0388475344888, 8.345600414872216], a: [-43.51553303607382, 14.015306215640607] },
] as const
/** Each application cancels residues of some hundreds. */
export const shiftedRounding = 64 * 1000 * 2 ** -53
/** Applications of it that make up the whole time: enough for modes that turn ten times in it. */
const pieces = 64

/**
 * The columns e^(τB 2^(−k)) e_1 for k = 0 … levels − 1 (at most 7) of B = (I − H⁻¹)/γ, with `ratio` = τ/γ. H may be as good
 * as singular: it is not inverted, since (θ − σ(I − H⁻¹))⁻¹ = H ((θ − σ) H + σ)⁻¹. Good to `shiftedRounding`.
 */
export function shiftedColumns(h: Float64Array, m: number, ratio: number, levels: number): Float64Array[] {
  const sigma = ratio / pieces
  const solvers = poles.map(({ theta: [re, im], a }) => {
    // Complex equations as real ones of twice the size.
    const n = 2 * m
    const lu = new Float64Array(n * n)
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        const value = (re - sigma) * h[i * m + j] + (i === j ? sigma : 0)
        lu[i * n + j] = lu[(i + m) * n + j + m] = value
        lu[(i + m) * n + j] = im * h[i * m + j]
        lu[i * n + j + m] = -im * h[i * m + j]
      }
    }
    const pivots = new Int32Array(n)
    factor(lu, n, pivots)
    return { lu, pivots, a }
  })
  let now = new Float64Array(m)
  now[0] = 1
  const right = new Float64Array(2 * m)
  const columns: Float64Array[] = []
  for (let k = 1; k <= pieces; k++) {
    const sum = new Float64Array(m)
    for (const { lu, pivots, a } of solvers) {
      right.fill(0)
      right.set(now)
      solveFactored(lu, 2 * m, pivots, right)
      for (let i = 0; i < m; i++) sum[i] += 2 * (a[0] * right[i] - a[1] * right[i + m])
    }
    now = new Float64Array(m)
    for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) now[i] += h[i * m + j] * sum[j]
    const level = Math.log2(pieces / k)
    if (Number.isInteger(level) && level < levels) columns.push(now)
  }
  return columns.reverse()
}
