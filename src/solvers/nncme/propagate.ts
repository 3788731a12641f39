/** States advanced exactly over a lag, by the compiled kernels of `ssa`. */
import { delayed } from '../../network/delayed'
import type { Problem, Run } from '../contract'
import type { Sampler } from '../ensemble'
import type { walkers } from '../ssa/kernel'

export type Walkers = Awaited<ReturnType<typeof walkers>>

/** Streams of propagation, of the pilot and of training lie far apart; none is used twice. */
const streamsPerStep = 2 ** 32
export const streams = {
  pilot: 2 ** 46,
  check: 2 ** 47,
  train: 2 ** 48,
  judge: 2 ** 47 + 2 ** 46,
  look: 2 ** 46 + 2 ** 45,
} as const

/** What `propagate` yields in between. */
export interface Advanced {
  rows: number
  events: number
}

/**
 * Advance states [rows, species] in place from `from` to `to`, row r by stream `step · 2³² + r`. Yields now and then, for
 * the caller to look at the clock.
 */
export function* propagate(
  { walkerFor, sampler }: Walkers,
  problem: Problem,
  run: Pick<Run, 'rng'>,
  states: Int32Array,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): Generator<Advanced, Advanced> {
  const S = problem.network.species.length
  const rows = states.length / S
  const initial = new Float64Array(S)
  const lag = { ...problem, initial, network: delayed(problem.network, from), times: Float64Array.of(to - from) }
  for (let s = 0; s < S; s++) initial[s] = states[s]
  const walk = sampler(lag, walkerFor(lag))
  const progress = { rows: 0, events: 0 }
  try {
    for (; progress.rows < rows; progress.rows++) {
      const at = progress.rows * S
      for (let s = 0; s < S; s++) initial[s] = states[at + s]
      walk.start(run.rng(step * streamsPerStep + progress.rows))
      while (!onward(walk)) yield progress
      for (let s = 0; s < S; s++) states[at + s] = walk.place.records[s]
      progress.events += walk.place.events
      if (progress.rows % 32 === 0) yield progress
    }
    return progress
  } finally {
    walk.release()
  }
}

/** Some thousands of events; true when the replicate is at its end. */
function onward(walk: Sampler): boolean {
  for (let k = 0; k < advancesPerLook; k++) {
    if (walk.advance()) return true
    if (walk.place.slow) return false
  }
  return false
}

const advancesPerLook = 16

/** Counts of an ensemble at all output times: [replicate, time, species], replicate r by stream `first + r`. */
export function* ensemble(
  { walkerFor, sampler }: Walkers,
  problem: Problem,
  run: Pick<Run, 'rng'>,
  replicates: number,
  first: number,
): Generator<number, Int32Array> {
  const size = problem.network.species.length * problem.times.length
  const out = new Int32Array(replicates * size)
  const walk = sampler(problem, walkerFor(problem))
  try {
    for (let r = 0; r < replicates; r++) {
      walk.start(run.rng(first + r))
      while (!onward(walk)) yield r
      out.set(walk.place.records, r * size)
      if (r % 32 === 0) yield r
    }
    return out
  } finally {
    walk.release()
  }
}
