/** Where probability went, and how many states were held, by intervals of time: what a projection's `ledger` shows. */
import { namedArray } from '../../numerics/named-array'
import type { Ledger } from '../contract'

/** One interval: it ends at `until` and begins where the one before it ended. */
interface Interval {
  readonly until: number
  /** Most states held. */
  readonly states: number
  /** Products with the matrix. */
  readonly products: number
  /** Probability lost, by exit. */
  readonly lost: ReadonlyMap<string, number>
}

export interface Journal {
  readonly intervals: Interval[]
}

/** More intervals than this are joined in pairs. */
const maxIntervals = 128
/** Exits shown by name: the largest. */
const maxExits = 24
/** What was in states that were let go. */
export const dropped = 'dropped'
/** What Poisson tails and flushed values took. */
export const cutOff = 'cut off'
const others = 'others'

export function note({ intervals }: Journal, interval: Interval): void {
  intervals.push(interval)
  if (intervals.length <= maxIntervals) return
  const joined: Interval[] = []
  for (let k = 0; k + 1 < intervals.length; k += 2) joined.push(join(intervals[k], intervals[k + 1]))
  if (intervals.length % 2 === 1) joined.push(intervals[intervals.length - 1])
  intervals.splice(0, intervals.length, ...joined)
}

function join(a: Interval, b: Interval): Interval {
  const lost = new Map(a.lost)
  for (const [exit, p] of b.lost) lost.set(exit, (lost.get(exit) ?? 0) + p)
  return { until: b.until, states: Math.max(a.states, b.states), products: a.products + b.products, lost }
}

/** Share out `total` over exits, in proportion to what is known of each; what none of them explains is `rest`'s. */
export function shareOut(total: number, weights: ReadonlyMap<string, number>, rest: string): Map<string, number> {
  const sum = [...weights.values()].reduce((a, b) => a + b, 0)
  if (!(total > 0)) return new Map()
  if (!(sum > 0)) return new Map([[rest, total]])
  return new Map(
    [...weights].filter(([, weight]) => weight > 0).map(([exit, weight]) => [exit, total * (weight / sum)]),
  )
}

/** The journal as arrays: the exits that took most first. */
export function ledgerOf({ intervals }: Journal): Ledger {
  const totals = new Map<string, number>()
  for (const { lost } of intervals) for (const [exit, p] of lost) totals.set(exit, (totals.get(exit) ?? 0) + p)
  const ranked = [...totals.keys()].sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0) || (a < b ? -1 : 1))
  const named = ranked.length > maxExits ? [...ranked.slice(0, maxExits - 1), others] : ranked
  const until = intervals.map((interval) => interval.until)
  const lost = namedArray([
    ['until', until],
    ['exit', named],
  ])
  const held = namedArray([
    ['until', until],
    ['measure', ['states', 'products']],
  ])
  for (const [k, interval] of intervals.entries()) {
    held.data.set([interval.states, interval.products], 2 * k)
    for (const [exit, p] of interval.lost) {
      const e = named.indexOf(exit)
      lost.data[k * named.length + (e < 0 ? named.length - 1 : e)] += p
    }
  }
  return { lost, held }
}
