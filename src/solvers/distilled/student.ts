/**
 * What learns: a density whose prompt is the setting and the time. What the prompt becomes is computed once for all rows
 * that share it, and the laws of all variables after a state's counts in one pass.
 */

import type { Cells } from '../../numerics/density-head'
import { cos } from '../../numerics/elementary'
import type { Trial } from '../../numerics/learning/backends'
import { type Density, keeping, logProbability } from '../../numerics/learning/density'
import { StepsLost } from '../../numerics/learning/enduring'
import type { Backend, Learner, LearnerState, Ops, Parameters, Tensor, Weights } from '../../numerics/learning/ops'
import { prompted } from '../../numerics/learning/prompted'
import { transformer } from '../../numerics/learning/transformer'
import type { Stream } from '../../numerics/rng'
import { type Domain, encode, inputCount, type Setting } from '../design'
import type { Conditional } from './course'
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

/** The rate rises over so many steps at first, or this share of all, and ends at this share of itself. */
const warmUp = 100
const warmShare = 0.05
const lowest = 0.005

/**
 * Adam with a rate that falls along half a cosine; the weights that did best where held out are kept. `streams` gives one
 * for the weights to begin with, from 1 on one for the order in each epoch. `from`: go on from there, to the same bits; `begin`: begin with
 * these weights.
 */
export async function* learn(
  density: Density,
  domain: Domain,
  lectures: readonly Lecture[],
  heldOut: readonly Lecture[],
  { epochs, rate, batch, rows }: Schedule,
  streams: (k: number) => Stream,
  backend: Backend,
  from?: Course,
  begin?: Weights,
): AsyncGenerator<Progress, Weights, void> {
  const initial = begin ?? density.initial(streams(0))
  const learner = backend.learner(initial)
  if (from) learner.restore(from.learner)
  const steps = Math.max(1, Math.ceil(lectures.length / batch))
  const rise = Math.max(1, Math.min(warmUp, warmShare * epochs * steps))
  const weights = () => learner.weights()
  let course = from
  try {
    const pass = async function* (epoch: number): AsyncGenerator<Progress, void, void> {
      const order = shuffled(lectures, streams(epoch + 1))
      let sum = 0
      const chosen = (step: number) => order.slice(step * batch, (step + 1) * batch)
      let next = prepare(density, domain, chosen(0), rows, epoch * rows)
      for (let step = 0; step < steps; step++) {
        const now = next
        const done = (epoch + step / steps) / epochs
        const rising = Math.min(1, (epoch * steps + step + 1) / rise)
        const rateNow = rate * rising * (0.5 * (1 + cos(Math.PI * done)) + lowest)
        const taken = learner.step((ops, p) => missed(density, now, ops, p), { rate: rateNow, clip: 1 })
        // A device is at work meanwhile.
        if (step + 1 < steps) next = prepare(density, domain, chosen(step + 1), rows, epoch * rows)
        const report = await taken
        sum += report.loss * now.count
        yield { done, course, weights, updated: true }
      }
      const loss = sum / lectures.length
      let held = loss
      if (heldOut.length) {
        // Where there are many, this takes seconds: a thread that lets nobody in meanwhile passes for dead.
        const examination = measureLoss(density, domain, heldOut, batch, rows, learner)
        let next = await examination.next()
        for (; !next.done; next = await examination.next())
          yield { done: (epoch + 1) / epochs, course, weights, updated: false }
        held = next.value
      }
      const better = !course || held < course.best
      course = {
        epoch: epoch + 1,
        loss,
        held,
        best: better ? held : (course as Course).best,
        kept: better ? await learner.weights() : (course as Course).kept,
        learner: await learner.state(),
      }
    }
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
    learner.dispose()
  }
  return course?.kept ?? initial
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

function promptsOf(domain: Domain, lectures: readonly Lecture[]): Float64Array {
  const width = inputCount(domain)
  const prompts = new Float64Array(lectures.length * width)
  lectures.forEach(({ setting, t }, k) => {
    encode(domain, setting, t, prompts, k * width)
  })
  return prompts
}

/** What a step learns from, as arrays: prompts [lecture, input], and states [row, variable] or targets by variable. */
interface Prepared {
  readonly count: number
  readonly prompts: Float64Array
  readonly states?: Int32Array
  readonly targets: readonly ReturnType<typeof targetsOf>[]
}

/** Of sampled states, `rows` of each lecture from `first` on. */
function prepare(
  density: Density,
  domain: Domain,
  lectures: readonly Lecture[],
  rows: number,
  first: number,
): Prepared {
  const given = { count: lectures.length, prompts: promptsOf(domain, lectures) }
  const sampled = lectures.flatMap(({ states }) => (states ? [states] : []))
  const N = density.caps.length
  if (!sampled.length) return { ...given, targets: density.caps.map((_, i) => targetsOf(density, lectures, i)) }
  const states = new Int32Array(sampled.length * rows * N)
  sampled.forEach((some, k) => {
    for (let j = 0; j < rows * N; j++) {
      states[k * rows * N + j] = Math.min(density.caps[j % N], some[(first * N + j) % some.length])
    }
  })
  return { ...given, states, targets: [] }
}

/** Σ p log(p/q), over all variables of a state, on average over the lectures; of sampled states, −log q. */
function missed(density: Density, { count, prompts, states, targets }: Prepared, ops: Ops, p: Parameters): Tensor {
  const given = ops.constant(prompts, [count, prompts.length / count])
  if (states) return ops.affine(ops.mean(logProbability(density, ops, p, states, given)), -1, 0)
  let total: Tensor | undefined
  let entropy = 0
  for (const [i, part] of targets.entries()) {
    const pass = keeping(density, ops, p, part.rows, given)
    for (const column of part.before) pass.take(column)
    const target = ops.constant(part.target, [part.rows, density.caps[i] + 1])
    const term = ops.sum(ops.mul(target, ops.logSoftmax(pass.logits())))
    total = total ? ops.add(total, term) : term
    entropy += part.entropy
  }
  return ops.affine(total as Tensor, -1, entropy)
}

/** The conditional laws of variable i in all lectures, with their weights, and the counts before them by column. */
function targetsOf({ caps }: Density, lectures: readonly Lecture[], i: number) {
  const of = lectures.map(({ conditionals }) => conditionals.filter((one) => one.i === i))
  // Neighbouring rows share a prompt: every lecture is given as many rows as the one with the most, of no weight.
  const most = Math.max(...of.map((list) => list.length))
  const rows = most * lectures.length
  const counts = caps[i] + 1
  const target = new Float32Array(rows * counts)
  const before = Array.from({ length: i }, () => new Int32Array(rows))
  let entropy = 0
  of.forEach((list, k) => {
    list.forEach(({ law, weight, before: prefix, negentropy }, r) => {
      const row = k * most + r
      const share = weight / (list.length * lectures.length)
      addLaw(target, row * counts, counts, law, share)
      entropy += share * negentropy
      prefix.forEach((n, j) => {
        before[j][row] = Math.min(caps[j], n)
      })
    })
  })
  return { rows, target, before, entropy }
}

/** Add a share of a law to the `counts` numbers at `at`; what lies beyond them goes to the last. */
function addLaw(target: Float32Array, at: number, counts: number, { low, p }: Cells, share: number): void {
  const from = at + low[0]
  const within = Math.max(0, Math.min(p.length, counts - low[0]))
  for (let n = 0; n < within; n++) target[from + n] += share * p[n]
  for (let n = within; n < p.length; n++) target[at + counts - 1] += share * p[n]
}

function shuffled<T>(list: readonly T[], source: Stream): T[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
