/**
 * Fires a network's events for a walker that watches for them. Triggers turn at instants that are known beforehand, at
 * which the walker is made to stop, or when a reaction changes a count, after which it stops by itself.
 */
import { builder } from '../network/evaluate'
import { watchOf } from '../network/events'
import type { Network } from '../network/network'
import { eventText } from '../network/propensity'
import { exprReads } from '../network/structure'
import type { Walker } from '../network/walker'
import { round, stateText } from './broken'
import { Failure, type Problem } from './contract'

/** Rounds of events at one instant, each set off by the one before. */
const maxRounds = 1000
const maxCount = 2 ** 31 - 1
/** A real number this little below 0 is 0, after rounding. */
const rounding = 1e-6

const isWhole = (value: number) => Number.isInteger(value) && value >= 0 && value <= maxCount

/** An output time, or a stop (`output` is −1), at which the walker records what is there. */
export interface Row {
  readonly time: number
  readonly output: number
}

/**
 * A walker of `problem` that fires its events. `make` makes the one underneath, over the given times. What is recorded
 * at the time of an event is the state after it.
 */
export function withEvents(problem: Problem, make: (times: Float64Array) => Walker): Walker {
  const { network, initial, times } = problem
  const [S, T] = [network.species.length, times.length]
  const { flags, settle } = firing(problem, isWhole)
  const rows = rowsOf(
    times,
    flags.map(({ at }) => at),
  )
  const inner = make(Float64Array.from(rows, ({ time }) => time))
  const { counts, watched } = inner
  if (!watched) throw new Error('withEvents: this walker does not watch')
  const { state, truth } = watched
  const records = new Float64Array(S * T)
  let [copied, recorded] = [0, 0]

  /** Let the walker go to the next stop. */
  const goOn = () => {
    const stop = rows.findIndex(({ output }, k) => k >= copied && output < 0)
    watched.limit(stop < 0 ? rows.length : stop + 1)
  }
  const lookAtClock = (time: number) => {
    flags.forEach(({ at, from }, k) => {
      state[S + k] = time >= at === from ? 1 : 0
    })
  }
  const copy = () => {
    for (; copied < inner.recorded; copied++) {
      const { output } = rows[copied]
      if (output < 0) continue
      records.set(inner.records.subarray(copied * S, copied * S + S), output * S)
      recorded++
    }
  }
  return {
    counts,
    records,
    get time() {
      return inner.time
    },
    get total() {
      return inner.total
    },
    get events() {
      return inner.events
    },
    get recorded() {
      return recorded
    },
    start(stream) {
      ;[copied, recorded] = [0, 0]
      counts.set(initial)
      lookAtClock(0)
      settle.begin(state, truth)
      inner.start(stream)
      goOn()
    },
    advance() {
      const status = inner.advance()
      copy()
      if (status === 'flipped') {
        settle.go(state, truth, inner.time)
        watched.resume(inner.time)
        return 'going'
      }
      if (status !== 'done' || copied === rows.length) return status
      const { time } = rows[copied - 1]
      lookAtClock(time)
      settle.go(state, truth, time)
      watched.resume(time)
      goOn()
      return 'going'
    },
    slow: inner.slow,
    get counters() {
      return inner.counters
    },
    release: () => inner.release(),
  }
}

/** Events that the clock alone sets off, for solvers whose counts are real numbers. */
export interface ClockEvents {
  readonly rows: readonly Row[]
  /** What has become true by this time happens to the counts. */
  happen(x: Float64Array, time: number): void
}

/** Whether counts set an event off: then it has no time that is known beforehand. */
export function readsCounts(network: Network): boolean {
  const S = network.species.length
  return watchOf(network).triggers.some((trigger) => exprReads(network, trigger).species.some((s) => s < S))
}

export function clockEvents(problem: Problem): ClockEvents {
  const S = problem.network.species.length
  const { flags, settle } = firing(problem, (value) => value > -rounding && value < Number.POSITIVE_INFINITY)
  const state = new Float64Array(S + flags.length)
  const truth = new Float64Array(problem.network.events.length)
  const look = (x: ArrayLike<number>, time: number) => {
    state.set(Array.from(x))
    flags.forEach(({ at, from }, k) => {
      state[S + k] = time >= at === from ? 1 : 0
    })
  }
  look(problem.initial, 0)
  settle.begin(state, truth)
  const instants = flags.map(({ at }) => at)
  return {
    rows: rowsOf(problem.times, instants),
    happen(x, time) {
      look(x, time)
      settle.go(state, truth, time)
      x.set(state.subarray(0, S))
    },
  }
}

/** Output times and the instants at which a trigger may turn, in order; at the same time the stop comes first. */
function rowsOf(times: ArrayLike<number>, instants: readonly number[]): Row[] {
  const horizon = times[times.length - 1]
  const stops = [...new Set(instants)].filter((time) => time > 0 && time <= horizon)
  const rows = Array.from(times, (time, output): Row => ({ time, output }))
  rows.push(...stops.map((time): Row => ({ time, output: -1 })))
  return rows.sort((a, b) => a.time - b.time || a.output - b.output)
}

/** What the events of a problem do to a state; `isCount` says which values may be assigned. */
function firing(problem: Problem, isCount: (value: number) => boolean) {
  const { network, parameters, initial } = problem
  const watch = watchOf(network)
  const rule = builder(network, parameters)
  const triggers = watch.triggers.map(rule)
  const assigned = network.events.map(({ assignments }) => assignments.map(({ value }) => rule(value)))
  const flags = watch.flags.map(({ at, from }) => ({ at: rule(at)(initial, 0), from }))

  /** Assign to all that have become true; whether any has. */
  const fire = (state: Float64Array, truth: Float64Array, time: number): boolean => {
    const holds = triggers.map((trigger) => (trigger(state, time) !== 0 ? 1 : 0))
    const risen = holds.flatMap((now, e) => (now > truth[e] ? [e] : []))
    truth.set(holds)
    // All values are read before the first is assigned.
    const values = risen.map((e) => assigned[e].map((value) => value(state, time)))
    risen.forEach((e, i) => {
      network.events[e].assignments.forEach(({ species }, k) => {
        const value = values[i][k]
        if (!isCount(value)) throw noCount(problem, e, k, value, state, time)
        state[species] = value
      })
    })
    return risen.length > 0
  }
  const settle = {
    /** What is true at the start has not become true. */
    begin(state: Float64Array, truth: Float64Array) {
      truth.set(triggers.map((trigger) => (trigger(state, 0) !== 0 ? 1 : 0)))
    },
    /** Fire until nothing more becomes true. */
    go(state: Float64Array, truth: Float64Array, time: number) {
      for (let rounds = 0; fire(state, truth, time); rounds++) {
        if (rounds < maxRounds) continue
        throw new Failure(
          'events',
          `Events set each other off without end, at ${stateText(problem, state, time)}.`,
          'Change a condition so that it does not become true again at the same instant.',
        )
      }
    },
  }
  return { flags, settle }
}

function noCount(problem: Problem, e: number, k: number, value: number, state: Float64Array, time: number): Failure {
  const { network } = problem
  const { name } = network.species[network.events[e].assignments[k].species]
  return new Failure(
    'events',
    `The event "${eventText(network, e)}" sets ${name} to ${round(value)} at ${stateText(problem, state, time)}.`,
    'A count is a whole number ≥ 0: round the value, for example with floor(…).',
  )
}
