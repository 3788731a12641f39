/**
 * The exact likelihood of time courses, seen wholly or in part, with or without measurement noise: the forward filter on
 * the state space. Between two looks the law is carried by the projection; a look multiplies it by the probability of
 * what was seen and divides by the sum, whose logarithms add up to that of the likelihood.
 */

import { builder, quantityRules } from '../../network/evaluate'
import { exp, log, log1p } from '../../numerics/elementary'
import { Failure, type Problem } from '../../solvers/contract'
import { again, bring, carry, contains, standAt, support } from '../../solvers/fsp/again'
import { type BoxGenerator, layOut } from '../../solvers/fsp/generator'
import { fsp } from '../../solvers/fsp/index'
import { held } from '../../solvers/fsp/projection'
import { type Box, type Coordinates, coordinates, forEachState, origin } from '../../solvers/fsp/space'
import { nothing } from '../../solvers/observe'
import type { Course, Courses } from './data'
import type { Likelihood, LogLikelihood } from './likelihood'
import { logSeen, type Noise, peak } from './noise'
import { type Observed, seesAlike } from './observed'

/** `network`: at time 0 the counts are the network's. `first`: each course begins at its first row, which gives them. */
export type Start = 'network' | 'first'

/** Boxes are kept from one set of parameters to the next, if there are no more looks than this. */
const maxKept = 500
/** Share of the tolerance that goes to what a look leaves nearly impossible. */
const trimShare = 0.01

/** One look of one course, with what is kept of it. */
interface Look {
  readonly time: number
  readonly seen: Float64Array
  box?: BoxGenerator
  logs?: Float64Array
}

/** The likelihood of courses; `tolerance` bounds the l1 error of the law in each interval. */
export function courseLikelihood(
  observed: Observed,
  { courses }: Courses,
  noise: Noise,
  tolerance: number,
  start: Start,
): Likelihood {
  const Q = observed.quantities.length
  const prepared = courses.map((course) => {
    const initial = start === 'first' ? firstRow(observed, course) : observed.initial
    const looks: Look[] = Array.from(course.times, (time, k) => ({
      time,
      seen: course.values.subarray(k * Q, (k + 1) * Q),
    }))
    const from = start === 'first' ? course.times[0] : 0
    return { initial, from, looks, space: coordinates(observed.network, initial) }
  })
  const keep = prepared.reduce((sum, { looks }) => sum + looks.length, 0) <= maxKept
  const whole = noise.kind === 'none' && observed.network.species.every((_, s) => observed.quantities.includes(s))
  return {
    noisy: false,
    error: whole ? 'bound' : 'estimate',
    *at(parameters) {
      let [value, error] = [0, 0]
      for (const course of prepared) {
        const found = yield* filter({ ...observed, ...course }, parameters, noise, tolerance, keep)
        value += found.value
        error += found.error
        if (value === Number.NEGATIVE_INFINITY) break
      }
      return { value, error, floored: 0 }
    },
  }
}

interface Filtered extends Observed {
  readonly space: Coordinates
  readonly from: number
  readonly looks: readonly Look[]
}

function* filter(
  course: Filtered,
  parameters: Float64Array,
  noise: Noise,
  tolerance: number,
  keep: boolean,
): Generator<void, Omit<LogLikelihood, 'floored'>, void> {
  const { network, initial, space, from, looks } = course
  const options = { ...fsp.options.defaults, propagator: 'uniformisation' as const, tolerance }
  const problemTo = (t: number): Problem => ({
    ...{ network, initial, parameters, observe: nothing },
    times: Float64Array.of(t),
  })
  const first = yield* again(problemTo(from), space, layOut(network, space, origin(space)), options, from)
  standAt(first, initial)
  let generator = first.generator
  let time = from
  let [value, error] = [0, 0]
  for (const look of looks) {
    let missing = 0
    if (look.time > time) {
      const needed = support(space, generator)
      const room = look.box && contains(look.box.box, needed) ? look.box : layOut(network, space, around(needed, look))
      const projection = yield* again(problemTo(look.time), space, room, options, time)
      bring(space, generator, room, needed)
      yield* carry(projection, look.time)
      missing = held(projection).distance
      generator = projection.generator
      time = look.time
    }
    if (generator !== look.box) look.logs = undefined
    const logs = look.logs ?? logsOf(course, generator, parameters, look, noise)
    if (keep) Object.assign(look, { box: generator, logs: seesAlike(course) ? logs : undefined })
    const found = condition(generator, logs, tolerance)
    if (!found) return { value: Number.NEGATIVE_INFINITY, error: 0 }
    value += found.log
    const weight = exp(heightOf(noise, look.seen) - found.log)
    error += log1p(missing * weight) + found.trimmed
  }
  return { value, error }
}

/** ln of the largest weight that any state can have. */
function heightOf(noise: Noise, seen: Float64Array): number {
  return seen.reduce((sum, y) => sum + (Number.isNaN(y) ? 0 : log(peak(noise))), 0)
}

/** The box a look has had, widened to hold what it needs. */
function around(needed: Box, { box: known }: Look): Box {
  if (!known) return needed
  return {
    low: needed.low.map((low, a) => Math.min(low, known.box.low[a])),
    cap: needed.cap.map((cap, a) => Math.max(cap, known.box.cap[a])),
  }
}

/** ln of the probability of what was seen, for every state of a box. */
function logsOf(
  { network, quantities, space }: Filtered,
  { box, states, numbering }: BoxGenerator,
  parameters: Float64Array,
  { time, seen }: Look,
  noise: Noise,
): Float64Array {
  const all = quantityRules(network, builder(network, parameters))
  const logs = new Float64Array(states).fill(Number.NEGATIVE_INFINITY)
  const known = quantities.map(() => new Map<number, number>())
  forEachState(space, box, (place, counts) => {
    let sum = 0
    for (let q = 0; q < quantities.length && sum > Number.NEGATIVE_INFINITY; q++) {
      if (Number.isNaN(seen[q])) continue
      const x = all[quantities[q]](counts, time)
      let log = known[q].get(x)
      log ??= logSeen(noise, x, seen[q])
      known[q].set(x, log)
      sum += log
    }
    logs[numbering ? numbering[place] : place] = sum
  })
  return logs
}

/** Multiply the law by what was seen and divide by the sum; null where no state can look like that. */
function condition(
  { matrix, states }: BoxGenerator,
  logs: Float64Array,
  tolerance: number,
): { readonly log: number; readonly trimmed: number } | null {
  const law = matrix.transition.vectors[0]
  let shift = Number.NEGATIVE_INFINITY
  for (let i = 0; i < states; i++) if (law[i] > 0 && logs[i] > shift) shift = logs[i]
  if (shift === Number.NEGATIVE_INFINITY) return null
  let sum = 0
  for (let i = 0; i < states; i++) {
    law[i] *= exp(logs[i] - shift)
    sum += law[i]
  }
  const least = (trimShare * tolerance) / states
  let trimmed = 0
  for (let i = 0; i < states; i++) {
    law[i] /= sum
    if (law[i] > least) continue
    trimmed += law[i]
    law[i] = 0
  }
  return { log: log(sum) + shift, trimmed }
}

/** Counts at the start of a course: what its first row says, and the network's counts of what it does not. */
function firstRow({ network, initial, quantities }: Observed, course: Course): Float64Array {
  const counts = initial.slice()
  for (const [q, quantity] of quantities.entries()) {
    const value = course.values[q]
    if (quantity >= network.species.length || !(value >= 0 && Number.isInteger(value))) {
      const name = course.name ? ` of ${course.name}` : ''
      throw new Failure(
        'data',
        `the first row${name} does not give the counts to start from`,
        "start from the network's",
      )
    }
    counts[quantity] = value
  }
  return counts
}
