/**
 * The algorithm under the microscope: one replicate of a study, draw by draw, with the numbers that decided each step.
 * They come from the plain walker, which draws what the compiled one draws.
 */
import { compilable } from '../network/compile'
import type { Network } from '../network/network'
import { readsTime } from '../network/structure'
import type { Walker } from '../network/walker'
import { stream } from '../numerics/rng'
import { brokenPropensity, checkConstants } from '../solvers/broken'
import type { Problem } from '../solvers/contract'
import { withEvents } from '../solvers/events'
import { type Draw, isSmall, plain, thinning } from '../solvers/ssa/kernel'

/** A draw, kept: its arrays are its own. */
export interface Step extends Draw {
  /** The counts after it; those before the next step differ where an event of the network came between. */
  readonly after: Float64Array
}

export interface Reel {
  readonly steps: readonly Step[]
  /** Whether all of the replicate up to the last output time is there, and not only its first steps. */
  readonly whole: boolean
  /** Weights are bounds of the propensities, as rates depend on time: not every draw fires. */
  readonly thinned: boolean
}

/** Steps that are kept, at most; fewer of large networks: a second's work, some tens of megabytes. */
const mostSteps = 5000
const mostNumbers = 4_000_000

/** Replicate `replicate` of a seed, from time 0. Throws the `Failure` that the run itself would end with. */
export function watch(problem: Problem, seed: number, replicate: number): Reel {
  checkConstants(problem)
  const { network, times } = problem
  const most = Math.min(mostSteps, Math.ceil(mostNumbers / (2 * network.species.length + network.reactions.length + 1)))
  const steps: Step[] = []
  const thinned = readsTime(network)
  if (times.length === 0) return { steps, whole: true, thinned }
  const walker = witnessed(problem, (draw) => {
    if (steps.length < most) steps.push(keep(network, draw))
  })
  walker.start(stream(seed, replicate))
  let status = walker.advance()
  while (status === 'going' && steps.length < most) status = walker.advance()
  walker.release()
  if (status === 'invalid') throw brokenPropensity(problem, walker.counts, walker.time)
  return { steps, whole: status === 'done' && steps.length < most, thinned }
}

function witnessed(problem: Problem, witness: (draw: Draw) => void): Walker {
  const { network, parameters, initial } = problem
  const walk = (times: Float64Array) =>
    readsTime(network) ? thinning({ ...problem, times }, witness) : plain(network, parameters, initial, times, witness)
  return network.events.length ? withEvents(problem, walk) : walk(problem.times)
}

function keep(network: Network, draw: Draw): Step {
  const before = draw.counts.slice(0, network.species.length)
  const after = before.slice()
  if (draw.fires) for (const { species, count } of network.reactions[draw.reaction].net) after[species] += count
  return { ...draw, weights: draw.weights.slice(), counts: before, after }
}

/** Where the uniform falls on the stretch of all weights laid end to end, and where the chosen one's part lies; 0…1. */
export function stretch({ weights, total, reaction, uniform }: Draw): { from: number; to: number; at: number } {
  let sum = 0
  for (let r = 0; r < reaction; r++) sum += weights[r]
  return { from: sum / total, to: (sum + weights[reaction]) / total, at: uniform }
}

/** Whether a run by this variant of exact sampling makes the very draws that are shown here. */
export function sameDraws(problem: Problem, variant: string): boolean {
  if (readsTime(problem.network)) return true
  return (variant === 'auto' || variant === 'direct') && isSmall(problem.network) && compilable(problem.network)
}
