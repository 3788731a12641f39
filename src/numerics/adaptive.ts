/**
 * Fast adaptive uniformisation (Mateescu, Wolf, Didier & Henzinger 2010, doi:10.1049/iet-syb.2010.0005): the series goes
 * only over states that carry mass, and at a rate that is enough for those. What is too small to carry on is dropped and is
 * then missing from the law, as is what leaves: the law stays a lower bound. Pays where the states that carry mass are few
 * among those that are kept, and slow.
 */
import { poissonWindow } from './poisson'
import type { Advance, Ask, Flow, Propagator } from './propagator'
import { mass } from './uniformise'

/** Events in one series. */
const seriesEvents = 256
/**
 * The rate of a series is at least this much above what the states at its start need, so that it lasts when they spread:
 * a little more each time that it did not, and less again while it does.
 */
const headroom = 1.2
const [harder, easier] = [1.5, 0.95]
/** Share of the tolerance that is dropped as too small; the rest is the tail of the series. */
const dropShare = 0.5
/** Rates worked through between two looks at the clock: about a millisecond. */
const stretch = 3e5

/** Rates by the state they lead from: `targets[first[i] … first[i + 1] − 1]`. */
interface Outward {
  readonly flow: Flow
  readonly first: Int32Array
  readonly targets: Int32Array
  readonly rates: Float64Array
  readonly outflow: Float64Array
  /** The largest outflow: as these sums have it, to the bit. */
  readonly fastest: number
}

export function adaptive(): Propagator {
  let outward: Outward | undefined
  let room = headroom
  const known = (flow: Flow) => {
    if (outward?.flow !== flow) outward = outwardOf(flow)
    return outward
  }
  return {
    reach(flow) {
      const fastest = rateOf(known(flow), flow.transition.vectors[0], 0)
      return fastest > 0 ? (4 * seriesEvents) / fastest : Number.POSITIVE_INFINITY
    },
    *advance(flow: Flow, h: number, { tolerance, allowed }: Ask): Generator<void, Advance, void> {
      const rates = known(flow)
      const law = flow.transition.vectors[0]
      const start = mass(law)
      let products = 0
      let cut = 0
      for (let done = 0; done < h; ) {
        const part = yield* series(rates, h - done, tolerance / h, room)
        room = part.time > 0 ? Math.max(headroom, easier * room) : harder * room
        done = part.time >= h - done ? h : done + part.time
        products += part.products
        cut += part.cut
        if (start - mass(law) > allowed)
          return { kept: false, products, cut, error: 0, rounding: roundingOf(products, flow) }
      }
      return { kept: true, products, cut, error: 0, rounding: roundingOf(products, flow) }
    },
  }
}

function roundingOf(products: number, { width }: Flow): number {
  return products * (2 * width + 6) * 2 ** -53
}

/** Events per unit time of the fastest state that holds more than `least`. */
function rateOf({ outflow }: Outward, law: Float64Array, least: number): number {
  let fastest = 0
  for (let i = 0; i < law.length; i++) if (law[i] > least && outflow[i] > fastest) fastest = outflow[i]
  return fastest
}

/**
 * One series, no longer than `left`; `pace`: mass that may be cut off per unit of time; `room`: how far its rate is above
 * what is needed now. Time 0 and the law as it was where too much spread to faster states.
 */
function* series(
  outward: Outward,
  left: number,
  pace: number,
  room: number,
): Generator<void, { time: number; products: number; cut: number }, void> {
  const { flow, first, targets, rates, outflow, fastest } = outward
  const [law, sum] = flow.transition.vectors
  const n = law.length
  let held = 0
  let dropped = 0
  for (let i = 0; i < n; i++) if (law[i] > 0) held++
  // A third each for what stands on states too fast for this series, for what reaches such, and for what is too small.
  const third = (pace * dropShare) / 3
  const begin = (third * Math.min(left, seriesEvents / fastest)) / Math.max(1, held)
  const rate = Math.min(fastest, room * rateOf(outward, law, begin))
  if (rate === 0) {
    // What still moves is too small to follow, and is dropped.
    let cut = 0
    for (let i = 0; i < n; i++) {
      if (outflow[i] === 0) continue
      cut += law[i]
      law[i] = 0
    }
    return { time: left, products: 0, cut }
  }
  const time = Math.min(left, seriesEvents / rate)
  const { first: begins, weights } = poissonWindow(rate * time, pace * time * (1 - dropShare))
  const last = begins + weights.length - 1
  const least = (third * time) / ((last + 1) * Math.max(1, held))
  const list = new Int32Array(n)
  const listed = new Uint8Array(n)
  let length = 0
  let now = new Float64Array(n)
  let next = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    if (!(law[i] > least) || outflow[i] > rate) {
      dropped += law[i]
      continue
    }
    list[length++] = i
    listed[i] = 1
    now[i] = law[i]
  }
  sum.fill(0)
  let work = 0
  let outran = 0
  for (let k = 0; k <= last; k++) {
    const weight = k < begins ? 0 : weights[k - begins]
    const end = length
    for (let at = 0; at < end; at++) {
      const i = list[at]
      const p = now[i]
      now[i] = 0
      if (!(p > least)) {
        dropped += p
        continue
      }
      if (weight > 0) sum[i] += weight * p
      if (k === last) continue
      next[i] += p - p * (outflow[i] / rate)
      const share = p / rate
      for (let e = first[i]; e < first[i + 1]; e++) {
        const to = targets[e]
        // A state that is faster than this series: what reaches it is missing.
        if (outflow[to] > rate) {
          outran += share * rates[e]
          continue
        }
        next[to] += share * rates[e]
        if (listed[to]) continue
        listed[to] = 1
        list[length++] = to
      }
    }
    if (outran > third * time) return { time: 0, products: k, cut: 0 }
    ;[now, next] = [next, now]
    work += end * flow.width
    if (work > stretch) {
      work = 0
      yield
    }
  }
  law.set(sum)
  const tail = Math.max(0, 1 - weights.reduce((a, b) => a + b, 0))
  return { time, products: last, cut: tail + dropped + outran }
}

function outwardOf(flow: Flow): Outward {
  const { forEachRate, forEachExit, transition } = flow
  if (!forEachRate) throw new TypeError('adaptive uniformisation needs the rates')
  const n = transition.states
  const first = new Int32Array(n + 1)
  const outflow = new Float64Array(n)
  forEachRate((from, _, rate) => {
    first[from + 1]++
    outflow[from] += rate
  })
  forEachExit((from, rate) => {
    outflow[from] += rate
  })
  for (let i = 0; i < n; i++) first[i + 1] += first[i]
  const targets = new Int32Array(first[n])
  const rates = new Float64Array(first[n])
  const next = first.slice()
  forEachRate((from, to, rate) => {
    targets[next[from]] = to
    rates[next[from]++] = rate
  })
  const fastest = outflow.reduce((a, b) => Math.max(a, b), 0)
  return { flow, first, targets, rates, outflow, fastest }
}
