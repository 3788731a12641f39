/** What a lane is at work on, and what the parts of the runs share. */
import type { RunHandle } from '../services/client'
import type { Taught } from '../solvers/artifact-file'
import type { Frame, Problem } from '../solvers/contract'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import type { Lane } from './lane'
import type { Begun, Job } from './pursuit'

/** A question whose first picture is there is followed up when no newer one has come for this long. */
export const restingMs = 50
/** The longest that a run waits after a preview of its own. */
export const maxRestMs = 100

/** A hand that moves on waits for first pictures no longer where so many in a row did not come. */
export const maxUnanswered = 3

export const unasked = { number: 0, shown: 0, glanced: 0, unanswered: 0, askedMs: 0, tookMs: 0, untried: true }

/** A run under way. */
export interface RunBegun extends Begun {
  readonly number: number
  readonly handle: RunHandle
  readonly trains: boolean
  frames: number
  previewed: boolean
  checkpoints: number
  pace?: { done: number; atMs: number }
}

/** What is remembered of a lane beside what it shows. */
export interface Work extends Job<RunBegun> {
  /** Of its lane: it moves with its question when another lane goes. */
  id: string
  readonly solver: string
  /** The run that this lane should show; `key` is its identity. */
  wanted: Study
  /** Rises with every new question of the lane; that of the picture that is shown, and when it was asked. */
  number: number
  shown: number
  askedMs: number
  /** The last for which a first picture was asked, how many in a row were not given, and what stands for the answer to one. */
  glanced: number
  unanswered: number
  early?: { readonly number: number; readonly frame: Frame }
  /** Nothing was run yet. */
  untried: boolean
  /** Of methods that train: the newest checkpoint. */
  learnt?: Taught
  trainedMs?: number
  /** Training was asked for: anew, or on from what was learnt. Unasked, only what was learnt answers. */
  training?: 'anew' | 'on'
}

/** Runs, first pictures and learning work at one desk. */
export interface Desk {
  readonly works: Map<string, Work>
  lane(id: string): Lane | undefined
  patch(id: string, change: Partial<Lane>): void
  /** What is on the screen, if it can be read. */
  problem(): Problem | undefined
  /** Look soon for works that have fallen behind. */
  schedule(): void
  halt(work: Work): RunBegun | undefined
}

export const trainable = (solver: string): boolean => solvers[solver]?.traits.trains === true

/** Whether what the lane has learnt is an answer to the newest question, too. */
export function answers({ solver, learnt }: Work, problem: Problem | undefined): boolean {
  return learnt !== undefined && problem !== undefined && solvers[solver].answers?.(learnt.artifact, problem) === true
}

/**
 * Where questions come faster than answers, an answer that is begun is thrown away, and takes its time from the pictures:
 * after its preview a run waits for the next question half as long again as the last one took to come.
 */
export function restAfter(sinceLastMs: number): number {
  return Math.min(maxRestMs, 1.5 * sinceLastMs)
}
