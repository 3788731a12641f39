import type { Network } from '../network/network'
import { readsTime } from '../network/structure'
import { Failure } from '../solvers/contract'

/** Throws where rates change with time, or events do: what is asked has no one answer then. */
export function checkSteady(network: Network): void {
  if (network.events.length > 0)
    throw new Failure('unsupported', 'the network has events, which this analysis would pass over')
  if (readsTime(network)) throw new Failure('unsupported', 'rates change with time, so that nothing comes to rest')
}
