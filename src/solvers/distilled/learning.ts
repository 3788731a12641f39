/** The ways there are to a student: from a teacher's laws, from the paper's score, or from nothing but the master equation. */
import { fitDensity } from '../../numerics/density-fit'
import type { Weights } from '../../numerics/learning/ops'
import { ownBackend } from '../../numerics/learning/own'
import type { Perceptron } from '../../numerics/perceptron'
import { Failure, type Problem, type Run, type Snapshot } from '../contract'
import { type Domain, largest, settings } from '../design'
import { coordinates } from '../fsp/kernel'
import { short } from '../learnt'
import { quickEnough } from '../teachers'
import type { TrainingRecord } from '../training'
import { attend, densityOf, type Lecture } from './attention'
import { exampleOf, headFor, type Variable } from './chain'
import { carriedOn, timesWithin, windowEnds } from './consistency'
import type { DistilledOptions } from './index'
import { type Model, type Student, writerOf } from './model'
import { byScore, type Context } from './paper'
import { lectures, steppedOn, timesOf } from './teach'

export interface Show {
  (phase: string, done: number): Snapshot
  /** A look at what a student says in the midst of its learning, where there is time for that. */
  look?(variables: readonly Variable[], student: () => Promise<Student>): Promise<void>
}

/** Shares of the progress: up to the end of the lectures, and of the learning. */
const taught = 0.3
export const learnt = 0.9
/** Streams of the seed: of the designs, of the student, and of the samples from here on. */
const [designStream, studentStream] = [0, 2]
export const [heldStream, sampleStream] = [1, 1 << 20]
/** Every so manieth setting is not learnt from, but tells when to stop. */
const spared = 10
/** States of a law that is answered whole. */
export const maxStates = 2_000_000
/** Looks cost little where there is one setting: its law is followed once, whatever their number. */
const looksAlone = 8

type Learnt = Pick<Model, 'variables' | 'student'>
type Learning = AsyncGenerator<Snapshot, Learnt>

export async function* byTeacher(
  problem: Problem,
  domain: Domain,
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
): Learning {
  if (options.paper && options.teacher === 'nncme' && options.network === 'transformer') {
    return yield* byPaper(problem, domain, options, run, show, record)
  }
  const [heard, kept] = yield* teach(problem, domain, options, run, show)
  const variables = variablesOf(problem, [...heard, ...kept])
  return { variables, student: yield* study(domain, variables, heard, kept, options, run, show, record) }
}

/** A step of the paper is at most so much of the horizon. */
const paperStep = 1 / 500

/** Snapshots of networks, one Euler step on, and the score gradient: see `paper.ts`. */
async function* byPaper(
  problem: Problem,
  domain: Domain,
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
): Learning {
  const { paths, width, layers, epochs, rate } = options
  const all = settings(problem, domain, countOf(domain, options.settings), run.rng(designStream))
  const looks = domain.axes.length ? options.looks : options.looks * looksAlone
  const contexts: Context[] = []
  for (const [i, setting] of all.entries()) {
    const source = { teacher: 'nncme', paths, first: sampleStream + i * paths, quick: 0 } as const
    const work = steppedOn(problem, setting, timesOf(domain, looks, i), source, domain.horizon * paperStep, run)
    let step = await work.next()
    for (; !step.done; step = await work.next()) {
      if (run.due()) yield show(`teaching networks: ${i + 1} of ${all.length} settings`, (taught * i) / all.length)
    }
    contexts.push(...step.value)
  }
  const variables = variablesIn(
    problem,
    contexts.map(({ target: { low, widths } }) => low.map((n, axis) => n + widths[axis] - 1)),
  )
  const density = densityOf(domain, variables, { width, layers })
  const work = byScore(density, domain, contexts, { epochs, rate: rate / 10 }, run.rng(studentStream), ownBackend())
  let updates = 0
  let step = await work.next()
  for (; !step.done; step = await work.next()) {
    const { done, loss } = step.value
    updates++
    if (Number.isFinite(loss)) record.add(updates, loss, loss)
    if (run.due()) yield show(`score gradient: KL ${short(loss)} nats`, taught + (learnt - taught) * done)
  }
  return { variables, student: { kind: 'transformer', weights: step.value, width, layers } }
}

/** Window by window, from nothing but the master equation: see `consistency.ts`. */
export async function* byItself(
  problem: Problem,
  domain: Domain,
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
): Learning {
  const ends = windowEnds(domain, options.windows)
  const all = settings(problem, domain, countOf(domain, options.settings), run.rng(designStream))
  const each = Math.max(2, Math.ceil(((all.length > 1 ? 1.5 : looksAlone) * options.looks) / options.windows))
  const [heard, kept]: [Lecture[], Lecture[]] = [[], []]
  let known: Learnt | undefined
  for (const [w, to] of ends.entries()) {
    const from = w > 0 ? ends[w - 1] : 0
    const writer = known && writerOf({ domain, ...known })
    const part = (phase: string, done: number) =>
      show(`window ${w + 1} of ${ends.length}: ${phase}`, (w + done) / ends.length)
    try {
      for (const [i, setting] of all.entries()) {
        const times = timesWithin(from, to, each, i)
        const work = carriedOn(problem, setting, from, times, options.rows, writer)
        let step = await work.next()
        for (; !step.done; step = await work.next())
          if (run.due()) yield part('its own laws, carried on', (taught * i) / all.length)
        for (const [k, lecture] of step.value.entries()) {
          const spare = all.length > 1 ? i % spared === spared - 1 : k % spared === spared - 1
          ;(spare ? kept : heard).push(lecture)
        }
      }
    } finally {
      writer?.close()
    }
    const variables = variablesOf(problem, [...heard, ...kept])
    known = {
      variables,
      student: yield* study(domain, variables, heard, kept, { ...options, stages: 1 }, run, part, record),
    }
  }
  return known as Learnt
}

/** One setting is all there is where nothing varies. */
export const countOf = ({ axes }: Domain, count: number) => (axes.length ? count : 1)

async function* teach(
  problem: Problem,
  domain: Domain,
  options: DistilledOptions,
  run: Run,
  show: Show,
): AsyncGenerator<Snapshot, [heard: Lecture[], kept: Lecture[]]> {
  const { teacher, paths, rows } = options
  const looks = domain.axes.length ? options.looks : options.looks * looksAlone
  const [heard, kept]: [Lecture[], Lecture[]] = [[], []]
  const all = settings(problem, domain, countOf(domain, options.settings), run.rng(designStream))
  for (const [i, setting] of all.entries()) {
    const source = { teacher: teacherOf(teacher), paths, first: sampleStream + i * paths, quick: quickEnough.toLearn }
    const phase = `laws to learn from: ${i + 1} of ${all.length} settings`
    const work = lectures(problem, setting, timesOf(domain, looks, i), rows, source, run)
    let step = await work.next()
    for (; !step.done; step = await work.next()) if (run.due()) yield show(phase, (taught * i) / all.length)
    // Of a single setting, times tell.
    for (const [k, lecture] of step.value.entries()) {
      const spare = all.length > 1 ? i % spared === spared - 1 : k % spared === spared - 1
      ;(spare ? kept : heard).push(lecture)
    }
    if (run.due()) yield show(phase, (taught * (i + 1)) / all.length)
  }
  return [heard, kept]
}

/** Counts that hold all that was heard of, and some more. */
function variablesOf(problem: Problem, all: readonly Lecture[]): Variable[] {
  const tops = all.map(({ conditionals }) => {
    const most: number[] = []
    for (const { i, law } of conditionals) most[i] = Math.max(most[i] ?? 0, law.low[0] + law.widths[0] - 1)
    return most
  })
  return variablesIn(problem, tops)
}

/** `tops`: largest counts that were met, axis by axis. */
function variablesIn(problem: Problem, tops: readonly (readonly number[])[]): Variable[] {
  const { axes } = coordinates(problem.network, problem.initial)
  const variables = axes.map((species, axis): Variable => {
    const most = largest(problem.network, problem.initial, species)
    let seen = problem.initial[species]
    for (const top of tops) seen = Math.max(seen, top[axis] ?? 0)
    const few = Math.min(most, seen) <= fewCounts
    return { species, cap: few ? Math.min(most, seen) : Math.min(most, Math.ceil(1.1 * seen) + 3), few }
  })
  const states = variables.reduce((product, { cap }) => product * (cap + 1), 1)
  if (states > maxStates) {
    const why = `the whole law would be ${states.toLocaleString('en')} numbers; this solver answers ${maxStates.toLocaleString('en')}`
    throw new Failure('states', why, 'learn the laws of single quantities or pairs with "mixtureDensity"')
  }
  return variables
}

/** So many counts are given a probability each: genes are no negative binomials, whether or not a law says that they are genes. */
const fewCounts = 15

/** What is learnt in each stage: all up to some time. */
function inStages(domain: Domain, heard: readonly Lecture[], kept: readonly Lecture[], count: number) {
  return [...windowEnds(domain, count)]
    .map((end) => [heard, kept].map((list) => list.filter(({ t }) => t <= end)) as [Lecture[], Lecture[]])
    .filter(([now]) => now.length > 0)
}

async function* study(
  domain: Domain,
  variables: readonly Variable[],
  heard: readonly Lecture[],
  kept: readonly Lecture[],
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
): AsyncGenerator<Snapshot, Student> {
  let updates = 0
  const note = ({ loss, held }: { loss: number; held: number }) => {
    updates++
    if (Number.isFinite(loss)) record.add(updates, loss, held)
  }
  const { width, layers, components, epochs, rate } = options
  const at = (done: number) => taught + (learnt - taught) * done
  const backend = ownBackend()
  const stages = inStages(domain, heard, kept, options.stages)
  const each = Math.ceil(epochs / stages.length)
  const phase = (what: string, loss: number, held: number) =>
    `${what}${loss >= 0 ? `: off by ${short(loss)} nats, ${short(held)} where held out` : ''}`
  if (options.network === 'transformer') {
    const density = densityOf(domain, variables, { width, layers })
    let weights: Weights | undefined
    for (const [stage, [now, apart]] of stages.entries()) {
      const schedule = { epochs: each, rate: rate / 3 }
      const work = attend(density, domain, now, apart, schedule, run.rng(studentStream + stage), backend, weights)
      let step = await work.next()
      for (; !step.done; step = await work.next()) {
        const { done, loss, held } = step.value
        note(step.value)
        if (!run.due()) continue
        const { weights: asTheyAre } = step.value
        await show.look?.(variables, async () => ({ kind: 'transformer', weights: await asTheyAre(), width, layers }))
        yield show(phase('learning the whole state', loss, held), at((stage + done) / stages.length))
      }
      weights = step.value
    }
    return { kind: 'transformer', weights: weights as Weights, width, layers }
  }
  const nets: Perceptron[] = []
  for (const [i, variable] of variables.entries()) {
    const examples = (list: readonly Lecture[]) =>
      list.flatMap(({ setting, t, conditionals }) =>
        conditionals.filter((one) => one.i === i).map((one) => exampleOf(domain, variables, setting, t, one)),
      )
    const recipe = {
      head: headFor(variable, components),
      hidden: Array.from({ length: layers }, () => width),
      rate,
      batch: 64,
      epochs: each,
      falling: true,
    }
    let net: Perceptron | undefined
    for (const [stage, [now, apart]] of stages.entries()) {
      const source = run.rng(studentStream + i + stage * variables.length)
      const work = fitDensity(examples(now), examples(apart), recipe, source, backend, net)
      let step = await work.next()
      for (; !step.done; step = await work.next()) {
        const { done, loss, held, net: asItIs } = step.value
        note(step.value)
        if (!run.due()) continue
        // Before the last variable there is no law of the whole state.
        const whole = i + 1 === variables.length
        if (whole) await show.look?.(variables, async () => ({ kind: 'dense', nets: [...nets, asItIs], components }))
        yield show(
          phase(`learning variable ${i + 1} of ${variables.length}`, loss, held),
          at((i + (stage + done) / stages.length) / variables.length),
        )
      }
      net = step.value
    }
    nets.push(net as Perceptron)
  }
  return { kind: 'dense', nets, components }
}

const teacherOf = (teacher: DistilledOptions['teacher']) => (teacher === 'consistency' ? 'fsp' : teacher)
