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
import { askGlances, type Glances } from './glances'
import { beats, idle, type Lane, timeLeft } from './lane'
import { follows, keyOf } from './lane-places'
import { createLearning } from './learning'
import { createPursuit } from './pursuit'
import type { Studies } from './studies'
import {
  answers,
  type Desk,
  maxUnanswered,
  type RunBegun,
  restAfter,
  restingMs,
  trainable,
  unasked,
  type Work,
} from './work'

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
  let unfollow: (() => void) | undefined
  const lanes = () => store.getState().lanes
  const patch = (id: string, change: Partial<Lane>) => {
    const lane = lanes()[id]
    if (lane) store.setState({ lanes: { ...lanes(), [id]: { ...lane, ...change } } })
  }
  const problem = () => studies.getState().reading.problem
  const pursuit = createPursuit<RunBegun, Work>({ jobs: () => works.values(), givesWay, waitMs, begin }, nextFrame)
  const { schedule, halt } = pursuit
  const desk: Desk = { works, lane: (id) => lanes()[id], patch, problem, schedule, halt }
  const learning = createLearning(desk, models)
  const { resume, teach } = learning
  const store = createStore<RunsState>()(() => ({ lanes: {}, cancel, more, rerun, resume, teach }))

  /** Bring the lanes in line with the good study. */
  function follow(): void {
    const wanted = lanesOf(studies.getState().good)
    const shown = lanes()
    const placed = follows(wanted, works)
    for (const [id, work] of works) if (![...placed.values()].includes(id)) halt(work)
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
    for (const work of begun) learning.bring(work)
    if (glances) askGlances(glances, desk, models)
    schedule()
  }

  function waitMs(work: Work): number {
    // A method in training has the time it was promised; Cancel ends it.
    if (work.current?.trains) return Number.POSITIVE_INFINITY
    if (trainable(work.solver) && work.training !== undefined) return 0
    // What was learnt in minutes is not thrown away by a slider: it answers, or waits until training is asked for.
    if (trainable(work.solver) && !answers(work, problem())) return Number.POSITIVE_INFINITY
    // A hand that moves on has its picture: the answer waits until it rests, and leaves the cores to the next picture.
    const pictured = work.glanced === work.number && work.unanswered <= maxUnanswered
    return pictured ? work.askedMs + restingMs - performance.now() : 0
  }

  function begin(work: Work, replaced?: RunBegun): void {
    const { wanted, key, number, early } = work
    const startedMs = performance.now()
    const trains = trainable(work.solver) && work.training !== undefined
    const anew = trains && work.training === 'anew'
    const artifact = anew ? undefined : work.learnt?.artifact
    if (anew) work.trainedMs = 0
    Object.assign(work, { training: undefined, untried: false })
    // The words of the run before stand until this one has some: a drag would have them flicker.
    const phase = replaced ? lanes()[work.id]?.phase : ''
    patch(work.id, { status: 'running', outcome: undefined, done: 0, phase, startedMs, leftMs: undefined })
    if (anew) patch(work.id, { fromNothing: true })
    const handle = client.run(wanted, {
      artifact,
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
    const previewed = early?.number === number
    const current: RunBegun = { key, number, handle, startedMs, trains, frames: 0, previewed, checkpoints: 0 }
    pursuit.follow(work, current, handle.outcome, (outcome) => end(work, current, wanted, outcome))
  }

  function end(work: Work, current: RunBegun, study: Study, outcome: Outcome): void {
    learning.pause(work, current)
    if (outcome.status === 'done') {
      receive(work, current, study, { ...outcome.solution, done: 1, phase: 'done' }, true)
    }
    patch(work.id, { status: outcome.status, outcome, leftMs: undefined })
    // Only from a checkpoint of its own: what fails twice at the same place would fail for ever.
    if (
      outcome.status === 'failed' &&
      outcome.code.startsWith('worker-') &&
      current.trains &&
      current.checkpoints > 0
    ) {
      patch(work.id, { note: `${outcome.message} Training goes on from the last checkpoint.` })
      resume(work.id)
    }
  }

  function receive(work: Work, current: RunBegun, study: Study, came: Frame, whole = false): void {
    const lane = lanes()[work.id]
    if (!lane) return
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
      const stopped = pursuit.settle(work)
      if (!stopped) {
        if (lanes()[id]?.status === 'running') patch(id, { status: 'cancelled', leftMs: undefined })
        continue
      }
      learning.pause(work, stopped)
      patch(id, { status: 'cancelled', leftMs: undefined })
      stopped.handle.outcome.then((outcome) => {
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
      learning.again(work, 'anew')
      patch(id, { note: undefined })
    }
    schedule()
  }

  return Object.assign(store, {
    start() {
      if (unfollow) return
      pursuit.start()
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
      pursuit.stop()
      cancel()
    },
  })
}

/** It has shown its answer, as it stands. */
function givesWay(work: Work, { number, frames, previewed }: RunBegun): boolean {
  return previewed || number < work.shown || (solvers[work.solver]?.traits.random === true && frames > 0)
}
