/**
 * One lane per method on the screen, or per variant of one. Whenever the good study changes every lane follows: the newest question wins, but
 * a run that is about to show something may do so first, or a drag would starve its own picture.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Client, painted } from '../services/client'
import type { Models } from '../services/models'
import { questionOf } from '../services/question'
import type { Taught } from '../solvers/artifact-file'
import type { Frame, Outcome } from '../solvers/contract'
import { meanwhile } from '../solvers/foresee'
import { lanesOf } from '../solvers/lanes'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import { type Awaiting, type Glances, glance, standsIn } from './glances'
import { follows, keyOf } from './lane-places'
import type { Studies } from './studies'
import {
  beats,
  idle,
  maxUnanswered,
  patienceFor,
  replaceable,
  restAfter,
  restingMs,
  timeLeft,
  trainable,
  unasked,
  type Work,
} from './work'

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

export interface RunsState {
  /** By id of the lane, see `solvers/lanes.ts`; the study's own method first. */
  readonly lanes: Readonly<Record<string, Lane>>
  /** Stop one lane, or all. Its last frame stays. */
  cancel(lane?: string): void
  /** Go on with n more replicates, in every lane that samples. */
  more(n: number): void
  /** Run again what is on the screen, in one lane or all; a method that trains begins anew. */
  rerun(lane?: string): void
  /** Train on from what was learnt. */
  resume(lane: string): void
  /**
   * Give a lane what was learnt elsewhere, and let it answer or train on from there: the one that asks the very question
   * that taught it, or else the first of its method.
   */
  teach(taught: Taught, lane?: string): void
}

export interface Runs extends StoreApi<RunsState> {
  /** Begin to follow the studies; the first runs start at once. */
  start(): void
  /** Cancel everything and follow no more. */
  stop(): void
}

/**
 * `models`: what is learnt already, of the network on the screen; `glances`: who gives first pictures from what is learnt.
 */
export function createRuns(
  client: Client,
  studies: Studies,
  nextFrame: () => Promise<void> = painted,
  models?: Models,
  glances?: Glances,
): Runs {
  const works = new Map<string, Work>()
  let scheduled = false
  let rested = true
  let unfollow: (() => void) | undefined

  const store = createStore<RunsState>()(() => ({ lanes: {}, cancel, more, rerun, resume, teach }))
  const lanes = () => store.getState().lanes
  const patch = (id: string, change: Partial<Lane>) => {
    const lane = lanes()[id]
    if (lane) store.setState({ lanes: { ...lanes(), [id]: { ...lane, ...change } } })
  }

  /** Bring the lanes in line with the good study. */
  function follow(): void {
    const wanted = lanesOf(studies.getState().good)
    const shown = lanes()
    const placed = follows(wanted, works)
    for (const [id, work] of works) {
      if ([...placed.values()].includes(id)) continue
      work.current?.handle.cancel()
      work.current = undefined
    }
    const before = new Map(works)
    works.clear()
    const next: Record<string, Lane> = {}
    const begun: Work[] = []
    for (const { id, solver, title, variant, study } of wanted) {
      const key = keyOf(study)
      const from = placed.get(id) ?? ''
      const old = before.get(from)
      const work: Work = old ?? { ...unasked, id, solver, wanted: study, key }
      const asked = old === undefined || old.key !== key
      const note = asked ? undefined : shown[from]?.note
      works.set(id, Object.assign(work, { wanted: study, key, id }))
      if (asked) {
        // A question that comes back is a new one, too: the picture of its answer may be gone.
        Object.assign(work, { number: work.number + 1, askedMs: performance.now(), settled: undefined })
        begun.push(work)
      }
      const lane = shown[from] ?? idle(id, solver)
      const stale = lane.study !== undefined && questionOf(lane.study) !== questionOf(study)
      const same = lane.stale === stale && lane.id === id && lane.title === title && lane.note === note
      next[id] = same ? lane : { ...lane, id, title, variant, stale, note }
    }
    store.setState({ lanes: next })
    for (const work of begun) bring(work)
    if (glances) glance(glances, [...works.values()].flatMap(awaiting))
    schedule()
  }

  /** A question that is not answered yet, and that something learnt can answer at once. */
  function awaiting(work: Work): Awaiting[] {
    const { problem } = studies.getState().reading
    const { wanted: study, number } = work
    if (!problem || work.shown === number) return []
    const artifact = trainable(work.solver)
      ? (answers(work) && work.learnt?.artifact) || undefined
      : standsIn(study, problem)
        ? models?.find(problem)?.artifact
        : undefined
    if (!artifact) return []
    work.unanswered++
    work.glanced = number
    return [{ artifact, study, problem, see: (frame) => foreseen(work, number, study, frame) }]
  }

  /** A first picture has come: shown, unless there is one of a newer question, or a better one. */
  function foreseen(work: Work, number: number, study: Study, frame: Frame): void {
    const lane = lanes()[work.id]
    const again = work.early?.number === number && lane?.frame?.preview
    if (!lane || works.get(work.id) !== work || number < work.shown || (number === work.shown && !again)) return
    Object.assign(work, { shown: number, early: { number, frame }, unanswered: 0 })
    if (work.current?.number === number) work.current.previewed = true
    patch(work.id, { frame, study, serial: lane.serial + 1, stale: number !== work.number })
    schedule()
  }

  /**
   * A lane whose method trains takes up what the page ships of its network, where it has learnt no answer; a new one
   * trains where nothing is shipped.
   */
  function bring(work: Work): void {
    const { id, solver, number } = work
    const { problem } = studies.getState().reading
    if (!trainable(solver) || answers(work)) return
    const train = () => {
      if (work.untried) work.training = 'anew'
    }
    // A second lane of a method is there for its own options.
    if (id !== solver || !models || !problem) {
      train()
      return
    }
    models.bring(problem).then((taught) => {
      // Where another question is asked by now, what answers that one is on its way.
      if (works.get(id) !== work || work.number !== number || work.current || answers(work)) return
      if (taught?.artifact.solver === solver) return teach(taught, id)
      train()
      schedule()
    })
  }

  /** At most one launch per animation frame; the first of several at once, for a hand waits for its picture. */
  function schedule(): void {
    if (scheduled) return
    scheduled = true
    const turn = rested ? Promise.resolve() : nextFrame()
    turn.then(() => {
      scheduled = false
      rested = false
      nextFrame().then(() => {
        rested = true
      })
      if (unfollow) for (const work of works.values()) consider(work)
    })
  }

  function consider(work: Work): void {
    const { solver, current } = work
    if (work.settled === work.key || current?.key === work.key) return
    if (current && !replaceable(work, current)) return
    const trains = trainable(solver) && work.training !== undefined
    // What was learnt in minutes is not thrown away by a slider: it answers, or waits until training is asked for.
    if (trainable(solver) && !trains && !answers(work)) return
    current?.handle.cancel()
    work.current = undefined
    // A hand that moves on has its picture: the answer waits until it rests, and leaves the cores to the next picture.
    const pictured = work.glanced === work.number && work.unanswered <= maxUnanswered
    const restMs = !trains && pictured ? work.askedMs + restingMs - performance.now() : 0
    if (restMs > 0) setTimeout(schedule, restMs)
    else launch(work, trains, current)
  }

  /** Whether what the lane has learnt is an answer to the newest question, too. */
  function answers({ solver, learnt }: Work): boolean {
    const { problem } = studies.getState().reading
    return learnt !== undefined && problem !== undefined && solvers[solver].answers?.(learnt.artifact, problem) === true
  }

  function launch(work: Work, trains: boolean, replaced?: Work['current']): void {
    const { wanted, key } = work
    const startedMs = performance.now()
    const anew = trains && work.training === 'anew'
    const own = anew ? undefined : work.learnt?.artifact
    if (anew) work.trainedMs = 0
    Object.assign(work, { settled: undefined, training: undefined, untried: false })
    // The words of the run before stand until this one has some: a drag would have them flicker.
    const phase = replaced ? lanes()[work.id]?.phase : ''
    patch(work.id, { status: 'running', outcome: undefined, done: 0, phase, startedMs, leftMs: undefined })
    if (anew) patch(work.id, { fromNothing: true })
    const handle = client.run(wanted, {
      artifact: own,
      restMs: replaced && restAfter(startedMs - replaced.startedMs),
      onRestart(why) {
        if (work.current === current) patch(work.id, { note: why })
      },
      onFrame(frame) {
        if (work.current !== current) return
        current.frames++
        current.previewed ||= frame.preview === true
        if (current.frames === 1 && key !== work.key) schedule()
        receive(work, current, wanted, frame)
      },
    })
    const { number, early } = work
    const begun = { frames: 0, previewed: early?.number === number, checkpoints: 0 }
    const current: NonNullable<Work['current']> = { key, number, handle, startedMs, trains, ...begun }
    work.current = current
    handle.outcome.then((outcome) => {
      if (work.current !== current) return
      if (trains) train(work)
      work.current = undefined
      work.settled = key
      work.tookMs = performance.now() - startedMs
      if (outcome.status === 'done') {
        receive(work, current, wanted, { ...outcome.solution, done: 1, phase: 'done' }, true)
      }
      patch(work.id, { status: outcome.status, outcome, leftMs: undefined })
      // Only from a checkpoint of its own: what fails twice at the same place would fail for ever.
      if (outcome.status === 'failed' && outcome.code.startsWith('worker-') && trains && current.checkpoints > 0) {
        patch(work.id, { note: `${outcome.message} Training goes on from the last checkpoint.` })
        resume(work.id)
      }
      if (key !== work.key) schedule()
    })
    setTimeout(() => {
      if (work.current === current && key !== work.key) schedule()
    }, patienceFor(work))
  }

  /** Make way for a new run of the same question. */
  function begin(work: Work, training: Work['training']): void {
    if (work.current?.trains) train(work)
    work.current?.handle.cancel()
    Object.assign(work, { current: undefined, settled: undefined, training })
  }

  /** Its training has come to an end, or to a pause. */
  function train(work: Work): void {
    work.trainedMs = (work.trainedMs ?? 0) + performance.now() - (work.current?.startedMs ?? performance.now())
    patch(work.id, { trainedMs: work.trainedMs })
  }

  function receive(work: Work, current: Work['current'], study: Study, came: Frame, whole = false): void {
    const lane = lanes()[work.id]
    if (!lane || !current) return
    const { early } = work
    const frame = !whole && early?.number === current.number ? meanwhile(early.frame, came) : came
    const now = performance.now()
    // An answer from what was learnt brings that back, as a copy: nothing new.
    if (frame.artifact && (current.trains || !work.learnt)) {
      work.learnt = { artifact: frame.artifact, study }
      current.checkpoints++
      patch(work.id, { learnt: work.learnt })
    }
    current.pace ??= { done: frame.done, atMs: now }
    const progress = { done: frame.done, phase: frame.phase, leftMs: timeLeft(current.pace, frame.done, now) }
    // The newest question wins: a first picture of it is not taken back for the answer to an older one.
    const older = current.number < work.shown
    if (older || (lane.frame && lane.study && !beats(frame, study, lane.frame, lane.study))) {
      patch(work.id, progress)
      return
    }
    work.shown = current.number
    const stale = study !== work.wanted && questionOf(study) !== questionOf(work.wanted)
    patch(work.id, { ...progress, frame, study, serial: lane.serial + 1, stale })
  }

  function cancel(lane?: string): void {
    for (const [id, work] of works) {
      if (lane !== undefined && id !== lane) continue
      work.settled = work.key
      if (!work.current) {
        if (lanes()[id]?.status === 'running') patch(id, { status: 'cancelled', leftMs: undefined })
        continue
      }
      const { handle } = work.current
      if (work.current.trains) train(work)
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
    for (const { id, solver, options } of lanesOf(good)) {
      const schema = solvers[solver]?.options
      const field = schema?.fields.find(({ name }) => name === 'replicates')
      const parsed = schema?.parse(options)
      if (!field || !parsed?.ok) continue
      const replicates = Math.min(Number(parsed.value.replicates) + n, field.max ?? Number.POSITIVE_INFINITY)
      setOption(id, 'replicates', replicates)
    }
    endGesture()
  }

  function rerun(lane?: string): void {
    for (const [id, work] of works) {
      if (lane !== undefined && id !== lane) continue
      begin(work, 'anew')
      patch(id, { note: undefined })
    }
    schedule()
  }

  function resume(lane: string): void {
    const work = works.get(lane)
    if (!work?.learnt) return
    begin(work, 'on')
    schedule()
  }

  function teach(learnt: Taught, lane?: string): void {
    const all = [...works.values()].filter(({ solver }) => solver === learnt.artifact.solver)
    const asking = all.find(({ wanted }) => questionOf(wanted) === questionOf(lanesOf(learnt.study)[0].study))
    const work = lane === undefined ? (asking ?? all[0]) : works.get(lane)
    if (!work) return
    work.learnt = learnt
    patch(work.id, { learnt, fromNothing: false, note: undefined })
    begin(work, answers(work) ? undefined : 'on')
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
