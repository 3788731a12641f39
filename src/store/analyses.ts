/**
 * One lane per analysis that the study's view asks for. They follow the good study as runs do: the newest question
 * wins, and what was found for the last one stays, marked, until the new answer is there.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Ending, Finding, Inquiry, Kind } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import { type Client, type InquiryHandle, painted } from '../services/client'
import type { Artifact } from '../solvers/contract'
import { askedAnalyses, inquiryOf } from './inquiries'
import { type Begun, createPursuit, type Job } from './pursuit'
import type { Studies } from './studies'

export interface AnalysisLane {
  readonly kind: Kind
  /** `idle`: something is still to be said before it can be asked. */
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  /** The newest finding: of `inquiry`, which may be older than what is asked now (`stale`). */
  readonly finding?: Finding
  readonly inquiry?: Inquiry
  readonly stale: boolean
  /** Of the work under way. */
  readonly progress?: Progress
  /** `performance.now()` when the work began. */
  readonly startedMs: number
  readonly elapsedMs?: number
  readonly failure?: { readonly message: string; readonly hint?: string }
}

export interface AnalysesState {
  readonly lanes: Readonly<Partial<Record<Kind, AnalysisLane>>>
  cancel(kind?: Kind): void
  rerun(kind: Kind): void
}

export interface Analyses extends StoreApi<AnalysesState> {
  start(): void
  stop(): void
}

interface AnalysisJob extends Job {
  readonly kind: Kind
  /** None while something is still to be said; its text is the key. */
  wanted?: Inquiry
}

/** `learnt`: brings what is learnt of the network on the screen, if anything is. */
export function createAnalyses(
  client: Client,
  studies: Studies,
  nextFrame: () => Promise<void> = painted,
  learnt: () => Promise<Artifact | undefined> = async () => undefined,
): Analyses {
  const jobs = new Map<Kind, AnalysisJob>()
  let unfollow: (() => void) | undefined
  const givesWay = ({ wanted }: AnalysisJob) => wanted === undefined
  const pursuit = createPursuit<Begun, AnalysisJob>({ jobs: () => jobs.values(), givesWay, begin }, nextFrame)

  const store = createStore<AnalysesState>()(() => ({ lanes: {}, cancel, rerun }))
  const patch = (kind: Kind, change: Partial<AnalysisLane>) => {
    const { lanes } = store.getState()
    const lane = lanes[kind]
    if (lane) store.setState({ lanes: { ...lanes, [kind]: { ...lane, ...change } } })
  }

  function follow(): void {
    const { study, good } = studies.getState()
    const asked = askedAnalyses(study)
    for (const [kind, job] of jobs) {
      if (asked.includes(kind)) continue
      pursuit.halt(job)
      jobs.delete(kind)
    }
    const { lanes } = store.getState()
    const next: Partial<Record<Kind, AnalysisLane>> = {}
    for (const kind of asked) {
      const wanted = inquiryOf({ ...good, view: study.view }, kind)
      const key = JSON.stringify(wanted) ?? ''
      const job = jobs.get(kind) ?? { kind, key, tookMs: 0 }
      jobs.set(kind, Object.assign(job, { wanted, key }))
      const lane = lanes[kind] ?? { kind, status: 'idle', stale: false, startedMs: 0 }
      const stale = lane.inquiry !== undefined && JSON.stringify(lane.inquiry) !== key
      next[kind] = lane.stale === stale ? lane : { ...lane, stale }
    }
    if (asked.length || Object.keys(lanes).length) store.setState({ lanes: next })
    pursuit.schedule()
  }

  function begin(job: AnalysisJob): void {
    const { kind, key, wanted } = job
    if (!wanted) {
      pursuit.settle(job)
      patch(kind, { status: 'idle', finding: undefined, inquiry: undefined, failure: undefined, progress: undefined })
      return
    }
    const startedMs = performance.now()
    patch(kind, { status: 'running', progress: undefined, failure: undefined, startedMs })
    const ask = kind === 'sensitivity' ? askLearnt : client.inquire
    const handle = ask(wanted, (progress) => {
      if (job.current === current) patch(kind, { progress })
    })
    const current = { key, handle, startedMs }
    pursuit.follow(job, current, handle.ending, (ending) => end(job, wanted, key !== job.key, ending))
  }

  function end({ kind }: AnalysisJob, inquiry: Inquiry, stale: boolean, ending: Ending): void {
    if (ending.status === 'done') {
      const { finding, elapsedMs } = ending
      patch(kind, { status: 'done', finding, inquiry, stale, elapsedMs, progress: undefined })
    } else if (ending.status === 'failed') {
      const { message, hint } = ending
      const failure = { message, hint }
      patch(kind, { status: 'failed', failure, finding: undefined, inquiry: undefined, stale, progress: undefined })
    } else patch(kind, { status: 'cancelled', progress: undefined })
  }

  /** With what is learnt of the network, once it is here. */
  function askLearnt(inquiry: Inquiry, onProgress: (progress: Progress) => void): InquiryHandle {
    let [handle, stopped]: [InquiryHandle | undefined, boolean] = [undefined, false]
    const bring = async () => {
      const found = await learnt().catch(() => undefined)
      if (stopped) return { status: 'cancelled' } as const
      handle = client.inquire(found ? { ...inquiry, learnt: found } : inquiry, onProgress)
      return handle.ending
    }
    return {
      ending: bring(),
      cancel() {
        stopped = true
        handle?.cancel()
      },
    }
  }

  function cancel(kind?: Kind): void {
    for (const [id, job] of jobs) {
      if ((kind === undefined || id === kind) && job.current) {
        pursuit.settle(job)
        patch(id, { status: 'cancelled', progress: undefined })
      }
    }
  }

  function rerun(kind: Kind): void {
    const job = jobs.get(kind)
    if (!job) return
    job.settled = undefined
    pursuit.schedule()
  }

  return Object.assign(store, {
    start() {
      if (unfollow) return
      pursuit.start()
      let last = studies.getState()
      unfollow = studies.subscribe((state) => {
        const changed = state.good !== last.good || state.study.view !== last.study.view
        last = state
        if (changed) follow()
      })
      follow()
    },
    stop() {
      unfollow?.()
      unfollow = undefined
      pursuit.stop()
      cancel()
    },
  })
}
