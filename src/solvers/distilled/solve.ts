import { fitDensity } from '../../numerics/density-fit'
import { ownBackend } from '../../numerics/learning/own'
import type { Perceptron } from '../../numerics/perceptron'
import { checkConstants } from '../broken'
import {
  type Artifact,
  Failure,
  type Frame,
  type Method,
  type Problem,
  type Run,
  type Snapshot,
  type Solution,
} from '../contract'
import { type Domain, domainOf, inputCount, largest, type Setting, settings } from '../design'
import { coordinates } from '../fsp/kernel'
import { beyond, short, signature, still } from '../learnt'
import { quickEnough } from '../teachers'
import { type TrainingRecord, trainingRecord } from '../training'
import { blank, overall, reporter, withErrors } from './answer'
import { attend, densityOf, type Lecture } from './attention'
import { exampleOf, headFor, type Variable } from './chain'
import type { DistilledOptions } from './index'
import { type Model, measured, pack, type Student, unpack, weightsOf, writerOf } from './model'
import { open } from './open'
import { lectures, measure, timesOf } from './teach'

export const method: Method<DistilledOptions> = { solve, open }

/** Shares of the progress: up to the end of the lectures, and of the learning. */
const [taught, learnt] = [0.3, 0.9]
/** Streams of the seed: of the designs, of the student, and of the samples from here on. */
const [designStream, heldStream, studentStream, sampleStream] = [0, 1, 2, 1 << 20]
/** Sampled laws that others are measured by have so many times the paths. */
const finer = 10
/** Every so manieth setting is not learnt from, but tells when to stop. */
const spared = 10
/** States of a law that is answered whole. */
const maxStates = 2_000_000
/** Looks cost little where there is one setting: its law is followed once, whatever their number. */
const looksAlone = 8
/** The setting that is asked about is measured, too, at so many of its times. */
const ownTimes = 6

/** Teach, learn, measure, answer; or answer at once from what was learnt before. See README.md. */
async function* solve(problem: Problem, options: DistilledOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  checkConstants(problem)
  const known = unpack(run.artifact, problem)
  if (known) return yield* answer(problem, known, run, run.artifact)
  const begun = begin(problem, options)
  const { domain } = begun
  if (still(problem) || domain.horizon === 0) return yield* answer(problem, unmoved(problem, begun), run)
  const record = trainingRecord('heldOut')
  const show = (phase: string, done: number) => (): Frame => ({
    observations: blank(problem),
    diagnostics: {},
    warnings: [],
    training: record.array(),
    phase,
    done,
  })
  const [heard, kept] = yield* teach(problem, domain, options, run, show)
  const variables = variablesOf(problem, [...heard, ...kept])
  const student = yield* study(domain, variables, heard, kept, options, run, show, record)
  const map = yield* examine(problem, { ...begun, variables, student }, options, run, show)
  const model = { ...begun, variables, student, map }
  const solution = yield* answer(problem, model, run, pack(model))
  return { ...solution, training: record.array() }
}

type Begun = Pick<Model, 'signature' | 'domain' | 'notes'>
type Show = (phase: string, done: number) => Snapshot

function begin(problem: Problem, options: DistilledOptions): Begun {
  const domain = domainOf(problem, options.starts)
  const { teacher, network, looks, rows, width, layers, epochs, rate, paths } = options
  const [count, heldOut] = [countOf(domain, options.settings), countOf(domain, options.heldOut)]
  const notes: Record<string, string | number> = {
    teacher,
    network,
    settings: count,
    looks,
    rows,
    heldOut,
    width,
    layers,
    epochs,
    rate,
  }
  if (teacher === 'ssa') notes.paths = paths
  return { signature: signature(problem, domain.axes), domain, notes }
}

/** One setting is all there is where nothing varies. */
const countOf = ({ axes }: Domain, count: number) => (axes.length ? count : 1)

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
    const source = { teacher, paths, first: sampleStream + i * paths, quick: quickEnough.toLearn }
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
  const { axes } = coordinates(problem.network, problem.initial)
  const variables = axes.map((species, axis): Variable => {
    const most = largest(problem.network, problem.initial, species)
    let seen = problem.initial[species]
    for (const { conditionals } of all) {
      for (const { i, law } of conditionals) if (i === axis) seen = Math.max(seen, law.low[0] + law.widths[0] - 1)
    }
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
  const phase = (what: string, loss: number, held: number) =>
    `${what}${loss >= 0 ? `: off by ${short(loss)} nats, ${short(held)} where held out` : ''}`
  if (options.network === 'transformer') {
    const density = densityOf(domain, variables, { width, layers })
    const work = attend(density, domain, heard, kept, { epochs, rate: rate / 3 }, run.rng(studentStream), backend)
    let step = await work.next()
    for (; !step.done; step = await work.next()) {
      const { done, loss, held } = step.value
      note(step.value)
      if (run.due()) yield show(phase('learning the whole state', loss, held), at(done))
    }
    return { kind: 'transformer', weights: step.value, width, layers }
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
      epochs,
      falling: true,
    }
    const work = fitDensity(examples(heard), examples(kept), recipe, run.rng(studentStream + i), backend)
    let step = await work.next()
    for (; !step.done; step = await work.next()) {
      const { done, loss, held } = step.value
      note(step.value)
      if (run.due())
        yield show(
          phase(`learning variable ${i + 1} of ${variables.length}`, loss, held),
          at((i + done) / variables.length),
        )
    }
    nets.push(step.value)
  }
  return { kind: 'dense', nets, components }
}

/** The student against its teacher at settings it has not heard of, and at the one that is asked about. */
async function* examine(
  problem: Problem,
  model: Omit<Model, 'map'>,
  options: DistilledOptions,
  run: Run,
  show: Show,
): AsyncGenerator<Snapshot, Model['map']> {
  const { domain } = model
  const { teacher } = options
  const paths = options.paths * finer
  const first = sampleStream + options.settings * options.paths
  const others = settings(problem, domain, countOf(domain, options.heldOut), run.rng(heldStream))
  const jobs: { setting: Setting; times: Float64Array }[] = [
    { setting: problem, times: some(problem.times) },
    ...others.map((setting, i) => ({ setting, times: timesOf(domain, options.looks, i + 0.5) })),
  ]
  const writer = writerOf(model)
  const rows: number[] = []
  try {
    for (const [k, { setting, times }] of jobs.entries()) {
      const phase = `measuring: ${k} of ${jobs.length} settings`
      const source = { teacher, paths, first: first + k * paths, quick: options.quick ? quickEnough.toMeasure : 0 }
      const work = measure(problem, domain, writer, setting, times, source, run)
      let step = await work.next()
      for (; !step.done; step = await work.next()) {
        if (run.due()) yield show(phase, learnt + ((1 - learnt) * k) / jobs.length)
      }
      for (const value of step.value) rows.push(value)
    }
  } finally {
    writer.close()
  }
  return { inputs: inputCount(domain), errors: measured, rows: Float64Array.from(rows) }
}

function some(times: Float64Array): Float64Array {
  const later = times.filter((t) => t > 0)
  if (later.length <= ownTimes) return later
  return Float64Array.from({ length: ownTimes }, (_, k) => later[Math.round(((k + 1) * later.length) / ownTimes) - 1])
}

/** The initial state, for ever. */
function unmoved(problem: Problem, begun: Begun): Model {
  const { axes } = coordinates(problem.network, problem.initial)
  const variables = axes.map((species) => ({ species, cap: problem.initial[species], few: false }))
  const states = variables.reduce((product, { cap }) => product * (cap + 1), 1)
  if (states > maxStates)
    throw new Failure('states', `${states.toLocaleString('en')} states are too many to write down`)
  const map = { inputs: 0, errors: measured, rows: new Float64Array() }
  return { ...begun, variables, student: { kind: 'dense', nets: [], components: 1 }, map }
}

async function* answer(
  problem: Problem,
  model: Model,
  run: Run,
  artifact?: Artifact,
): AsyncGenerator<Snapshot, Solution> {
  const { domain, notes, map } = model
  const writer = writerOf(model)
  const report = await reporter(problem, domain, writer)
  const picture = (): Solution => {
    const far = still(problem) ? undefined : beyond(domain, problem, problem.times)
    const numbers = Object.entries(notes).filter((note): note is [string, number] => typeof note[1] === 'number')
    return {
      observations: withErrors(problem, report.record, model),
      diagnostics: { weights: weightsOf(model), ...Object.fromEntries(numbers) },
      warnings: [...report.record.warnings(), ...(far ? [far] : [])],
    }
  }
  try {
    for (let k = 0; k < problem.times.length; k++) {
      await report.take(k)
      const phase = map.rows.length ? overall(map) : 'the initial state'
      if (run.due()) yield () => ({ ...picture(), phase, done: artifact ? 1 : 0.99 })
    }
  } finally {
    writer.close()
  }
  return { ...picture(), artifact }
}
