/** Tau-leaping under the microscope: one replicate, leap by leap, from the leaper itself. */
import { stream } from '../numerics/rng'
import { checkConstants } from '../solvers/broken'
import type { Problem } from '../solvers/contract'
import { type LeapDraw, type LeapOptions, leaper } from '../solvers/tau-leap/kernel'

/** A leap, kept: its arrays are its own. */
export interface LeapStep extends LeapDraw {
  readonly fired: Float64Array
  readonly after: Float64Array
}

export interface LeapReel {
  readonly steps: readonly LeapStep[]
  /** Whether all of the replicate up to the last output time is there, and not only its first steps. */
  readonly whole: boolean
}

const mostSteps = 5000
const mostNumbers = 4_000_000

/** Replicate `replicate` of a seed, from time 0. Throws the `Failure` that the run itself would end with. */
export function watchLeaps(
  problem: Problem,
  options: Omit<LeapOptions, 'share'>,
  seed: number,
  replicate: number,
): LeapReel {
  checkConstants(problem)
  const { network, times } = problem
  const [S, R] = [network.species.length, network.reactions.length]
  const most = Math.min(mostSteps, Math.ceil(mostNumbers / (2 * S + 2.5 * R + 1)))
  const steps: LeapStep[] = []
  if (times.length === 0) return { steps, whole: true }
  const sampler = leaper(problem, { ...options, share: 1 }, (draw) => {
    if (steps.length < most) steps.push(keep(problem, draw))
  })
  sampler.start(stream(seed, replicate))
  let ended = sampler.advance()
  while (!ended && steps.length < most) ended = sampler.advance()
  sampler.release()
  return { steps, whole: ended && steps.length < most }
}

function keep({ network }: Problem, draw: LeapDraw): LeapStep {
  const fired = new Float64Array(network.reactions.length)
  if (typeof draw.fired === 'number') fired[draw.fired] = 1
  else fired.set(draw.fired)
  const counts = draw.counts.slice()
  const after = counts.slice()
  network.reactions.forEach(({ net }, r) => {
    for (const { species, count } of net) after[species] += count * fired[r]
  })
  return { ...draw, counts, propensities: draw.propensities.slice(), free: draw.free.slice(), fired, after }
}
