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
import { type Domain, domainOf, inputCount, outside, type Setting, settings, widened } from '../design'
import { coordinates, provable } from '../fsp/kernel'
import { beyond, signature, still } from '../learnt'
import { inPieces } from '../pieces'
import { sparingly, trainingRecord } from '../training'
import { blank, lawNow, overall, type Reporter, reporter, withErrors } from './answer'
import type { DistilledOptions } from './index'
import { aroundStream, byItself, byTeacher, heldStream, learnt, type Show } from './learning'
import {
  type Begun as Known,
  type Model,
  measuredOf,
  pack,
  type Student,
  unpack,
  unpackCourse,
  weightsOf,
} from './model'
import { open } from './open'
import { doPiece, type Examination, examination } from './pieces'
import { countOf, sampleStream } from './syllabus'
import { pick, timesOf } from './teach'
import { openWriter, writable } from './writer'

export const method: Method<DistilledOptions> = { solve, piece: doPiece, open }

/** Sampled laws that others are measured by have so many times the paths. */
const finer = 10
/** Times, besides the one that is looked at, that are answered before the others. */
const firstLooks = 3
/** The setting that is asked about is measured, too, at so many of its times. */
const ownTimes = 6

/** Teach, learn, measure, answer; or answer at once from what was learnt before. See README.md. */
async function* solve(problem: Problem, options: DistilledOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  checkConstants(problem)
  const known = unpack(run.artifact, problem)
  if (known) return yield* answer(problem, known, run, run.artifact)
  const begun = begin(problem, options)
  const { domain } = begun
  const earlier = unpackCourse(run.artifact, problem, begun.notes)
  if (still(problem) || domain.horizon === 0) return yield* answer(problem, unmoved(problem, begun), run)
  const record = trainingRecord('heldOut')
  let now: Frame['now']
  const frame = (phase: string, done: number, artifact?: Artifact) => (): Frame => ({
    ...(artifact && { artifact }),
    observations: blank(problem),
    diagnostics: {},
    warnings: [...told],
    training: record.array(),
    ...(now && { now }),
    phase,
    done,
  })
  const glances = sparingly(run.now)
  const told = new Set<string>()
  let trainedBy: string | undefined
  const show: Show = Object.assign(frame, {
    tell(backend: string, words?: string) {
      trainedBy = backend
      if (words) told.add(words)
    },
    async look(variables: Model['variables'], student: () => Promise<Student>) {
      if (!glances.due()) return
      glances.begin()
      now = await lawNow(problem, domain, variables, await student())
      glances.end()
    },
  })
  const { variables, student } =
    options.teacher === 'consistency'
      ? yield* byItself(problem, begun, options, run, show, record)
      : yield* byTeacher(problem, begun, options, run, show, record, earlier)
  const map = yield* examine(problem, { ...begun, variables, student }, options, run, show)
  const model = { ...begun, variables, student, map }
  const solution = yield* answer(problem, model, run, pack(model))
  const notes = { ...solution.notes, ...(trainedBy && { backend: trainedBy }) }
  return { ...solution, notes, warnings: [...solution.warnings, ...told], training: record.array() }
}

type Begun = Omit<Known, 'variables'>
function begin(problem: Problem, options: DistilledOptions): Begun {
  const domain = domainOf(problem, options.starts)
  const { teacher, network, looks, rows, width, layers, epochs, rate, batch, paths } = options
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
    batch,
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
    ...around(problem, domain, options, run),
  ]
  const { variables, student } = model
  const pieces = jobs.map(({ setting, times }, k): Examination => {
    const asked = { setting: pick(setting), times, teacher, paths, first: first + k * paths }
    return { kind: 'examination', model: { domain, variables, student }, ...asked }
  })
  const work = inPieces(pieces, (piece) => examination(problem, options, piece, run), run.hands)
  let step = await work.next()
  for (; !step.done; step = await work.next()) {
    const phase = `measuring: ${Math.round(step.value * jobs.length)} of ${jobs.length} settings`
    if (run.due()) yield show(phase, learnt + (1 - learnt) * step.value)
  }
  const rows = Float64Array.from(step.value.flatMap((some) => [...some]))
  return { inputs: inputCount(domain), errors: measuredOf(model.variables), rows }
}

/** Settings around the domain, or later than it: a quarter as many as are held out within. */
function around(problem: Problem, domain: Domain, { heldOut, looks }: DistilledOptions, run: Run) {
  const wide = widened(domain)
  const count = Math.ceil(countOf(domain, heldOut) / 4)
  const late = (t: number) => t > domain.horizon
  // More than half of the points of a wide domain lie outside the other, if it has axes; with none, all later times do.
  return settings(problem, wide, 8 * count, run.rng(aroundStream))
    .map((setting, i) => {
      const times = timesOf(wide, looks, i + 0.25)
      return { setting, times: outside(domain, setting).length ? times : times.filter(late) }
    })
    .filter(({ times }) => times.length > 0)
    .slice(0, count)
}

function some(times: Float64Array): Float64Array {
  const later = times.filter((t) => t > 0)
  if (later.length <= ownTimes) return later
  return Float64Array.from({ length: ownTimes }, (_, k) => later[Math.round(((k + 1) * later.length) / ownTimes) - 1])
}

/** The initial state, for ever. */
function unmoved(problem: Problem, begun: Begun): Model {
  const { axes } = coordinates(problem.network, problem.initial)
  const variables = axes.map((species) => ({ species, cap: problem.initial[species] }))
  if (!writable(variables)) throw new Failure('states', 'nothing moves, from too many molecules to write down')
  const map = { inputs: 0, errors: measuredOf(variables), rows: new Float64Array() }
  return { ...begun, variables, student: { kind: 'dense', width: 1, layers: 1, weights: {} }, map }
}

/** Times that are answered before the others: the one that is looked at, and some that show how it goes. */
function firstTimes({ times }: Problem, look: number | undefined): Float64Array {
  const last = times.length - 1
  const near = look === undefined ? last : nearest(times, look)
  const some = Array.from({ length: firstLooks }, (_, k) => Math.round((last * k) / (firstLooks - 1)))
  return Float64Array.from(
    [...new Set([...some, near])].sort((a, b) => a - b),
    (k) => times[k],
  )
}

function nearest(times: Float64Array, look: number): number {
  let best = 0
  times.forEach((t, k) => {
    if (Math.abs(t - look) < Math.abs(times[best] - look)) best = k
  })
  return best
}

async function* answer(
  problem: Problem,
  model: Model,
  run: Run,
  artifact?: Artifact,
): AsyncGenerator<Snapshot, Solution> {
  const { domain, notes, map } = model
  const writer = openWriter(model)
  const far = still(problem) ? undefined : beyond(domain, problem, problem.times, map)
  const numbers = Object.entries(notes).filter((note): note is [string, number] => typeof note[1] === 'number')
  const picture = (asked: Problem, { record }: Reporter): Solution => ({
    observations: withErrors(asked, record, model),
    diagnostics: { weights: weightsOf(model), ...Object.fromEntries(numbers) },
    warnings: [...record.warnings(), ...(far ? [far] : [])],
  })
  const phase = map.rows.length ? overall(map) : 'the initial state'
  const done = artifact ? 1 : 0.99
  let early: Snapshot | undefined
  const first = firstTimes(problem, run.look)
  if (first.length < problem.times.length) {
    const asked = { ...problem, times: first }
    const report = reporter(asked, domain, writer)
    for (let k = 0; k < first.length; k++) await report.take(k)
    early = () => ({ ...picture(asked, report), phase, done })
    yield early
  }
  const report = reporter(problem, domain, writer)
  for (let k = 0; k < problem.times.length; k++) {
    await report.take(k)
    // No picture is emptier than one before: the first stays until all is there. A few times take a few milliseconds each.
    if ((early || !writer.whole) && run.due()) yield early ?? (() => ({ ...picture(problem, report), phase, done }))
  }
  return { ...picture(problem, report), artifact }
}
