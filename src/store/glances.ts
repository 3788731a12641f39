/**
 * First pictures from what is learnt, for every lane that would keep the reader waiting: asked for the moment a question
 * changes, of a thread that does nothing else, for the time that is looked at.
 */
import type { GlanceClient } from '../services/glance-client'
import type { Models } from '../services/models'
import type { Artifact, Frame, Problem } from '../solvers/contract'
import { awaitsPicture } from '../solvers/foresee'
import { lanesOf } from '../solvers/lanes'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import { verdictOn } from '../solvers/verdict'
import type { Studies } from './studies'

export interface Glances {
  readonly client: GlanceClient
  /** The time that is looked at. */
  time(): number
}

/** A lane's question, and what was learnt that has an answer to it. */
export interface Awaiting {
  readonly artifact: Artifact
  readonly study: Study
  readonly problem: Problem
  see(frame: Frame): void
}

/** One question for all the lanes that one network answers. */
export function glance({ client, time }: Glances, lanes: readonly Awaiting[]): void {
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
  const solver = solvers[study.solver ?? 'ssa']
  return solver.id === artifact.solver || solver.previews?.(problem) === true
}

/** Whether a learnt law can stand in for a method's answer until that is there. */
export function standsIn({ solver: id = 'ssa', options }: Study, problem: Problem): boolean {
  const solver = solvers[id]
  const parsed = awaitsPicture(solver) ? solver.options.parse(options) : undefined
  if (!parsed?.ok) return false
  // A caution says that the answer is not the law of the process.
  const verdict = verdictOn(solver, problem, parsed.value)
  return verdict.ok && !verdict.caution
}
