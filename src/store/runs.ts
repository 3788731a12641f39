/**
 * One lane per method on the screen. Whenever the good study changes every lane follows: the newest question wins, but
 * a run that is about to show something may do so first, or a drag would starve its own picture.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Client, painted, type RunHandle } from '../services/client'
import type { Models } from '../services/models'
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import type { Frame, Outcome } from '../solvers/contract'
import { awaitsPicture } from '../solvers/foresee'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import type { Studies } from './studies'

export interface Lane {
  readonly solver: string
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
  /** What happened on the way, in a sentence. */
  readonly note?: string
}

export interface RunsState {
  /** By solver id; the study's own method first. */
  readonly lanes: Readonly<Record<string, Lane>>
  /** Stop one lane, or all. Its last frame stays. */
  cancel(solver?: string): void
  /** Go on with n more replicates, in every lane that samples. */
  more(n: number): void
  /** Run again what is on the screen, in one lane or all; a method that trains begins anew. */
  rerun(solver?: string): void
  /** Train on from what was learnt. */
  resume(solver: string): void
  /** Give a lane what was learnt elsewhere, and let it answer or train on from there. */
  teach(taught: Taught): void
}

export interface Runs extends StoreApi<RunsState> {
  /** Begin to follow the studies; the first runs start with the next animation frame. */
  start(): void
  /** Cancel everything and follow no more. */
  stop(): void
}

/**
 * A run that has shown nothing yet is left alone for this long before a newer question replaces it; where the last one
 * of its lane took longer than that, for half as long again as it took, so that a drag still shows exact pictures.
 */
export const patienceMs = 500
/** But never longer than this: the question on the screen must be answered, too. */
export const maxPatienceMs = 2000

/** What the launcher remembers of a lane beside what it shows. */
interface Work {
  /** The run that this lane should show, and its identity. */
  wanted: Study
  key: string
  /** The last key that was run to an end, or stopped by hand: not started again by itself. */
  settled?: string
  /** How long the last run took that ended by itself. */
  tookMs: number
  /** Of methods that train: the newest checkpoint. */
  learnt?: Taught
  /** Training was asked for: anew, or on from what was learnt. Unasked, only what was learnt answers. */
  training?: 'anew' | 'on'
  current?: {
    key: string
    handle: RunHandle
    startedMs: number
    frames: number
    previewed: boolean
    trains: boolean
    checkpoints: number
    pace?: { done: number; atMs: number }
  }
}

/** `models`: what is learnt already, of the network on the screen. */
export function createRuns(
  client: Client,
  studies: Studies,
  nextFrame: () => Promise<void> = painted,
  models?: Models,
): Runs {
  const works = new Map<string, Work>()
  let scheduled = false
  let unfollow: (() => void) | undefined

  const store = createStore<RunsState>()(() => ({ lanes: {}, cancel, more, rerun, resume, teach }))
  const lanes = () => store.getState().lanes
  const patch = (solver: string, change: Partial<Lane>) => {
    const lane = lanes()[solver]
    if (lane) store.setState({ lanes: { ...lanes(), [solver]: { ...lane, ...change } } })
  }

  /** Bring the lanes in line with the good study. */
  function follow(): void {
    const wanted = new Map(laneStudies(studies.getState().good).map((study) => [study.solver as string, study]))
    for (const [solver, work] of works) {
      if (wanted.has(solver)) continue
      work.current?.handle.cancel()
      works.delete(solver)
    }
    const next: Record<string, Lane> = {}
    for (const [solver, study] of wanted) {
      const key = JSON.stringify(study)
      const work: Work = works.get(solver) ?? { wanted: study, key, tookMs: 0, ...untaught(solver) }
      works.set(solver, Object.assign(work, { wanted: study, key }))
      const lane = lanes()[solver] ?? idle(solver)
      const stale = lane.study !== undefined && questionOf(lane.study) !== questionOf(study)
      next[solver] = lane.stale === stale ? lane : { ...lane, stale }
    }
    store.setState({ lanes: next })
    schedule()
  }

  /** What the page ships of the network on the screen, for methods that take longer than a picture may. */
  function picture(solver: string): Taught | undefined {
    const { problem } = studies.getState().reading
    return problem && awaitsPicture(solvers[solver], problem) ? models?.find(problem) : undefined
  }

  /** A new lane of a method that trains begins with what the page ships of its network, or has to be trained. */
  function untaught(solver: string): Pick<Work, 'training'> {
    const { problem } = studies.getState().reading
    if (!trainable(solver) || !models || !problem) return { training: 'anew' }
    models.bring(problem).then((taught) => {
      const work = works.get(solver)
      if (!work || work.current || work.learnt) return
      if (taught?.artifact.solver === solver) return teach(taught)
      work.training = 'anew'
      schedule()
    })
    return {}
  }

  /** At most one launch per animation frame. */
  function schedule(): void {
    if (scheduled) return
    scheduled = true
    nextFrame().then(() => {
      scheduled = false
      if (unfollow) for (const [solver, work] of works) consider(solver, work)
    })
  }

  function consider(solver: string, work: Work): void {
    const { current } = work
    if (work.settled === work.key || current?.key === work.key) return
    if (current && !replaceable(solver, work, current)) return
    const trains = trainable(solver) && work.training !== undefined
    // What was learnt in minutes is not thrown away by a slider: it answers, or waits until training is asked for.
    if (trainable(solver) && !trains && !answers(solver, work)) return
    current?.handle.cancel()
    launch(solver, work, trains)
  }

  /** Whether what the lane has learnt is an answer to the newest question, too. */
  function answers(solver: string, { learnt }: Work): boolean {
    const { problem } = studies.getState().reading
    return learnt !== undefined && problem !== undefined && solvers[solver].answers?.(learnt.artifact, problem) === true
  }

  function launch(solver: string, work: Work, trains: boolean): void {
    const { wanted, key } = work
    const startedMs = performance.now()
    const own = work.training === 'anew' ? undefined : work.learnt?.artifact
    // Other methods show what is learnt until they have their own answer.
    const artifact = trainable(solver) ? own : picture(solver)?.artifact
    work.settled = undefined
    work.training = undefined
    patch(solver, { status: 'running', outcome: undefined, done: 0, phase: '', startedMs, leftMs: undefined })
    const handle = client.run(wanted, {
      artifact,
      onFrame(frame) {
        if (work.current !== current) return
        current.frames++
        current.previewed ||= frame.preview === true
        if (current.frames === 1 && key !== work.key) schedule()
        receive(solver, work, current, wanted, frame)
      },
    })
    const begun = { frames: 0, previewed: false, checkpoints: 0 }
    const current: NonNullable<Work['current']> = { key, handle, startedMs, trains, ...begun }
    work.current = current
    handle.outcome.then((outcome) => {
      if (work.current !== current) return
      work.current = undefined
      work.settled = key
      work.tookMs = performance.now() - startedMs
      if (outcome.status === 'done') {
        receive(solver, work, current, wanted, { ...outcome.solution, done: 1, phase: 'done' })
      }
      patch(solver, { status: outcome.status, outcome, leftMs: undefined })
      if (outcome.status === 'failed' && outcome.code.startsWith('worker-') && current.checkpoints > 0) {
        patch(solver, { note: `${outcome.message} Training goes on from the last checkpoint.` })
        resume(solver)
      }
      if (key !== work.key) schedule()
    })
    setTimeout(() => {
      if (work.current === current && key !== work.key) schedule()
    }, patienceFor(work))
  }

  function receive(solver: string, work: Work, current: Work['current'], study: Study, frame: Frame): void {
    const lane = lanes()[solver]
    if (!lane || !current) return
    const now = performance.now()
    if (frame.artifact) {
      // An answer from what was learnt brings it back: its teacher is still the study that trained it.
      work.learnt = { artifact: frame.artifact, study: current.trains || !work.learnt ? study : work.learnt.study }
      current.checkpoints++
      patch(solver, { learnt: work.learnt })
    }
    current.pace ??= { done: frame.done, atMs: now }
    const progress = { done: frame.done, phase: frame.phase, leftMs: timeLeft(current.pace, frame.done, now) }
    if (lane.frame && lane.study && !beats(frame, study, lane.frame, lane.study)) {
      patch(solver, progress)
      return
    }
    const stale = study !== work.wanted && questionOf(study) !== questionOf(work.wanted)
    patch(solver, { ...progress, frame, study, serial: lane.serial + 1, stale })
  }

  function cancel(solver?: string): void {
    for (const [id, work] of works) {
      if (solver !== undefined && id !== solver) continue
      work.settled = work.key
      if (!work.current) continue
      const { handle } = work.current
      work.current = undefined
      handle.cancel()
      patch(id, { status: 'cancelled', leftMs: undefined })
      handle.outcome.then((outcome) => {
        if (!work.current && lanes()[id]?.status === 'cancelled') patch(id, { outcome })
      })
    }
  }

  function more(n: number): void {
    const { good, beginGesture, endGesture, setOption } = studies.getState()
    beginGesture()
    for (const { solver, options } of laneStudies(good)) {
      const schema = solvers[solver as string]?.options
      const field = schema?.fields.find(({ name }) => name === 'replicates')
      const parsed = schema?.parse(options)
      if (!field || !parsed?.ok) continue
      const replicates = Math.min(Number(parsed.value.replicates) + n, field.max ?? Number.POSITIVE_INFINITY)
      setOption(solver as string, 'replicates', replicates)
    }
    endGesture()
  }

  function rerun(solver?: string): void {
    for (const [id, work] of works) {
      if (solver !== undefined && id !== solver) continue
      begin(work, 'anew')
      patch(id, { note: undefined })
    }
    schedule()
  }

  function resume(solver: string): void {
    const work = works.get(solver)
    if (!work?.learnt) return
    begin(work, 'on')
    schedule()
  }

  function teach(learnt: Taught): void {
    const { solver } = learnt.artifact
    const work = works.get(solver)
    if (!work) return
    work.learnt = learnt
    patch(solver, { learnt, note: undefined })
    begin(work, answers(solver, work) ? undefined : 'on')
    schedule()
  }

  return Object.assign(store, {
    start() {
      if (unfollow) return
      let last = studies.getState().good
      unfollow = studies.subscribe(({ good }) => {
        if (good === last) return
        last = good
        follow()
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

/** One study per lane, reduced to what decides its numbers; the first one is the study's own. */
export function laneStudies(study: Study): Study[] {
  const { version, network, parameters, initial, times, observe, seed } = study
  const question = { version, network, parameters, initial, times, observe, seed }
  const lanes = new Map<string, Study>()
  for (const { solver = 'ssa', options } of [study, ...(study.compare ?? [])]) {
    if (!lanes.has(solver)) lanes.set(solver, { ...question, solver, options })
  }
  return [...lanes.values()]
}

/** Make way for a new run of the same question. */
function begin(work: Work, training: Work['training']): void {
  work.current?.handle.cancel()
  work.current = undefined
  work.settled = undefined
  work.training = training
}

const trainable = (solver: string): boolean => solvers[solver]?.traits.trains === true

function idle(solver: string): Lane {
  return { solver, status: 'idle', serial: 0, done: 0, phase: '', startedMs: 0, stale: false }
}

/** May a newer question take the place of this run? It has shown its answer, as it stands; any has had its time. */
function replaceable(
  solver: string,
  work: Work,
  { startedMs, frames, previewed, trains }: NonNullable<Work['current']>,
): boolean {
  // A method in training has the time it was promised; Cancel ends it.
  if (trains) return false
  if (previewed || (solvers[solver]?.traits.random && frames > 0)) return true
  return performance.now() - startedMs >= patienceFor(work)
}

function patienceFor({ tookMs }: Work): number {
  return Math.min(maxPatienceMs, Math.max(patienceMs, 1.5 * tookMs))
}

/** More replicates of the same question beat fewer; anything beats the picture of another question. */
function beats(frame: Frame, study: Study, old: Frame, oldStudy: Study): boolean {
  const had = old.diagnostics.replicates
  if (had === undefined || questionOf(study) !== questionOf(oldStudy)) return true
  return frame.done === 1 || frame.diagnostics.replicates >= had
}

function timeLeft(pace: { done: number; atMs: number }, done: number, now: number): number | undefined {
  const gained = done - pace.done
  const spentMs = now - pace.atMs
  // Too early to tell: the first frames of a run say little about its pace.
  if (gained < 0.01 || spentMs < 300) return undefined
  return (spentMs * (1 - done)) / gained
}
