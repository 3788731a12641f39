/** From what is known at each output time to observations with their errors. */
import { quantities } from '../../network/network'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import type { Bias, ErrorEstimate, Observation, Problem } from '../contract'
import { type Known, keyOf, pairOf } from './law'

/** One output time: the density's law, and the states that it was fitted to. */
export interface Taken {
  readonly known: Known
  /** Undefined where the law is exact. */
  readonly fitted?: Known
  /** Independent states behind it; drawn from the network, those of a step over the steps, as if no error were forgotten. */
  readonly states: number
  /** The same of independent parts of the states, where these are weighted: how far they differ is the error. */
  readonly herds?: readonly Known[]
}

/** Standard error of a mean over independent herds; undefined where there are none. */
function errorOverHerds({ herds = [] }: Taken, pick: (herd: Known) => number): number | undefined {
  const H = herds.length
  if (H < 2) return undefined
  const values = herds.map(pick)
  const mean = values.reduce((sum, x) => sum + x, 0) / H
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (H * (H - 1)))
}

const how =
  'the difference between the network and the states it was last fitted to; what earlier steps added is in the error of sampling, as if nothing were forgotten'

export function observations(problem: Problem, taken: readonly (Taken | undefined)[]): Record<string, Observation> {
  const { observe, network } = problem
  const names = quantities(network)
  const out: Record<string, Observation> = {}
  if (observe.moments) out.moments = moments(problem, names, taken)
  const shown = names.map((_, q) => q).filter((q) => taken.every((t) => !t || t.known.laws[q]))
  if (observe.marginals && shown.length > 0) out.marginals = laws(problem, names, shown, taken)
  observe.joints.forEach((_, k) => {
    if (taken.every((t) => !t || t.known.joints[k])) {
      const [key, joint] = jointLaw(problem, names, k, taken)
      out[key] = joint
    }
  })
  return out
}

function moments({ times }: Problem, names: readonly string[], taken: readonly (Taken | undefined)[]): Observation {
  const axes = [
    ['time', [...times]],
    ['moment', ['mean', 'variance']],
    ['quantity', names],
  ] as const
  const [array, standardError, value] = [namedArray(axes), namedArray(axes), namedArray(axes)]
  for (const { data } of [array, standardError, value]) data.fill(Number.NaN)
  const Q = names.length
  taken.forEach((t, k) => {
    if (!t) return
    for (let q = 0; q < Q; q++) {
      const { means, variances, fourths } = t.known
      const [mean, variance] = [2 * k * Q + q, (2 * k + 1) * Q + q]
      array.data[mean] = means[q]
      array.data[variance] = variances[q]
      standardError.data[mean] = errorOverHerds(t, (herd) => herd.means[q]) ?? Math.sqrt(variances[q] / t.states)
      standardError.data[variance] =
        errorOverHerds(t, (herd) => herd.variances[q]) ??
        Math.sqrt(Math.max(0, fourths[q] - variances[q] ** 2) / t.states)
      value.data[mean] = t.fitted ? means[q] - t.fitted.means[q] : 0
      value.data[variance] = t.fitted ? variances[q] - t.fitted.variances[q] : 0
    }
  })
  const bias: Bias = { value, noise: standardError, how }
  return { array, error: { kind: 'sampling', standardError, bias } }
}

function laws(
  { times }: Problem,
  names: readonly string[],
  shown: readonly number[],
  taken: readonly (Taken | undefined)[],
): Observation {
  const length = taken.reduce(
    (most, t) => shown.reduce((longest, q) => Math.max(longest, t?.known.laws[q]?.length ?? 1), most),
    1,
  )
  const array = namedArray([
    ['time', [...times]],
    ['quantity', shown.map((q) => names[q])],
    ['count', Array.from({ length }, (_, n) => n)],
  ])
  const distance = new Float64Array(times.length)
  taken.forEach((t, k) => {
    shown.forEach((q, i) => {
      const at = (k * shown.length + i) * length
      if (!t) array.data.fill(Number.NaN, at, at + length)
      else array.data.set(t.known.laws[q]!, at)
      distance[k] = t ? Math.max(distance[k], l1(t, q)) : Number.NaN
    })
  })
  const byHerds = (t: Taken, i: number) => {
    const [q, n] = [shown[Math.floor(i / length)], i % length]
    return errorOverHerds(t, (herd) => herd.laws[q]?.[n] ?? 0)
  }
  return { array, error: errorOf(array, times, taken, byHerds, distance) }
}

/** Between the density's law of a quantity and that of the states it was fitted to. */
function l1({ known, fitted }: Taken, q: number): number {
  const [p, f] = [known.laws[q], fitted?.laws[q]]
  if (!p || !f) return 0
  const length = Math.max(p.length, f.length)
  let sum = 0
  for (let n = 0; n < length; n++) sum += Math.abs((p[n] ?? 0) - (f[n] ?? 0))
  return sum
}

/** By counting: √(p(1 − p)/n), and 3/n/1.96 where nothing (or all) is expected, as for an ensemble. */
function errorOf(
  array: NamedArray,
  times: Float64Array,
  taken: readonly (Taken | undefined)[],
  byHerds: (t: Taken, place: number) => number | undefined,
  distance?: Float64Array,
): ErrorEstimate {
  const per = array.data.length / Math.max(1, times.length)
  const data = array.data.map((p, i) => {
    const t = taken[Math.floor(i / per)]
    if (!t?.fitted) return t ? 0 : Number.NaN
    // Herds that have not met it say nothing.
    const found = byHerds(t, i % per)
    if (found) return found
    return p * (1 - p) * t.states < 1 ? 3 / 1.96 / t.states : Math.sqrt((p * (1 - p)) / t.states)
  })
  const standardError = { ...array, data }
  if (!distance) return { kind: 'sampling', standardError }
  const axis = [['time', [...times]]] as const
  const noise = distance.map((_, k) => {
    const t = taken[k]
    if (!t) return Number.NaN
    let sum = 0
    for (let i = k * per; i < (k + 1) * per; i++) sum += t.fitted ? Math.sqrt(2 / Math.PI) * data[i] : 0
    return sum / array.shape[1]
  })
  return {
    kind: 'sampling',
    standardError,
    bias: { value: namedArray(axis, distance), noise: namedArray(axis, noise), how },
  }
}

function jointLaw(
  { times, observe }: Problem,
  names: readonly string[],
  k: number,
  taken: readonly (Taken | undefined)[],
): readonly [string, Observation] {
  const [a, b] = observe.joints[k]
  let [rows, columns] = [1, 1]
  for (const t of taken) {
    for (const key of t?.known.joints[k]?.keys() ?? []) {
      const [x, y] = pairOf(key)
      rows = Math.max(rows, x + 1)
      columns = Math.max(columns, y + 1)
    }
  }
  const array = namedArray([
    ['time', [...times]],
    [names[a], Array.from({ length: rows }, (_, n) => n)],
    [names[b], Array.from({ length: columns }, (_, n) => n)],
  ])
  taken.forEach((t, i) => {
    const from = i * rows * columns
    if (!t) array.data.fill(Number.NaN, from, from + rows * columns)
    for (const [key, p] of t?.known.joints[k] ?? []) {
      const [x, y] = pairOf(key)
      array.data[from + x * columns + y] = p
    }
  })
  const byHerds = (t: Taken, i: number) => {
    const key = keyOf(Math.floor(i / columns), i % columns)
    return errorOverHerds(t, (herd) => herd.joints[k]?.get(key) ?? 0)
  }
  return [`joint:${names[a]},${names[b]}`, { array, error: errorOf(array, times, taken, byHerds) }]
}
