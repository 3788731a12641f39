/** What a lane is at work on, and which of its pictures gives way to which. */
import type { RunHandle } from '../services/client'
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import type { Frame } from '../solvers/contract'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import type { Lane } from './runs'

/**
 * A run that has shown nothing yet is left alone for this long before a newer question replaces it; where the last one
 * of its lane took longer than that, for half as long again as it took, so that a drag still shows exact pictures.
 */
export const patienceMs = 500
/** But never longer than this: the question on the screen must be answered, too. */
export const maxPatienceMs = 2000
/** A question whose first picture is there is followed up when no newer one has come for this long. */
export const restingMs = 50
/** The longest that a run waits after a preview of its own. */
export const maxRestMs = 100

/** A hand that moves on waits for first pictures no longer where so many in a row did not come. */
export const maxUnanswered = 3

export const unasked = { number: 0, shown: 0, glanced: 0, unanswered: 0, askedMs: 0, tookMs: 0, untried: true }

/** What the launcher remembers of a lane beside what it shows. */
export interface Work {
  /** Of its lane: it moves with its question when another lane goes. */
  id: string
  readonly solver: string
  /** The run that this lane should show, and its identity. */
  wanted: Study
  key: string
  /** Rises with every new question of the lane; that of the picture that is shown, and when it was asked. */
  number: number
  shown: number
  askedMs: number
  /** The last for which a first picture was asked, how many in a row were not given, and what stands for the answer to one. */
  glanced: number
  unanswered: number
  early?: { readonly number: number; readonly frame: Frame }
  /** The last key that was run to an end, or stopped by hand: not started again by itself. */
  settled?: string
  /** Nothing was run yet. */
  untried: boolean
  /** How long the last run took that ended by itself. */
  tookMs: number
  /** Of methods that train: the newest checkpoint. */
  learnt?: Taught
  trainedMs?: number
  /** Training was asked for: anew, or on from what was learnt. Unasked, only what was learnt answers. */
  training?: 'anew' | 'on'
  current?: {
    key: string
    number: number
    handle: RunHandle
    startedMs: number
    frames: number
    previewed: boolean
    trains: boolean
    checkpoints: number
    pace?: { done: number; atMs: number }
  }
}

export const trainable = (solver: string): boolean => solvers[solver]?.traits.trains === true

export function idle(id: string, solver: string): Lane {
  return {
    id,
    solver,
    title: solver,
    variant: '',
    status: 'idle',
    serial: 0,
    done: 0,
    phase: '',
    startedMs: 0,
    stale: false,
  }
}

/** May a newer question take the place of this run? It has shown its answer, as it stands; any has had its time. */
export function replaceable(work: Work, current: NonNullable<Work['current']>): boolean {
  const { startedMs, number, frames, previewed, trains } = current
  // A method in training has the time it was promised; Cancel ends it.
  if (trains) return false
  if (previewed || number < work.shown || (solvers[work.solver]?.traits.random && frames > 0)) return true
  return performance.now() - startedMs >= patienceFor(work)
}

export function patienceFor({ tookMs }: Work): number {
  return Math.min(maxPatienceMs, Math.max(patienceMs, 1.5 * tookMs))
}

/**
 * Where questions come faster than answers, an answer that is begun is thrown away, and takes its time from the pictures:
 * after its preview a run waits for the next question half as long again as the last one took to come.
 */
export function restAfter(sinceLastMs: number): number {
  return Math.min(maxRestMs, 1.5 * sinceLastMs)
}

/** More replicates of the same question beat fewer; anything beats the picture of another question. */
export function beats(frame: Frame, study: Study, old: Frame, oldStudy: Study): boolean {
  const had = old.diagnostics.replicates
  if (had === undefined || questionOf(study) !== questionOf(oldStudy)) return true
  return frame.done === 1 || frame.diagnostics.replicates >= had
}

export function timeLeft(pace: { done: number; atMs: number }, done: number, now: number): number | undefined {
  const gained = done - pace.done
  const spentMs = now - pace.atMs
  // Too early to tell: the first frames of a run say little about its pace.
  if (gained < 0.01 || spentMs < 300) return undefined
  return (spentMs * (1 - done)) / gained
}
