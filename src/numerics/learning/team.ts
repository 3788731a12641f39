/**
 * The gradient of a step on several threads. A step is always cut into the same parts; each part's gradient is made on its
 * own, from the same weights, by whichever thread takes it, and they are added in the order of the parts: the bits do not
 * depend on how many threads there are, nor on which was faster.
 */
import type { Apart, Loss, StepReport, StepSettings } from './ops'

/** Parts of a step; so many threads can share it. More cost more: what a part takes for every weight it takes again. */
export const parts = 2
/** Bits of the ticket that count parts nobody has taken; above them steps are counted. */
const [free, taken] = [15, 4]
const ended = -1
/** Integers of the control block: the ticket, a count of changes, then for each part the step that last made it, and who took it. */
const [ticket, changes, made] = [0, 1, 2]
const owner = made + parts
/** Nobody waits longer between two looks at what else there is to do. */
const napMs = 10
/** More is not shared: bytes. */
const most = 2 ** 28

/** What another thread needs to take part: plain, clonable, and shared. */
export interface TeamTask {
  readonly control: SharedArrayBuffer
  /** Weights, and the gradient of each part. */
  readonly floats: SharedArrayBuffer
  /** Losses of the parts, and what each is made from. */
  readonly numbers: SharedArrayBuffer
}

/** What a part is made from, as one number after the other. */
export interface Parcel<J> {
  /** Numbers that the largest job takes. */
  readonly room: number
  pack(job: J, into: Float64Array): void
  unpack(from: Float64Array): J
}

export interface Team<J> {
  /** Undefined where memory cannot be shared. */
  readonly task: TeamTask | undefined
  /** Another thread has the task now, until this promise settles; `member` counts from 1. */
  join(member: number, gone: Promise<unknown>): void
  /** At most `parts` jobs, whose losses are added. Yields while others are waited for. */
  step(jobs: readonly J[], settings: StepSettings): AsyncGenerator<void, StepReport, void>
  /** Whether the others were let go. */
  over(): boolean
  /** Lets the others go. */
  release(): Promise<void>
}

/** `canShare`: whether memory can be shared here. */
export function openTeam<J>(apart: Apart, lossOf: (job: J) => Loss, parcel: Parcel<J>, canShare: boolean): Team<J> {
  const bytes = sizes(apart.length, parcel.room)
  const shared = canShare && bytes.floats + bytes.numbers <= most
  const task = shared
    ? {
        control: new SharedArrayBuffer(bytes.control),
        floats: new SharedArrayBuffer(bytes.floats),
        numbers: new SharedArrayBuffer(bytes.numbers),
      }
    : undefined
  const board = task ? boardOf(task, apart.length, parcel.room) : undefined
  const present = new Map<number, Promise<void>>()
  let now = 0
  let released = false

  return {
    task,
    join(member, gone) {
      const leave = () => void present.delete(member)
      present.set(member, gone.then(leave, leave))
    },
    async *step(jobs, settings) {
      const losses = new Float64Array(parts)
      const make = (k: number) => {
        losses[k] = apart.make(k, lossOf(jobs[k]))
      }
      if (!board || present.size === 0) {
        for (let k = 0; k < jobs.length; k++) make(k)
      } else {
        const { control } = board
        now++
        apart.copyWeights(board.weights)
        for (const [k, job] of jobs.entries()) parcel.pack(job, board.mail[k])
        Atomics.store(control, ticket, (now << taken) | jobs.length)
        Atomics.notify(control, ticket)
        for (let k = claim(control, 0); k >= 0; k = claim(control, 0)) {
          make(k)
          Atomics.store(control, made + k, now)
        }
        for (let k = 0; k < jobs.length; k++) {
          while (Atomics.load(control, made + k) !== now) {
            const seen = Atomics.load(control, changes)
            if (Atomics.load(control, made + k) === now) break
            if (Atomics.wait(control, changes, seen, napMs) !== 'timed-out') continue
            yield
            // Whoever took it has gone.
            if (present.has(Atomics.load(control, owner + k))) continue
            make(k)
            Atomics.store(control, owner + k, 0)
            Atomics.store(control, made + k, now)
          }
          if (Atomics.load(control, owner + k) === 0) continue
          losses[k] = board.losses[k]
          apart.setGradient(k, board.gradients[k])
        }
      }
      const gradientNorm = apart.descend(jobs.length, settings)
      return { loss: losses.slice(0, jobs.length).reduce((sum, loss) => sum + loss, 0), gradientNorm }
    },
    over: () => released,
    async release() {
      released = true
      if (board) {
        Atomics.store(board.control, ticket, ended)
        Atomics.notify(board.control, ticket)
      }
      await Promise.all(present.values())
    },
  }
}

/** What another thread does until it is released; `member` is its number, and yields are for messages to be let in. */
export async function* serveTeam<J>(
  task: TeamTask,
  member: number,
  apart: Apart,
  lossOf: (job: J) => Loss,
  parcel: Parcel<J>,
  due: () => boolean,
): AsyncGenerator<void, true, void> {
  const { control, weights, gradients, losses, mail } = boardOf(task, apart.length, parcel.room)
  let known = 0
  for (;;) {
    const seen = Atomics.load(control, ticket)
    if (seen === ended) return true
    const k = claim(control, member)
    if (k >= 0) {
      // As long as one of its parts is missing, the step stays as it is.
      const step = Atomics.load(control, ticket) >> taken
      if (step !== known) apart.setWeights(weights)
      known = step
      losses[k] = apart.make(0, lossOf(parcel.unpack(mail[k])))
      apart.copyGradient(0, gradients[k])
      Atomics.store(control, made + k, step)
      Atomics.add(control, changes, 1)
      Atomics.notify(control, changes)
      if (due()) yield
    } else if (Atomics.wait(control, ticket, seen, napMs) === 'timed-out') yield
  }
}

/** A part that nobody has taken yet, or −1. */
function claim(control: Int32Array, member: number): number {
  for (;;) {
    const seen = Atomics.load(control, ticket)
    if (seen === ended || (seen & free) === 0) return -1
    if (Atomics.compareExchange(control, ticket, seen, seen - 1) !== seen) continue
    const k = (seen & free) - 1
    Atomics.store(control, owner + k, member)
    return k
  }
}

const sizes = (length: number, room: number) => ({
  control: 4 * (owner + parts),
  floats: 4 * length * (1 + parts),
  numbers: 8 * parts * (1 + room),
})

function boardOf({ control, floats, numbers }: TeamTask, length: number, room: number) {
  const block = (k: number) => new Float32Array(floats, 4 * length * k, length)
  return {
    control: new Int32Array(control),
    weights: block(0),
    gradients: Array.from({ length: parts }, (_, k) => block(1 + k)),
    losses: new Float64Array(numbers, 0, parts),
    mail: Array.from({ length: parts }, (_, k) => new Float64Array(numbers, 8 * (parts + k * room), room)),
  }
}
