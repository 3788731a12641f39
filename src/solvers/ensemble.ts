/**
 * Ensembles: what all sampling solvers share. A solver brings a sampler, which walks one replicate at a time through
 * the output times; tallying, streaming, cancelling, sharing out and going on from an earlier run are done here.
 */
import { evaluators } from '../network/evaluate'
import { quantities } from '../network/network'
import type { Stream } from '../numerics/rng'
import type { Ensemble, Frame, Method, Problem, Run } from './contract'
import { summarise } from './summary'
import { type Approximation, addReplicate, emptyTally, type Path, type Share, type Tally } from './tally'

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
  /** One `advance` is worth a look at the clock. */
  readonly slow?: boolean
  /** What the method counts of its own work, by name: whole numbers, of this replicate. */
  readonly counters?: Readonly<Record<string, number>>
}

export interface EnsembleOptions {
  readonly replicates: number
  /** Replicates whose paths are kept. */
  readonly trajectories: number
}

/** What a method that is not exact brings besides, so that its error can be measured. */
export interface Halving<O> extends Approximation {
  /** The same options, but for a step half as long. */
  halved(options: O): O
}

/** One replicate in so many is run again with the step halved … */
const halvedEvery = 4
/** … on streams that no replicate uses. */
const halvedStreams = 2 ** 40

/** Events between two looks at the clock: about a tenth of a millisecond. */
const eventsPerLook = 4096
/** A call costs as much as this many events, whether there are any or not. */
const eventsPerAdvance = 64
/** A replicate costs as much as this many events, besides its own. */
const eventsPerReplicate = 32

/** A method that samples. `sampler` is made once per share of the replicates; `halving` if it is not exact. */
export function ensembleMethod<O extends EnsembleOptions>(
  sampler: (problem: Problem, options: O) => Sampler,
  halving?: Halving<O>,
): Method<O> {
  const tally = (problem: Problem, options: O, run: Run, share: Share) =>
    tallyShare(problem, options, run, share, sampler, halving)
  return tallied({ tally, replicates: (options) => options.replicates })
}

/** The method that an ensemble amounts to. */
export function tallied<O>(ensemble: Ensemble<O>): Method<O> {
  return {
    ensemble,
    async *solve(problem, options, run) {
      const until = ensemble.replicates(options)
      const tallies = ensemble.tally(problem, options, run, { first: 0, step: 1, until })
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

async function* tallyShare<O extends EnsembleOptions>(
  problem: Problem,
  options: O,
  run: Run,
  { first, step, until }: Share,
  makeSampler: (problem: Problem, options: O) => Sampler,
  halving?: Halving<O>,
): AsyncGenerator<Tally, Tally> {
  const tally = emptyTally(problem, halving && { how: halving.how, real: halving.real, laws: halving.laws })
  const replicates = Math.max(0, Math.ceil((until - first) / step))
  if (problem.times.length === 0) {
    tally.replicates = replicates
    return tally
  }
  const observed = observer(problem, halving?.real === true)
  const look = { due: () => run.due(), work: 0 }
  const sampler = makeSampler(problem, options)
  let fine: Sampler | undefined
  try {
    if (halving && replicates > 0) fine = makeSampler(problem, halving.halved(options))
    for (let i = first; i < until; i += step) {
      const path = problem.observe.trajectories && i < options.trajectories ? emptyPath(i, observed.length) : null
      if (path) tally.paths.push(path)
      for (const _ of replicate(problem, sampler, run.rng(i), tally, observed, look, path)) yield tally
      if (!fine || !tally.approximation || i % halvedEvery !== 0) continue
      const { halved } = tally.approximation
      for (const _ of replicate(problem, fine, run.rng(halvedStreams + i), halved, observed, look)) yield tally
    }
    return tally
  } finally {
    sampler.release()
    fine?.release()
  }
}

/** Walk one replicate into a tally; yields when it is time to. */
function* replicate(
  { times }: Problem,
  sampler: Sampler,
  stream: Stream,
  tally: Tally,
  observed: Observer,
  look: { due(): boolean; work: number },
  path?: Path | null,
): Generator<void, void> {
  const { place } = sampler
  const horizon = times[times.length - 1]
  const finished = tally.events
  sampler.start(stream)
  for (let ended = false; !ended; ) {
    const before = place.events
    ended = sampler.advance()
    look.work += place.slow ? eventsPerLook : place.events - before + eventsPerAdvance
    if (look.work < eventsPerLook || ended) continue
    look.work = 0
    if (!look.due()) continue
    if (path) observed.fill(path, place)
    tally.underway = horizon > 0 ? Math.min(1, place.time / horizon) : 0
    tally.events = finished + place.events
    yield
  }
  if (path) observed.fill(path, place)
  addReplicate(tally, observed.values(place), observed.rounded(place))
  for (const [name, count] of Object.entries(place.counters ?? {})) {
    tally.counters[name] = (tally.counters[name] ?? 0) + count
  }
  tally.events = finished + place.events
  tally.underway = 0
  look.work += eventsPerReplicate
  if (look.work < eventsPerLook) return
  look.work = 0
  if (look.due()) yield
}

function emptyPath(replicate: number, length: number): Path {
  return { replicate, values: new Float64Array(length).fill(Number.NaN) }
}

interface Observer {
  readonly length: number
  /** All output times: [time, quantity]. */
  values(place: Pick<Place, 'records'>): Float64Array
  /** The same of counts rounded to whole numbers, where they are real. */
  rounded(place: Place): Float64Array | undefined
  /** Those passed so far, into a path. */
  fill(path: Path, place: Pick<Place, 'records' | 'recorded'>): void
}

/** From recorded counts to quantities. */
export function observer({ network, parameters, times }: Problem, real: boolean): Observer {
  const rules = evaluators(network, parameters).quantities
  const [S, Q, T] = [network.species.length, quantities(network).length, times.length]
  const row = new Float64Array(Q)
  const [all, laws] = [new Float64Array(T * Q), new Float64Array(T * Q)]
  const observe = (records: Float64Array, k: number, round: boolean): Float64Array => {
    for (let s = 0; s < S; s++) row[s] = round ? Math.max(0, Math.round(records[k * S + s])) : records[k * S + s]
    for (let q = S; q < Q; q++) row[q] = rules[q](row, times[k])
    return row
  }
  const observeAll = (records: Float64Array, out: Float64Array, round: boolean): Float64Array => {
    for (let k = 0; k < T; k++) out.set(observe(records, k, round), k * Q)
    return out
  }
  return {
    length: Q * T,
    values: ({ records }) => (Q === S ? records : observeAll(records, all, false)),
    rounded: ({ records }) => (real ? observeAll(records, laws, true) : undefined),
    fill({ values }, { records, recorded }) {
      for (let k = 0; k < recorded; k++) {
        observe(records, k, false)
        for (let q = 0; q < Q; q++) values[q * T + k] = row[q]
      }
    },
  }
}
