/** A density fitted to states by maximum likelihood. */
import { cos } from '../../numerics/elementary'
import { columnOf, type Density, keeping } from '../../numerics/learning/density'
import { fitSmoothLaw } from '../../numerics/learning/log-law'
import type { Learner, Ops, Parameters, Tensor, Weights } from '../../numerics/learning/ops'
import type { Stream } from '../../numerics/rng'
import type { Seen } from './spread'

export interface FitSettings {
  readonly updates: number
  readonly batch: number
  readonly rate: number
  /** Of matrices: see `StepSettings`. */
  readonly decay: number
  /** Share of the time for this fit that is spent; without it, updates are counted. Its end is at 1. */
  spent?(): number
}

/** However little time there is. */
const fewestInTime = 20

export interface Fitting {
  /** Mean −ln q of the batch, in nats. */
  loss: number
  gradientNorm: number
  updates: number
}

const clip = 5

/** What is learnt from. */
export interface Rows {
  /** [rows, variables] */
  readonly states: Int32Array
  /** [rows, variables]: what a row weighs in each conditional law; without, 1. */
  readonly each?: Float32Array
  /** [rows]: what a row weighs by itself. */
  readonly own?: Float64Array
  /** [rows], of weighted ones: which belong together; those of different herds are independent. */
  readonly herd?: Uint8Array
}

function columnOfWeights(each: Float32Array, i: number, N: number): Float32Array {
  return Float32Array.from({ length: each.length / N }, (_, r) => each[r * N + i])
}

/**
 * The mean of −ln q over rows of states [rows, variables]. A law that depends on nothing has no gradient: it was found
 * by Newton's method, and noisy updates would only take it away from there.
 */
export const crossEntropy =
  (density: Density, { states, each }: Rows) =>
  (ops: Ops, parameters: Parameters) => {
    const N = density.caps.length
    const pass = keeping(density, ops, parameters, states.length / N)
    let sum: Tensor | undefined
    for (let i = 0; i < N; i++) {
      const column = columnOf(states, i, N)
      const logits = pass.logits()
      const picked = ops.pick(parameters[density.dependenceOf(i)] ? logits : ops.stop(logits), column)
      const term = each ? ops.mul(picked, ops.constant(columnOfWeights(each, i, N), picked.shape)) : picked
      sum = sum ? ops.add(sum, term) : term
      if (i < N - 1) pass.take(column)
    }
    return ops.affine(ops.mean(sum!), -1, 0)
  }

/** Yields after every update. `states` in a random order are gone through as often as updates ask. */
export async function* learn(
  density: Density,
  learner: Learner,
  { states, each }: Rows,
  stream: Stream,
  { updates, batch, rate, decay, spent }: FitSettings,
): AsyncGenerator<Fitting, Fitting> {
  const N = density.caps.length
  const rows = states.length / N
  const order = Int32Array.from({ length: rows }, (_, r) => r)
  const size = Math.min(batch, rows)
  const part = new Int32Array(size * N)
  const weights = each && new Float32Array(size * N)
  const state: Fitting = { loss: Number.NaN, gradientNorm: Number.NaN, updates: 0 }
  let next = rows
  for (let k = 0; ; k++) {
    const share = spent ? Math.max(spent(), 0) : k / updates
    if (share >= 1 && (!spent || k >= fewestInTime)) break
    if (next + size > rows) {
      shuffle(order, stream)
      next = 0
    }
    for (let r = 0; r < size; r++) {
      const from = order[next + r] * N
      for (let i = 0; i < N; i++) part[r * N + i] = states[from + i]
      if (each) weights?.set(each.subarray(from, from + N), r * N)
    }
    next += size
    const now = rate * 0.5 * (1 + cos(Math.PI * Math.min(1, share)))
    const report = await learner.step(crossEntropy(density, { states: part, each: weights }), {
      rate: now,
      clip,
      decay,
    })
    Object.assign(state, { ...report, updates: k + 1 })
    yield state
  }
  return state
}

function shuffle(order: Int32Array, stream: Stream): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(stream.uniform() * (i + 1))
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
}

/** Coefficients of the closest smooth law of each variable, from the counts that occur. */
export const smoothLaws = ({ bases }: Density, seen: readonly Seen[]): Float64Array[] =>
  seen.map(({ rows, exposure }, i) => fitSmoothLaw(bases[i], rows, exposure))

/** Weights whose constant parts have moved as the marginal laws have: training then begins near the new law. */
export function shifted(
  density: Density,
  weights: Weights,
  now: readonly Float64Array[],
  before?: readonly Float64Array[],
): Weights {
  const moved: Record<string, Weights[string]> = { ...weights }
  now.forEach((coefficients, i) => {
    const { shape, data } = weights[density.biasOf(i)]
    const old = before?.[i]
    const shift = Float32Array.from(coefficients, (c, r) => (old ? data[r] + c - old[r] : c))
    moved[density.biasOf(i)] = { shape, data: shift }
  })
  return moved
}
