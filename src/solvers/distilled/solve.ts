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
import { domainOf, inputCount, type Setting, settings } from '../design'
import { coordinates, provable } from '../fsp/kernel'
import { beyond, signature, still } from '../learnt'
import { quickEnough } from '../teachers'
import { sparingly, trainingRecord } from '../training'
import { blank, lawNow, overall, reporter, withErrors } from './answer'
import type { DistilledOptions } from './index'
import { byItself, byTeacher, countOf, heldStream, learnt, maxStates, type Show, sampleStream } from './learning'
import { type Model, measured, pack, type Student, unpack, weightsOf, writerOf } from './model'
import { open } from './open'
import { measure, timesOf } from './teach'

export const method: Method<DistilledOptions> = { solve, open }

/** Sampled laws that others are measured by have so many times the paths. */
const finer = 10
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
  let now: Frame['now']
  const frame = (phase: string, done: number) => (): Frame => ({
    observations: blank(problem),
    diagnostics: {},
    warnings: [],
    training: record.array(),
    ...(now && { now }),
    phase,
    done,
  })
  const glances = sparingly(run.now)
  const show: Show = Object.assign(frame, {
    async look(variables: Model['variables'], student: () => Promise<Student>) {
      if (!glances.due()) return
      glances.begin()
      now = await lawNow(problem, domain, variables, await student())
      glances.end()
    },
  })
  const taken =
    options.teacher === 'consistency'
      ? yield* byItself(problem, domain, options, run, show, record)
      : yield* byTeacher(problem, domain, options, run, show, record)
  const { variables, student } = taken
  const map = yield* examine(problem, { ...begun, variables, student }, options, run, show)
  const model = { ...begun, variables, student, map }
  const solution = yield* answer(problem, model, run, pack(model))
  return { ...solution, training: record.array() }
}

type Begun = Pick<Model, 'signature' | 'domain' | 'notes'>

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
  if (teacher === 'ssa' || teacher === 'nncme') notes.paths = paths
  if (teacher === 'nncme' && options.paper && network === 'transformer') notes.paper = 1
  if (teacher === 'consistency') notes.windows = options.windows
  else if (options.stages > 1) notes.stages = options.stages
  return { signature: signature(problem, domain.axes), domain, notes }
}

/** What a student is measured by: its teacher, but that networks, and none, are no measure. */
function judge(problem: Problem, { teacher }: DistilledOptions): 'fsp' | 'ssa' {
  if (teacher === 'fsp' || teacher === 'ssa') return teacher
  return provable({ ...problem, observe: { ...problem.observe, marginals: true } }).ok ? 'fsp' : 'ssa'
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
  const teacher = judge(problem, options)
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
