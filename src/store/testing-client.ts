/** A client in a test's hands: it records what is asked and shows what it is told to. */
import type { Ending, Inquiry } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import { namedArray } from '../numerics/named-array'
import type { Client } from '../services/client'
import type { Artifact, Frame, Outcome } from '../solvers/contract'
import type { Study } from '../solvers/study'

export interface AskedRun {
  readonly study: Study
  /** What the run was told to start from. */
  readonly artifact?: Artifact
  /** How long it was told to rest after a preview. */
  readonly restMs?: number
  cancelled: boolean
  show(replicates: number, done: number): void
  preview(): void
  checkpoint(artifact: Artifact): void
  finish(outcome: Outcome): void
}

export interface AskedInquiry {
  readonly inquiry: Inquiry
  cancelled: boolean
  show(progress: Progress): void
  finish(ending: Ending): void
}

export interface TestingClient extends Client {
  readonly asked: AskedRun[]
  readonly inquiries: AskedInquiry[]
  /** The runs of one method, in the order they were asked for. */
  of(solver: string): AskedRun[]
}

const provenance = { version: '0', solver: '', seed: 1, elapsedMs: 1, device: 'cpu' }

export function frameOf(replicates: number, done: number): Frame {
  const array = namedArray([['time', [1]]])
  const observations = { moments: { array, error: { kind: 'none' as const, why: 'a test' } } }
  return { observations, diagnostics: { replicates }, warnings: [], done, phase: 'testing' }
}

export function doneWith(replicates: number): Outcome {
  const { observations, diagnostics, warnings } = frameOf(replicates, 1)
  return { status: 'done', solution: { observations, diagnostics, warnings }, provenance }
}

export const failedWith = (message: string): Outcome => ({ status: 'failed', code: 'test', message, provenance })

export function testingClient(): TestingClient {
  const asked: AskedRun[] = []
  const inquiries: AskedInquiry[] = []
  return {
    asked,
    inquiries,
    of: (solver) => asked.filter(({ study }) => study.solver === solver),
    workers: 1,
    run(study, { onFrame, artifact, restMs }) {
      let finish: (outcome: Outcome) => void = () => {}
      const outcome = new Promise<Outcome>((resolve) => {
        finish = resolve
      })
      const run: AskedRun = {
        study,
        artifact,
        restMs,
        cancelled: false,
        show: (replicates, done) => onFrame(frameOf(replicates, done)),
        preview: () => onFrame({ ...frameOf(1, 0), preview: true }),
        checkpoint: (learnt) => onFrame({ ...frameOf(1, 0.5), artifact: learnt }),
        finish,
      }
      asked.push(run)
      const cancel = () => {
        run.cancelled = true
        finish({ status: 'cancelled', provenance })
      }
      return { outcome, cancel }
    },
    inquire(inquiry, onProgress) {
      let finish: (ending: Ending) => void = () => {}
      const ending = new Promise<Ending>((resolve) => {
        finish = resolve
      })
      const one: AskedInquiry = { inquiry, cancelled: false, show: onProgress, finish }
      inquiries.push(one)
      const cancel = () => {
        one.cancelled = true
        finish({ status: 'cancelled' })
      }
      return { ending, cancel }
    },
    close() {},
  }
}
