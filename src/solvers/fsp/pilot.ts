/** A few sampled paths, before any state is kept: where the law will go, and what it will cost to follow it there. */
import { evaluators, type Rule } from '../../network/evaluate'
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
      yield
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
  /** Products of two numbers, and products of the matrix with a law. */
  readonly work: number
  readonly products: number
  /** Jumps of the uniformised chain up to the end. */
  readonly events: number
}

export interface Needs {
  /** `band`: states in a band's breadth; of so many axes. */
  readonly box: Need & { readonly band: number; readonly axes: number }
  readonly window: Need
  /** Share of the horizon that the pilot saw; beyond it the last it saw is taken to stay. */
  readonly seen: number
}

/** A product is made so much more often than events happen: the tails of series, and slices gone back over. */
const overhead = 1.3
/** Spread of an axis whose paths agree, in counts. */
const leastSpread = 0.3

/** Deviations that the farthest of `paths` normal numbers lies from their mean, about. */
const farthest = 2.1
/** Deviation of the quarter of normal numbers that is farthest up, in deviations of all. */
const quarterSpread = 0.49

/** Estimate what a box and what states that follow the mass would take. `closely`: for numbers in words, see docs/benchmarks.md; else
 * generously, as plans are made, which errs on the side of states that follow the mass. */
export function needs(problem: Problem, space: Coordinates, pilot: Pilot, tolerance: number, closely = false): Needs {
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
  const climb = (a: number, points: readonly Float64Array[], t: number, last: number) =>
    tailEnd(problem, propensities, space.axes[a], points, t, tolerance / events, last)
  const most = space.axes.map((s, a) => (closely ? Math.min(space.most[a], lastCount(pilot, s)) : space.most[a]))
  const low = space.axes.map((s) => initial[s])
  const cap = [...low]
  let [boxStates, boxWork, windowStates, windowWork] = [1, 0, 1, 0]
  let [boxProducts, windowProducts] = [0, 0]
  let [boxEvents, windowEvents] = [0, 0]
  let [boxRate, windowRate, window] = [0, 0, 1]
  let before = 0
  let seen = 0
  for (const [k, t] of pilot.times.entries()) {
    const points = pilot.counts[k]
    if (points.length > 1) {
      seen = t
      const cloud = spread(space, points)
      for (let a = 0; a < axes; a++) {
        const { below, above } = ends(cloud, space.axes[a], a, points, reach, closely)
        // The upper tail of counts is a little longer than the normal one.
        const last = Math.ceil(above + reach ** 2 / 6)
        low[a] = Math.min(low[a], Math.max(0, Math.floor(below)))
        cap[a] = Math.max(cap[a], Math.min(most[a], last, closely ? climb(a, points, t, last) : last))
      }
      boxStates = low.reduce((product, from, a) => product * (cap[a] - from + 1), 1)
      window = Math.min(
        boxStates,
        Math.max(1, closely ? cut(cloud, space.axes, points, reach, low, cap) : whole(cloud, reach)),
      )
      boxRate = Math.max(boxRate, ...corners(space, low, cap).map((x) => outflow(x, t)))
      windowRate = Math.max(
        ...points.map((x) => outflow(outward(space, cloud, x, reach, closely ? { low, cap } : undefined), t)),
      )
    }
    // Its busiest state lies between those that paths point to and the corners of the box about them.
    if (closely) windowRate = Math.sqrt(windowRate * boxRate)
    const products = (rate: number) => overhead * rate * (t - before) + 40
    boxProducts += products(boxRate)
    windowProducts += products(windowRate)
    boxWork += products(boxRate) * boxStates * entries
    windowWork += products(windowRate) * window * entries
    windowStates = Math.max(windowStates, window)
    boxEvents += boxRate * (t - before)
    windowEvents += windowRate * (t - before)
    before = t
  }
  const horizon = pilot.times[pilot.times.length - 1]
  return {
    box: {
      states: boxStates,
      work: boxWork,
      products: boxProducts,
      events: boxEvents,
      axes,
      band: boxStates / Math.max(...widths({ low, cap }), 1),
    },
    window: { states: Math.ceil(windowStates), work: windowWork, products: windowProducts, events: windowEvents },
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

/**
 * Where the upper tail of a species is down to a share of the law, if that falls off from its outermost point as births and
 * deaths would have it there; `last` where jumps are longer than one.
 */
function tailEnd(
  { network }: Problem,
  propensities: readonly Rule[],
  s: number,
  points: readonly Float64Array[],
  t: number,
  share: number,
  last: number,
): number {
  const steps = network.reactions.map(({ net }) => net.find(({ species }) => species === s)?.count ?? 0)
  if (steps.some((step) => Math.abs(step) > 1)) return last
  const x = points.reduce((best, point) => (point[s] > best[s] ? point : best)).slice()
  const rate = (sign: number) => propensities.reduce((sum, a, r) => (steps[r] === sign ? sum + a(x, t) : sum), 0)
  for (let weight = 1; x[s] < last && weight > share; ) {
    const up = rate(1)
    x[s]++
    const fall = up / rate(-1)
    // Where the law still rises there, or nothing pulls back, this says nothing.
    if (!(fall < 1)) continue
    weight *= fall
  }
  return x[s]
}

/**
 * Where counts of a species stop: a fifth of all that was seen lies there, and nothing beyond. A tail would have shown
 * itself in a thousand samples. Infinite where they do not stop.
 */
function lastCount({ counts }: Pilot, s: number): number {
  const seen = counts.flat().map((x) => x[s])
  const most = seen.reduce((a, b) => Math.max(a, b), 0)
  const there = seen.filter((x) => x === most).length
  return seen.length >= fewestSeen && there >= 0.2 * seen.length ? most : Number.POSITIVE_INFINITY
}

const fewestSeen = 300
/** Of what the law would fill if it were normal, at least so much is there. */
const leastThere = 0.5

/** States in the ball that the law fills. */
function whole({ volume, mean }: Cloud, reach: number): number {
  return ball(mean.length) * reach ** mean.length * volume
}

/**
 * The same where axes end, as that of a gene does: those have all their counts, and the rest of the ball stands on each. A law
 * with several peaks, or on a ring, fills less than its covariance tells.
 */
function cut(
  { deviation, volume }: Cloud,
  axes: readonly number[],
  points: readonly Float64Array[],
  reach: number,
  low: readonly number[],
  cap: readonly number[],
): number {
  let [counts, rest, there] = [1, volume, 1]
  const free: number[] = []
  for (const [a, from] of low.entries()) {
    const width = cap[a] - from + 1
    if (width >= reach * deviation[a]) {
      free.push(axes[a])
      // Counts end at 0, and beside the outer peaks.
      there *= Math.min(1, width / (2 * reach * deviation[a]))
    } else {
      counts *= width
      rest /= deviation[a]
    }
  }
  if (free.length === 0) return counts
  const spread = Math.max(leastSpread ** free.length, Math.min(rest, filled(free, points)))
  return counts * Math.max(leastThere, there) * ball(free.length) * reach ** free.length * spread
}

/** Where the law ends on an axis. One with several peaks spreads wide, but falls off beside its outer ones as they do. */
function ends(
  { mean, deviation }: Cloud,
  s: number,
  a: number,
  points: readonly Float64Array[],
  reach: number,
  closely: boolean,
) {
  const away = reach * deviation[a]
  if (!closely) return { below: mean[a] - away, above: mean[a] + away }
  const values = points.map((x) => x[s]).sort((x, y) => x - y)
  const quarter = Math.max(2, Math.ceil(values.length / 4))
  const beyond = (outer: readonly number[]) => {
    const middle = outer.reduce((sum, x) => sum + x, 0) / outer.length
    const own = Math.sqrt(outer.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (outer.length - 1)) / quarterSpread
    // No law of counts is narrower than it would be if nothing but single births and deaths moved it.
    return Math.max(0, reach - farthest) * Math.min(deviation[a], Math.max(leastSpread, own, Math.sqrt(middle)))
  }
  const [first, last] = [values[0], values[values.length - 1]]
  return {
    below: Math.max(mean[a] - away, first - beyond(values.slice(0, quarter))),
    above: Math.min(mean[a] + away, last + beyond(values.slice(-quarter))),
  }
}

/**
 * Root of the determinant of the covariance of a normal law as spread out as these points: e^H from the distances to the
 * nearest neighbours (Kozachenko & Leonenko 1987). Rings and laws with several peaks fill less than their covariance tells.
 */
function filled(axes: readonly number[], points: readonly Float64Array[]): number {
  const [n, d] = [points.length, axes.length]
  let logs = 0
  for (const [i, x] of points.entries()) {
    let nearest = Number.POSITIVE_INFINITY
    for (const [j, y] of points.entries()) {
      if (i !== j) nearest = Math.min(nearest, Math.hypot(...axes.map((s) => x[s] - y[s])))
    }
    logs += Math.log(Math.max(1, nearest))
  }
  const entropy = Math.log(n - 1) + eulerGamma + Math.log(ball(d)) + (d * logs) / n
  return Math.exp(entropy - (d / 2) * Math.log(2 * Math.PI * Math.E))
}

const eulerGamma = 0.5772156649

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
  box?: { readonly low: readonly number[]; readonly cap: readonly number[] },
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
    for (const [a, s] of axes.entries()) {
      const out = Math.round(mean[a] + ((x[s] - mean[a]) * reach) / radius)
      far[s] = Math.max(box?.low[a] ?? 0, Math.min(box?.cap[a] ?? out, out))
    }
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
