/** What is shown beside a training: the means of the independent paths, and the law as it is in the midst of a step. */
import type { Frame, Problem, Solution } from '../contract'
import { type Known, push } from './law'
import { observations, type Taken } from './record'

/** Moments of independent paths [replicate, time, species], with the error of so many. */
export function momentsOfPaths(problem: Problem, paths: Int32Array): Solution['independent'] {
  const { network, times } = problem
  const [S, T] = [network.species.length, times.length]
  const n = paths.length / (S * T)
  if (!(n > 1)) return undefined
  const plain = { ...problem, observe: { moments: true, marginals: false, joints: [], trajectories: false } }
  const weights = new Float64Array(n).fill(1 / n)
  const states = new Int32Array(n * S)
  const taken = Array.from(times, (time, k): Taken => {
    for (let r = 0; r < n; r++) states.set(paths.subarray((r * T + k) * S, (r * T + k + 1) * S), r * S)
    return { known: push(plain, { states, weights, exact: false }, time), states: n }
  })
  const { array, error } = observations(plain, taken).moments
  if (error.kind !== 'sampling') return undefined
  return { moments: { array, error: { kind: 'sampling', standardError: error.standardError } }, paths: n }
}

/** The law of one moment of the training, at the time that it is to reach: for the eye, without an error. */
export function lawNow(problem: Problem, time: number, known: Known): Frame['now'] {
  const here = { ...problem, times: Float64Array.of(time) }
  const error = { kind: 'none', why: 'it is still learning' } as const
  const seen = observations(here, [{ known, states: Number.POSITIVE_INFINITY }])
  return {
    time,
    observations: Object.fromEntries(Object.entries(seen).map(([key, { array }]) => [key, { array, error }])),
  }
}
