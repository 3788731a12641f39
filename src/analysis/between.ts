/** How far apart the laws of a network are under two settings of its parameters, at every output time. */
import { type NamedArray, namedArray } from '../numerics/named-array'
import type { Problem } from '../solvers/contract'
import { fsp } from '../solvers/fsp/index'
import { begin, held, slice } from '../solvers/fsp/projection'
import { recorder } from '../solvers/fsp/record'
import { commonBins, divergence, hellinger, totalVariation } from './distances'
import type { Work } from './progress'
import { checkSteady } from './steady'

export const measures = ['total variation', 'Hellinger', 'Kullback–Leibler'] as const

export interface Separation {
  /** [time, measure, quantity]; Kullback–Leibler in nats, of this setting's law from the other's. */
  readonly distances: NamedArray
  /** One per time: how far off the total variation may be, and the Hellinger distance (both proved). */
  readonly bounds: { readonly totalVariation: readonly number[]; readonly hellinger: readonly number[] }
  /** The laws themselves, [time, quantity, count]: of this setting, and of the other. */
  readonly here: NamedArray
  readonly there: NamedArray
}

export function* separation(one: Problem, other: Problem, tolerance = 1e-9): Work<Separation> {
  const [a, b] = [yield* laws(one, tolerance, 0), yield* laws(other, tolerance, 0.5)]
  const names = a.array.coords.quantity.map(String)
  const distances = namedArray([
    ['time', Array.from(one.times)],
    ['measure', measures],
    ['quantity', names],
  ])
  let at = 0
  for (let k = 0; k < one.times.length; k++) {
    const pairs = names.map((name) => commonBins(lawOf(a.array, k, name), lawOf(b.array, k, name)))
    for (const measure of [totalVariation, hellinger, divergence]) {
      for (const pair of pairs) distances.data[at++] = measure(pair)
    }
  }
  const pairs = a.bounds.map((p, k) => [p, b.bounds[k]] as const)
  const bounds = {
    totalVariation: pairs.map(([p, q]) => (p + q) / 2),
    // H² ≤ TV between a law and what is known of it, and H is a metric.
    hellinger: pairs.map(([p, q]) => Math.sqrt(p / 2) + Math.sqrt(q / 2)),
  }
  return { distances, bounds, here: a.array, there: b.array }
}

interface Laws {
  readonly array: NamedArray
  /** l1, one per time. */
  readonly bounds: readonly number[]
}

/** The last laws, by their question: while a slider moves, one of the two settings stays. */
const kept = new Map<string, Laws>()
const maxKept = 3

function* laws(problem: Problem, tolerance: number, from: number): Work<Laws> {
  checkSteady(problem.network)
  const { network, parameters, initial, times } = problem
  const key = JSON.stringify([network, Array.from(parameters), Array.from(initial), Array.from(times), tolerance])
  const known = kept.get(key)
  if (known) {
    kept.delete(key)
    kept.set(key, known)
    return known
  }
  const observe = { moments: false, marginals: true, joints: [], trajectories: false }
  const asked = { ...problem, observe }
  const record = recorder(asked)
  const projection = begin(asked, { ...fsp.options.defaults, tolerance })
  for (const time of times) {
    while (projection.time < time) {
      yield* slice(projection, time)
      yield {
        done: from + (0.5 * projection.time) / projection.horizon,
        phase: from > 0 ? 'kept setting' : 'this setting',
      }
    }
    record.take(held(projection))
  }
  const { array, error } = record.observations().marginals
  const made = { array, bounds: error.kind === 'bound' ? error.value : Array.from(times, () => Number.NaN) }
  kept.set(key, made)
  for (const old of kept.keys()) if (kept.size > maxKept) kept.delete(old)
  return made
}

function lawOf(array: NamedArray, time: number, quantity: string) {
  const [, quantities, counts] = array.shape
  const from = (time * quantities + array.coords.quantity.indexOf(quantity)) * counts
  return { counts: array.coords.count.map(Number), p: array.data.subarray(from, from + counts) }
}
