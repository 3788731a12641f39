/**
 * What learns: a density whose prompt is the setting and the time. What the prompt becomes is computed once for all rows
 * that share it, and the laws of all variables after a state's counts in one pass.
 */

import { canShare } from '../../numerics/crew'
import { cos } from '../../numerics/elementary'
import type { Trial } from '../../numerics/learning/backends'
import type { Density } from '../../numerics/learning/density'
import { StepsLost } from '../../numerics/learning/enduring'
import type { Backend, Learner, LearnerState, StepReport, StepSettings, Weights } from '../../numerics/learning/ops'
import { prompted } from '../../numerics/learning/prompted'
import { openTeam, parts, type Team } from '../../numerics/learning/team'
import { transformer } from '../../numerics/learning/transformer'
import type { Stream } from '../../numerics/rng'
import { type Domain, inputCount, type Setting } from '../design'
import type { Conditional } from './course'
import { inParts, lossOf, missed, type Part, parcelOf, prepare } from './step'
import type { Variable } from './writer'

/** All that is learnt at one setting and time: conditional laws, or else sampled states [row, variable]. */
export interface Lecture {
  readonly setting: Setting
  readonly t: number
  readonly conditionals: readonly Conditional[]
  readonly states?: Uint16Array
}

export interface Build {
  readonly kind: 'dense' | 'transformer'
  readonly width: number
  readonly layers: number
}

/** Numbers per head of attention, and tokens that a prompt becomes. */
const perHead = 8
const prompt = 4

let known: { readonly key: string; readonly density: Density } | undefined

/** Splines of hundreds of counts take milliseconds to write down, and a dragged slider asks for the same again and again. */
export function densityOf(domain: Domain, variables: readonly Variable[], { kind, width, layers }: Build): Density {
  const caps = variables.map(({ cap }) => cap)
  const context = inputCount(domain)
  const key = JSON.stringify([caps, context, kind, width, layers])
  if (known?.key !== key) known = { key, density: build(caps, context, { kind, width, layers }) }
  return known.density
}

function build(caps: number[], context: number, { kind, width, layers }: Build): Density {
  if (kind === 'dense') return prompted({ caps, context, width, layers })
  const whole = Math.max(1, Math.round(width / perHead)) * perHead
  return transformer({ caps, context, width: whole, heads: whole / perHead, layers, prompt })
}

/** Where training stands at the end of an epoch: all that its rest depends on. */
export interface Course {
  /** Epochs that are done. */
  readonly epoch: number
  /** Means of Σ p log(p/q) over the lectures of the last epoch, and over those held out; of samples, of −log q. */
  readonly loss: number
  readonly held: number
  /** The least that was held, and the weights that held it. */
  readonly best: number
  readonly kept: Weights
  readonly learner: LearnerState
}

export interface Progress {
  readonly done: number
  /** As they are now. */
  readonly weights: () => Promise<Weights>
  /** As of the last epoch's end; undefined in the first. */
  readonly course: Course | undefined
  /** Whether the weights moved, or what was held out is looked at. */
  readonly updated: boolean
}

export interface Schedule {
  readonly epochs: number
  readonly rate: number
  /** Lectures in one step. */
  readonly batch: number
  /** Of sampled states, so many of each lecture in an epoch. */
  readonly rows: number
}

/** A device takes up to so many times as many lectures in a step, as long as an epoch has so many steps. */
const [widest, fewestSteps] = [8, 20]

/** For a device, which takes as long for few lectures as for many: at a rate larger by the square root. `total`: lectures of an epoch. */
export function widened<S extends Schedule>(schedule: S, total: number): S {
  const times = Math.max(1, Math.min(widest, Math.floor(total / (fewestSteps * schedule.batch))))
  return { ...schedule, batch: times * schedule.batch, rate: Math.sqrt(times) * schedule.rate }
}

/** The rate rises over so many steps at first, or this share of all, and ends at this share of itself. */
const warmUp = 100
const warmShare = 0.05
const lowest = 0.005

/** What is learnt from, and what tells how that goes. */
export interface Lessons {
  readonly heard: readonly Lecture[]
  readonly kept: readonly Lecture[]
}

/** Lessons as they come: what there is depends on the epoch alone. */
export interface Syllabus {
  /** Lectures to be heard in every epoch: where there are fewer, they are heard more than once. */
  readonly total: number
  /** From this epoch on there are all. */
  readonly whole: number
  /** Those of an epoch; yields while they are made. */
  at(epoch: number): AsyncGenerator<void, Lessons, void>
}

export function allAtOnce(lessons: Lessons): Syllabus {
  return {
    total: lessons.heard.length,
    whole: 0,
    // biome-ignore lint/correctness/useYield: nothing is waited for
    async *at() {
      return lessons
    },
  }
}

export interface Means {
  /** One for the weights to begin with, from 1 on one for the order in each epoch. */
  streams(k: number): Stream
  readonly backend: Backend
  /** Go on from there, to the same bits. */
  readonly from?: Course
  /** Begin with these weights. */
  readonly begin?: Weights
  /** Makes every step in parts, and lets other threads have some of them. */
  enlist?(team: Team<Part>): void
}

/** Adam with a rate that falls along half a cosine; the weights that did best where held out are kept. */
export async function* learn(
  density: Density,
  domain: Domain,
  syllabus: Syllabus,
  { epochs, rate, batch, rows }: Schedule,
  { streams, backend, from, begin, enlist }: Means,
): AsyncGenerator<Progress, Weights, void> {
  const initial = begin ?? density.initial(streams(0))
  const learner = backend.learner(initial, enlist ? parts : 1)
  if (from) learner.restore(from.learner)
  const team =
    enlist && learner.apart && openTeam(learner.apart, lossOf(density), parcelOf(density, batch, rows), canShare())
  if (team) enlist(team)
  const { total, whole } = syllabus
  const steps = Math.max(1, Math.ceil(total / batch))
  const rise = Math.max(1, Math.min(warmUp, warmShare * epochs * steps))
  let course = from
  const progress = (done: number, updated: boolean): Progress => ({
    done,
    course,
    updated,
    weights: () => learner.weights(),
  })
  const settingsOf = (epoch: number, step: number): StepSettings => {
    const done = (epoch + step / steps) / epochs
    const rising = Math.min(1, (epoch * steps + step + 1) / rise)
    return { rate: rate * rising * (0.5 * (1 + cos(Math.PI * done)) + lowest), clip: 1 }
  }
  const pass = async function* (epoch: number): AsyncGenerator<Progress, void, void> {
    const { heard, kept } = yield* meanwhile(syllabus.at(epoch), progress(epoch / epochs, false))
    const order = rounds(heard, total, streams(epoch + 1))
    const make = (some: readonly Lecture[]) => prepare(density, domain, some, rows, epoch * rows)
    const chosen = (step: number) => order.slice(step * batch, (step + 1) * batch)
    let sum = 0
    let next = team ? undefined : make(chosen(0))
    for (let step = 0; step < steps; step++) {
      const settings = settingsOf(epoch, step)
      const done = (epoch + step / steps) / epochs
      let report: StepReport
      if (team) {
        report = yield* meanwhile(team.step(inParts(chosen(step), make), settings), progress(done, false))
      } else {
        const now = next as ReturnType<typeof make>
        const taken = learner.step((ops, p) => missed(density, now, ops, p), settings)
        // A device is at work meanwhile.
        if (step + 1 < steps) next = make(chosen(step + 1))
        report = await taken
      }
      sum += report.loss * chosen(step).length
      yield progress(done, true)
    }
    const loss = sum / order.length
    let held = loss
    if (kept.length) {
      // Where there are many, this takes seconds: a thread that lets nobody in meanwhile passes for dead.
      const examination = measureLoss(density, domain, kept, batch, rows, learner)
      held = yield* meanwhile(examination, progress((epoch + 1) / epochs, false))
    }
    // Before, it was held by others.
    const better = !course || epoch <= whole || held < course.best
    course = {
      epoch: epoch + 1,
      loss,
      held,
      best: better ? held : (course as Course).best,
      kept: better ? await learner.weights() : (course as Course).kept,
      learner: await learner.state(),
    }
  }
  try {
    while ((course?.epoch ?? 0) < epochs) {
      try {
        yield* pass(course?.epoch ?? 0)
      } catch (thrown) {
        if (!(thrown instanceof StepsLost)) throw thrown
        // A device is gone: the epoch is passed again, from where it began.
        if (course) learner.restore(course.learner)
        else learner.restart(initial)
      }
    }
  } finally {
    await team?.release()
    learner.dispose()
  }
  return course?.kept ?? initial
}

/** The result of some work, and the same picture at each of its pauses. */
async function* meanwhile<T, R>(work: AsyncGenerator<void, R, void>, picture: T): AsyncGenerator<T, R, void> {
  let step = await work.next()
  for (; !step.done; step = await work.next()) yield picture
  return step.value
}

/** So many lectures: each once before one comes again. */
function rounds(heard: readonly Lecture[], count: number, source: Stream): Lecture[] {
  const order: Lecture[] = []
  while (order.length < count) for (const one of shuffled(heard, source)) order.push(one)
  return order.slice(0, count)
}

/** What a step takes. */
export function trialOf(
  density: Density,
  domain: Domain,
  lectures: readonly Lecture[],
  { batch, rows }: Schedule,
  source: Stream,
  now: () => number,
): Trial {
  const some = prepare(density, domain, lectures.slice(0, batch), rows, 0)
  const step = (learner: Learner) => learner.step((ops, p) => missed(density, some, ops, p), { rate: 1e-3 })
  return { weights: density.initial(source), step, now }
}

async function* measureLoss(
  density: Density,
  domain: Domain,
  lectures: readonly Lecture[],
  batch: number,
  rows: number,
  learner: Learner,
): AsyncGenerator<void, number, void> {
  let sum = 0
  for (let k = 0; k < lectures.length; k += batch) {
    const part = prepare(density, domain, lectures.slice(k, k + batch), rows, 0)
    const [value] = await learner.run((ops, p) => ops.read(missed(density, part, ops, p)))
    sum += value * part.count
    yield
  }
  return sum / lectures.length
}

function shuffled<T>(list: readonly T[], source: Stream): T[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
