/** A law on a box that grows as mass leaves it. */
import { evaluators, type Rule } from '../../network/evaluate'
import type { Network } from '../../network/network'
import { readsTime } from '../../network/structure'
import { mass, type Series, uniformise } from '../../numerics/uniformise'
import { Failure, type Problem } from '../contract'
import { type Broken, embed, fill, flux, type Generator as Generated, layOut, tails } from './generator'
import type { FspOptions } from './index'
import { around, type Box, type Coordinates, coordinates, countStates, reach, volume, widths } from './space'

export interface Projection {
  readonly network: Network
  readonly space: Coordinates
  readonly propensities: readonly Rule[]
  readonly options: FspOptions
  /** Last output time: the tolerance is spent evenly up to here. */
  readonly horizon: number
  /** Some propensity reads the time. */
  readonly timed: boolean
  /** Where the law stands, in `generator.matrix.transition.vectors[0]`. */
  generator: Generated
  time: number
  /** Probability missing from the law: what left the box, and what truncation cut off. */
  leaked: number
  /** Bound on what rounding may have done to the law. */
  rounding: number
  /** Sum of the changes seen when time steps were halved; 0 unless `timed`. */
  drift: number
  /** Products with the matrix so far. */
  terms: number
  /** How often the box grew. */
  growths: number
  /** Next time step to try, when `timed`. */
  step: number
}

/** Events expected in one slice: long enough that the √ of it is a small overhead, short enough to go back over. */
const sliceEvents = 1024
/** Share of the slice's allowance that goes to the truncated Poisson tails. */
const tailShare = 0.01
/** A face is moved when it has this share of the leak. */
const leakShare = 0.02
/** Most that an axis grows at once, as a share of its width. */
const growth = 0.5
/** Entries a run may work through: about a quarter of an hour. */
const maxWork = 5e12

/** The initial law in its first, smallest box. */
export function begin(problem: Problem, options: FspOptions): Projection {
  const { network, parameters, initial, times } = problem
  const space = coordinates(network, initial)
  const box = around(space, reach(network, space))
  const timed = readsTime(network)
  const horizon = times.length ? times[times.length - 1] : 0
  const { propensities } = evaluators(network, parameters)
  const generator = layOut(network, space, box)
  fill(generator, space, propensities, 0)
  const place = box.low.reduce((at, low, axis) => at * widths(box)[axis] + initial[space.axes[axis]] - low, 0)
  const start = generator.numbering ? generator.numbering[place] : place
  const broken = generator.broken.find(({ index }) => index === start)
  if (broken) throw brokenFailure(network, broken, 0)
  generator.matrix.transition.vectors[0][start] = 1
  const ledger = { time: 0, leaked: 0, rounding: 0, drift: 0, terms: 0, growths: 0, step: horizon / 16 }
  return { network, space, propensities, options, horizon, timed, generator, ...ledger }
}

/** The l1 distance from the true law: proved, unless rates change with time; then `drift` is an estimate. */
export function certificate({ leaked, rounding, drift }: Projection): number {
  return leaked + rounding + drift
}

/** Carry the law to `until`, growing the box as the tolerance demands. Yields about every millisecond. */
export function* advance(projection: Projection, until: number): Generator<void, void, void> {
  while (projection.time < until) {
    yield* projection.timed ? timedSlice(projection, until) : slice(projection, until)
  }
}

function* slice(projection: Projection, until: number): Generator<void, void, void> {
  const { generator, time } = projection
  const { rate, matrix } = generator
  checkWork(projection)
  const h = Math.min(until - time, sliceEvents / rate)
  const law = matrix.transition.vectors[0]
  const before = law.slice()
  const kept = yield* run(projection, h, time + h)
  if (!kept) grow(projection, before)
  else settle(projection, h < until - time ? time + h : until)
}

/**
 * One step of the exponential midpoint rule (Magnus, second order; Blanes et al. 2009, doi:10.1016/j.physrep.2008.11.001),
 * taken whole and in two halves; the halves are kept when the two agree.
 */
function* timedSlice(projection: Projection, until: number): Generator<void, void, void> {
  const { generator, space, propensities, options, horizon, time } = projection
  const h = Math.min(until - time, projection.step)
  const vectors = generator.matrix.transition.vectors
  const before = vectors[0].slice()
  const midpoint = (from: number, by: number) => {
    fill(generator, space, propensities, from + by / 2)
    checkWork(projection)
    return run(projection, by, time + h)
  }
  let kept = yield* midpoint(time, h)
  if (!kept) return grow(projection, before)
  const whole = vectors[0].slice()
  vectors[0].set(before)
  kept = yield* midpoint(time, h / 2)
  kept = kept && (yield* midpoint(time + h / 2, h / 2))
  if (!kept) return grow(projection, before)
  const change = whole.reduce((sum, p, i) => sum + Math.abs(p - vectors[0][i]), 0)
  const allowed = (options.tolerance / 2) * (h / horizon)
  // The local error goes with h³ and the allowance with h.
  const factor = Math.min(3, Math.max(0.1, 0.9 * Math.sqrt(allowed / change)))
  if (change > allowed && h > horizon * 1e-9) {
    vectors[0].set(before)
    projection.step = h * Math.min(factor, 0.9)
    return
  }
  projection.step = Math.max(projection.step, h) * factor
  projection.drift += change
  settle(projection, h < until - time ? time + h : until)
}

/** Apply the present generator for a time h; false when more leaks than the tolerance grants up to `end`. */
function* run(projection: Projection, h: number, end: number): Generator<void, boolean, void> {
  const { generator, options, horizon, timed } = projection
  const { transition, entries } = generator.matrix
  const budget = timed ? options.tolerance / 2 : options.tolerance
  const missing = 1 - mass(transition.vectors[0])
  // Nothing leaks through a box without sinks; what is missing then is rounding, which growing cannot mend.
  const allowed = generator.sinks.from.length
    ? budget * (end / horizon) - missing + projection.rounding
    : Number.POSITIVE_INFINITY
  const tail = tailShare * budget * (h / horizon)
  let mean = generator.rate * h
  let series: Series = { terms: 0, kept: true }
  while (mean > 0 && series.kept) {
    const part = Math.min(mean, sliceEvents)
    series = yield* uniformise(transition, part, (tail * part) / (generator.rate * h), allowed)
    mean -= part
    projection.terms += series.terms
    // Each number is a sum of `entries` products, each off by at most one part in 2^53, and so is P itself.
    projection.rounding += series.terms * (2 * entries.length + 6) * 2 ** -53
  }
  return series.kept
}

function settle(projection: Projection, time: number): void {
  projection.time = time
  projection.leaked = Math.max(0, 1 - mass(projection.generator.matrix.transition.vectors[0]))
}

/** Move the faces that mass leaves through, and set the law back to `before`. */
function grow(projection: Projection, before: Float64Array): void {
  const { network, space, propensities, generator, options, time, horizon } = projection
  const { box, broken, sinks } = generator
  const late = flux(generator, generator.matrix.transition.vectors[0])
  const leaving = flux(generator, before).map((early, face) => early + late[face])
  const faces = leaving.subarray(0, 2 * space.axes.length)
  const through = faces.reduce((a, b) => a + b, 0)
  const broke = leaving.subarray(faces.length)
  if (broke.reduce((a, b) => a + b, 0) > through) {
    throw brokenFailure(network, broken[broke.indexOf(Math.max(...broke))], time)
  }
  const used = new Set(sinks.face)
  const moves = (face: number) => (through > 0 ? faces[face] >= leakShare * through : used.has(face))
  // The flux through a face, kept up to the horizon, should fall to its share of the tolerance.
  const excess = (face: number) => Math.log((4 * faces.length * faces[face] * horizon) / options.tolerance)
  const slopes = tails(generator, space)
  const jump = reach(network, space)
  const by = widths(box).map((width, axis) => (face: number) => {
    if (!moves(face)) return 0
    const needed = Math.ceil(excess(face) / slopes[face])
    return Math.max(jump[axis], needed > 0 ? Math.min(needed, Math.ceil(growth * width)) : Math.ceil(growth * width))
  })
  const next: Box = {
    low: box.low.map((low, axis) => Math.max(0, low - by[axis](2 * axis))),
    cap: box.cap.map((cap, axis) => Math.min(space.most[axis], cap + by[axis](2 * axis + 1))),
  }
  checkStates(projection, next, options.maxStates)
  const larger = layOut(network, space, next)
  fill(larger, space, propensities, time)
  embed(space, before, generator, larger)
  projection.generator = larger
  projection.growths++
}

function checkStates({ network, space, generator, options, time }: Projection, next: Box, most: number): void {
  const states = volume(next) > 50 * most ? volume(next) : countStates(space, next)
  if (states <= most) return
  const counts = space.axes.map((s, a) => `${network.species[s].name} ${generator.box.low[a]}…${generator.box.cap[a]}`)
  throw new Failure(
    'states',
    `at t = ${short(time)} the law outgrows the box ${counts.join(', ')}: to lose at most ${options.tolerance} it needs ` +
      `${states.toLocaleString('en')} states, and this solver holds ${most.toLocaleString('en')}`,
    'ask for an earlier last time, loosen the tolerance, raise maxStates, or sample with the solver "ssa"',
  )
}

function checkWork({ generator, time, horizon }: Projection): void {
  const terms = generator.rate * (horizon - time)
  const { nonzeros, states } = generator.matrix.transition
  if (terms * nonzeros <= maxWork) return
  throw new Failure(
    'work',
    `at t = ${short(time)} there are ${states.toLocaleString('en')} states and up to ${short(generator.rate)} events per unit ` +
      `time: reaching t = ${short(horizon)} takes ${short(terms * nonzeros)} multiplications, and this solver stops at ${maxWork}`,
    'ask for an earlier last time, loosen the tolerance, or sample with the solver "ssa"',
  )
}

function brokenFailure(network: Network, { reaction, value, counts }: Broken, time: number): Failure {
  const { name, line } = network.reactions[reaction]
  const state = network.species.map((s, i) => `${s.name} = ${counts[i]}`).join(', ')
  return new Failure(
    'propensity',
    `the propensity of reaction ${name} (line ${line}) is ${value} at ${state}${time > 0 ? `, reached by t = ${short(time)}` : ''}`,
    'propensities must be finite and ≥ 0: guard the rate, for example with max(0, …) or a condition ? … : …',
  )
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
