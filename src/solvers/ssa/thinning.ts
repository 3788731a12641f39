/**
 * Rates that depend on time: thinning (Lewis & Shedler 1979, doi:10.1002/nav.3800260304). Over a window of time every
 * propensity has a bound; candidates come at the rate of the sum of bounds, and one that falls on reaction r is real
 * with probability a_r/bound_r at its moment. Exact, however loose the bounds; windows shrink where they are too loose
 * to be fast.
 *
 * x: counts; b: bounds over [time, windowEnd]; u, e: uniform and exponential of the pending candidate.
 */
import { combinations, evaluators } from '../../network/evaluate'
import { plainWatch } from '../../network/events'
import { enclosures } from '../../network/interval'
import { dependents, reads } from '../../network/structure'
import { leftOver, type Walker } from '../../network/walker'
import type { Stream } from '../../numerics/rng'
import { stateText } from '../broken'
import { Failure, type Problem } from '../contract'
import type { Witness } from './witness'

/** Candidates and windows per `advance`. */
const batch = 256
/** A window costs as much as about so many candidates. */
const fewCandidates = 4
/** Windows of less than this share of the whole time are a sign of a rate without bound. */
const smallestWindow = 2 ** -45
/** Covers the rounding of bounds and propensities, which are computed differently. */
const slack = 1 + 1e-9

/** A walker for networks with rates that depend on time. */
export function thinning(problem: Problem, witness?: Witness): Walker {
  const { network, parameters, initial, times } = problem
  const { propensities } = evaluators(network, parameters)
  const enclose = enclosures(network, parameters)
  const { reactions } = network
  const [S, R, T] = [network.species.length, reactions.length, times.length]
  const timed = reactions.map((_, r) => r).filter((r) => reads(network, r).time)
  const isTimed = reactions.map((_, r) => timed.includes(r))
  const affected = dependents(network)
  const horizon = times[T - 1]
  const { state, counts: x, truth, flipped } = plainWatch(network, parameters)
  const watching = network.events.length > 0
  const b = new Float64Array(R)
  const records = new Float64Array(S * T)
  let source: Stream
  let [time, windowEnd, width, total, u, e, recorded, events, limit] = [0, 0, 0, 0, 0, 0, 0, 0, T]
  let invalid = false

  /** Upper bound of a propensity that reads time, over [time, end], for the counts now. */
  const upper = (r: number, end: number): number => {
    const { law, rate, reactants, net } = reactions[r]
    if (law === 'explicit') {
      if (net.some(({ species, count }) => x[species] + count < 0)) return 0
      return Math.max(0, enclose(rate, x, time, end)[1]) * slack
    }
    const ways = reactants.reduce((product, { species, count }) => product * combinations(x[species], count), 1)
    return ways === 0 ? 0 : Math.max(0, enclose(rate, x, time, end)[1]) * ways * slack
  }
  const exactly = (r: number, t: number): number => {
    const value = propensities[r](x, t)
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) invalid = true
    return value
  }
  const addUp = () => {
    total = 0
    for (let r = 0; r < R; r++) total += b[r]
  }
  /** A window from now: as long as a bound is at most twice the values at its ends, or few candidates come from it. */
  const openWindow = () => {
    width = Math.min(2 * width, horizon - time)
    windowEnd = time + width
    for (const r of timed) {
      const here = exactly(r, time)
      for (;;) {
        windowEnd = time + width
        b[r] = upper(r, windowEnd)
        if (b[r] * width <= fewCandidates || b[r] <= 2 * slack * Math.min(here, propensities[r](x, windowEnd))) break
        width /= 2
        if (width < smallestWindow * horizon) throw unbounded(problem, r, x, time)
      }
    }
    // A reaction may have shrunk the window of those before it: their bounds still hold.
    addUp()
  }
  const afterEvent = (r: number) => {
    for (const j of affected[r]) b[j] = isTimed[j] ? upper(j, windowEnd) : exactly(j, time)
    addUp()
    if (!(total < Number.POSITIVE_INFINITY)) openWindow()
  }
  /** The candidate at time `at`: real or not, the next one is drawn. */
  const candidate = (at: number) => {
    let rest = u * total
    let r = 0
    while (r < R - 1 && rest >= b[r]) rest -= b[r++]
    const fires = isTimed[r] ? rest < exactly(r, at) && !invalid : b[r] > 0
    witness?.({ from: time, at, uniform: u, exponential: e, weights: b, total, reaction: r, fires, counts: x })
    u = source.uniform()
    e = source.exponential()
    time = at
    if (!fires) return
    for (const { species, count } of reactions[r].net) x[species] += count
    events++
    afterEvent(r)
  }
  /** Bounds anew for the state and the time now. */
  const begin = () => {
    for (let r = 0; r < R; r++) if (!isTimed[r]) b[r] = exactly(r, time)
    if (!invalid && horizon > 0) openWindow()
  }
  return {
    counts: x,
    records,
    get time() {
      return time
    },
    get total() {
      return total
    },
    get events() {
      return events
    },
    get recorded() {
      return recorded
    },
    start(stream) {
      source = stream
      x.set(initial)
      ;[time, recorded, events, limit, invalid] = [0, 0, 0, T, false]
      width = horizon
      u = source.uniform()
      e = source.exponential()
      begin()
    },
    advance() {
      for (let left = batch; left > 0; left--) {
        if (invalid) return 'invalid'
        const at = time + e / total
        while (times[recorded] < at && times[recorded] <= windowEnd) {
          records.set(x, recorded * S)
          if (++recorded === limit) return 'done'
        }
        if (at <= windowEnd) {
          candidate(at)
          if (watching && flipped()) return 'flipped'
        } else {
          // What is left of the exponential lives on in the next window.
          e -= (windowEnd - time) * total
          time = windowEnd
          openWindow()
        }
      }
      return 'going'
    },
    watched: watching
      ? {
          state,
          truth,
          limit(rows) {
            limit = rows
          },
          resume(to) {
            e = leftOver(e, total, time, to)
            time = to
            begin()
          },
        }
      : undefined,
    release() {},
  }
}

function unbounded(problem: Problem, r: number, x: ArrayLike<number>, t: number): Failure {
  return new Failure(
    'unbounded',
    `No bound was found for the rate of reaction ${problem.network.reactions[r].name} just after ${stateText(problem, x, t)}.`,
    'A rate that depends on t must stay finite: keep the time away from where it divides by zero.',
  )
}
