/**
 * The likelihood of time courses by a bootstrap particle filter (Gordon, Salmond & Smith 1993; as part of a chain,
 * particle marginal Metropolis–Hastings: Andrieu, Doucet & Holenstein 2010, doi:10.1111/j.1467-9868.2009.00736.x). The
 * mean weights multiply to an unbiased estimate of the likelihood.
 */

import { builder, quantityRules } from '../../network/evaluate'
import { exp, log } from '../../numerics/elementary'
import { Failure } from '../../solvers/contract'
import { nothing } from '../../solvers/observe'
import { sampler, walkerFor } from '../../solvers/ssa/kernel'
import type { Course, Courses } from './data'
import type { Likelihood, Streams } from './likelihood'
import { logSeen, type Noise } from './noise'
import type { Observed } from './observed'
import { checkPieces } from './simulate'

/** The likelihood with so many particles. */
export function particleLikelihood(
  observed: Observed,
  { courses }: Courses,
  noise: Noise,
  particles: number,
): Likelihood {
  checkPieces(observed)
  if (noise.kind === 'none') {
    throw new Failure(
      'unsupported',
      'without measurement noise nearly every particle would miss what was seen',
      'say how noisy the measurement is, or use the exact likelihood',
    )
  }
  return {
    noisy: true,
    error: 'none',
    *at(parameters, streams) {
      let value = 0
      for (const course of courses) {
        value += yield* filterCourse(observed, course, noise, parameters, particles, streams)
        if (value === Number.NEGATIVE_INFINITY) break
      }
      return { value, error: 0, floored: 0 }
    },
  }
}

/** Events between two breaths. */
const eventsPerBreath = 20_000

function* filterCourse(
  { network, initial, quantities }: Observed,
  { times, values }: Course,
  noise: Noise,
  parameters: Float64Array,
  particles: number,
  streams: Streams,
): Generator<void, number, void> {
  const S = network.species.length
  const rules = quantityRules(network, builder(network, parameters))
  let now = new Float64Array(particles * S)
  let next = new Float64Array(particles * S)
  for (let i = 0; i < particles; i++) now.set(initial, i * S)
  const logs = new Float64Array(particles)
  const choice = streams()
  let [time, value, work] = [0, 0, 0]
  for (const [k, t] of times.entries()) {
    if (t > time) {
      // A walker starts from the counts that stand in `from` at that moment.
      const from = new Float64Array(S)
      const problem = { network, parameters, initial: from, times: Float64Array.of(t - time), observe: nothing }
      const walker = sampler(problem, walkerFor(problem))
      for (let i = 0; i < particles; i++) {
        from.set(now.subarray(i * S, (i + 1) * S))
        walker.start(streams())
        while (!walker.advance());
        work += walker.place.events + 32
        next.set(walker.place.records.subarray(0, S), i * S)
        if (work < eventsPerBreath) continue
        work = 0
        yield
      }
      walker.release()
      ;[now, next] = [next, now]
      time = t
    }
    const seen = values.subarray(k * quantities.length, (k + 1) * quantities.length)
    for (let i = 0; i < particles; i++) {
      const counts = now.subarray(i * S, (i + 1) * S)
      let sum = 0
      for (const [q, quantity] of quantities.entries()) {
        if (!Number.isNaN(seen[q])) sum += logSeen(noise, rules[quantity](counts, t), seen[q])
      }
      logs[i] = sum
    }
    const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    if (most === Number.NEGATIVE_INFINITY) return most
    const weights = logs.map((log) => exp(log - most))
    const total = weights.reduce((a, b) => a + b, 0)
    value += most + log(total / particles)
    resample(now, next, weights, total, choice.uniform())
    ;[now, next] = [next, now]
  }
  return value
}

/** Systematic resampling: one uniform number, and steps of equal weight. */
function resample(from: Float64Array, into: Float64Array, weights: Float64Array, total: number, uniform: number): void {
  const particles = weights.length
  const S = from.length / particles
  let at = 0
  let sum = weights[0]
  for (let i = 0; i < particles; i++) {
    const goal = ((i + uniform) * total) / particles
    while (sum < goal && at < particles - 1) sum += weights[++at]
    into.set(from.subarray(at * S, (at + 1) * S), i * S)
  }
}

/** Standard deviation of ln of the likelihood over repeats, which should be about 1 to 1.5 where the chain lives. */
export function* spreadOf(
  likelihood: Likelihood,
  parameters: Float64Array,
  streams: Streams,
  repeats = 10,
): Generator<void, number, void> {
  const values: number[] = []
  for (let i = 0; i < repeats; i++) values.push((yield* likelihood.at(parameters, streams)).value)
  const mean = values.reduce((a, b) => a + b, 0) / repeats
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (repeats - 1))
}
