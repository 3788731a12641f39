/** A few sampled paths, before any state is kept: where the law will go, and what it will cost to follow it there. */
import { evaluators } from '../../network/evaluate'
import { stream } from '../../numerics/rng'
import type { Problem } from '../contract'
import { leaper } from '../tau-leap/kernel'
import { type Coordinates, widths } from './space'

/** Counts of the axes on a few paths, at a few times: what is known of the law before it is solved for. */
export interface Pilot {
  readonly times: Float64Array
  /** [time][path]: counts of all species; as many paths as came that far. */
  readonly counts: readonly (readonly Float64Array[])[]
  /** Events per unit time at most, over all paths. */
  readonly events: number
}

const paths = 32
const instants = 32
/** Calls of the sampler, each about a thousand evaluations of propensities: some tens of milliseconds in all. */
const maxCalls = 200
/** The pilot's own seed: the answer must not depend on the study's. */
const seed = 20061122

/** Sample paths by implicit leaps of a coarse kind, yielding on the way. Never throws: what breaks a path ends it. */
export function* fly(problem: Problem): Generator<void, Pilot, void> {
  const horizon = problem.times.length ? problem.times[problem.times.length - 1] : 0
  // Denser at first: a law spreads as the root of time.
  const times = Float64Array.from({ length: instants }, (_, k) => horizon * ((k + 1) / instants) ** 2)
  const S = problem.network.species.length
  const counts: Float64Array[][] = Array.from(times, () => [])
  let events = 0
  if (!(horizon > 0)) return { times, counts, events }
  try {
    const options = { method: 'implicit', epsilon: 0.1, criticalCount: 10, share: 1 } as const
    const sampler = leaper({ ...problem, times }, options)
    for (let path = 0, calls = 0; path < paths && calls < maxCalls; path++) {
      sampler.start(stream(seed, path))
      while (!sampler.advance() && calls < maxCalls) {
        calls++
        yield
      }
      const { recorded, records } = sampler.place
      for (let k = 0; k < recorded; k++) counts[k].push(records.slice(k * S, (k + 1) * S))
      events = Math.max(events, sampler.place.events / Math.max(sampler.place.time, Number.MIN_VALUE))
    }
  } catch {
    // A broken propensity is for the run to name, with its state.
  }
  return { times, counts, events }
}

/** What following the law takes, one way. */
export interface Need {
  /** Most states held at once. */
  readonly states: number
  /** Products of two numbers. */
  readonly work: number
}

export interface Needs {
  /** `band`: states in a band's breadth. */
  readonly box: Need & { readonly band: number }
  readonly window: Need
  /** Share of the horizon that the pilot saw; beyond it the last it saw is taken to stay. */
  readonly seen: number
}

/** A product is made so much more often than events happen: the tails of series, and slices gone back over. */
const overhead = 1.3
/** Spread of an axis whose paths agree, in counts. */
const leastSpread = 0.3

/** Estimate what a box and what states that follow the mass would take. Time comes out within a factor of 5 in the bench. */
export function needs(problem: Problem, space: Coordinates, pilot: Pilot, tolerance: number): Needs {
  const { network, parameters, initial } = problem
  const { propensities } = evaluators(network, parameters)
  const outflow = (x: Float64Array, t: number) =>
    propensities.reduce((sum, a) => {
      const value = a(x, t)
      return value >= 0 && value < Number.POSITIVE_INFINITY ? sum + value : sum
    }, 0)
  const axes = space.axes.length
  // Far enough out that what leaks there, event by event, adds up to a tenth of the tolerance.
  const events = Math.max(1, pilot.events * pilot.times[pilot.times.length - 1])
  const reach = Math.sqrt(2 * Math.log((10 * events) / tolerance))
  const entries = network.reactions.length + 1
  const low = space.axes.map((s) => initial[s])
  const cap = [...low]
  let [boxStates, boxWork, windowStates, windowWork] = [1, 0, 1, 0]
  let [boxRate, windowRate, window] = [0, 0, 1]
  let before = 0
  let seen = 0
  for (const [k, t] of pilot.times.entries()) {
    const points = pilot.counts[k]
    if (points.length > 1) {
      seen = t
      const cloud = spread(space, points)
      for (let a = 0; a < axes; a++) {
        const away = reach * cloud.deviation[a]
        // The upper tail of counts is a little longer than the normal one.
        low[a] = Math.min(low[a], Math.max(0, Math.floor(cloud.mean[a] - away)))
        cap[a] = Math.max(cap[a], Math.min(space.most[a], Math.ceil(cloud.mean[a] + away + reach ** 2 / 6)))
      }
      boxStates = low.reduce((product, from, a) => product * (cap[a] - from + 1), 1)
      window = Math.min(boxStates, Math.max(1, ball(axes) * reach ** axes * cloud.volume))
      boxRate = Math.max(boxRate, ...corners(space, low, cap).map((x) => outflow(x, t)))
      windowRate = Math.max(...points.map((x) => outflow(outward(space, cloud, x, reach), t)))
    }
    const products = (rate: number) => overhead * rate * (t - before) + 40
    boxWork += products(boxRate) * boxStates * entries
    windowWork += products(windowRate) * window * entries
    windowStates = Math.max(windowStates, window)
    before = t
  }
  const horizon = pilot.times[pilot.times.length - 1]
  return {
    box: { states: boxStates, work: boxWork, band: boxStates / Math.max(...widths({ low, cap }), 1) },
    window: { states: Math.ceil(windowStates), work: windowWork },
    seen: horizon > 0 ? seen / horizon : 1,
  }
}

interface Cloud {
  readonly mean: Float64Array
  readonly deviation: Float64Array
  /** Root of the determinant of the covariance, directions without spread as wide as `leastSpread`. */
  readonly volume: number
  /** Cholesky factor of the covariance, row by row. */
  readonly root: Float64Array
}

function spread({ axes }: Coordinates, points: readonly Float64Array[]): Cloud {
  const n = axes.length
  const mean = Float64Array.from(axes, (s) => points.reduce((sum, x) => sum + x[s], 0) / points.length)
  const covariance = new Float64Array(n * n)
  for (const x of points) {
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) covariance[a * n + b] += (x[axes[a]] - mean[a]) * (x[axes[b]] - mean[b])
    }
  }
  for (let i = 0; i < covariance.length; i++) covariance[i] /= points.length - 1
  const deviation = Float64Array.from(axes, (_, a) => Math.max(leastSpread, Math.sqrt(covariance[a * n + a])))
  const root = new Float64Array(n * n)
  let volume = 1
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let rest = covariance[a * n + b]
      for (let c = 0; c < b; c++) rest -= root[a * n + c] * root[b * n + c]
      if (a === b) root[a * n + a] = Math.max(leastSpread, Math.sqrt(Math.max(0, rest)))
      else root[a * n + b] = rest / root[b * n + b]
    }
    volume *= root[a * n + a]
  }
  return { mean, deviation, volume, root }
}

/** Volume of the unit ball. */
function ball(n: number): number {
  return n < 2 ? [1, 2][n] : (ball(n - 2) * 2 * Math.PI) / n
}

/** The corners of a box that are states, all species given. */
function corners(
  { axes, dependents, origin }: Coordinates,
  low: readonly number[],
  cap: readonly number[],
): Float64Array[] {
  const most = Math.min(axes.length, 10)
  return Array.from({ length: 2 ** most }, (_, bits) => {
    const x = Float64Array.from(origin)
    for (const [a, s] of axes.entries()) x[s] = (bits >> a) & 1 || a >= most ? cap[a] : low[a]
    complete(dependents, axes, x)
    return x
  })
}

/** The point in the direction of a path that lies `reach` deviations out. */
function outward(
  { axes, dependents }: Coordinates,
  { mean, root }: Cloud,
  x: Float64Array,
  reach: number,
): Float64Array {
  const n = axes.length
  const z = new Float64Array(n)
  for (let a = 0; a < n; a++) {
    let rest = x[axes[a]] - mean[a]
    for (let b = 0; b < a; b++) rest -= root[a * n + b] * z[b]
    z[a] = rest / root[a * n + a]
  }
  const radius = Math.hypot(...z)
  const far = x.slice()
  if (radius > 0) {
    for (const [a, s] of axes.entries()) far[s] = Math.max(0, Math.round(mean[a] + ((x[s] - mean[a]) * reach) / radius))
  }
  complete(dependents, axes, far)
  return far
}

/** Dependent species as the laws give them, but not below 0. */
function complete(dependents: Coordinates['dependents'], axes: readonly number[], x: Float64Array): void {
  for (const { species, total, divisor, weights } of dependents) {
    const taken = weights.reduce((sum, weight, a) => sum + weight * x[axes[a]], 0)
    x[species] = Math.max(0, Math.floor((total - taken) / divisor))
  }
}
