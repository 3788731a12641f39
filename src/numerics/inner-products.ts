/**
 * Inner products between the rows of flat, row-major arrays, sixteen at a time: the one loop that Gram matrices and
 * Cholesky factors spend their time in.
 */

/** Rows are handled in blocks of this many: arrays must have a multiple of it, the last ones zero or ignored. */
export const blockRows = 4

/** `rows` rounded up to whole blocks. */
export const padded = (rows: number): number => Math.ceil(rows / blockRows) * blockRows

/**
 * out[4·p + q] = Σ_k x[at + p·stride + k] · y[to + q·stride' + k] for p, q < 4 and k < length. Sixteen sums in locals: two
 * loads per product become one half.
 */
export function innerProducts(
  x: Float64Array,
  at: number,
  xStride: number,
  y: Float64Array,
  to: number,
  yStride: number,
  length: number,
  out: Float64Array,
): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0]
  let [s10, s11, s12, s13] = [0, 0, 0, 0]
  let [s20, s21, s22, s23] = [0, 0, 0, 0]
  let [s30, s31, s32, s33] = [0, 0, 0, 0]
  const [x1, x2, x3] = [at + xStride, at + 2 * xStride, at + 3 * xStride]
  const [y1, y2, y3] = [to + yStride, to + 2 * yStride, to + 3 * yStride]
  for (let k = 0; k < length; k++) {
    const a0 = x[at + k]
    const a1 = x[x1 + k]
    const a2 = x[x2 + k]
    const a3 = x[x3 + k]
    const b0 = y[to + k]
    const b1 = y[y1 + k]
    const b2 = y[y2 + k]
    const b3 = y[y3 + k]
    s00 += a0 * b0
    s01 += a0 * b1
    s02 += a0 * b2
    s03 += a0 * b3
    s10 += a1 * b0
    s11 += a1 * b1
    s12 += a1 * b2
    s13 += a1 * b3
    s20 += a2 * b0
    s21 += a2 * b1
    s22 += a2 * b2
    s23 += a2 * b3
    s30 += a3 * b0
    s31 += a3 * b1
    s32 += a3 * b2
    s33 += a3 * b3
  }
  out[0] = s00
  out[1] = s01
  out[2] = s02
  out[3] = s03
  out[4] = s10
  out[5] = s11
  out[6] = s12
  out[7] = s13
  out[8] = s20
  out[9] = s21
  out[10] = s22
  out[11] = s23
  out[12] = s30
  out[13] = s31
  out[14] = s32
  out[15] = s33
}
