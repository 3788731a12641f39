/**
 * One lane per analysis that the study's view asks for. They follow the good study as runs do: the newest question
 * wins, and what was found for the last one stays, marked, until the new answer is there.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Finding, type Inquiry, type Kind, kinds } from '../analysis/inquiry'
import type { Progress } from '../analysis/progress'
import { type Client, type InquiryHandle, painted } from '../services/client'
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'
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

/** A question is left alone for so long before a newer one replaces it, or the hand on a slider would starve it. */
const patienceMs = 400
const maxPatienceMs = 2000

interface Job {
  wanted?: Inquiry
  key: string
  /** The last key that came to an end, or was stopped by hand. */
  settled?: string
  tookMs: number
  current?: { readonly key: string; readonly handle: InquiryHandle; readonly startedMs: number }
}

/** `learnt`: brings what is learnt of the network on the screen, if anything is. */
export function createAnalyses(
  client: Client,
  studies: Studies,
  nextFrame: () => Promise<void> = painted,
  learnt: () => Promise<Artifact | undefined> = async () => undefined,
): Analyses {
  const jobs = new Map<Kind, Job>()
  let unfollow: (() => void) | undefined
  let scheduled = false

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
      job.current?.handle.cancel()
      jobs.delete(kind)
    }
    const { lanes } = store.getState()
    const next: Partial<Record<Kind, AnalysisLane>> = {}
    for (const kind of asked) {
      const wanted = inquiryOf({ ...good, view: study.view }, kind)
      const key = JSON.stringify(wanted)
      const job = jobs.get(kind) ?? { key, tookMs: 0 }
      jobs.set(kind, Object.assign(job, { wanted, key }))
      const lane = lanes[kind] ?? { kind, status: 'idle', stale: false, startedMs: 0 }
      const stale = lane.inquiry !== undefined && JSON.stringify(lane.inquiry) !== key
      next[kind] = lane.stale === stale ? lane : { ...lane, stale }
    }
    if (asked.length || Object.keys(lanes).length) store.setState({ lanes: next })
    schedule()
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    nextFrame().then(() => {
      scheduled = false
      if (unfollow) for (const [kind, job] of jobs) consider(kind, job)
    })
  }

  function consider(kind: Kind, job: Job): void {
    const { current, wanted, key } = job
    if (job.settled === key || current?.key === key) return
    if (current && wanted && performance.now() - current.startedMs < patienceFor(job)) return
    current?.handle.cancel()
    job.current = undefined
    if (wanted) launch(kind, job, wanted)
    else
      patch(kind, { status: 'idle', finding: undefined, inquiry: undefined, failure: undefined, progress: undefined })
  }

  function launch(kind: Kind, job: Job, inquiry: Inquiry): void {
    const { key } = job
    const startedMs = performance.now()
    job.settled = undefined
    patch(kind, { status: 'running', progress: undefined, failure: undefined, startedMs })
    const ask = kind === 'sensitivity' ? askLearnt : client.inquire
    const handle = ask(inquiry, (progress) => {
      if (job.current === current) patch(kind, { progress })
    })
    const current = { key, handle, startedMs }
    job.current = current
    handle.ending.then((ending) => {
      if (job.current !== current) return
      job.current = undefined
      job.settled = key
      job.tookMs = performance.now() - startedMs
      const stale = key !== job.key
      if (ending.status === 'done') {
        const { finding, elapsedMs } = ending
        patch(kind, { status: 'done', finding, inquiry, stale, elapsedMs, progress: undefined })
      } else if (ending.status === 'failed') {
        const { message, hint } = ending
        const failure = { message, hint }
        patch(kind, { status: 'failed', failure, finding: undefined, inquiry: undefined, stale, progress: undefined })
      } else patch(kind, { status: 'cancelled', progress: undefined })
      if (stale) schedule()
    })
    setTimeout(() => {
      if (job.current === current && key !== job.key) schedule()
    }, patienceFor(job))
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
      if (kind !== undefined && id !== kind) continue
      if (!job.current) continue
      job.settled = job.key
      job.current.handle.cancel()
      job.current = undefined
      patch(id, { status: 'cancelled', progress: undefined })
    }
  }

  function rerun(kind: Kind): void {
    const job = jobs.get(kind)
    if (!job) return
    job.settled = undefined
    schedule()
  }

  return Object.assign(store, {
    start() {
      if (unfollow) return
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
      cancel()
    },
  })
}

const patienceFor = ({ tookMs }: Job) => Math.min(maxPatienceMs, Math.max(patienceMs, 1.5 * tookMs))

/** The analyses that a study's view asks for, in the order in which they were added. */
export function askedAnalyses({ view = {} }: Study): Kind[] {
  const list = typeof view.analyses === 'string' ? view.analyses.split(',') : []
  return [...new Set(list)].filter((id): id is Kind => (kinds as readonly string[]).includes(id))
}

/** What is asked of the worker: only what decides the answer. None while something is still to be said. */
export function inquiryOf(study: Study, kind: Kind): Inquiry | undefined {
  const { version, network, parameters, initial, times, view = {} } = study
  const question = { version, network, parameters, initial, times }
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : undefined)
  switch (kind) {
    case 'passage': {
      const condition = text(view.to)
      return condition === undefined ? undefined : { kind, study: question, condition }
    }
    case 'sensitivity':
      return { kind, study: question, parameter: text(view.by), quantity: text(view.of) }
    case 'distance': {
      const against = readSetting(text(view.against) ?? '')
      return Object.keys(against).length === 0 ? undefined : { kind, study: question, against }
    }
    case 'stationary':
    case 'gap':
    case 'quasi':
      // Times mean nothing here: changing them must not ask again.
      return { kind, study: { ...question, times: [0] } }
    case 'information':
      return { kind, study: question }
    default:
      return kind satisfies never
  }
}

/** A setting of parameters as a study's view carries it, "a=40,bias=1". */
export function settingText(setting: Readonly<Record<string, number>>): string {
  return Object.entries(setting)
    .map(([name, value]) => `${name}=${value}`)
    .join()
}

export function readSetting(text: string): Record<string, number> {
  const given = text.split(',').flatMap((part) => {
    const [name, value] = part.split('=')
    return name && value && Number.isFinite(Number(value)) ? [[name.trim(), Number(value)] as const] : []
  })
  return Object.fromEntries(given)
}
