/**
 * What methods have learnt outlives the page: the newest checkpoint of each goes on the shelf, and when its study, or
 * another that it answers, is on the table again, training goes on from there.
 */
import type { Models } from '../services/models'
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import type { Artifact } from '../solvers/contract'
import { lanesOf } from '../solvers/lanes'
import { domainIn } from '../solvers/learnt'
import { solvers } from '../solvers/registry'
import type { Persistence } from './persistence'
import type { Runs } from './runs'
import type { Studies } from './studies'

/** Ties the runs to the shelf; returns how to untie them. */
export function keepLessons(runs: Runs, studies: Studies, persistence: Persistence): () => void {
  async function recall(id: string): Promise<void> {
    const taught = await persistence.lesson(id)
    const lane = runs.getState().lanes[id]
    if (taught && lane && !lane.learnt && fits(taught, id, studies)) runs.getState().teach(taught, id)
  }
  return runs.subscribe(({ lanes }, { lanes: before }) => {
    for (const [id, { learnt, solver }] of Object.entries(lanes)) {
      if (learnt && learnt !== before[id]?.learnt) persistence.saveLesson(id, learnt)
      if (!before[id] && solvers[solver]?.traits.trains) void recall(id)
    }
  })
}

/** What a method has learnt of the network on the screen: in one of its lanes, in a file that the page brings, or on the shelf. */
export function learntFinder(studies: Studies, runs: Runs, persistence: Persistence, models: Models | undefined) {
  return (solver: string): Promise<Artifact | undefined> | undefined => {
    if (!solvers[solver]?.traits.trains) return undefined
    return find(solver)
  }
  async function find(solver: string): Promise<Artifact | undefined> {
    const { problem } = studies.getState().reading
    if (!problem) return undefined
    const of = (taught: Taught | undefined) =>
      domainIn(solver, taught?.artifact, problem) ? taught?.artifact : undefined
    for (const { learnt } of Object.values(runs.getState().lanes)) {
      const own = of(learnt)
      if (own) return own
    }
    return of(await models?.bring(problem)) ?? of(await persistence.lesson(solver))
  }
}

/** It was taught by the very question of the lane, or its method says that it answers that one, too. */
function fits({ artifact, study }: Taught, id: string, studies: Studies): boolean {
  const { good, reading } = studies.getState()
  const asked = lanesOf(good).find((lane) => lane.id === id)
  if (asked?.solver !== artifact.solver) return false
  if (questionOf(asked.study) === questionOf(lanesOf(study)[0].study)) return true
  return reading.problem !== undefined && solvers[artifact.solver]?.answers?.(artifact, reading.problem) === true
}
