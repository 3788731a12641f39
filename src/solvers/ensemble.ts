/**
 * Ensembles: what all sampling solvers share. A solver brings a sampler, which walks one replicate at a time through
 * the output times; tallying, streaming, cancelling, sharing out and going on from an earlier run are done here.
 */
import { builder, quantityRules } from '../network/evaluate'
import { quantities } from '../network/network'
import type { Stream } from '../numerics/rng'
import type { Ensemble, Frame, Method, Problem, Run } from './contract'
import { summarise } from './summary'
import { type Approximation, addReplicate, emptyTally, keptPaths, type Path, type Share, type Tally } from './tally'

export interface Sampler {
  /** Back to time 0 and the initial counts, with the replicate's own stream. */
  start(stream: Stream): void
  /** Go on for at most a millisecond or so; true when the last output time is recorded. Throws a `Failure`. */
  advance(): boolean
  readonly place: Place
  /** Several replicates at once, faster; null where that cannot be. Released with the sampler. */
  team?(): Team | null
  /** What it chose for itself, in words, by name; asked when its replicates are done. */
  notes?(): Readonly<Record<string, string>>
  /** Called once, at the end. */
  release(): void
}

/** Walks one replicate in each of its lanes, to the bits of the sampler. */
export interface Team {
  readonly lanes: readonly TeamLane[]
  /** How many of them are going. */
  readonly going: number
  /** Walk a replicate in a lane that is not going. */
  start(lane: number, stream: Stream): void
  /** Go on in all lanes. Returns the work done, in events. */
  advance(): number
}

/** `odd`: the lane has met what it does not know; its replicate has to be walked by the sampler, from the start. */
export interface TeamLane extends Place {
  readonly status: 'idle' | 'going' | 'done' | 'odd'
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
  /** Numbers in those paths, at most; fewer are kept where they would be more. */
  readonly pathNumbers?: number
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
/** Fewer replicates than a team has lanes are walked one after another. */
const enoughForTeam = 8
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
  const paths = keptPaths(problem, options.trajectories, options.pathNumbers)
  if (problem.observe.trajectories) tally.pathsLeftOut = Math.max(0, Math.min(options.trajectories, until) - paths)
  const observed = observer(problem, halving?.real === true)
  const look = { due: () => run.due(), work: 0 }
  const sampler = makeSampler(problem, options)
  let fine: Sampler | undefined
  try {
    if (halving && replicates > 0) fine = makeSampler(problem, halving.halved(options))
    const todo: Todo = { again: [], next: first, step, until, shown: 0 }
    const pathOf = (i: number) => {
      if (i >= paths) return null
      const known = tally.paths.find(({ replicate }) => replicate === i)
      const path = known ?? emptyPath(i, observed.length)
      if (!known) tally.paths.push(path)
      return path
    }
    const team = replicates >= enoughForTeam ? sampler.team?.() : null
    if (team) for (const _ of together(problem, team, todo, run, tally, observed, look, pathOf)) yield tally
    for (let i = take(todo); i >= 0; i = take(todo)) {
      for (const _ of replicate(problem, sampler, run.rng(i), tally, observed, look, pathOf(i))) {
        tally.underway = Math.max(tally.underway, todo.shown - tally.replicates)
        yield tally
      }
      if (!fine || !tally.approximation || i % halvedEvery !== 0) continue
      const { halved } = tally.approximation
      for (const _ of replicate(problem, fine, run.rng(halvedStreams + i), halved, observed, look)) yield tally
    }
    if (replicates > 0) Object.assign(tally.notes, sampler.notes?.())
    return tally
  } finally {
    sampler.release()
    fine?.release()
  }
}

/** Replicates to be walked: some once more, then `next`, `next + step`, … below `until`. */
interface Todo extends Omit<Share, 'first'> {
  readonly again: number[]
  next: number
  /** The most progress that has been told of; it never falls. */
  shown: number
}

/** The next replicate, or −1. */
function take(todo: Todo): number {
  const again = todo.again.pop()
  if (again !== undefined) return again
  if (todo.next >= todo.until) return -1
  todo.next += todo.step
  return todo.next - todo.step
}

/** Walk replicates into a tally, as many at a time as a team has lanes, until all are done or one has been odd. */
function* together(
  { times }: Problem,
  team: Team,
  todo: Todo,
  run: Run,
  tally: Tally,
  observed: Observer,
  look: { due(): boolean; work: number },
  pathOf: (i: number) => Path | null,
): Generator<void, void> {
  const horizon = times[times.length - 1]
  const { lanes } = team
  const walking = lanes.map(() => -1)
  let finished = tally.events
  const finish = (lane: TeamLane, i: number) => {
    if (lane.status === 'odd') return todo.again.push(i)
    const path = pathOf(i)
    if (path) observed.fill(path, lane)
    addReplicate(tally, observed.values(lane))
    finished += lane.events
    look.work += eventsPerReplicate
  }
  const restart = (k: number): number => {
    const i = todo.again.length === 0 ? take(todo) : -1
    if (i < 0) return i
    pathOf(i)
    team.start(k, run.rng(i))
    return i
  }
  const settle = (lane: TeamLane, k: number) => {
    if (lane.status === 'going') return
    if (walking[k] >= 0) finish(lane, walking[k])
    walking[k] = restart(k)
  }
  const show = () => {
    let underway = 0
    tally.events = finished
    lanes.forEach((lane, k) => {
      if (walking[k] < 0) return
      const path = pathOf(walking[k])
      if (path) observed.fill(path, lane)
      if (horizon > 0) underway += Math.min(1, lane.time / horizon)
      tally.events += lane.events
    })
    todo.shown = Math.max(todo.shown, tally.replicates + underway)
    tally.underway = todo.shown - tally.replicates
  }
  for (;;) {
    if (team.going < lanes.length) lanes.forEach(settle)
    if (team.going === 0) break
    if (look.work >= eventsPerLook) {
      look.work = 0
      if (look.due()) {
        show()
        yield
      }
    }
    look.work += team.advance()
  }
  show()
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
  const rules = quantityRules(network, builder(network, parameters))
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
