/** The ways there are to a student: from a teacher's laws, from the paper's score, or from nothing but the master equation. */
import { chooseBackend } from '../../numerics/learning/backends'
import { StepsLost } from '../../numerics/learning/enduring'
import type { Weights } from '../../numerics/learning/ops'
import { ownBackend } from '../../numerics/learning/own'
import { parts, type Team } from '../../numerics/learning/team'
import { type Artifact, Failure, type Problem, type Run, type Snapshot } from '../contract'
import { type Domain, largest, settings } from '../design'
import { coordinates } from '../fsp/kernel'
import { fewEnough, short, largest as tells } from '../learnt'
import type { TrainingRecord } from '../training'
import { carriedOn, timesWithin, windowEnds } from './consistency'
import type { DistilledOptions } from './index'
import { type Begun, type Model, packCourse, type Student } from './model'
import { byScore, type Context } from './paper'
import type { Gradients } from './pieces'
import type { Part } from './step'
import { allAtOnce, type Course, densityOf, type Lecture, learn, type Syllabus, trialOf, widened } from './student'
import {
  atOnce,
  countOf,
  designStream,
  looksAlone,
  sampleStream,
  spared,
  type Teaching,
  taught,
  teach,
  untaught,
} from './syllabus'
import { steppedOn, timesOf } from './teach'
import { openWriter, type Variable } from './writer'

export interface Show {
  (phase: string, done: number, artifact?: Artifact): Snapshot
  /** A look at what a student says in the midst of its learning, where there is time for that. */
  look?(variables: readonly Variable[], student: () => Promise<Student>): Promise<void>
  /** What trains, and what is said of it. */
  tell?(backend: string, words?: string): void
}

/** Where an earlier run stood that was begun in the same way. */
export interface Earlier {
  readonly variables: readonly Variable[]
  readonly course: Course
}

/** Share of the progress up to the end of the learning. */
export const learnt = 0.9
/** Streams of the seed: of designs that measure, and of the student. */
export const [heldStream, aroundStream] = [1, 2]
const studentStream = 3

type Learnt = Pick<Model, 'variables' | 'student'>
type Learning = AsyncGenerator<Snapshot, Learnt>

/** Leaves checkpoints where there is one stage, and goes on from one of an earlier run. */
export async function* byTeacher(
  problem: Problem,
  begun: Omit<Begun, 'variables'>,
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
  earlier?: Earlier,
): Learning {
  const { domain } = begun
  if (options.paper && options.teacher === 'nncme' && options.network === 'transformer') {
    return yield* byPaper(problem, domain, options, run, show, record)
  }
  const trained = earlier && earlier.course.epoch >= options.epochs
  const teaching = trained ? untaught : yield* teach(problem, domain, options, run, show)
  try {
    const { heard, kept } = teaching.first
    const variables = earlier?.variables ?? variablesOf(problem, [...heard, ...kept])
    const known = { ...begun, variables }
    return { variables, student: yield* study(known, teaching, options, run, show, record, earlier?.course) }
  } finally {
    teaching.stop()
  }
}

/** Its rate is a tenth of a per cent where ours is at its usual. */
const paperRate = 0.25
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
  const build = { kind: 'transformer', width, layers } as const
  const density = densityOf(domain, variables, build)
  const work = byScore(
    density,
    domain,
    contexts,
    { epochs, rate: rate * paperRate },
    run.rng(studentStream),
    ownBackend(),
  )
  let updates = 0
  let step = await work.next()
  for (; !step.done; step = await work.next()) {
    const { done, loss } = step.value
    updates++
    if (Number.isFinite(loss)) record.add(updates, loss, loss)
    const off = Number.isFinite(loss) ? `: KL ${short(loss)} nats` : ''
    if (run.due()) yield show(`score gradient${off}`, taught + (learnt - taught) * done)
  }
  return { variables, student: { ...build, weights: step.value } }
}

/** Window by window, from nothing but the master equation: see `consistency.ts`. */
export async function* byItself(
  problem: Problem,
  begun: Omit<Begun, 'variables'>,
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
): Learning {
  const { domain } = begun
  const ends = windowEnds(domain, options.windows)
  const all = settings(problem, domain, countOf(domain, options.settings), run.rng(designStream))
  const each = Math.max(2, Math.ceil(((all.length > 1 ? 1.5 : looksAlone) * options.looks) / options.windows))
  const [heard, kept]: [Lecture[], Lecture[]] = [[], []]
  let known: Learnt | undefined
  // Every window counts its updates from 1.
  let [before, last] = [0, 0]
  const own: TrainingRecord = {
    ...record,
    add(update, loss, second) {
      last = before + update
      record.add(last, loss, second)
    },
  }
  for (const [w, to] of ends.entries()) {
    const from = w > 0 ? ends[w - 1] : 0
    const writer = known && openWriter({ domain, ...known })
    const part: Show = (phase, done) => show(`window ${w + 1} of ${ends.length}: ${phase}`, (w + done) / ends.length)
    for (const [i, setting] of all.entries()) {
      const times = timesWithin(from, to, each, i)
      const work = carriedOn(problem, setting, from, times, options.rows, writer)
      let step = work.next()
      for (; !step.done; step = work.next())
        if (run.due()) yield part('its own laws, carried on', (taught * i) / all.length)
      for (const [k, lecture] of step.value.entries()) {
        const spare = all.length > 1 ? i % spared === spared - 1 : k % spared === spared - 1
        ;(spare ? kept : heard).push(lecture)
      }
    }
    const variables = variablesOf(problem, [...heard, ...kept])
    known = {
      variables,
      student: yield* study(
        { ...begun, variables },
        atOnce({ heard, kept }),
        { ...options, stages: 1 },
        run,
        part,
        own,
      ),
    }
    before = last
  }
  return known as Learnt
}

/** Counts that hold all that was heard of, and some more. */
function variablesOf(problem: Problem, all: readonly Lecture[]): Variable[] {
  const { length: N } = coordinates(problem.network, problem.initial).axes
  const tops = all.map(({ conditionals, states }) => {
    const most: number[] = []
    for (let k = 0; states && k < states.length; k++) most[k % N] = Math.max(most[k % N] ?? 0, states[k])
    for (const { i, law } of conditionals) most[i] = Math.max(most[i] ?? 0, law.low[0] + law.widths[0] - 1)
    return most
  })
  return variablesIn(problem, tops)
}

/** `tops`: largest counts that were met, axis by axis. */
function variablesIn(problem: Problem, tops: readonly (readonly number[])[]): Variable[] {
  const { axes } = coordinates(problem.network, problem.initial)
  const variables = axes.map((species, axis): Variable => {
    let seen = problem.initial[species]
    for (const top of tops) seen = Math.max(seen, top[axis] ?? 0)
    return { species, cap: Math.min(largest(problem.network, problem.initial, species), Math.ceil(1.1 * seen) + 3) }
  })
  if (!fewEnough(variables.map(({ cap }) => cap))) {
    const most = variables.reduce((a, b) => (b.cap > a.cap ? b : a))
    const [each, all] = [tells.count, tells.counts].map((count) => count.toLocaleString('en'))
    throw new Failure(
      'counts',
      `${problem.network.species[most.species].name} takes ${most.cap.toLocaleString('en')} counts; a network tells at most ${each} of each species apart, and ${all} of all`,
      'try "mixtureDensity" or "ssa", or fewer molecules',
    )
  }
  return variables
}

/** What is learnt in each stage: all up to some time. */
function inStages(domain: Domain, heard: readonly Lecture[], kept: readonly Lecture[], count: number): Syllabus[] {
  return [...windowEnds(domain, count)]
    .map((end) => {
      const [now, apart] = [heard, kept].map((list) => list.filter(({ t }) => t <= end))
      return allAtOnce({ heard: now, kept: apart })
    })
    .filter(({ total }) => total > 0)
}

async function* study(
  begun: Begun,
  { first: { heard, kept }, syllabus, idle }: Teaching,
  options: DistilledOptions,
  run: Run,
  show: Show,
  record: TrainingRecord,
  from?: Course,
): AsyncGenerator<Snapshot, Student> {
  const { domain, variables } = begun
  const { network: kind, width, layers, epochs, batch, rows } = options
  const build = { kind, width, layers }
  const density = densityOf(domain, variables, build)
  const now = run.now?.bind(run)
  const trial = now && heard.length ? trialOf(density, domain, heard, options, run.rng(studentStream), now) : undefined
  const { backend, told } = await chooseBackend(options.backend, trial, (why) =>
    show.tell?.(backend.name, `a device was lost (${why}); training went on by ${backend.name}`),
  )
  show.tell?.(backend.name, told)
  // Nothing is left to hear where an earlier run has learnt it all.
  const stages = options.stages > 1 && heard.length ? inStages(domain, heard, kept, options.stages) : [syllabus]
  // A device takes a step at one go; our own kernels take it in parts, which other threads do, too, once all is taught.
  const own = backend.name === 'wasm' || backend.name === 'plain'
  const inStage = { ...options, epochs: Math.ceil(epochs / stages.length) }
  const schedule = own ? inStage : widened(inStage, syllabus.total)
  if (schedule.batch > batch) show.tell?.(`${backend.name}, ${schedule.batch} settings a step`)
  const enlist = ({ task, join, over }: Team<Part>) => {
    const hands = task && run.hands
    if (!hands) return
    const part: Omit<Gradients, 'member'> = {
      kind: 'gradients',
      task,
      domain,
      variables,
      build,
      plain: backend.name === 'plain',
      rows,
      batch,
    }
    void idle.then(() => {
      for (let member = 1; member <= Math.min(hands.others, parts - 1) && !over(); member++)
        join(member, hands.piece({ ...part, member }))
    })
  }
  let [updates, shown] = [0, from?.epoch ?? 0]
  let weights: Weights | undefined
  for (const [stage, lessons] of stages.entries()) {
    const streams = (k: number) => run.rng(studentStream + stage * (schedule.epochs + 1) + k)
    const means = { streams, backend, from, begin: weights, ...(own && { enlist }) }
    const work = learn(density, domain, lessons, schedule, means)
    let step = await work.next()
    for (; !step.done; step = await work.next()) {
      const { done, course, weights: asTheyAre, updated } = step.value
      if (updated) updates++
      if (course && updated) record.add(updates, course.loss, course.held)
      if (!run.due()) continue
      try {
        await show.look?.(variables, async () => ({ ...build, weights: await asTheyAre() }))
      } catch (thrown) {
        // Those who train will notice.
        if (!(thrown instanceof StepsLost)) throw thrown
      }
      const off = course ? `: off by ${short(course.loss)} nats, ${short(course.held)} where held out` : ''
      // A checkpoint goes with the first frame that is looked at after each epoch.
      const fresh = course && stages.length === 1 && course.epoch > shown
      if (fresh) shown = course.epoch
      const share = (stage + done) / stages.length
      const artifact = fresh ? packCourse(begun, build, course) : undefined
      yield show(`learning the whole state${off}`, taught + (learnt - taught) * share, artifact)
    }
    weights = step.value
  }
  return { ...build, weights: weights as Weights }
}
