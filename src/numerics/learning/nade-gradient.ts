/**
 * Gradients of ln q of each sample of a batch, without writing them down. With δ_i = onehot(n_i) − q_i, e_i = V_iᵀδ_i ∘
 * h_i(1 − h_i) and t_j = Σ_{i>j} e_i, a sample's gradient is
 *
 *     ∂b_i = δ_i,   ∂V_i = δ_i h_iᵀ,   ∂c = t_{−1},   ∂W_j = n_j·scale_j·t_j,
 *
 * so that two samples' gradients have the inner product Σ_i (1 + h_i·h_i')(δ_i·δ_i') + t_{−1}·t_{−1}' + Σ_j (n_j n_j' …)
 * (t_j·t_j'): about M + H numbers per species instead of M·H. Sums over samples need one pass, as any backward pass does.
 */
import { blockRows, innerProducts, padded } from '../inner-products'
import { type Batch, isRest, type Nade } from './nade'

/** Turn the batch's conditionals into δ, and write what flows back into c and W. Call once after `walk`. */
export function differentiate(net: Nade, batch: Batch): void {
  const { caps, hidden: H, scales, parameters, at } = net
  const L = caps.length
  const tail = new Float64Array(H)
  for (let row = 0; row < batch.size; row++) {
    tail.fill(0)
    for (let i = L - 1; i >= 0; i--) {
      const width = caps[i] + 1
      const delta = batch.cells[i]
      const from = row * width
      const count = batch.counts[row * L + i]
      if (i < L - 1) {
        const x = count * scales[i]
        const to = (row * L + i + 1) * H
        for (let k = 0; k < H; k++) batch.inputs[to + k] = x * tail[k]
      }
      for (let m = 0; m < width; m++) delta[from + m] = -delta[from + m]
      delta[from + count] += 1
      if (isRest(net, i)) continue
      const h = batch.hidden[i]
      backward(parameters, at.v[i], H, delta, from, width, h, row * H, tail)
    }
    for (let k = 0; k < H; k++) batch.inputs[row * L * H + k] = tail[k]
  }
  clearBeyond(net, batch)
}

/** tail += V_iᵀ δ_i ∘ h(1 − h) */
function backward(
  parameters: Float64Array,
  v: number,
  H: number,
  delta: Float64Array,
  from: number,
  width: number,
  h: Float64Array,
  place: number,
  tail: Float64Array,
): void {
  for (let k = 0; k < H; k++) {
    let sum = 0
    for (let m = 0, p = v + k; m < width; m++, p += H) sum += delta[from + m] * parameters[p]
    tail[k] += sum * h[place + k] * (1 - h[place + k])
  }
}

/** Rows that fill the last block must not be read as samples. */
function clearBeyond({ caps, hidden: H }: Nade, batch: Batch): void {
  const end = padded(batch.size)
  if (end === batch.size) return
  const clear = (rows: Float64Array, width: number) => rows.fill(0, batch.size * width, end * width)
  for (let i = 0; i < caps.length; i++) {
    clear(batch.cells[i], caps[i] + 1)
    clear(batch.hidden[i], H)
  }
  clear(batch.inputs, caps.length * H)
}

/** out = Σ_b coefficients[b] · ∇ ln q(n_b), of a batch that was differentiated. P numbers. */
export function gradientSum(net: Nade, batch: Batch, coefficients: Float64Array, out: Float64Array): void {
  const { caps, hidden: H, at } = net
  const L = caps.length
  out.fill(0)
  for (let row = 0; row < batch.size; row++) {
    const weight = coefficients[row]
    if (weight === 0) continue
    // c and the W_j follow each other, as the inputs do.
    const inputs = row * L * H
    for (let k = 0; k < L * H; k++) out[k] += weight * batch.inputs[inputs + k]
    for (let i = 0; i < L; i++) {
      if (isRest(net, i)) continue
      const width = caps[i] + 1
      const delta = batch.cells[i]
      const h = batch.hidden[i]
      const from = row * width
      for (let m = 0, v = at.v[i]; m < width; m++, v += H) {
        const value = weight * delta[from + m]
        if (value === 0) continue
        out[at.b[i] + m] += value
        for (let k = 0; k < H; k++) out[v + k] += value * h[row * H + k]
      }
    }
  }
}

/**
 * gram[b·stride + b'] = ∇ ln q(n_b) · ∇ ln q(n_b') for b' ≤ b (and within the diagonal blocks), rows and columns up to
 * the next multiple of four: those beyond the batch are zero. `stride` ≥ that.
 */
export function gram(net: Nade, batch: Batch, out: Float64Array, stride: number): void {
  const { caps, hidden: H } = net
  const L = caps.length
  const n = padded(batch.size)
  const deltas = new Float64Array(blockRows * blockRows)
  const units = new Float64Array(blockRows * blockRows)
  const sums = new Float64Array(blockRows * blockRows)
  const length = L * H
  for (let i = 0; i < n; i += blockRows) {
    for (let j = 0; j <= i; j += blockRows) {
      innerProducts(batch.inputs, i * length, length, batch.inputs, j * length, length, length, sums)
      for (let s = 0; s < L; s++) {
        if (isRest(net, s)) continue
        const width = caps[s] + 1
        const [delta, h] = [batch.cells[s], batch.hidden[s]]
        innerProducts(delta, i * width, width, delta, j * width, width, width, deltas)
        innerProducts(h, i * H, H, h, j * H, H, H, units)
        for (let k = 0; k < blockRows * blockRows; k++) sums[k] += deltas[k] * (1 + units[k])
      }
      for (let p = 0; p < blockRows; p++) {
        for (let q = 0; q < blockRows; q++) out[(i + p) * stride + j + q] = sums[p * blockRows + q]
      }
    }
  }
}
