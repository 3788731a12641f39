/**
 * Exact laws of networks in which molecules only come, turn into each other and go, each by itself: a sum of independent
 * binomial parts, one for each species of the start, and a Poisson part for what came in (Jahnke & Huisinga 2007,
 * doi:10.1007/s00285-006-0034-x). However many species there are.
 */
import { evaluators } from '../network/evaluate'
import { exprReads } from '../network/structure'
import { expm } from '../numerics/expm'
import { binomial, poisson } from '../numerics/statistics'
import type { Problem } from './contract'

export interface Monomolecular {
  /** Laws of all species at a time: probabilities of the counts 0, 1, … up to a negligible tail. */
  laws(time: number): Float64Array[]
  /** Means of the independent Poisson laws of all species, where everything starts at 0; else undefined. */
  poissonMeans(time: number): Float64Array | undefined
}

/** Species, so that matrices are multiplied in milliseconds. */
const mostSpecies = 60
/** Deviations, and counts, beyond the mean: the tail of a Poisson law of any mean is below 1e-16 there. */
const [deviations, counts] = [10, 25]

/** Undefined where the network is of another kind. */
export function monomolecular({ network, parameters, initial }: Problem): Monomolecular | undefined {
  const S = network.species.length
  if (S > mostSpecies || network.events.length > 0 || network.species.some(({ fixed }) => fixed)) return undefined
  const { rates } = evaluators(network, parameters)
  // Column j: where a molecule of species j goes. The last column feeds from outside.
  const flow = new Float64Array((S + 1) ** 2)
  for (const [r, { reactants, products, rate, law, net }] of network.reactions.entries()) {
    const reads = exprReads(network, rate)
    const single = (terms: typeof reactants) => terms.length === 0 || (terms.length === 1 && terms[0].count === 1)
    if (reads.time || reads.species.length > 0 || !single(reactants) || !single(products)) return undefined
    if (law !== 'mass-action' && reactants.length > 0) return undefined
    const value = rates[r](initial, 0)
    if (!(value >= 0)) return undefined
    const from = reactants[0]?.species ?? S
    for (const { species, count } of net) flow[species * (S + 1) + from] += count * value
  }
  const at = (time: number) =>
    expm(
      flow.map((x) => x * time),
      S + 1,
    )
  const empty = initial.every((n) => n === 0)
  return {
    laws(time) {
      const moved = at(time)
      return Array.from({ length: S }, (_, i) => {
        const row = moved.subarray(i * (S + 1), (i + 1) * (S + 1))
        const mean = row[S] + initial.reduce((sum, n, j) => sum + n * row[j], 0)
        const length = Math.ceil(mean + deviations * Math.sqrt(mean)) + counts
        let law: Float64Array = Float64Array.from({ length }, (_, n) => poisson(row[S], n))
        initial.forEach((start, j) => {
          if (start > 0 && row[j] > 0) law = convolved(law, start, Math.min(1, row[j]))
        })
        return law
      })
    },
    poissonMeans(time) {
      if (!empty) return undefined
      const moved = at(time)
      return Float64Array.from({ length: S }, (_, i) => moved[i * (S + 1) + S])
    },
  }
}

/** The law of a sum with Binomial(n, p), cut at the same length. */
function convolved(law: Float64Array, n: number, p: number): Float64Array {
  const out = new Float64Array(law.length)
  for (let k = 0; k <= Math.min(n, law.length - 1); k++) {
    const share = binomial(n, p, k)
    if (share > 0) for (let m = k; m < law.length; m++) out[m] += share * law[m - k]
  }
  return out
}
