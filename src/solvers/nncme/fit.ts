/** A density fitted to states by maximum likelihood. */
import { cos } from '../../numerics/elementary'
import { columnOf, type Density, keeping } from '../../numerics/learning/density'
import { fitSmoothLaw } from '../../numerics/learning/log-law'
import type { Learner, Ops, Parameters, Tensor, Weights } from '../../numerics/learning/ops'
import type { Stream } from '../../numerics/rng'

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

/** One state in so many is held out, to measure how well the others were learnt. */
export const heldOutEvery = 10
const clip = 5

/**
 * The mean of −ln q over rows of states [rows, variables]. A law that depends on nothing has no gradient: it was found
 * by Newton's method, and noisy updates would only take it away from there.
 */
export const crossEntropy = (density: Density, states: Int32Array) => (ops: Ops, parameters: Parameters) => {
  const N = density.caps.length
  const pass = keeping(density, ops, parameters, states.length / N)
  let sum: Tensor | undefined
  for (let i = 0; i < N; i++) {
    const column = columnOf(states, i, N)
    const logits = pass.logits()
    const term = ops.pick(parameters[density.dependenceOf(i)] ? logits : ops.stop(logits), column)
    sum = sum ? ops.add(sum, term) : term
    if (i < N - 1) pass.take(column)
  }
  return ops.affine(ops.mean(sum!), -1, 0)
}

/** Yields after every update. `states` in a random order are gone through as often as updates ask. */
export async function* learn(
  density: Density,
  learner: Learner,
  states: Int32Array,
  stream: Stream,
  { updates, batch, rate, decay, spent }: FitSettings,
): AsyncGenerator<Fitting, Fitting> {
  const N = density.caps.length
  const rows = states.length / N
  const order = Int32Array.from({ length: rows }, (_, r) => r)
  const size = Math.min(batch, rows)
  const part = new Int32Array(size * N)
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
    }
    next += size
    const now = rate * 0.5 * (1 + cos(Math.PI * Math.min(1, share)))
    const report = await learner.step(crossEntropy(density, part), { rate: now, clip, decay })
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

/** Coefficients of the closest smooth law of each variable, from the counts that occur in states [rows, variables]. */
export function marginalCoefficients({ caps, bases }: Density, states: Int32Array): Float64Array[] {
  return frequencies(caps, states).map((seen, i) => fitSmoothLaw(bases[i], seen))
}

/** How often each count of each variable occurs. */
export function frequencies(caps: readonly number[], states: Int32Array): Float64Array[] {
  const N = caps.length
  const out = caps.map((cap) => new Float64Array(cap + 1))
  for (let at = 0; at < states.length; at++) out[at % N][states[at]]++
  return out
}

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
