/** How far apart the laws of a network are under two settings of its parameters, at every output time. */
import { commonBins, divergence, hellinger, totalVariation } from '../numerics/distances'
import { type NamedArray, namedArray } from '../numerics/named-array'
import type { Problem } from '../solvers/contract'
import { type Laws, lawsOf, scaled } from './laws'
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
  const names = a.marginals.coords.quantity.map(String)
  const distances = namedArray([
    ['time', Array.from(one.times)],
    ['measure', measures],
    ['quantity', names],
  ])
  let at = 0
  for (let k = 0; k < one.times.length; k++) {
    const pairs = names.map((name) => commonBins(lawOf(a.marginals, k, name), lawOf(b.marginals, k, name)))
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
  return { distances, bounds, here: a.marginals, there: b.marginals }
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
  const made = yield* scaled(lawsOf(problem, tolerance), from, from + 0.5, from > 0 ? 'kept setting' : 'this setting')
  kept.set(key, made)
  for (const old of kept.keys()) if (kept.size > maxKept) kept.delete(old)
  return made
}

function lawOf(array: NamedArray, time: number, quantity: string) {
  const [, quantities, counts] = array.shape
  const from = (time * quantities + array.coords.quantity.indexOf(quantity)) * counts
  return { counts: array.coords.count.map(Number), p: array.data.subarray(from, from + counts) }
}
