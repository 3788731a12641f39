/**
 * What methods have learnt outlives the page: of each lane and network the newest checkpoint goes on the shelf, and when its
 * study, or another that it answers, is on the table again, training goes on from there. What the page ships stays where
 * it is, and gives way to the reader's own.
 */
import { structureOf } from '../network/compile'
import type { Network } from '../network/network'
import type { Models } from '../services/models'
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import type { Artifact } from '../solvers/contract'
import { lanesOf } from '../solvers/lanes'
import { domainIn } from '../solvers/learnt'
import { solvers } from '../solvers/registry'
import { readStudy } from '../solvers/study'
import type { Persistence } from './persistence'
import type { Runs } from './runs'
import type { Studies } from './studies'

/** Ties the runs to the shelf; returns how to untie them. */
export function keepLessons(runs: Runs, studies: Studies, persistence: Persistence, models?: Models): () => void {
  const shipped = (taught: Taught): boolean => {
    const { problem } = studies.getState().reading
    return problem !== undefined && models?.find(problem) === taught
  }
  async function recall(id: string): Promise<void> {
    const { problem } = studies.getState().reading
    if (!problem) return
    const before = runs.getState().lanes[id]?.learnt
    const taught = await persistence.lesson(placeOf(id, problem.network))
    const lane = runs.getState().lanes[id]
    if (!taught || !lane || !fits(taught, id, studies)) return
    // What a lane has begun to learn from nothing while the shelf was searched does not take the place of what was learnt before.
    const begun = lane.fromNothing && !before
    const own = begun ? undefined : lane.learnt
    if (!own || shipped(own) || !fits(own, id, studies)) runs.getState().teach(taught, id)
  }
  const saving = runs.subscribe(({ lanes }, { lanes: before }) => {
    for (const [id, { learnt, solver }] of Object.entries(lanes)) {
      if (learnt && learnt !== before[id]?.learnt && !shipped(learnt)) save(id, learnt)
      if (!before[id] && trains(solver)) void recall(id)
    }
  })
  function save(id: string, taught: Taught): void {
    const read = readStudy(taught.study)
    if (read.ok) persistence.saveLesson(placeOf(id, read.value.problem.network), taught)
  }
  const opening = studies.subscribe(({ opened }, { opened: before }) => {
    if (opened === before) return
    for (const { id, solver } of Object.values(runs.getState().lanes)) if (trains(solver)) void recall(id)
  })
  return () => {
    saving()
    opening()
  }
}

/** What answers the question on the screen: in a lane, or of what the page ships. */
export function learntNow(studies: Studies, runs: Runs, models: Models | undefined) {
  return async (): Promise<Artifact | undefined> => {
    const { problem } = studies.getState().reading
    const lanes = Object.values(runs.getState().lanes).map(({ learnt }) => learnt?.artifact)
    const all = problem ? [...lanes, (await models?.bring(problem))?.artifact] : []
    return all.find((artifact) => artifact && problem && solvers[artifact.solver]?.answers?.(artifact, problem))
  }
}

/** What a method has learnt of the network on the screen: in one of its lanes, on the shelf, or in a file that the page brings. */
export function learntFinder(studies: Studies, runs: Runs, persistence: Persistence, models: Models | undefined) {
  return (solver: string): Promise<Artifact | undefined> | undefined => {
    if (!trains(solver)) return undefined
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
    return of(await persistence.lesson(placeOf(solver, problem.network))) ?? of(await models?.bring(problem))
  }
}

/** What is learnt of it that tells laws at once, by whatever method. */
export function lawFinder(learntBy: ReturnType<typeof learntFinder>) {
  return async (): Promise<Artifact | undefined> => {
    // Loaded when first asked: the page itself needs none of it.
    const { tellers } = await import('../solvers/tellers')
    for (const solver of Object.keys(tellers)) {
      const found = await learntBy(solver)
      if (found) return found
    }
    return undefined
  }
}

const trains = (solver: string): boolean => solvers[solver]?.traits.trains === true

/** Where on the shelf a lane keeps what it learns of a network: FNV-1a of what no slider changes. */
export function placeOf(lane: string, network: Network): string {
  let h = 0x811c9dc5
  for (const unit of structureOf(network)) h = Math.imul(h ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return `${lane}:${h.toString(16)}`
}

/** It was taught by the very question of the lane, or its method says that it answers that one, too. */
function fits({ artifact, study }: Taught, id: string, studies: Studies): boolean {
  const { good, reading } = studies.getState()
  const asked = lanesOf(good).find((lane) => lane.id === id)
  if (asked?.solver !== artifact.solver) return false
  if (questionOf(asked.study) === questionOf(lanesOf(study)[0].study)) return true
  return reading.problem !== undefined && solvers[artifact.solver]?.answers?.(artifact, reading.problem) === true
}
