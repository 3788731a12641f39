/**
 * The direct method (Gillespie 1977, doi:10.1021/j100540a008), written plainly: every propensity is computed anew after
 * every event. The oracle of the compiled kernel, and what the microscope looks at.
 *
 * a: propensities; x: counts; u, e: the uniform and the exponential that the pending event has drawn.
 */
import { evaluators } from '../../network/evaluate'
import { plainWatch } from '../../network/events'
import type { Network } from '../../network/network'
import { leftOver, type Walker } from '../../network/walker'
import type { Stream } from '../../numerics/rng'
import { ssa } from './index'
import type { Witness } from './witness'

export { thinning } from './thinning'
/**
 * Exact walkers, as `solve` uses them, with the sampler that says in a sentence why one cannot go on, and the fastest that
 * walks several replicates at once, to the same bits.
 */
export { isSmall, sampler, teamFor, walkerFor } from './walkers'
export type { Draw } from './witness'

/** Draws per `advance`. */
const batch = 512

/** A walker over the output times that evaluates closures. Rates must not depend on time. */
export function plain(
  network: Network,
  parameters: ArrayLike<number>,
  initial: ArrayLike<number>,
  times: ArrayLike<number>,
  witness?: Witness,
): Walker {
  const { propensities } = evaluators(network, parameters)
  const { reactions } = network
  const [S, R, T] = [network.species.length, reactions.length, times.length]
  const a = new Float64Array(R)
  const records = new Float64Array(S * T)
  const { state, counts: x, truth, flipped } = plainWatch(network, parameters)
  const watching = network.events.length > 0
  let source: Stream
  let [time, due, u, e, total, recorded, events, limit] = [0, 0, 0, 0, 0, 0, 0, T]

  const refresh = () => {
    for (let r = 0; r < R; r++) {
      const value = propensities[r](x, time)
      a[r] = value >= 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN
    }
    total = R > 0 ? treeSum(a, 0, R) : 0
    due = total === 0 ? Number.POSITIVE_INFINITY : time + e / total
  }
  const fire = () => {
    const r = choose(a, u * total)
    const fires = a[r] > 0
    witness?.({ from: time, at: due, uniform: u, exponential: e, weights: a, total, reaction: r, fires, counts: x })
    u = source.uniform()
    const next = source.exponential()
    // Rounding can lead to a propensity of 0: draw again for the same moment.
    if (!fires) return
    for (const { species, count } of reactions[r].net) x[species] += count
    time = due
    e = next
    events++
    refresh()
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
      time = 0
      events = 0
      recorded = 0
      limit = T
      u = source.uniform()
      e = source.exponential()
      refresh()
    },
    advance() {
      for (let left = batch; left > 0; ) {
        if (due <= times[recorded]) {
          fire()
          left--
          if (watching && flipped()) return 'flipped'
          continue
        }
        if (!(total < Number.POSITIVE_INFINITY)) return 'invalid'
        records.set(x, recorded * S)
        recorded++
        if (recorded === limit) return 'done'
      }
      return total < Number.POSITIVE_INFINITY ? 'going' : 'invalid'
    },
    watched: watching
      ? {
          state,
          truth,
          limit(rows) {
            limit = rows
          },
          resume(at) {
            e = leftOver(e, total, time, at)
            time = at
            refresh()
          },
        }
      : undefined,
    release() {},
  }
}

/** a[lo] + … + a[hi − 1], halving: the order in which the compiled kernel adds. */
function treeSum(a: Float64Array, lo: number, hi: number): number {
  if (hi - lo === 1) return a[lo]
  const middle = (lo + hi) >> 1
  return treeSum(a, lo, middle) + treeSum(a, middle, hi)
}

/** The reaction on whose stretch `rest` falls, descending the same tree. */
function choose(a: Float64Array, rest: number): number {
  let lo = 0
  for (let hi = a.length; hi - lo > 1; ) {
    const middle = (lo + hi) >> 1
    const left = treeSum(a, lo, middle)
    if (rest < left) hi = middle
    else {
      rest -= left
      lo = middle
    }
  }
  return lo
}

/** The whole method and its defaults, for siblings that fall back on it. */
export async function whole() {
  const { method } = await import('./solve')
  return { method, defaults: ssa.options.defaults }
}
