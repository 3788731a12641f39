/**
 * The chemical Langevin equation (Gillespie 2000, doi:10.1063/1.481811): dx = Σ_r nu_r (a_r(x) dt + √a_r(x) dW_r), by the
 * weak trapezoidal method. Each reaction has a noise of its own, so that conserved sums stay what they are.
 *
 * x: counts as real numbers. A step may end a little below 0; propensities see 0 there, so that what consumes stops.
 */
import { readsTime } from '../../network/structure'
import { variates } from '../../numerics/variates'
import { brokenPropensity } from '../broken'
import type { Problem } from '../contract'
import type { Sampler } from '../ensemble'
import { exploded, leapNetwork, maxCount } from '../leap'

/** However few there are: a step may change a count by this much. */
const fewestMolecules = 1
/** A pulse in t that no step sees does not happen: so many steps to the horizon where a rate reads time. */
const timedSteps = 200
const workPerAdvance = 512

/** `share` of the longest step is taken. */
export function langevin(problem: Problem, epsilon: number, share: number): Sampler {
  const { network, initial, times } = problem
  const net = leapNetwork(problem, true)
  const { species: S, reactions: R } = net
  const T = times.length
  const source = variates()
  const x = new Float64Array(S)
  const next = new Float64Array(S)
  const floored = new Float64Array(S)
  const a = new Float64Array(R)
  const ahead = new Float64Array(R)
  const fired = new Float64Array(R)
  const every = new Uint8Array(R).fill(1)
  const records = new Float64Array(S * T)
  const counters = { steps: 0, stepsBelowZero: 0 }
  const batch = Math.max(1, Math.floor(workPerAdvance / Math.max(1, R)))
  const longest = readsTime(network) ? (share * times[T - 1]) / timedSteps : Number.POSITIVE_INFINITY
  const now = { time: 0, total: 0, recorded: 0 }

  /** Propensities at a state, which may be a little below 0, into `out`; returns their sum. */
  const evaluate = (state: Float64Array, time: number, out: Float64Array): number => {
    for (let s = 0; s < S; s++) floored[s] = Math.max(0, state[s])
    const total = net.propensities(floored, time, out)
    if (!Number.isNaN(total)) return total
    // Between counts a propensity may be negative where it is not at the nearest count: that is no reaction.
    for (let s = 0; s < S; s++) floored[s] = Math.round(floored[s])
    for (let r = 0; r < R; r++) {
      const nearest = net.propensity(r, floored, time)
      if (!(out[r] < Number.POSITIVE_INFINITY) || !(nearest >= 0)) throw brokenPropensity(problem, floored, time)
      out[r] = Math.max(0, out[r])
    }
    return out.reduce((sum, value) => sum + value, 0)
  }
  /** Half a step as it is, the other at twice the new propensities less the old ones: of weak order two. */
  const step = (goal: number) => {
    const longestNow = Math.min(longest, share * net.longest(x, a, every, epsilon, fewestMolecules))
    const landing = !(now.time + longestNow < goal)
    const half = 0.5 * (landing ? goal - now.time : longestNow)
    for (let r = 0; r < R; r++) fired[r] = a[r] > 0 ? half * a[r] + Math.sqrt(half * a[r]) * source.normal() : 0
    next.set(x)
    net.add(next, fired)
    evaluate(next, now.time + half, ahead)
    for (let r = 0; r < R; r++) {
      const mean = half * (2 * ahead[r] - a[r])
      fired[r] = mean > 0 ? mean + Math.sqrt(mean) * source.normal() : mean
    }
    net.add(next, fired)
    let below = false
    for (let s = 0; s < S; s++) {
      if (!(next[s] <= maxCount)) throw exploded(problem, next, now.time)
      below ||= next[s] < 0
    }
    x.set(next)
    now.time = landing ? goal : now.time + 2 * half
    counters.steps++
    if (below) counters.stepsBelowZero++
    now.total = evaluate(x, now.time, a)
  }
  return {
    place: {
      get time() {
        return now.time
      },
      get events() {
        return counters.steps
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
      Object.assign(now, { time: 0, recorded: 0 })
      Object.assign(counters, { steps: 0, stepsBelowZero: 0 })
      now.total = evaluate(x, 0, a)
    },
    advance() {
      for (let left = batch; left > 0; left--) {
        // Where no rate reads time, nothing happens any more.
        if (now.total === 0 && longest === Number.POSITIVE_INFINITY) now.time = Math.max(now.time, times[now.recorded])
        while (now.recorded < T && times[now.recorded] <= now.time) records.set(x, S * now.recorded++)
        if (now.recorded === T) return true
        if (now.time < times[now.recorded]) step(times[now.recorded])
      }
      return false
    },
    release() {},
  }
}
