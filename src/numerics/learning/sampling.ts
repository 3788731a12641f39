/** Draws from autoregressive densities by our own streams, and what follows from them: marginals, joints, tails. */
import { log } from '../elementary'
import type { Stream } from '../rng'
import { type ChainLaw, invert } from './chain-law'
import { columnOf, type Density, keeping, logProbability } from './density'
import type { Asking, Indices, Ops } from './ops'

/** Rows that walk together. Fixed: which uniform a row gets depends on it. */
const chunk = 2048

export interface Draws {
  /** [rows, variables]. */
  readonly states: Int32Array
  /** ln q of each row under the law it was drawn from. */
  readonly logQ: Float64Array
}

export interface DrawSettings {
  /** [rows, context]. */
  readonly context?: Float32Array
  /** Logarithms of conditional probabilities are multiplied by this before drawing: below 1, tails are drawn more often. */
  readonly power?: number
}

/** Ancestral sampling: one pass, each count by inversion of its conditional law. */
export async function draw(
  density: Density,
  learner: Asking,
  rows: number,
  stream: Stream,
  { context, power = 1 }: DrawSettings = {},
): Promise<Draws> {
  const N = density.caps.length
  const states = new Int32Array(rows * N)
  const logQ = new Float64Array(rows)
  for (let from = 0; from < rows; from += chunk) {
    const length = Math.min(chunk, rows - from)
    await learner.run(async (ops, parameters) => {
      const width = density.context
      const given = context && ops.constant(context.subarray(from * width, (from + length) * width), [length, width])
      const pass = keeping(density, ops, parameters, length, given)
      for (let i = 0; i < N; i++) {
        const logits = pass.logits()
        const counts = density.caps[i] + 1
        const law = ops.softmax(power === 1 ? logits : ops.affine(logits, power, 0))
        const p = await ops.read(law)
        const column = new Int32Array(length)
        for (let r = 0; r < length; r++) {
          const n = invert(p, r * counts, counts, stream.uniform())
          column[r] = n
          states[(from + r) * N + i] = n
          logQ[from + r] += log(p[r * counts + n])
        }
        if (i < N - 1) pass.take(column)
      }
    })
  }
  return { states, logQ }
}

/** ln q of states [rows, variables]. */
export async function logProbabilities(
  density: Density,
  learner: Asking,
  states: Indices,
  context?: Float32Array,
): Promise<Float64Array> {
  const N = density.caps.length
  const rows = states.length / N
  const all = Int32Array.from(states)
  const out = new Float64Array(rows)
  for (let from = 0; from < rows; from += chunk) {
    const length = Math.min(chunk, rows - from)
    const values = await learner.run((ops, parameters) => {
      const width = density.context
      const given = context && ops.constant(context.subarray(from * width, (from + length) * width), [length, width])
      return ops.read(logProbability(density, ops, parameters, all.subarray(from * N, (from + length) * N), given))
    })
    out.set(values, from)
  }
  return out
}

/** A law of one count. */
export interface Law {
  readonly p: Float64Array
  /** Standard errors where it was sampled; absent where every way to it was summed. */
  readonly standardError?: Float64Array
}

export interface Marginals {
  readonly laws: readonly Law[]
  /** One per asked pair [i, j]: [cap_i + 1, cap_j + 1]. */
  readonly joints: readonly Law[]
}

export interface MarginalSettings {
  readonly pairs?: readonly (readonly [number, number])[]
  /** Prefixes are all summed up to this many; beyond, they are drawn. */
  readonly exactUpTo?: number
  /** Rows to draw. */
  readonly rows?: number
  readonly context?: Float32Array
}

/**
 * Marginal laws and laws of pairs. Where there are few possible prefixes n_1 … n_{i−1}, all are summed; where there are
 * many, prefixes are drawn and their conditional laws averaged, which is never worse than counting what was drawn.
 * `context` is one row, the same for all.
 */
export async function marginals(
  density: Density,
  learner: Asking,
  stream: Stream,
  { pairs = [], exactUpTo = 20_000, rows = 20_000, context }: MarginalSettings = {},
): Promise<Marginals> {
  const { caps } = density
  const N = caps.length
  const laws: Law[] = []
  const joints: Law[] = []
  const exactly = exactDepth(caps, exactUpTo)
  const sweeps = [
    { prefixes: await everyPrefix(density, learner, exactly, context), from: 0, to: exactly },
    ...(exactly < N ? [{ prefixes: undefined, from: exactly, to: N }] : []),
  ]
  for (const { prefixes, from, to } of sweeps) {
    const sums = tallies(caps, pairs, from, to)
    if (prefixes) for (const { i, states, weights, p } of prefixes) tally(sums, caps, i, states, weights, p)
    else await sampled(density, learner, stream, rows, sums, context)
    for (let i = from; i < to; i++) laws[i] = lawOf(sums.singles[i]!, prefixes ? undefined : rows)
    pairs.forEach(([a, b], k) => {
      const last = Math.max(a, b)
      if (last >= from && last < to) joints[k] = lawOf(sums.pairs[k]!, prefixes ? undefined : rows)
    })
  }
  return { laws, joints }
}

/** How many variables have few enough prefixes. */
function exactDepth(caps: readonly number[], most: number): number {
  let prefixes = 1
  let i = 0
  while (i < caps.length && prefixes <= most) prefixes *= caps[i++] + 1
  return i
}

/** Σ w p and Σ (w p)² over rows. */
interface Sums {
  readonly first: Float64Array
  readonly second: Float64Array
}
interface Tallies {
  readonly singles: readonly (Sums | undefined)[]
  readonly pairs: readonly (Sums | undefined)[]
  readonly asked: readonly (readonly [number, number])[]
}

function tallies(caps: readonly number[], asked: Tallies['asked'], from: number, to: number): Tallies {
  const zeros = (n: number): Sums => ({ first: new Float64Array(n), second: new Float64Array(n) })
  const within = (i: number) => i >= from && i < to
  return {
    asked,
    singles: caps.map((cap, i) => (within(i) ? zeros(cap + 1) : undefined)),
    pairs: asked.map(([a, b]) => (within(Math.max(a, b)) ? zeros((caps[a] + 1) * (caps[b] + 1)) : undefined)),
  }
}

/** Add the conditional laws p [rows, counts] of variable i after the prefixes `states` [rows, N]. */
function tally(
  { singles, pairs, asked }: Tallies,
  caps: readonly number[],
  i: number,
  states: Int32Array,
  weights: Float64Array | undefined,
  p: Float32Array,
): void {
  const counts = caps[i] + 1
  const rows = p.length / counts
  const N = caps.length
  const add = ({ first, second }: Sums, at: number, value: number) => {
    first[at] += value
    second[at] += value * value
  }
  const single = singles[i]
  for (let r = 0; single && r < rows; r++) {
    const w = weights ? weights[r] : 1
    for (let n = 0; n < counts; n++) add(single, n, w * p[r * counts + n])
  }
  asked.forEach(([a, b], k) => {
    const sums = pairs[k]
    if (!sums || Math.max(a, b) !== i) return
    for (let r = 0; r < rows; r++) {
      const w = weights ? weights[r] : 1
      const other = states[r * N + Math.min(a, b)]
      for (let n = 0; n < counts; n++) {
        add(sums, b === i ? other * counts + n : n * (caps[b] + 1) + other, w * p[r * counts + n])
      }
    }
  })
}

function lawOf({ first, second }: Sums, rows: number | undefined): Law {
  if (rows === undefined) return { p: first }
  const p = first.map((sum) => sum / rows)
  return { p, standardError: second.map((sum, n) => Math.sqrt(Math.max(0, sum / rows - p[n] * p[n]) / rows)) }
}

interface Prefixes {
  readonly i: number
  readonly states: Int32Array
  readonly weights: Float64Array
  readonly p: Float32Array
}

/** For the first `depth` variables: all prefixes with their probabilities, and the conditional laws after them. */
async function everyPrefix(
  density: Density,
  learner: Asking,
  depth: number,
  context: Float32Array | undefined,
): Promise<Prefixes[]> {
  const { caps } = density
  const N = caps.length
  const out: Prefixes[] = []
  let states: Int32Array = new Int32Array(N)
  let weights = Float64Array.of(1)
  for (let i = 0; i < depth; i++) {
    const counts = caps[i] + 1
    const p = await conditionals(density, learner, i, states, context)
    out.push({ i, states, weights, p })
    if (i === depth - 1) break
    const rows = weights.length
    const next = new Int32Array(rows * counts * N)
    const nextWeights = new Float64Array(rows * counts)
    for (let r = 0, at = 0; r < rows; r++) {
      for (let n = 0; n < counts; n++, at++) {
        next.set(states.subarray(r * N, r * N + i), at * N)
        next[at * N + i] = n
        nextWeights[at] = weights[r] * p[r * counts + n]
      }
    }
    states = next
    weights = nextWeights
  }
  return out
}

/** Conditional laws [rows, cap_i + 1] of variable i after prefixes in the first i columns of states [rows, N]. */
export async function conditionals(
  density: Density,
  learner: Asking,
  i: number,
  states: Int32Array,
  context?: Float32Array,
): Promise<Float32Array> {
  const N = density.caps.length
  const rows = states.length / N
  const counts = density.caps[i] + 1
  const out = new Float32Array(rows * counts)
  for (let from = 0; from < rows; from += chunk) {
    const length = Math.min(chunk, rows - from)
    const part = states.subarray(from * N, (from + length) * N)
    const p = await learner.run((ops, parameters) => {
      const pass = keeping(density, ops, parameters, length, repeated(context, length, ops))
      for (let j = 0; j < i; j++) {
        pass.logits()
        pass.take(columnOf(part, j, N))
      }
      return ops.read(ops.softmax(pass.logits()))
    })
    out.set(p, from * counts)
  }
  return out
}

async function sampled(
  density: Density,
  learner: Asking,
  stream: Stream,
  rows: number,
  sums: Tallies,
  context: Float32Array | undefined,
): Promise<void> {
  const { caps } = density
  const N = caps.length
  for (let from = 0; from < rows; from += chunk) {
    const length = Math.min(chunk, rows - from)
    const states = new Int32Array(length * N)
    await learner.run(async (ops, parameters) => {
      const pass = keeping(density, ops, parameters, length, repeated(context, length, ops))
      for (let i = 0; i < N; i++) {
        const counts = caps[i] + 1
        const p = await ops.read(ops.softmax(pass.logits()))
        tally(sums, caps, i, states, undefined, p)
        const column = new Int32Array(length)
        for (let r = 0; r < length; r++) {
          column[r] = invert(p, r * counts, counts, stream.uniform())
          states[r * N + i] = column[r]
        }
        if (i < N - 1) pass.take(column)
      }
    })
  }
}

function repeated(context: Float32Array | undefined, rows: number, ops: Ops) {
  if (!context) return undefined
  const all = new Float32Array(rows * context.length)
  for (let r = 0; r < rows; r++) all.set(context, r * context.length)
  return ops.constant(all, [rows, context.length])
}

/** A density as a chain of laws, with the weights as the learner has them when it is asked. */
export function chainOf(density: Density, learner: Asking, lows: readonly number[], context?: Float32Array): ChainLaw {
  const { caps } = density
  const N = caps.length
  return {
    lows,
    widths: caps.map((cap) => cap + 1),
    laws(i, before, rows) {
      const states = new Int32Array(rows * N)
      before.forEach((column, j) => {
        for (let r = 0; r < rows; r++) states[r * N + j] = column[r]
      })
      return conditionals(density, learner, i, states, context)
    },
  }
}
