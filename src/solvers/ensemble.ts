/**
 * Ensembles: what all sampling solvers share. A solver brings a sampler, which walks one replicate at a time through
 * the output times; tallying, streaming, cancelling, sharing out and going on from an earlier run are done here.
 */
import { evaluators } from '../network/evaluate'
import { quantities } from '../network/network'
import type { Stream } from '../numerics/rng'
import type { Frame, Method, Problem, Run } from './contract'
import { summarise } from './summary'
import { addReplicate, emptyTally, type Path, type Share, type Tally } from './tally'

export interface Sampler {
  /** Back to time 0 and the initial counts, with the replicate's own stream. */
  start(stream: Stream): void
  /** Go on for at most a millisecond or so; true when the last output time is recorded. Throws a `Failure`. */
  advance(): boolean
  readonly place: Place
  /** Called once, at the end. */
  release(): void
}

/** How far a replicate has come; read anew each time. */
export interface Place {
  readonly time: number
  /** Work done on this replicate. */
  readonly events: number
  /** Output times passed, and the counts at each: [time, species]. */
  readonly recorded: number
  readonly records: Float64Array
}

export interface EnsembleOptions {
  readonly replicates: number
  /** Replicates whose paths are kept. */
  readonly trajectories: number
}

/** Events between two looks at the clock: about a tenth of a millisecond. */
const eventsPerLook = 4096
/** A replicate costs as much as this many events, besides its own. */
const eventsPerReplicate = 32

/** A method that samples. `sampler` is made once per share of the replicates. */
export function ensembleMethod<O extends EnsembleOptions>(
  sampler: (problem: Problem, options: O) => Sampler,
): Method<O> {
  const tally = (problem: Problem, options: O, run: Run, share: Share) =>
    tallyShare(problem, options, run, share, () => sampler(problem, options))
  return {
    ensemble: { tally, replicates: (options) => options.replicates },
    async *solve(problem, options, run) {
      const until = options.replicates
      const tallies = tally(problem, options, run, { first: 0, step: 1, until })
      for (let next = await tallies.next(); ; next = await tallies.next()) {
        const { value } = next
        if (next.done) return picture(problem, value, until)
        yield () => picture(problem, value, until)
      }
    },
  }
}

/** The frame that a tally amounts to, of `until` replicates asked for. */
export function picture(problem: Problem, tally: Tally, until: number): Frame {
  const done = until > 0 ? Math.min(1, (tally.replicates + tally.underway) / until) : 1
  return { ...summarise(problem, tally), done, phase: `${tally.replicates} of ${until} replicates` }
}

async function* tallyShare(
  problem: Problem,
  options: EnsembleOptions,
  run: Run,
  { first, step, until }: Share,
  makeSampler: () => Sampler,
): AsyncGenerator<Tally, Tally> {
  const tally = emptyTally(problem)
  const T = problem.times.length
  if (T === 0) {
    tally.replicates = Math.max(0, Math.ceil((until - first) / step))
    return tally
  }
  const sampler = makeSampler()
  const { place } = sampler
  const observed = observer(problem)
  const horizon = problem.times[T - 1]
  let finished = 0
  let work = 0
  try {
    for (let i = first; i < until; i += step) {
      const path = problem.observe.trajectories && i < options.trajectories ? emptyPath(i, observed.length) : null
      if (path) tally.paths.push(path)
      sampler.start(run.rng(i))
      for (let ended = false; !ended; ) {
        const before = place.events
        ended = sampler.advance()
        work += place.events - before
        if (work < eventsPerLook || ended) continue
        work = 0
        if (!run.due()) continue
        if (path) observed.fill(path, place)
        tally.underway = horizon > 0 ? Math.min(1, place.time / horizon) : 0
        tally.events = finished + place.events
        yield tally
      }
      if (path) observed.fill(path, place)
      addReplicate(tally, observed.values(place))
      finished += place.events
      tally.events = finished
      tally.underway = 0
      work += eventsPerReplicate
      if (work < eventsPerLook) continue
      work = 0
      if (run.due()) yield tally
    }
    return tally
  } finally {
    sampler.release()
  }
}

function emptyPath(replicate: number, length: number): Path {
  return { replicate, values: new Float64Array(length).fill(Number.NaN) }
}

/** From recorded counts to quantities. */
function observer({ network, parameters, times }: Problem) {
  const rules = evaluators(network, parameters).quantities
  const [S, Q, T] = [network.species.length, quantities(network).length, times.length]
  const row = new Float64Array(Q)
  const all = new Float64Array(T * Q)
  const observe = (records: Float64Array, k: number): Float64Array => {
    for (let s = 0; s < S; s++) row[s] = records[k * S + s]
    for (let q = S; q < Q; q++) row[q] = rules[q](row, times[k])
    return row
  }
  return {
    length: Q * T,
    /** All output times: [time, quantity]. */
    values({ records }: Place): Float64Array {
      if (Q === S) return records
      for (let k = 0; k < T; k++) all.set(observe(records, k), k * Q)
      return all
    },
    /** Those passed so far, into a path. */
    fill({ values }: Path, { records, recorded }: Place): void {
      for (let k = 0; k < recorded; k++) {
        observe(records, k)
        for (let q = 0; q < Q; q++) values[q * T + k] = row[q]
      }
    },
  }
}
