/**
 * Laws of several counts, one conditional law after the other: q(n) = Π q(n_i | n_1 … n_{i−1}), each a softmax over
 * 0…cap_i. Normalised exactly, sampled exactly. A density is one definition (`start`), from which the log-probability
 * of given states, sampling, marginals and tails all follow: they walk the same pass and cannot disagree.
 */
import type { Stream } from '../rng'
import type { CountBasis } from './basis'
import type { KeptSums } from './kept-sums'
import type { Indices, Ops, Parameters, Tensor, Weights } from './ops'

/** One walk over the variables, for many rows at once. */
export interface Pass {
  /** Unnormalised log-probabilities of the next variable, [rows, cap + 1]. Ask at most once per variable. */
  logits(): Tensor
  /** What the next variable is in each row. */
  take(counts: Indices): void
}

export interface Density {
  /** The largest count of each variable: inclusive. */
  readonly caps: readonly number[]
  /** The smooth functions that each variable's constant part combines. */
  readonly bases: readonly CountBasis[]
  /** Sums that never change; conditionals keep to them. */
  readonly kept: KeptSums | undefined
  /** Numbers per row that the law depends on, besides; 0: none. */
  readonly context: number
  initial(stream: Stream): Weights
  /** `context` has the shape [rows, context]. */
  start(ops: Ops, parameters: Parameters, rows: number, context?: Tensor): Pass
  /** Names of the parameters that hold coefficients of the i-th conditional's constant part: see `basis.ts`. */
  biasOf(i: number): string
  /** The matrix that scales how the i-th conditional depends on what came before; not there where it does not. */
  dependenceOf(i: number): string
  /** Numbers of single counts, [1, cap + 1], outside the span of the smooth functions; the optimiser leaves them alone. */
  freeOf(i: number): string
}

const forbidden = -1e30

/** Column i of states [rows, variables]. */
export function columnOf(states: Indices, i: number, variables: number): Int32Array {
  const rows = states.length / variables
  const column = new Int32Array(rows)
  for (let r = 0; r < rows; r++) column[r] = states[r * variables + i]
  return column
}

/** A pass that keeps conserved sums: only counts from which the later variables can reach every total. */
export function keeping(density: Density, ops: Ops, parameters: Parameters, rows: number, context?: Tensor): Pass {
  const pass = density.start(ops, parameters, rows, context)
  const sums = remaining(density, rows)
  return {
    logits() {
      const logits = pass.logits()
      const mask = sums?.mask()
      return mask ? ops.add(logits, ops.constant(mask, logits.shape)) : logits
    },
    take(counts) {
      sums?.take(counts)
      pass.take(counts)
    },
  }
}

/** What is left of conserved sums in each row, as the variables become known. */
export function remaining({ caps, kept }: Density, rows: number) {
  if (!kept) return undefined
  const left = new Int32Array(rows).fill(kept.all)
  let i = 0
  return {
    /** [rows, cap + 1]: 0 where a count of the next variable is allowed, else −10³⁰. Undefined where all are. */
    mask(): Float32Array | undefined {
      if (!kept.rules(i)) return undefined
      const counts = caps[i] + 1
      const mask = new Float32Array(rows * counts)
      const known = new Map<number, Float32Array>()
      for (let r = 0; r < rows; r++) {
        const row = known.get(left[r]) ?? rowOf(kept, i, left[r], counts)
        known.set(left[r], row)
        mask.set(row, r * counts)
      }
      return mask
    },
    take(counts: Indices): void {
      for (let r = 0; r < rows; r++) left[r] -= counts[r] * kept.steps[i]
      i++
    },
  }
}

const rowOf = (kept: KeptSums, i: number, left: number, counts: number) =>
  Float32Array.from({ length: counts }, (_, n) => (kept.allows(i, left, n) ? 0 : forbidden))

/** ln q of states [rows, variables]: shape [rows]. */
export function logProbability(
  density: Density,
  ops: Ops,
  parameters: Parameters,
  states: Indices,
  context?: Tensor,
): Tensor {
  const N = density.caps.length
  const rows = states.length / N
  const pass = keeping(density, ops, parameters, rows, context)
  let sum: Tensor | undefined
  for (let i = 0; i < N; i++) {
    const column = columnOf(states, i, N)
    const term = ops.pick(pass.logits(), column)
    sum = sum ? ops.add(sum, term) : term
    if (i < N - 1) pass.take(column)
  }
  return sum!
}
