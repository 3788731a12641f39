/**
 * The direct method as one first writes it down, for comparison: after every event a list of all propensities is made
 * anew, by closures, and every event draws two uniforms of its own and takes a logarithm. The same network, the same
 * closures and the same generator as for the plain twin of the kernels; other bits of the same law.
 */
import { evaluators } from '../src/network/evaluate'
import type { Network } from '../src/network/network'
import type { Stream } from '../src/numerics/rng'

/** Walks one replicate through the output times; its counts at each, one after another, and its events. */
export type Textbook = (source: Stream) => { readonly records: number[]; readonly events: number }

export function textbook(
  network: Network,
  parameters: readonly number[],
  initial: readonly number[],
  times: readonly number[],
): Textbook {
  const { propensities } = evaluators(network, parameters)
  const reactions = network.reactions.map(({ net }, r) => ({ net, propensity: propensities[r] }))
  return (source) => {
    const x = [...initial]
    const records: number[] = []
    let [time, recorded, events] = [0, 0, 0]
    for (;;) {
      const a = reactions.map(({ propensity }) => propensity(x, time))
      const total = a.reduce((sum, value) => sum + value, 0)
      const next = total > 0 ? time - Math.log(source.uniform()) / total : Number.POSITIVE_INFINITY
      for (; times[recorded] < next; recorded++) records.push(...x)
      if (recorded === times.length) return { records, events }
      time = next
      let rest = source.uniform() * total
      const chosen = a.findIndex((value) => {
        rest -= value
        return rest < 0
      })
      for (const { species, count } of reactions[chosen].net) x[species] += count
      events++
    }
  }
}
