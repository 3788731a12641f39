/** What a step learns from, as plain arrays, and what is missed of it. */
import type { Cells } from '../../numerics/density-head'
import { type Density, keeping, logProbability } from '../../numerics/learning/density'
import type { Loss, Ops, Parameters, Tensor } from '../../numerics/learning/ops'
import { type Parcel, parts } from '../../numerics/learning/team'
import { type Domain, encode, inputCount } from '../design'
import type { Lecture } from './student'

function promptsOf(domain: Domain, lectures: readonly Lecture[]): Float64Array {
  const width = inputCount(domain)
  const prompts = new Float64Array(lectures.length * width)
  lectures.forEach(({ setting, t }, k) => {
    encode(domain, setting, t, prompts, k * width)
  })
  return prompts
}

/** What a step learns from, as arrays: prompts [lecture, input], and states [row, variable] or targets by variable. */
export interface Prepared {
  readonly count: number
  readonly prompts: Float64Array
  readonly states?: Int32Array
  readonly targets: readonly ReturnType<typeof targetsOf>[]
}

/** Of sampled states, `rows` of each lecture from `first` on. */
export function prepare(
  density: Density,
  domain: Domain,
  lectures: readonly Lecture[],
  rows: number,
  first: number,
): Prepared {
  const given = { count: lectures.length, prompts: promptsOf(domain, lectures) }
  const sampled = lectures.flatMap(({ states }) => (states ? [states] : []))
  const N = density.caps.length
  if (!sampled.length) return { ...given, targets: density.caps.map((_, i) => targetsOf(density, lectures, i)) }
  const states = new Int32Array(sampled.length * rows * N)
  sampled.forEach((some, k) => {
    for (let j = 0; j < rows * N; j++) {
      states[k * rows * N + j] = Math.min(density.caps[j % N], some[(first * N + j) % some.length])
    }
  })
  return { ...given, states, targets: [] }
}

/** Σ p log(p/q), over all variables of a state, on average over the lectures; of sampled states, −log q. */
export function missed(
  density: Density,
  { count, prompts, states, targets }: Prepared,
  ops: Ops,
  p: Parameters,
): Tensor {
  const given = ops.constant(prompts, [count, prompts.length / count])
  if (states) return ops.affine(ops.mean(logProbability(density, ops, p, states, given)), -1, 0)
  let total: Tensor | undefined
  let entropy = 0
  for (const [i, part] of targets.entries()) {
    const pass = keeping(density, ops, p, part.rows, given)
    for (const column of part.before) pass.take(column)
    const target = ops.constant(part.target, [part.rows, density.caps[i] + 1])
    const term = ops.sum(ops.mul(target, ops.logSoftmax(pass.logits())))
    total = total ? ops.add(total, term) : term
    entropy += part.entropy
  }
  return ops.affine(total as Tensor, -1, entropy)
}

/** The conditional laws of variable i in all lectures, with their weights, and the counts before them by column. */
function targetsOf({ caps }: Density, lectures: readonly Lecture[], i: number) {
  const of = lectures.map(({ conditionals }) => conditionals.filter((one) => one.i === i))
  // Neighbouring rows share a prompt: every lecture is given as many rows as the one with the most, of no weight.
  const most = Math.max(...of.map((list) => list.length))
  const rows = most * lectures.length
  const counts = caps[i] + 1
  const target = new Float32Array(rows * counts)
  const before = Array.from({ length: i }, () => new Int32Array(rows))
  let entropy = 0
  of.forEach((list, k) => {
    list.forEach(({ law, weight, before: prefix, negentropy }, r) => {
      const row = k * most + r
      const share = weight / (list.length * lectures.length)
      addLaw(target, row * counts, counts, law, share)
      entropy += share * negentropy
      prefix.forEach((n, j) => {
        before[j][row] = Math.min(caps[j], n)
      })
    })
  })
  return { rows, target, before, entropy }
}

/** Add a share of a law to the `counts` numbers at `at`; what lies beyond them goes to the last. */
function addLaw(target: Float32Array, at: number, counts: number, { low, p }: Cells, share: number): void {
  const from = at + low[0]
  const within = Math.max(0, Math.min(p.length, counts - low[0]))
  for (let n = 0; n < within; n++) target[from + n] += share * p[n]
  for (let n = within; n < p.length; n++) target[at + counts - 1] += share * p[n]
}

/** A batch, cut: the losses of the parts add up to that of the whole. Of few lectures there are fewer parts. */
export interface Part {
  readonly share: number
  readonly prepared: Prepared
}

export function inParts(lectures: readonly Lecture[], make: (some: readonly Lecture[]) => Prepared): Part[] {
  const count = Math.min(parts, lectures.length)
  return Array.from({ length: count }, (_, k) => {
    const [from, to] = [k, k + 1].map((edge) => Math.floor((edge * lectures.length) / count))
    return { share: (to - from) / lectures.length, prepared: make(lectures.slice(from, to)) }
  })
}

export const lossOf =
  (density: Density) =>
  ({ share, prepared }: Part): Loss =>
  (ops, p) =>
    ops.affine(missed(density, prepared, ops, p), share, 0)

/** Parts of batches of so many lectures, with at most so many rows of each variable, as numbers. */
export function parcelOf({ caps, context }: Density, batch: number, rows: number): Parcel<Part> {
  const lectures = Math.ceil(batch / parts)
  const laws = caps.reduce((sum, cap, i) => sum + 2 + lectures * rows * (cap + 1 + i), 0)
  return {
    room: 4 + lectures * (context ?? 0) + Math.max(laws, lectures * rows * caps.length),
    pack({ share, prepared: { count, prompts, states, targets } }, into) {
      let at = 0
      const put = (some: ArrayLike<number>) => {
        into.set(some, at)
        at += some.length
      }
      put([share, count, prompts.length, states?.length ?? 0])
      put(prompts)
      if (states) put(states)
      for (const { rows, target, before, entropy } of targets) {
        put([rows, entropy])
        put(target)
        for (const column of before) put(column)
      }
    },
    unpack(from) {
      let at = 0
      const take = (length: number) => {
        at += length
        return from.subarray(at - length, at)
      }
      const [share, count, prompted, sampled] = take(4)
      const prompts = Float64Array.from(take(prompted))
      if (sampled) return { share, prepared: { count, prompts, states: new Int32Array(take(sampled)), targets: [] } }
      const targets = caps.map((cap, i) => {
        const [rows, entropy] = take(2)
        const target = new Float32Array(take(rows * (cap + 1)))
        return { rows, target, before: Array.from({ length: i }, () => new Int32Array(take(rows))), entropy }
      })
      return { share, prepared: { count, prompts, targets } }
    },
  }
}
