/** The law at rest, as an answer of its own: what a network does when it has forgotten where it began. */
import type { Observation, Problem } from '../solvers/contract'
import { fsp } from '../solvers/fsp/index'
import { begin } from '../solvers/fsp/projection'
import { recorder } from '../solvers/fsp/record'
import { rest } from '../solvers/fsp/rest'
import type { Work } from './progress'
import { checkSteady } from './steady'

export interface RestingLaw {
  /** [time, moment, quantity] and [time, quantity, count], with one time that means nothing. */
  readonly moments: Observation
  readonly marginals: Observation
  readonly states: number
}

export function* restingLaw(problem: Problem, tolerance = 1e-9): Work<RestingLaw> {
  checkSteady(problem.network)
  const projection = begin(problem, { ...fsp.options.defaults, tolerance })
  const { distance, how } = yield* rest(projection)
  const { generator, space } = projection
  const observe = { moments: true, marginals: true, joints: [], trajectories: false }
  const record = recorder({ ...problem, times: new Float64Array(1), observe })
  record.take({ generator, law: generator.matrix.transition.vectors[0], space, distance, how })
  const { moments, marginals } = record.observations()
  return { moments, marginals, states: generator.states }
}
