/**
 * Tau-leaping with automatic leaps (Cao, Gillespie & Petzold 2006, doi:10.1063/1.2159468) and, for the implicit one,
 * their choice between explicit and implicit leaps (2007, doi:10.1063/1.2745299).
 *
 * x: counts; a: propensities; free: reactions that may fire many times in a leap; the others are critical.
 */
import { dependents } from '../../network/structure'
import { variates } from '../../numerics/variates'
import { brokenPropensity } from '../broken'
import type { Problem } from '../contract'
import type { Sampler } from '../ensemble'
import { exploded, type LeapNetwork, leapNetwork, maxCount } from '../leap'
import { implicitLeap } from './implicit'
import { exactEvents, fewestMolecules, fewestWaits } from './limits'
import type { LeapDraw, LeapWitness } from './witness'

export type { LeapDraw }

export interface LeapOptions {
  readonly method: 'trapezoidal' | 'midpoint' | 'explicit' | 'implicit'
  readonly epsilon: number
  readonly criticalCount: number
  /** Share of the longest leap that is taken. */
  readonly share: number
}

/** Leaps are implicit where that makes them longer by this factor; … */
const stiff = 100
/** … reactions that undo each other balance when their propensities differ by less than this share, … */
const balance = 0.05
/**
 * … and an implicit leap is at most this share of the time to the next output: it damps the fluctuations of what is fast
 * against it, and ever shorter leaps bring them back, from the slow to the fast.
 */
const approach = 0.1
/** Reactions looked at in one `advance`. */
const workPerAdvance = 1024

export function leaper(problem: Problem, options: LeapOptions, witness?: LeapWitness): Sampler {
  const { network, initial, times } = problem
  const net = leapNetwork(problem)
  const { species: S, reactions: R, from, changed, by } = net
  const T = times.length
  const affected = dependents(network)
  const source = variates()
  const choice = leapChoice(net, network.reactions.length, options)
  const implicit = implicitLeap(net)
  const x = new Float64Array(S)
  const next = new Float64Array(S)
  const a = new Float64Array(R)
  const fired = new Float64Array(R)
  const drawn = new Float64Array(R)
  const records = new Float64Array(S * T)
  const { free } = choice
  const counters = { leaps: 0, implicitLeaps: 0, rejectedLeaps: 0, exactEvents: 0 }
  const batch = Math.max(1, Math.floor(workPerAdvance / Math.max(1, R)))
  // Fields, and not variables: those would be boxed anew at every assignment.
  const now = { time: 0, total: 0, events: 0, recorded: 0, exactLeft: 0 }

  const evaluate = () => {
    now.total = net.propensities(x, now.time, a)
    if (Number.isNaN(now.total)) throw brokenPropensity(problem, x, now.time)
  }
  const tell = (at: number, longest: number, what: Float64Array | number, limit: LeapDraw['limit'], counts = x) =>
    witness?.({
      from: now.time,
      at,
      counts,
      propensities: a,
      longest,
      free,
      fired: what,
      limit,
      implicit: choice.stiff,
    })
  /** Events one by one, as far as the next output time. What is left of a wait is drawn anew. */
  const exactly = (goal: number) => {
    for (; now.exactLeft > 0; now.exactLeft--) {
      const due = now.total > 0 ? now.time + source.exponential() / now.total : Number.POSITIVE_INFINITY
      if (due > goal) {
        now.time = goal
        return
      }
      const r = choose(a, null, source.uniform() * now.total)
      tell(due, choice.longest, r, 'event')
      now.time = due
      for (let i = from[r]; i < from[r + 1]; i++) x[changed[i]] += by[i]
      now.events++
      counters.exactEvents++
      for (const j of affected[r]) a[j] = net.propensity(j, x, now.time)
      now.total = 0
      for (let j = 0; j < R; j++) now.total += a[j] >= 0 ? a[j] : Number.NaN
      if (!(now.total < Number.POSITIVE_INFINITY)) throw brokenPropensity(problem, x, now.time)
    }
  }
  /** Firings of the free reactions in a leap, into `fired`. */
  const draw = (tau: number, implicitly: boolean): boolean => {
    if (implicitly) {
      for (let r = 0; r < R; r++) drawn[r] = free[r] ? source.poisson(a[r] * tau) : 0
      return implicit(x, now.time, a, free, drawn, tau, fired)
    }
    if (options.method === 'trapezoidal') return drawInHalves(tau)
    const ahead = options.method !== 'explicit'
    if (ahead) halfway(net, x, a, free, tau, next)
    for (let r = 0; r < R; r++) {
      fired[r] = 0
      if (!free[r]) continue
      const middle = ahead ? net.propensity(r, next, now.time) : a[r]
      // Between counts a propensity may be anything.
      fired[r] = source.poisson((middle >= 0 && middle < Number.POSITIVE_INFINITY ? middle : a[r]) * tau)
    }
    return true
  }
  /** Half a leap as it is, the other at twice the new propensities less the old ones: of second order in tau. */
  const drawInHalves = (tau: number): boolean => {
    for (let r = 0; r < R; r++) fired[r] = free[r] ? source.poisson(0.5 * tau * a[r]) : 0
    next.set(x)
    net.add(next, fired)
    for (let s = 0; s < S; s++) if (next[s] < 0) return false
    for (let r = 0; r < R; r++) {
      if (!free[r]) continue
      const mean = 0.5 * tau * (2 * net.propensity(r, next, now.time) - a[r])
      if (mean > 0 && mean < Number.POSITIVE_INFINITY) fired[r] += source.poisson(mean)
    }
    return true
  }
  /** Apply `fired`; false, and nothing happens, where a count would be negative. */
  const apply = (): boolean => {
    next.set(x)
    net.add(next, fired)
    for (let s = 0; s < S; s++) if (next[s] < 0) return false
    x.set(next)
    for (let r = 0; r < R; r++) now.events += fired[r]
    return true
  }
  const leap = (goal: number) => {
    choice.look(x, a)
    let longest = options.share * choice.longest
    if (choice.stiff) longest = Math.min(longest, options.share * approach * (goal - now.time))
    for (let refused = false; ; refused = true) {
      if (longest * now.total < fewestWaits) {
        now.exactLeft = exactEvents
        return
      }
      const wait = choice.critical > 0 ? source.exponential() / choice.critical : Number.POSITIVE_INFINITY
      const tau = Math.min(longest, wait, goal - now.time)
      const landing = tau === goal - now.time
      if (draw(tau, choice.stiff)) {
        // The critical clock rings at the end of the leap, unless the leap was cut short before.
        if (tau === wait && !landing) fired[choose(a, free, source.uniform() * choice.critical)]++
        const before = witness ? x.slice() : x
        if (apply()) {
          const at = landing ? goal : now.time + tau
          const cut = tau === wait ? 'critical' : refused ? 'refused' : 'change'
          tell(at, longest, fired, landing ? 'output' : cut, before)
          now.time = at
          counters.leaps++
          if (choice.stiff) counters.implicitLeaps++
          break
        }
      }
      counters.rejectedLeaps++
      longest = tau / 2
    }
    for (let s = 0; s < S; s++) if (x[s] > maxCount) throw exploded(problem, x, now.time)
    evaluate()
  }
  return {
    place: {
      get time() {
        return now.time
      },
      get events() {
        return now.events
      },
      get recorded() {
        return now.recorded
      },
      records,
      counters,
    },
    start(stream) {
      source.start(stream)
      x.set(initial)
      Object.assign(now, { time: 0, events: 0, recorded: 0, exactLeft: 0 })
      Object.assign(counters, { leaps: 0, implicitLeaps: 0, rejectedLeaps: 0, exactEvents: 0 })
      evaluate()
    },
    advance() {
      for (let left = batch; left > 0; left--) {
        const goal = times[now.recorded]
        if (now.total === 0) now.time = Math.max(now.time, goal)
        while (now.recorded < T && times[now.recorded] <= now.time) records.set(x, S * now.recorded++)
        if (now.recorded === T) return true
        if (now.exactLeft > 0) exactly(times[now.recorded])
        else if (now.total > 0) leap(times[now.recorded])
      }
      return false
    },
    release() {},
  }
}

/** The reaction on whose stretch of the propensities `rest` falls, among those that are not `without`. */
function choose(a: Float64Array, without: Uint8Array | null, rest: number): number {
  let chosen = -1
  for (let r = 0; r < a.length; r++) {
    if (without?.[r] || a[r] === 0) continue
    chosen = r
    rest -= a[r]
    // Rounding may lead past the end: then it is the last that can fire.
    if (rest < 0) break
  }
  return chosen
}

/** The counts, as real numbers, half a leap ahead without noise. */
function halfway(net: LeapNetwork, x: Float64Array, a: Float64Array, free: Uint8Array, tau: number, out: Float64Array) {
  const { from, changed, by } = net
  out.set(x)
  for (let r = 0; r < a.length; r++) {
    if (!free[r]) continue
    for (let i = from[r]; i < from[r + 1]; i++) out[changed[i]] += 0.5 * tau * by[i] * a[r]
  }
  for (let s = 0; s < out.length; s++) if (out[s] < 0) out[s] = 0
}

/** Which reactions are critical, and how long a leap may be. */
function leapChoice(net: LeapNetwork, R: number, { method, epsilon, criticalCount }: LeapOptions) {
  const { from, changed, by } = net
  const free = new Uint8Array(R)
  const moving = new Uint8Array(R)
  const opposites = method === 'implicit' ? oppositesOf(net) : new Int32Array(0)
  const choice = {
    free,
    /** Sum of the critical propensities. */
    critical: 0,
    longest: 0,
    /** Whether the leap is to be implicit. */
    stiff: false,
    look(x: Float64Array, a: Float64Array) {
      choice.critical = 0
      for (let r = 0; r < R; r++) {
        free[r] = a[r] > 0 ? 1 : 0
        for (let i = from[r]; i < from[r + 1] && free[r] === 1; i++) {
          if (by[i] < 0 && x[changed[i]] < -by[i] * criticalCount) free[r] = 0
        }
        if (free[r] === 0) choice.critical += a[r]
      }
      choice.longest = net.longest(x, a, free, epsilon, fewestMolecules)
      if (method !== 'implicit') return
      for (let r = 0; r < R; r++) {
        const p = opposites[r]
        const balanced = p >= 0 && Math.abs(a[r] - a[p]) <= balance * Math.min(a[r], a[p])
        moving[r] = free[r] === 1 && !balanced ? 1 : 0
      }
      const longest = net.longest(x, a, moving, epsilon, fewestMolecules)
      choice.stiff = longest > stiff * choice.longest
      if (choice.stiff) choice.longest = longest
    },
  }
  return choice
}

/** For each reaction one that undoes it, or −1. */
function oppositesOf({ reactions: R, from, changed, by }: LeapNetwork): Int32Array {
  const sign = (r: number, factor: number) =>
    Array.from({ length: from[r + 1] - from[r] }, (_, i) => [changed[from[r] + i], factor * by[from[r] + i]]).join()
  const byChange = new Map<string, number>()
  for (let r = R - 1; r >= 0; r--) byChange.set(sign(r, 1), r)
  return Int32Array.from({ length: R }, (_, r) => (from[r + 1] > from[r] ? (byChange.get(sign(r, -1)) ?? -1) : -1))
}
