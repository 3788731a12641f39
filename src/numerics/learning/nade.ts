/**
 * A neural autoregressive density over counts (NADE: Larochelle & Murray 2011, proceedings.mlr.press/v15/larochelle11a;
 * over the counts of a reaction network: Weng, Zhu, Liu, Lü, Zhang & Tang 2025, arXiv:2512.10309):
 *
 *     q(n) = Π_i q(n_i | n_1 … n_{i−1}),   a_i = c + Σ_{j<i} W_j·(n_j·scale_j),   h_i = sigmoid(a_i),
 *     q(n_i = m | …) = softmax(b_i + V_i h_i)_m over 0 ≤ m ≤ cap_i.
 *
 * One pass over the species gives the exact, normalised log-probability and a sample. Symbols: B samples, L species,
 * H hidden units, M_i = cap_i + 1. All in double precision, flat and row-major; elementary functions are ours, so that bits
 * are the same in every engine.
 */
import { exp, log } from '../elementary'
import type { Variates } from '../variates'
import { type Proposal, reweigh } from './proposal'

export interface Nade {
  /** Largest count of each species, inclusive. */
  readonly caps: Int32Array
  readonly hidden: number
  /** The counts of every sample add up to this, and the last species takes what the others leave. */
  readonly total?: number
  /** What the counts of a species are multiplied by on their way in: about one over their spread, 1/√cap. */
  readonly scales: Float64Array
  readonly parameters: Float64Array
  readonly at: Layout
  /** Where species i begins in a row of probabilities; the last entry is the length of a row. */
  readonly cells: Int32Array
}

/** Where the parameters lie: c [H]; W [L − 1, H]; then for each species b_i [M_i] and V_i [M_i, H]. */
interface Layout {
  readonly c: number
  readonly w: number
  readonly b: Int32Array
  readonly v: Int32Array
}

/** A network of this shape with all parameters 0, which is the uniform law. */
export function nade(caps: ArrayLike<number>, hidden: number, total?: number): Nade {
  const L = caps.length
  const cells = new Int32Array(L + 1)
  const b = new Int32Array(L)
  const v = new Int32Array(L)
  let end = hidden * L
  for (let i = 0; i < L; i++) {
    const width = caps[i] + 1
    cells[i + 1] = cells[i] + width
    b[i] = end
    v[i] = end + width
    end += width * (1 + hidden)
  }
  return {
    caps: Int32Array.from(caps),
    hidden,
    total,
    scales: Float64Array.from(caps, (cap) => 1 / Math.sqrt(Math.max(1, cap))),
    parameters: new Float64Array(end),
    at: { c: 0, w: hidden, b, v },
    cells,
  }
}

/** Draw W and V as the papers do, normal with variance 2/(rows + columns) (Glorot & Bengio 2010), times `size`. */
export function initialise({ parameters, hidden: H, caps, at }: Nade, source: Variates, size = 1): void {
  const L = caps.length
  parameters.fill(0)
  const spread = size * Math.sqrt(2 / (L + H))
  for (let k = 0; k < (L - 1) * H; k++) parameters[at.w + k] = spread * source.normal()
  for (let i = 0; i < L; i++) {
    const width = caps[i] + 1
    const deviation = size * Math.sqrt(2 / (width + H))
    for (let k = 0; k < width * H; k++) parameters[at.v[i] + k] = deviation * source.normal()
  }
}

/** States with what the network computed about them; a run makes one and fills it again and again. */
export interface Batch {
  /** How many rows are in use. */
  size: number
  readonly capacity: number
  /** [B, L] */
  readonly counts: Int32Array
  /** ln q of each row. */
  readonly logQ: Float64Array
  /** ln of the probability with which each row was drawn: that of the proposal. */
  readonly logDrawn: Float64Array
  /** q(m | n_<i) [L][B, M_i]; `differentiate` turns them into δ = 1[m = n_i] − q(m | …). */
  readonly cells: readonly Float64Array[]
  /** h_i [L][B, H] */
  readonly hidden: readonly Float64Array[]
  /** Written by `differentiate`: [B, L·H], gradients with respect to c and then to each W_j. */
  readonly inputs: Float64Array
}

/** Room for `capacity` states, rounded up to whole blocks of rows. */
export function batchOf({ caps, hidden }: Nade, capacity: number): Batch {
  const rows = Math.ceil(capacity / 4) * 4
  const L = caps.length
  return {
    size: capacity,
    capacity: rows,
    counts: new Int32Array(rows * L),
    logQ: new Float64Array(rows),
    logDrawn: new Float64Array(rows),
    cells: Array.from(caps, (cap) => new Float64Array(rows * (cap + 1))),
    hidden: Array.from(caps, () => new Float64Array(rows * hidden)),
    inputs: new Float64Array(rows * L * hidden),
  }
}

/** h = sigmoid(a), H numbers. */
export function activate(a: Float64Array, H: number, out: Float64Array, to: number): void {
  for (let k = 0; k < H; k++) out[to + k] = 1 / (1 + exp(-a[k]))
}

/** a += W_i·(count·scale_i): what the counts of species i say to those after it. */
export function feed({ parameters, hidden: H, scales, at }: Nade, i: number, count: number, a: Float64Array): void {
  if (count === 0) return
  const x = count * scales[i]
  const w = at.w + i * H
  for (let k = 0; k < H; k++) a[k] += parameters[w + k] * x
}

/**
 * Unnormalised probabilities exp(logit − largest) of species i, given its hidden units, into `out` from `to` on; zero
 * beyond `most`. Returns their sum.
 */
export function conditional(
  { parameters, hidden: H, caps, at }: Nade,
  i: number,
  h: Float64Array,
  from: number,
  most: number,
  out: Float64Array,
  to: number,
): number {
  const b = at.b[i]
  let v = at.v[i]
  let largest = Number.NEGATIVE_INFINITY
  for (let m = 0; m <= most; m++, v += H) {
    let logit = parameters[b + m]
    for (let k = 0; k < H; k++) logit += parameters[v + k] * h[from + k]
    out[to + m] = logit
    if (logit > largest) largest = logit
  }
  let sum = 0
  for (let m = 0; m <= most; m++) {
    const p = exp(out[to + m] - largest)
    out[to + m] = p
    sum += p
  }
  for (let m = most + 1; m <= caps[i]; m++) out[to + m] = 0
  return sum
}

/** The largest count that species i can have where `left` of the total are not given away yet. */
export function most({ caps, total }: Nade, i: number, left: number): number {
  return total === undefined ? caps[i] : Math.min(caps[i], left)
}

/** Whether species i is what the others leave of the total. */
export const isRest = ({ caps, total }: Nade, i: number): boolean => total !== undefined && i === caps.length - 1

/**
 * Fill the rows of the batch from `first` on: with `draw`, by ancestral sampling, each conditional changed by the
 * proposal if there is one; without, for the counts that are in it. Also normalised conditionals, activations and
 * log-probabilities.
 */
export function walk(net: Nade, batch: Batch, first = 0, draw?: Variates, proposal?: Proposal): void {
  const { caps, hidden: H, total, parameters, at } = net
  const L = caps.length
  const a = new Float64Array(H)
  const changed = new Float64Array(Math.max(...caps) + 1)
  for (let row = first; row < batch.size; row++) {
    a.set(parameters.subarray(at.c, at.c + H))
    let left = total ?? 0
    let logQ = 0
    let logDrawn = 0
    for (let i = 0; i < L; i++) {
      const place = row * L + i
      const cells = batch.cells[i]
      const to = row * (caps[i] + 1)
      activate(a, H, batch.hidden[i], row * H)
      if (isRest(net, i)) {
        if (draw) batch.counts[place] = left
        cells.fill(0, to, to + caps[i] + 1)
        cells[to + batch.counts[place]] = 1
        if (batch.counts[place] !== left) logQ = Number.NEGATIVE_INFINITY
        continue
      }
      const last = most(net, i, left)
      const sum = conditional(net, i, batch.hidden[i], row * H, last, cells, to)
      for (let m = 0; m <= last; m++) cells[to + m] /= sum
      if (draw) {
        const weights = proposal ? reweigh(proposal, cells, to, last, changed) : 1
        const count = proposal
          ? pick(changed, 0, last, draw.uniform() * weights)
          : pick(cells, to, last, draw.uniform())
        batch.counts[place] = count
        logDrawn += log(proposal ? changed[count] / weights : cells[to + count])
      }
      const count = batch.counts[place]
      logQ += count <= last ? log(cells[to + count]) : Number.NEGATIVE_INFINITY
      left -= count
      if (i < L - 1) feed(net, i, count, a)
    }
    batch.logQ[row] = logQ
    batch.logDrawn[row] = draw ? logDrawn : logQ
  }
}

/** The first cell at which the cumulative sum passes `u`; the last possible one if rounding lets none. */
export function pick(weights: Float64Array, from: number, last: number, u: number): number {
  let rest = u
  let chosen = 0
  for (let m = 0; m <= last; m++) {
    if (weights[from + m] === 0) continue
    chosen = m
    rest -= weights[from + m]
    if (rest < 0) break
  }
  return chosen
}

/** Draw states into the batch, with their log-probabilities. */
export function sample(net: Nade, batch: Batch, source: Variates, proposal?: Proposal): void {
  walk(net, batch, 0, source, proposal)
}

/** Give species i this law and make it independent of all others, up to V_i; probabilities must be positive. */
export function setConditional({ parameters, at }: Nade, i: number, law: ArrayLike<number>): void {
  for (let m = 0; m < law.length; m++) parameters[at.b[i] + m] = log(law[m])
}

/** Rows that are walked at once, where there are many. */
const chunk = 1024

/** ln q of states [rows, species]. */
export function logProbabilitiesOf(net: Nade, counts: Int32Array): Float64Array {
  const L = net.caps.length
  const rows = counts.length / L
  const out = new Float64Array(rows)
  const batch = batchOf(net, Math.min(rows, chunk))
  for (let from = 0; from < rows; from += chunk) {
    batch.size = Math.min(chunk, rows - from)
    batch.counts.set(counts.subarray(from * L, (from + batch.size) * L))
    walk(net, batch)
    out.set(batch.logQ.subarray(0, batch.size), from)
  }
  return out
}
