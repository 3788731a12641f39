/** What the same question would take of sampling, and of a looser tolerance: the ways out of a projection that takes long. */
import type { Problem } from '../contract'
import { type Costs, costText, memoryText, speed, timeText } from './cost'
import type { Pilot } from './pilot'

export interface Sampling {
  readonly replicates: number
  readonly seconds: number
  readonly bytes: number
  /** Standard error of a probability, at most. */
  readonly error: number
}

/** So many sample paths tell a probability within 0.005. */
const replicates = 10_000
/** An event costs as much as so many products of a matrix, and some more for each reaction. */
const [perEvent, perReaction] = [130, 9]

/** What exact sampling on one thread would take. `now`: a clock in milliseconds. */
export function sampling({ network, times }: Problem, { events, counts }: Pilot, now: () => number): Sampling {
  const horizon = times.length ? times[times.length - 1] : 0
  const work = events * horizon * replicates * (perEvent + perReaction * network.reactions.length)
  const most = counts.flat().reduce((sum, x) => Math.max(sum, ...x), 0)
  // Laws of every species at all times, and their tallies.
  const bytes = 2 * 8 * times.length * network.species.length * (most + 1)
  return { replicates, seconds: work / speed(now), bytes, error: 0.5 / Math.sqrt(replicates) }
}

/** In words: "10,000 sample paths (ssa): about 3 s and 2 MB, every probability within 0.005". */
export function samplingText({ replicates, seconds, bytes, error }: Sampling): string {
  return `${replicates.toLocaleString('en')} sample paths (ssa): ${timeText(seconds)} and ${memoryText(bytes)}, every probability within ${error}`
}

/** Seconds after which a reader is told how else to go about it, not only how long it takes. */
const patience = 60

/**
 * What to say while a projection works for minutes, or towards its limit of states; nothing where it soon ends. `looser`: what
 * a tolerance of a thousandth would take.
 */
export function advice(
  kind: 'box' | 'window',
  costs: Costs,
  looser: Costs,
  maxStates: number,
  other: Sampling,
): string | undefined {
  const cost = costs[kind]
  const full = cost.states > maxStates
  const states = Number(cost.states.toPrecision(2)).toLocaleString('en')
  if (cost.seconds < patience && !full) return undefined
  const limit = full
    ? ` That is more than the ${maxStates.toLocaleString('en')} states it may hold: it is likely to stop on the way.`
    : ''
  return `${timeText(cost.seconds)}: ${states} states and ${memoryText(cost.bytes)} are foreseen.${limit} Less would do: a tolerance of 0.001 (${costText(looser[kind])}); ${samplingText(other)}; or an earlier last time.`
}
