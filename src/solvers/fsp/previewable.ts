import { readsTime } from '../../network/structure'
import type { Problem } from '../contract'
import { coordinates } from './space'

/** Whether the network is of the kind that this is fast for: two independent species, single steps, steady rates. */
export function previewable({ network, initial, times }: Problem): boolean {
  // With single steps no law links two species, and one that nothing changes would be a law by itself.
  if (network.species.length !== 2) return false
  const space = coordinates(network, initial)
  const single = network.reactions.every(
    ({ net }) => net.length <= 1 && net.every(({ count }) => Math.abs(count) === 1),
  )
  return times.length > 0 && space.axes.length === 2 && space.dependents.length === 0 && single && !readsTime(network)
}
