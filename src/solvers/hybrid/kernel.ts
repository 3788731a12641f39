/**
 * Hybrid simulation: fast reactions follow the chemical Langevin equation or the rate equation, slow ones happen at the
 * instants at which the integral of their propensities along that path reaches an Exp(1) number (Salis & Kaznessis 2005,
 * doi:10.1063/1.1835951).
 *
 * x: counts, whole numbers but for those that a fast reaction changes; a: propensities; integral: ∫ of the slow ones
 * since the last event; wait: the Exp(1) number.
 */
import { variates } from '../../numerics/variates'
import { brokenPropensity } from '../broken'
import type { Problem } from '../contract'
import type { Sampler } from '../ensemble'
import { exploded, type LeapNetwork, leapNetwork, maxCount } from '../leap'

export interface HybridSettings {
  readonly fast: 'langevin' | 'ode'
  /** Counts from here on are many. */
  readonly threshold: number
  /** Less than this share of all events is slow. */
  readonly share: number
  readonly epsilon: number
  /** Part of the longest step that is taken. */
  readonly part: number
}

/** What is fast stays so until it is below its thresholds by this factor, lest it change at every step. */
const hysteresis = 0.5
const fewestMolecules = 1
const workPerAdvance = 512

export function hybridSampler(problem: Problem, settings: HybridSettings): Sampler {
  const { initial, times } = problem
  const net = leapNetwork(problem)
  const { species: S, reactions: R, from, changed, by } = net
  const T = times.length
  const source = variates()
  const division = divide(net, settings)
  const { fast, flows } = division
  const x = new Float64Array(S)
  const next = new Float64Array(S)
  const a = new Float64Array(R)
  const ahead = new Float64Array(R)
  const fired = new Float64Array(R)
  const records = new Float64Array(S * T)
  const counters = { steps: 0, slowEvents: 0, roundings: 0 }
  const batch = Math.max(1, Math.floor(workPerAdvance / Math.max(1, R)))
  const now = { time: 0, total: 0, recorded: 0, wait: 0, integral: 0 }
  const noisy = settings.fast === 'langevin'

  const evaluate = (state: Float64Array, out: Float64Array): number => {
    const total = net.propensities(state, now.time, out)
    if (Number.isNaN(total)) throw brokenPropensity(problem, state, now.time)
    return total
  }
  const slowSum = (values: Float64Array): number => {
    let sum = 0
    for (let r = 0; r < R; r++) if (fast[r] === 0) sum += values[r]
    return sum
  }
  /** Counts that no longer flow become whole again, keeping their means and, where it is whole, their sum. */
  const settle = () => {
    let [before, carried] = [0, -1]
    for (let s = 0; s < S; s++) {
      if (flows[s] === 1 || Number.isInteger(x[s])) continue
      if (carried < 0) [before, carried] = [0, source.uniform()]
      const after = carried + x[s]
      x[s] = Math.floor(after) - before
      ;[before, carried] = [Math.floor(after), after]
      counters.roundings++
    }
    if (carried >= 0) now.total = evaluate(x, a)
  }
  /** How the slow propensities will be halfway through a step, without noise. */
  const slowAhead = (step: number): number => {
    next.set(x)
    for (let r = 0; r < R; r++) fired[r] = fast[r] ? 0.5 * step * a[r] : 0
    net.add(next, fired)
    for (let s = 0; s < S; s++) if (next[s] < 0) next[s] = 0
    evaluate(next, ahead)
    return slowSum(ahead)
  }
  /** The fast reactions alone, by the weak trapezoidal method. */
  const flow = (step: number) => {
    const half = 0.5 * step
    const amount = (mean: number) => (noisy && mean > 0 ? mean + Math.sqrt(mean) * source.normal() : mean)
    for (let r = 0; r < R; r++) fired[r] = fast[r] ? amount(half * a[r]) : 0
    next.set(x)
    net.add(next, fired)
    for (let s = 0; s < S; s++) if (flows[s] === 1 && next[s] < 0) next[s] = 0
    evaluate(next, ahead)
    for (let r = 0; r < R; r++) fired[r] = fast[r] ? amount(half * (2 * ahead[r] - a[r])) : 0
    net.add(next, fired)
    for (let s = 0; s < S; s++) {
      if (!(next[s] <= maxCount)) throw exploded(problem, next, now.time)
      x[s] = flows[s] === 1 && next[s] < 0 ? 0 : next[s]
    }
  }
  /** One slow reaction. */
  const fire = () => {
    let rest = source.uniform() * slowSum(a)
    let chosen = -1
    for (let r = 0; r < R && rest >= 0; r++) {
      if (fast[r] || a[r] === 0) continue
      chosen = r
      rest -= a[r]
    }
    now.wait = source.exponential()
    now.integral = 0
    if (chosen < 0) return
    for (let i = from[chosen]; i < from[chosen + 1]; i++) x[changed[i]] += by[i]
    counters.slowEvents++
    now.total = evaluate(x, a)
  }
  const step = (goal: number) => {
    const flowing = division.look(x, a, now.total)
    settle()
    const longest = flowing
      ? settings.part * net.longest(x, a, fast, settings.epsilon, fewestMolecules)
      : Number.POSITIVE_INFINITY
    let tau = Math.min(longest, goal - now.time)
    const slow = flowing ? slowAhead(tau) : slowSum(a)
    const rings = slow > 0 && now.integral + slow * tau >= now.wait
    if (rings) tau = Math.max(0, (now.wait - now.integral) / slow)
    const landing = !rings && tau === goal - now.time
    if (flowing) {
      flow(tau)
      now.total = evaluate(x, a)
    }
    now.time = landing ? goal : now.time + tau
    now.integral += slow * tau
    counters.steps++
    if (rings) fire()
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
      fast.fill(0)
      Object.assign(counters, { steps: 0, slowEvents: 0, roundings: 0 })
      Object.assign(now, { time: 0, recorded: 0, wait: source.exponential(), integral: 0 })
      now.total = evaluate(x, a)
    },
    advance() {
      for (let left = batch; left > 0; left--) {
        if (now.total === 0) now.time = Math.max(now.time, times[now.recorded])
        while (now.recorded < T && times[now.recorded] <= now.time) records.set(x, S * now.recorded++)
        if (now.recorded === T) return true
        if (now.total > 0) step(times[now.recorded])
      }
      return false
    },
    release() {},
  }
}

/** Which reactions are fast, and which counts they make real numbers. */
function divide({ species: S, reactions: R, from, changed }: LeapNetwork, { threshold, share }: HybridSettings) {
  const fast = new Uint8Array(R)
  const flows = new Uint8Array(S)
  return {
    fast,
    flows,
    /** Returns whether anything flows. */
    look(x: Float64Array, a: Float64Array, total: number): boolean {
      flows.fill(0)
      let flowing = false
      for (let r = 0; r < R; r++) {
        const ease = fast[r] === 1 ? hysteresis : 1
        let isFast = a[r] > ease * share * total && from[r + 1] > from[r]
        for (let i = from[r]; i < from[r + 1] && isFast; i++) isFast = x[changed[i]] >= ease * threshold
        fast[r] = isFast ? 1 : 0
        flowing ||= isFast
        for (let i = from[r]; i < from[r + 1] && isFast; i++) flows[changed[i]] = 1
      }
      return flowing
    },
  }
}
