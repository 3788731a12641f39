/** What tests compare: the records of many replicates, walked together or one after another. */
import { stream } from '../numerics/rng'
import { compile } from './compile'
import type { Lanes } from './compile-lanes'
import type { Network } from './network'
import { parse } from './parse'

/** A network, its parameters and its initial counts. */
export function read(text: string): [network: Network, parameters: number[], initial: number[]] {
  const { network } = parse(text)
  if (!network) throw new Error(text)
  return [network, network.parameters.map(({ value }) => value), network.species.map(({ initial }) => initial)]
}

/** What each replicate has recorded, and its events; null where it is odd. Lanes are taken as they come free. */
export function together(many: Lanes, replicates: number, seed = 3): (number[] | null)[] {
  const found: (number[] | null)[] = []
  const walking: number[] = many.lanes.map(() => -1)
  for (let next = 0; ; ) {
    many.lanes.forEach(({ status, records, events, start }, k) => {
      if (status === 'going') return
      if (walking[k] >= 0) found[walking[k]] = status === 'done' ? [...records, events] : null
      walking[k] = next < replicates ? next++ : -1
      if (walking[k] >= 0) start(stream(seed, walking[k]))
    })
    if (walking.every((i) => i < 0)) return found
    many.advance()
  }
}

/** The same by the scalar kernel. */
export function alone(text: string, times: readonly number[], replicates: number, seed = 3): number[][] {
  const walker = compile(...read(text), times)!
  const found = Array.from({ length: replicates }, (_, i) => {
    walker.start(stream(seed, i))
    while (walker.advance() === 'going');
    return [...walker.records, walker.events]
  })
  walker.release()
  return found
}
