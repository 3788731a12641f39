/** States advanced exactly over a lag, by the compiled kernels of `ssa`. */
import { delayed } from '../../network/delayed'
import type { Stream } from '../../numerics/rng'
import type { Problem, Run } from '../contract'
import type { Place, Sampler, Team, TeamLane } from '../ensemble'
import { sampler, teamFor, walkerFor } from '../ssa/kernel'

/** Streams of propagation, of the pilot and of training lie far apart; none is used twice. */
const streamsPerStep = 2 ** 32
export const streams = {
  pilot: 2 ** 46,
  check: 2 ** 47,
  train: 2 ** 48,
  judge: 2 ** 47 + 2 ** 46,
  look: 2 ** 46 + 2 ** 45,
  spread: 2 ** 46 + 2 ** 44,
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
export function propagate(
  problem: Problem,
  run: Pick<Run, 'rng'>,
  states: Int32Array,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): Generator<Advanced, Advanced> {
  const S = problem.network.species.length
  const initial = new Float64Array(S)
  const lag = { ...problem, initial, network: delayed(problem.network, from), times: Float64Array.of(to - from) }
  for (let s = 0; s < S; s++) initial[s] = states[s]
  return walkAll(lag, states.length / S, {
    begin(r) {
      for (let s = 0; s < S; s++) initial[s] = states[r * S + s]
      return run.rng(step * streamsPerStep + r)
    },
    take(r, { records }) {
      for (let s = 0; s < S; s++) states[r * S + s] = records[s]
    },
  })
}

/** Counts of an ensemble at all output times: [replicate, time, species], replicate r by stream `first + r`. */
export function* ensemble(
  problem: Problem,
  run: Pick<Run, 'rng'>,
  replicates: number,
  first: number,
): Generator<Advanced, Int32Array> {
  const size = problem.network.species.length * problem.times.length
  const out = new Int32Array(replicates * size)
  yield* walkAll(problem, replicates, {
    begin: (r) => run.rng(first + r),
    take: (r, { records }) => out.set(records, r * size),
  })
  return out
}

/** What becomes of a row: the stream it walks by, and where it has come. */
interface Rows {
  begin(row: number): Stream
  take(row: number, place: Place): void
}

function* walkAll(problem: Problem, rows: number, { begin, take }: Rows): Generator<Advanced, Advanced> {
  const progress = { rows: 0, events: 0 }
  const arrived = (row: number, place: Place) => {
    take(row, place)
    progress.rows++
    progress.events += place.events
  }
  const team = rows >= enoughForTeam ? teamFor(problem) : null
  const odd: number[] = []
  let next = 0
  if (team) {
    // One that the lanes do not know may be one of many, which cost much until that is found out: then no more are begun.
    const take = () => (odd.length === 0 && next < rows ? next++ : -1)
    const ended = (row: number, lane: TeamLane) => {
      if (lane.status === 'odd') odd.push(row)
      else arrived(row, lane)
    }
    try {
      yield* walkTogether(team, take, begin, ended, progress)
    } finally {
      team.release()
    }
  }
  if (odd.length === 0 && next === rows) return progress
  const walk = sampler(problem, walkerFor(problem))
  try {
    for (let row = odd.pop() ?? next++; row < rows; row = odd.pop() ?? next++) {
      walk.start(begin(row))
      while (!onward(walk)) yield progress
      arrived(row, walk.place)
      if (row % 32 === 0) yield progress
    }
    return progress
  } finally {
    walk.release()
  }
}

/** Fewer are walked one after another. */
const enoughForTeam = 8
/** Events between two looks. */
const eventsPerLook = 8192

function* walkTogether(
  team: Team,
  next: () => number,
  begin: Rows['begin'],
  ended: (row: number, lane: TeamLane) => void,
  progress: Advanced,
): Generator<Advanced, void> {
  const walking = team.lanes.map(() => -1)
  let work = 0
  for (;;) {
    if (team.going < team.lanes.length) {
      team.lanes.forEach((lane, k) => {
        if (lane.status === 'going') return
        if (walking[k] >= 0) ended(walking[k], lane)
        walking[k] = next()
        if (walking[k] >= 0) team.start(k, begin(walking[k]))
      })
    }
    if (team.going === 0) return
    work += team.advance()
    if (work < eventsPerLook) continue
    work = 0
    yield progress
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
