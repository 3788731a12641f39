/** One method on the screen, or a variant of one: what it shows, and which picture gives way to which. */
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import type { Frame, Outcome } from '../solvers/contract'
import type { Study } from '../solvers/study'

export interface Lane {
  readonly id: string
  readonly solver: string
  /** As in `StudyLane`. */
  readonly title: string
  readonly variant: string
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  /** The newest picture: of `study`, which may be older than the one on screen (`stale`). */
  readonly frame?: Frame
  /** Rises with every frame. */
  readonly serial: number
  readonly study?: Study
  /** How the last run ended; absent while one is under way. */
  readonly outcome?: Outcome
  /** Of the run under way, or of the last: 0…1. */
  readonly done: number
  readonly phase: string
  /** `performance.now()` when the run began. */
  readonly startedMs: number
  /** Estimated from the pace so far, once there is one. */
  readonly leftMs?: number
  readonly stale: boolean
  /** What a method that trains has learnt so far, at its last checkpoint, and the study that taught it. */
  readonly learnt?: Taught
  /** Nobody brought what it begins with: its training began from nothing. */
  readonly fromNothing?: boolean
  /** How long it has trained for that, in all its sittings of this visit. */
  readonly trainedMs?: number
  /** What happened on the way, in a sentence. */
  readonly note?: string
}

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
