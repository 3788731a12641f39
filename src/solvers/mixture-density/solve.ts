import { quantities } from '../../network/network'
import { fitDensity, trialOf } from '../../numerics/density-fit'
import { chooseBackend } from '../../numerics/learning/backends'
import { namedArray } from '../../numerics/named-array'
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
import { domainOf, largest } from '../design'
import { short, signature, still } from '../learnt'
import { trainingRecord } from '../training'
import { answer, initialOf } from './answer'
import type { MixtureOptions } from './index'
import type { Lesson } from './lessons'
import { measure } from './measure'
import { headOf, type Learnt, type Model, pack, unpack } from './model'
import { type Plan, plan } from './targets'
import { countOf, doPiece, teach } from './teach'

export const method: Method<MixtureOptions> = { solve, piece: doPiece }

/** Share of the progress that goes to the teachers. */
const teaching = 0.4
/** The first of the streams that networks are begun and shuffled by. */
const netStream = 2

/** Teach, fit, measure, answer; or answer at once from what was learnt before. See README.md. */
async function* solve(problem: Problem, options: MixtureOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  checkConstants(problem)
  const planned = plan(problem)
  const known = unpack(run.artifact, problem, planned.targets)
  if (known) return solution(problem, planned, known, run.artifact)
  const begun = begin(problem, options)
  if (still(problem) || begun.domain.horizon === 0) return solution(problem, planned, unmoved(problem, planned, begun))
  const nothing = (phase: string, done: number) => () => unlearnt(problem, planned, phase, teaching * done)
  const { train, held } = yield* teach(problem, planned.targets, begun.domain, options, run, nothing)
  const lessons = train.filter(({ uncountable, examples }) => !uncountable && examples.length > 0)
  const laws: Learnt[] = []
  const record = trainingRecord('heldOut')
  const same = Object.entries(begun.notes).every(([name, value]) => run.artifact?.notes[name] === value)
  const earlier = same ? run.artifact : undefined
  let [updates, kept] = [0, 0]
  /** Of devices. */
  const said = new Set<string>()
  let notes: Solution['notes']
  for (const [i, lesson] of lessons.entries()) {
    const heldOut = held.find(({ target }) => target.key === lesson.target.key)?.examples ?? []
    // A law that an earlier run of the same training has finished is not learnt again.
    const before = unpack(earlier, problem, [lesson.target])?.laws.find(({ key }) => key === lesson.target.key)
    if (before) {
      laws.push(before)
      continue
    }
    const shape = shapeOf(problem, lesson, options)
    const recipe = { ...options, hidden: [options.hidden], head: headOf(shape) }
    const trial = run.now && trialOf(lesson.examples, recipe, run.rng(netStream + i), run.now.bind(run))
    const { backend, told } = await chooseBackend(options.backend, trial, (why) =>
      said.add(`a device was lost (${why}); training went on by ${backend.name}`),
    )
    if (told) said.add(told)
    notes = { backend: backend.name }
    const work = fitDensity(lesson.examples, heldOut, recipe, run.rng(netStream + i), backend)
    let step = await work.next()
    for (; !step.done; step = await work.next()) {
      const { net, done, loss, held } = step.value
      updates++
      if (Number.isFinite(loss)) record.add(updates, loss, held)
      const whole = teaching + ((1 - teaching) * (i + done)) / lessons.length
      if (!run.due()) continue
      // Half a picture would change its axes: what is not learnt yet is drawn by the network as it stands.
      const phase = progress(lesson, loss, held)
      // A checkpoint goes with the first frame that is looked at after each law.
      const artifact = laws.length > kept ? pack({ ...begun, laws }) : undefined
      kept = laws.length
      yield () => ({
        ...sketch(problem, planned, { ...begun, laws }, { ...shape, net }, whole, phase),
        training: record.array(),
        ...(artifact && { artifact }),
      })
    }
    laws.push({ ...shape, net: step.value, map: measure(shape, step.value, heldOut) })
  }
  const model = { ...begun, laws }
  const whole = solution(problem, planned, model, pack(model))
  return { ...whole, ...(notes && { notes }), warnings: [...whole.warnings, ...said], training: record.array() }
}

function begin(problem: Problem, options: MixtureOptions): Omit<Model, 'laws'> {
  const domain = domainOf(problem, options.starts)
  const { teacher, settings, looks, heldOut, hidden, paths } = options
  const notes: Record<string, string | number> = {
    teacher,
    settings: countOf(domain, settings),
    heldOut: countOf(domain, heldOut),
    looks,
    hidden,
  }
  if (teacher === 'ssa') notes.paths = paths
  const { components, zeroInflated, epochs, batch, rate, starts } = options
  notes.recipe = JSON.stringify({ components, zeroInflated, epochs, batch, rate, starts })
  return { signature: signature(problem, domain.axes), domain, notes }
}

type Shape = Omit<Learnt, 'net' | 'map'>

/** Counts that hold all that was seen, and half as many again. */
function shapeOf(problem: Problem, { target, examples }: Lesson, options: MixtureOptions): Shape {
  const seenOf = (axis: number) =>
    examples.reduce(
      (most, { law }) => Math.max(most, law.low[axis] + law.widths[axis] - 1),
      initialOf(problem, target.of[axis]),
    )
  const widths = target.of.map((_, axis) => Math.ceil(1.5 * seenOf(axis)) + 4)
  const cells = widths.reduce((a, b) => a * b)
  if (cells > maxCells) {
    const names = target.of.map((q) => quantities(problem.network)[q]).join(', ')
    const counts = cells.toLocaleString('en')
    throw new Failure(
      'counts',
      `the law of ${names} reaches over ${counts} counts; this solver holds ${maxCells.toLocaleString('en')}`,
      'sample with the solver "ssa"',
    )
  }
  const caps = target.of.map((q, axis) => fewest(problem, q, seenOf(axis)))
  // A law of a gene alone is one set of probabilities, whatever the number of components.
  const components = caps.every((cap) => cap !== null) && caps.length === 1 ? 1 : options.components
  const inflated = options.zeroInflated && caps.length === 1 && caps[0] === null
  return { key: target.key, caps, components, inflated, widths }
}

/** The most that a quantity can be, where conservation allows only few or only few were seen. */
function fewest({ network, initial }: Problem, q: number, seen: number): number | null {
  const most = q < network.species.length ? largest(network, initial, q) : Number.POSITIVE_INFINITY
  const few = Math.min(most, seen)
  return few <= fewCounts ? few : null
}

/** So many counts are given a probability each. */
const fewCounts = 15

/** Numbers in a law: 8 MB. */
const maxCells = 1_000_000

/** The initial state, for ever. */
function unmoved(problem: Problem, { targets }: Plan, begun: Omit<Model, 'laws'>): Model {
  const net: Perceptron = { widths: [], weights: new Float64Array() }
  const map = { inputs: 0, errors: [], rows: new Float64Array() }
  const laws = targets.map(({ key, of }): Learnt => {
    const widths = of.map((q) => Math.max(0, initialOf(problem, q)) + 1)
    return { key, caps: of.map(() => null), components: 1, inflated: false, widths, net, map }
  })
  return { ...begun, laws: laws.filter(({ widths }) => widths.every((w) => Number.isInteger(w) && w <= maxCells)) }
}

const progress = ({ target, examples }: Lesson, loss: number, held: number) => {
  const what = target.of.length === 1 ? 'law' : 'joint law'
  const losses = loss >= 0 ? `: off by ${short(loss)} nats, ${short(held)} where held out` : ''
  return `learning a ${what} from ${examples.length.toLocaleString('en')}${losses}`
}

function unlearnt(problem: Problem, { sources }: Plan, phase: string, done: number): Frame {
  const names = quantities(problem.network)
  const { observe } = problem
  const error = { kind: 'none', why: 'nothing is learnt yet' } as const
  const time = ['time', [...problem.times]] as const
  const empty = (...axes: (readonly [string, readonly (string | number)[]])[]) => {
    const array = namedArray([time, ...axes])
    array.data.fill(Number.NaN)
    return { array, error }
  }
  const shown = names.filter((_, q) => sources[q].of >= 0)
  return {
    observations: {
      ...(observe.moments && { moments: empty(['moment', ['mean', 'variance']], ['quantity', shown]) }),
      ...(observe.marginals && { marginals: empty(['quantity', shown], ['count', [0]]) }),
      ...Object.fromEntries(
        observe.joints.map(([a, b]) => [`joint:${names[a]},${names[b]}`, empty([names[a], [0]], [names[b], [0]])]),
      ),
    },
    diagnostics: {},
    warnings: [],
    phase,
    done,
  }
}

/** What is learnt so far, the law at work as its network stands; the rest is not a number. */
function sketch(
  problem: Problem,
  planned: Plan,
  model: Model,
  current: Omit<Learnt, 'map'>,
  done: number,
  phase: string,
): Frame {
  const map = { inputs: 0, errors: [], rows: new Float64Array() }
  const blank = unlearnt(problem, planned, phase, done)
  const known = answer(problem, planned, { ...model, laws: [...model.laws, { ...current, map }] }).observations
  return { ...blank, observations: { ...blank.observations, ...known } }
}

function solution(problem: Problem, planned: Plan, model: Model, artifact?: Artifact): Solution {
  const { observations, warnings } = answer(problem, planned, model)
  const { laws, notes } = model
  const weights = laws.reduce((sum, { net }) => sum + net.weights.length, 0)
  const numbers = Object.entries(notes).filter((note): note is [string, number] => typeof note[1] === 'number')
  return { observations, diagnostics: { weights, ...Object.fromEntries(numbers) }, warnings, artifact }
}
