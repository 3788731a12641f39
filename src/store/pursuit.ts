/**
 * Work that follows a question which changes under it: runs follow the study, analyses follow it too. The newest question
 * wins; but work that has shown nothing yet is left alone for a while, or a hand on a slider would starve its own picture.
 */

/** A job is left alone for this long before a newer question replaces its work; where the last work took longer, for half as long again. */
export const patienceMs = 500
/** But never longer than this: the question on the screen must be answered, too. */
export const maxPatienceMs = 2000

/** Work under way, and the question that it answers. */
export interface Begun {
  readonly key: string
  readonly startedMs: number
  readonly handle: { cancel(): void }
}

export interface Job<B extends Begun = Begun> {
  /** The question that should be answered now. */
  key: string
  /** The last that came to an end, or was stopped by hand: not begun again by itself. */
  settled?: string
  /** How long the last work took that ended by itself. */
  tookMs: number
  current?: B
}

export interface Pursued<B extends Begun, J extends Job<B>> {
  jobs(): Iterable<J>
  /** Whether a newer question may take the place of this work before its time. */
  givesWay(job: J, current: B): boolean
  /** How long the newest question is still to wait; without end where something else must happen first. */
  waitMs?(job: J): number
  /** Work on an older question was stopped, in favour of the newest. */
  begin(job: J, replaced: B | undefined): void
}

export interface Pursuit<B extends Begun, J extends Job<B>> {
  start(): void
  stop(): void
  /** Look soon for jobs that have fallen behind: at most once per frame of the screen. */
  schedule(): void
  /** The job is at work. `end` hears how that ended, unless it was replaced or stopped. */
  follow<E>(job: J, current: B, ending: Promise<E>, end: (ending: E) => void): void
  /** Stops the work, and returns it. Another may begin at once. */
  halt(job: J): B | undefined
  /** Stops the work by hand: the question stays unanswered until it changes or is asked again. */
  settle(job: J): B | undefined
}

export function createPursuit<B extends Begun, J extends Job<B>>(
  { jobs, givesWay, waitMs = () => 0, begin }: Pursued<B, J>,
  nextFrame: () => Promise<void>,
): Pursuit<B, J> {
  let [following, scheduled, rested] = [false, false, true]

  /** The first of several at once, for a hand waits for its picture. */
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
      if (following) for (const job of jobs()) consider(job)
    })
  }

  function consider(job: J): void {
    const { current, key, settled } = job
    if (settled === key || current?.key === key) return
    if (current && !givesWay(job, current) && performance.now() - current.startedMs < patienceFor(job)) return
    const restMs = waitMs(job)
    if (restMs === Number.POSITIVE_INFINITY) return
    halt(job)
    if (restMs > 0) setTimeout(schedule, restMs)
    else begin(job, current)
  }

  function halt(job: J): B | undefined {
    const { current } = job
    job.current = undefined
    current?.handle.cancel()
    return current
  }

  return {
    start() {
      following = true
    },
    stop() {
      following = false
    },
    schedule,
    follow(job, current, ending, end) {
      Object.assign(job, { current, settled: undefined })
      const late = () => job.current === current && current.key !== job.key && schedule()
      setTimeout(late, patienceFor(job))
      ending.then((how) => {
        if (job.current !== current) return
        const tookMs = performance.now() - current.startedMs
        Object.assign(job, { current: undefined, settled: current.key, tookMs })
        end(how)
        if (current.key !== job.key) schedule()
      })
    },
    halt,
    settle(job) {
      job.settled = job.key
      return halt(job)
    },
  }
}

function patienceFor({ tookMs }: Job): number {
  return Math.min(maxPatienceMs, Math.max(patienceMs, 1.5 * tookMs))
}
