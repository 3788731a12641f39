/** What the page asks of whoever computes: workers, this thread, or a test's double. */
import type { Ending, Inquiry } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import type { Artifact, Frame, Outcome } from '../solvers/contract'
import type { Study } from '../solvers/study'

export interface RunRequest {
  /** Called with the newest picture; not after `cancel()`, not after the outcome. */
  onFrame(frame: Frame): void
  /** A worker that this run shared with others broke, and the run was begun again; told in a sentence. */
  onRestart?(why: string): void
  signal?: AbortSignal
  /** A trained model to start from. */
  artifact?: Artifact
  /** After a preview: milliseconds in which a newer question may take its place, before the answer itself is begun. */
  restMs?: number
}

export interface RunHandle {
  /** Never rejects: what goes wrong is an outcome. */
  readonly outcome: Promise<Outcome>
  cancel(): void
}

export interface InquiryHandle {
  /** Never rejects: what goes wrong is an ending. */
  readonly ending: Promise<Ending>
  cancel(): void
}

export interface Client {
  run(study: Study, request: RunRequest): RunHandle
  /** `onProgress` is not called after `cancel()`, nor after the ending. */
  inquire(inquiry: Inquiry, onProgress: (progress: Progress) => void): InquiryHandle
  /** Threads that sample. */
  readonly workers: number
  /** Stops everything; the client cannot be used again. */
  close(): void
}

/** Resolves when the screen had a chance to draw; at the latest after a quarter of a second, for hidden pages. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestAnimationFrame !== 'function') {
      setTimeout(resolve, 0)
      return
    }
    const late = setTimeout(resolve, 250)
    requestAnimationFrame(() => {
      clearTimeout(late)
      resolve()
    })
  })
}

/** An outcome made on this side of the wire, for a run that never came back. */
export function lostRun(study: Study, code: string, message: string, hint: string, version: string): Outcome {
  const provenance = { version, solver: study.solver ?? '', seed: study.seed ?? 1, elapsedMs: 0, device: 'cpu' }
  return { status: 'failed', code, message, hint, provenance }
}
