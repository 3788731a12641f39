/**
 * First pictures from what is learnt, for every lane that would keep the reader waiting: asked for the moment a question
 * changes, of a thread that does nothing else, for the time that is looked at.
 */
import type { GlanceClient } from '../services/glance-client'
import type { Models } from '../services/models'
import type { Artifact, Frame, Problem } from '../solvers/contract'
import { awaitsPicture } from '../solvers/foresee'
import { lanesOf } from '../solvers/lanes'
import { solvers, usual } from '../solvers/registry'
import type { Study } from '../solvers/study'
import { verdictOn } from '../solvers/verdict'
import type { Studies } from './studies'
import { answers, type Desk, trainable, type Work } from './work'

export interface Glances {
  readonly client: GlanceClient
  /** The time that is looked at. */
  time(): number
}

/** A lane's question, and what was learnt that has an answer to it. */
interface Awaiting {
  readonly artifact: Artifact
  readonly study: Study
  readonly problem: Problem
  see(frame: Frame): void
}

/** Asks for first pictures of every question that is not answered yet, and that something learnt can answer at once. */
export function askGlances(glances: Glances, desk: Desk, models?: Models): void {
  const problem = desk.problem()
  if (!problem) return
  const awaiting = [...desk.works.values()].flatMap((work): Awaiting[] => {
    const { wanted: study, number } = work
    if (work.shown === number) return []
    const artifact = trainable(work.solver)
      ? (answers(work, problem) && work.learnt?.artifact) || undefined
      : standsIn(study, problem)
        ? models?.find(problem)?.artifact
        : undefined
    if (!artifact) return []
    work.unanswered++
    work.glanced = number
    return [{ artifact, study, problem, see: (frame) => foreseen(desk, work, number, study, frame) }]
  })
  glance(glances, awaiting)
}

/** A first picture has come: shown, unless there is one of a newer question, or a better one. */
function foreseen(desk: Desk, work: Work, number: number, study: Study, frame: Frame): void {
  const lane = desk.lane(work.id)
  const again = work.early?.number === number && lane?.frame?.preview
  if (!lane || desk.works.get(work.id) !== work || number < work.shown || (number === work.shown && !again)) return
  Object.assign(work, { shown: number, early: { number, frame }, unanswered: 0 })
  if (work.current?.number === number) work.current.previewed = true
  desk.patch(work.id, { frame, study, serial: lane.serial + 1, stale: number !== work.number })
  desk.schedule()
}

/** One question for all the lanes that one network answers. */
function glance({ client, time }: Glances, lanes: readonly Awaiting[]): void {
  for (const artifact of new Set(lanes.map((lane) => lane.artifact))) {
    const those = lanes.filter((lane) => lane.artifact === artifact)
    const [{ study }] = those
    const brief = those.every((lane) => goesOn(lane))
    client.ask(artifact, { study, time: time(), brief }, (frame) => {
      for (const lane of those) lane.see(frame)
    })
  }
}

/** A page that has just opened has other work: the thread of first pictures starts when it is at rest. */
const warmMs = 1500

/** Has what the page ships of a network ready before a slider moves; returns how to let go. */
export function keepWarm({ client, time }: Glances, studies: Studies, models: Models): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  const warm = () => {
    clearTimeout(waiting)
    waiting = setTimeout(async () => {
      const { reading, good } = studies.getState()
      const taught = reading.problem && (await models.bring(reading.problem))
      if (taught) client.warm(taught.artifact, { study: lanesOf(good)[0].study, time: time(), brief: true })
    }, warmMs)
  }
  const untie = studies.subscribe(({ opened }, before) => {
    if (opened !== before.opened) warm()
  })
  warm()
  return () => {
    clearTimeout(waiting)
    untie()
  }
}

/** Whether the lane's own method follows a first picture, of a few times, with one of all times before its answer. */
function goesOn({ artifact, study, problem }: Awaiting): boolean {
  const solver = solvers[study.solver ?? usual]
  return solver.id === artifact.solver || solver.previews?.(problem) === true
}

/** Whether a learnt law can stand in for a method's answer until that is there. */
function standsIn({ solver: id = usual, options }: Study, problem: Problem): boolean {
  const solver = solvers[id]
  const parsed = awaitsPicture(solver) ? solver.options.parse(options) : undefined
  if (!parsed?.ok) return false
  // A caution says that the answer is not the law of the process.
  const verdict = verdictOn(solver, problem, parsed.value)
  return verdict.ok && !verdict.caution
}
