/**
 * What methods have learnt outlives the page: the newest checkpoint of each goes on the shelf, and when its study, or
 * another that it answers, is on the table again, training goes on from there.
 */
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import { solvers } from '../solvers/registry'
import type { Persistence } from './persistence'
import { laneStudies, type Runs } from './runs'
import type { Studies } from './studies'

/** Ties the runs to the shelf; returns how to untie them. */
export function keepLessons(runs: Runs, studies: Studies, persistence: Persistence): () => void {
  async function recall(solver: string): Promise<void> {
    const taught = await persistence.lesson(solver)
    const lane = runs.getState().lanes[solver]
    if (taught && lane && !lane.learnt && fits(taught, studies)) runs.getState().teach(taught)
  }
  return runs.subscribe(({ lanes }, { lanes: before }) => {
    for (const [solver, { learnt }] of Object.entries(lanes)) {
      if (learnt && learnt !== before[solver]?.learnt) persistence.saveLesson(learnt)
      if (!before[solver] && solvers[solver]?.traits.trains) void recall(solver)
    }
  })
}

/** It was taught by the very question on the table, or its method says that it answers that one, too. */
function fits({ artifact, study }: Taught, studies: Studies): boolean {
  const { good, reading } = studies.getState()
  const asked = laneStudies(good).find(({ solver }) => solver === artifact.solver)
  const taught = laneStudies(study).find(({ solver }) => solver === artifact.solver)
  if (asked && taught && questionOf(asked) === questionOf(taught)) return true
  return reading.problem !== undefined && solvers[artifact.solver]?.answers?.(artifact, reading.problem) === true
}
