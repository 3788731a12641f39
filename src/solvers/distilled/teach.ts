/** Lectures at settings that fill the domain, and the distance from the teacher at settings that are held out. */
import { builder, quantityRules } from '../../network/evaluate'
import { quantities } from '../../network/network'
import { hellinger, totalVariation } from '../../numerics/distances'
import type { Problem, Run } from '../contract'
import { type Domain, encode, inputCount, lookTimes, type Setting } from '../design'
import { coordinates, type Held, recorder } from '../fsp/kernel'
import { exactLaws } from '../teachers'
import { reporter } from './answer'
import { type Box, boxOf, type Conditional, conditionals } from './course'
import { measured } from './model'
import { type Context, oneStep } from './paper'
import { measureSingles, sampledStates } from './sampled'
import type { Lecture } from './student'
import type { Writer } from './writer'

/** l1 distance of laws to learn from, and of laws to be measured by, from the truth. */
const [tolerance, fineTolerance] = [1e-6, 1e-7]

/** Histograms of states are made for so many variables; of more, states are learnt from one by one. */
const fewAxes = 3

/** How exact laws are found, or so many sample paths, which are those of the streams from `first` on. */
export interface Source {
  readonly teacher: 'fsp' | 'ssa' | 'nncme'
  readonly paths: number
  readonly first: number
  readonly quick: number
}

/** Times at which the i-th setting is looked at. */
export function timesOf(domain: Domain, looks: number, i: number): Float64Array {
  // Multiples of the golden ratio fill an interval evenly however many there are.
  return lookTimes(domain, looks, ((i + 0.5) * 0.618033988749895) % 1)
}

/** The whole law of the variables at each time. May begin anew: k tells which. Yields as it works. */
async function* boxes(
  problem: Problem,
  { teacher, paths, first, quick }: Source,
  run: Run,
  take: (box: Box, k: number, held?: Held) => void,
): AsyncGenerator<void, void, void> {
  if (teacher === 'fsp') {
    yield* exactLaws(problem, quick > 0 ? tolerance : fineTolerance, quick, (law, k) => take(boxOf(law), k, law))
    return
  }
  if (teacher === 'nncme') {
    // Loaded with the first that is asked for.
    const { snapshots } = await import('./snapshots')
    yield* snapshots(problem, paths, first, run, take)
    return
  }
  const { axes } = coordinates(problem.network, problem.initial)
  const sampled = yield* sampledStates(problem, paths, run, first)
  sampled.forEach((states, k) => {
    take(
      histogram(paths, axes.length, (r, axis) => states[r * axes.length + axis]),
      k,
    )
  })
}

function histogram(rows: number, axes: number, count: (row: number, axis: number) => number): Box {
  const low = new Array<number>(axes).fill(Number.POSITIVE_INFINITY)
  const cap = new Array<number>(axes).fill(0)
  for (let r = 0; r < rows; r++) {
    for (let axis = 0; axis < axes; axis++) {
      low[axis] = Math.min(low[axis], count(r, axis))
      cap[axis] = Math.max(cap[axis], count(r, axis))
    }
  }
  const widths = cap.map((most, axis) => most - low[axis] + 1)
  const p = new Float64Array(widths.reduce((a, b) => a * b, 1))
  for (let r = 0; r < rows; r++) {
    p[widths.reduce((place, width, axis) => place * width + count(r, axis) - low[axis], 0)] += 1 / rows
  }
  return { low, widths, p }
}

/** One Euler step beyond each snapshot of a teaching network at one setting. */
export async function* steppedOn(
  problem: Problem,
  setting: Setting,
  times: Float64Array,
  source: Source,
  longest: number,
  run: Run,
): AsyncGenerator<void, Context[], void> {
  const contexts: Context[] = []
  const own = pick(setting)
  yield* boxes({ ...problem, ...own, times }, source, run, (box, k) => {
    const { target, step } = oneStep(problem, own, box, longest)
    contexts[k] = { setting: own, t: times[k] + step, target }
  })
  return contexts
}

/** What is said at one setting, at its times; `rows` prefixes of each law. */
export async function* lectures(
  problem: Problem,
  setting: Setting,
  times: Float64Array,
  rows: number,
  source: Source,
  run: Run,
): AsyncGenerator<void, Lecture[], void> {
  const heard: Lecture[] = []
  const asked = { ...problem, ...pick(setting), times }
  const { axes } = coordinates(problem.network, problem.initial)
  if (source.teacher === 'ssa' && axes.length > fewAxes) {
    const sampled = yield* sampledStates(asked, source.paths, run, source.first)
    return sampled.map((states, k) => ({
      setting: pick(setting),
      t: times[k],
      conditionals: [],
      states: Uint16Array.from(states),
    }))
  }
  yield* boxes(asked, source, run, (box, k) => {
    // A number between 0 and 1 that differs from time to time.
    const u = ((k + 1) * 0.7548776662466927 + setting.parameters.reduce((a, b) => a + b, 0)) % 1
    heard[k] = { setting: pick(setting), t: times[k], conditionals: conditionals(box, rows, Math.abs(u)).map(single) }
  })
  return heard
}

/** Thousands are kept: single precision is plenty to learn from. */
const single = (one: Conditional): Conditional => ({ ...one, law: { ...one.law, p: Float32Array.from(one.law.p) } })

/** What others need of a setting. */
export const pick = ({ parameters, initial }: Setting): Setting => ({ parameters, initial })

/** Rows of an error map: the student against the teacher at one setting. */
export async function* measure(
  problem: Problem,
  domain: Domain,
  writer: Writer,
  setting: Setting,
  times: Float64Array,
  source: Source,
  run: Run,
): AsyncGenerator<void, Float64Array, void> {
  if (!writer.whole) {
    return Float64Array.from(yield* measureSingles(problem, domain, writer, pick(setting), times, source, run))
  }
  const width = inputCount(domain) + measured.length
  const rows = new Float64Array(times.length * width)
  const observe = { moments: true, marginals: false, joints: [], trajectories: false }
  const asked = { ...problem, ...pick(setting), times, observe }
  const exact: { box: Box; held?: Held }[] = []
  yield* boxes(asked, source, run, (box, k, held) => {
    exact[k] = { box, held: held && { ...held, law: held.law.slice() } }
  })
  const apart: number[][] = []
  const report = reporter(asked, domain, writer, (p, widths, k) => {
    apart.push(distances(p, widths, exact[k].box))
  })
  for (let k = 0; k < times.length; k++) {
    await report.take(k)
    yield
  }
  const own = report.record.observations().moments.array
  const truth = exact.every(({ held }) => held)
    ? momentsOf(
        asked,
        exact.map(({ held }) => held as Held),
      )
    : undefined
  const Q = quantities(problem.network).length
  for (let k = 0; k < times.length; k++) {
    encode(domain, setting, times[k], rows, k * width)
    let moment = 0
    for (let i = 2 * k * Q; truth && i < 2 * (k + 1) * Q; i++)
      moment = Math.max(moment, Math.abs(own.data[i] - truth[i]))
    rows.set(
      [...apart[k], truth ? moment : momentGap(asked, exact[k].box, own.data.subarray(2 * k * Q))],
      k * width + inputCount(domain),
    )
  }
  return rows
}

function momentsOf(problem: Problem, laws: readonly Held[]): Float64Array {
  const record = recorder(problem)
  for (const law of laws) record.take(law)
  return record.observations().moments.array.data
}

/** The largest difference in mean or variance of a variable, from a sampled law. */
function momentGap(problem: Problem, { low, widths, p }: Box, own: Float64Array): number {
  const { axes } = coordinates(problem.network, problem.initial)
  const Q = quantityRules(problem.network, builder(problem.network, problem.parameters)).length
  let gap = 0
  axes.forEach((s, axis) => {
    const law = marginal(p, widths, axis)
    let [mean, variance] = [0, 0]
    law.forEach((q, n) => {
      mean += q * (low[axis] + n)
    })
    law.forEach((q, n) => {
      variance += q * (low[axis] + n - mean) ** 2
    })
    gap = Math.max(gap, Math.abs(mean - own[s]), Math.abs(variance - own[Q + s]))
  })
  return gap
}

/** Hellinger and l1 distances: of the whole, and the largest of those of one variable. */
function distances(q: Float64Array, widths: readonly number[], exact: Box): number[] {
  const p = new Float64Array(q.length)
  let beyond = 0
  exact.p.forEach((mass, i) => {
    let [rest, place, stride, inside] = [i, 0, 1, true]
    for (let axis = widths.length - 1; axis >= 0; axis--) {
      const n = exact.low[axis] + (rest % exact.widths[axis])
      rest = Math.floor(rest / exact.widths[axis])
      inside &&= n < widths[axis]
      place += n * stride
      stride *= widths[axis]
    }
    if (inside) p[place] = mass
    else beyond += mass
  })
  const [whole, all] = between(p, q)
  const singles = widths.map((_, axis) => between(marginal(p, widths, axis), marginal(q, widths, axis)))
  const worst = (k: number) => Math.max(...singles.map((pair) => pair[k]))
  return [whole, all + beyond, worst(0), worst(1) + beyond]
}

/** Hellinger distance and Σ|p − q|. */
function between(p: Float64Array, q: Float64Array): [hellinger: number, l1: number] {
  return [hellinger({ p, q }), 2 * totalVariation({ p, q })]
}

function marginal(p: Float64Array, widths: readonly number[], axis: number): Float64Array {
  const law = new Float64Array(widths[axis])
  const stride = widths.slice(axis + 1).reduce((a, b) => a * b, 1)
  for (let i = 0; i < p.length; i++) law[Math.floor(i / stride) % widths[axis]] += p[i]
  return law
}
