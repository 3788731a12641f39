/** Grows a box until a measure on it rests: the law at rest, the time spent before a target is met, and their like. */
import { type Eliminated, eliminate, eliminationWork } from '../../numerics/elimination'
import { remedy } from '../broken'
import { Failure } from '../contract'
import { type BoxChain, chainOf } from './chain'
import { type BoxGenerator, embed, fill, flux, layOut, ratesAt, tails } from './generator'
import { type Projection, roomFor, sentence } from './projection'
import { type Box, countStates, reach, strides, volume, widths } from './space'

export interface Settled {
  /** The number that goes with the measure (a mean time, a rate), or 1. */
  readonly size: number
  /** Probability that is lost through each face before the measure is reached; none where that cannot be. */
  readonly lost?: Float64Array
}

/** Solves for the measure on the present box: puts it, with sum 1, into `generator.matrix.transition.vectors[0]`. */
export type BoxSolve = (projection: Projection) => Generator<void, Settled, void>

/** Most that an axis grows at once, as a share of its width. */
const growth = 0.5
/** The last enlargement, by which the measure is judged. */
const probe = 0.25
/** Multiplications of one elimination: some tens of seconds. */
export const maxElimination = 4e10
/** Numbers in a band: 1.6 GB. */
const maxBand = 2e8

/**
 * Solve, and enlarge the box, until what the tails of the measure leave out, and what the last enlargement changed, are
 * within the tolerance. Returns that change: the l1 distance plus the relative change of the number; 0 where nothing
 * leads out of the measure. Yields every few milliseconds.
 */
export function* settleBox(projection: Projection, solve: BoxSolve): Generator<void, number, void> {
  const { problem, space, options } = projection
  let settled = yield* solve(projection)
  for (;;) {
    const { generator } = projection
    const { lost } = settled
    const tail = tailMass(projection)
    const missing = lost ? tail.map((mass, face) => mass + lost[face]) : tail
    if (tail.every((mass) => mass === 0) && sum(missing) <= options.tolerance) return 0
    const allowed = options.tolerance / (8 * missing.length)
    const short = missing.some((mass) => !(mass <= allowed))
    const { slope } = tails(generator, space)
    const jump = reach(problem.network, space)
    const width = widths(generator.box)
    const by = (axis: number, face: number) => {
      if (missing[face] === 0) return 0
      if (!short) return Math.max(jump[axis], Math.ceil(probe * width[axis]))
      if (missing[face] <= allowed) return 0
      const needed = Math.ceil(Math.log(missing[face] / allowed) / slope[face])
      return Math.max(jump[axis], Math.min(Math.ceil(growth * width[axis]), needed > 0 ? needed : Number.MAX_VALUE))
    }
    const box: Box = {
      low: generator.box.low.map((low, axis) => Math.max(0, low - by(axis, 2 * axis))),
      cap: generator.box.cap.map((cap, axis) => Math.min(space.most[axis], cap + by(axis, 2 * axis + 1))),
    }
    checkStates(projection, box)
    projection.generator = roomFor(() => layOut(problem.network, space, box))
    projection.growths++
    yield
    yield* fill(projection.generator, space, ratesAt(projection.propensities, 0))
    const before = settled.size
    settled = yield* solve(projection)
    if (short) continue
    const change = difference(projection, generator) + Math.abs(settled.size / before - 1)
    if (change <= options.tolerance) return change
  }
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

/** The chain of the states to keep, eliminated; refused when that is too much. See `chainOf`. */
export function* eliminated(
  generator: BoxGenerator,
  keep: Uint8Array,
  leaks: boolean,
  limit = maxElimination,
): Generator<void, { chain: Eliminated; states: BoxChain['states'] }, void> {
  const { chain, states } = yield* chainWithin(generator, keep, leaks)
  if (eliminationWork(chain) > limit) {
    const size = `${chain.states.toLocaleString('en')} states in a band of ${chain.below + 1 + chain.above}`
    const work = eliminationWork(chain).toExponential(1)
    throw new Failure(
      'work',
      `elimination over ${size} takes ${work} multiplications; this solver stops at ${limit.toExponential(0)}`,
      'loosen the tolerance',
    )
  }
  return { chain: yield* eliminate(chain), states }
}

function* chainWithin(generator: BoxGenerator, keep: Uint8Array, leaks: boolean): Generator<void, BoxChain, void> {
  const work = chainOf(generator, keep, leaks, maxBand)
  for (;;) {
    const { done, value } = roomFor(() => work.next())
    if (done) return value
    yield
  }
}

/** Mass that the tails of the law would hold beyond each face if they fell on as they do at the edge; 0 if shut. */
function tailMass({ problem, generator, space }: Projection): number[] {
  const law = generator.matrix.transition.vectors[0]
  const through = flux(generator, law).subarray(2 * space.axes.length)
  const worst = through.indexOf(through.reduce((a, b) => Math.max(a, b), 0))
  if (through[worst] > 0) {
    throw new Failure('propensity', sentence(problem, generator.broken[worst], 0), remedy)
  }
  const { slope, edge } = tails(generator, space)
  const open = new Set(generator.sinks.face.filter((_, k) => law[generator.sinks.from[k]] > 0))
  return Array.from(edge, (mass, face) => {
    if (!open.has(face)) return 0
    return slope[face] > 0 ? Math.max(mass / Math.expm1(slope[face]), Number.MIN_VALUE) : Number.POSITIVE_INFINITY
  })
}

/** Number of the initial state in the generator. */
export function initialState({ space, generator: { box, numbering } }: Projection): number {
  const place = strides(box).reduce((at, stride, a) => at + stride * (space.origin[space.axes[a]] - box.low[a]), 0)
  return numbering ? numbering[place] : place
}

/** Σ |p − q| between the present law and that of a smaller box. */
function difference({ generator, space }: Projection, smaller: BoxGenerator): number {
  const law = generator.matrix.transition.vectors[0]
  const now = law.slice()
  embed(space, smaller.matrix.transition.vectors[0], smaller, generator)
  const sum = now.reduce((total, p, i) => total + Math.abs(p - law[i]), 0)
  law.set(now)
  return sum
}

function checkStates({ problem: { network }, space, options }: Projection, box: Box): void {
  const states = volume(box) > 50 * options.maxStates ? volume(box) : countStates(space, box)
  if (states <= options.maxStates) return
  const counts = space.axes.map((s, a) => `${network.species[s].name} ${box.low[a]}…${box.cap[a]}`)
  throw new Failure(
    'states',
    `the box would need more than ${options.maxStates.toLocaleString('en')} states: ${counts.join(', ')}`,
    'counts may grow without end; else raise maxStates or loosen the tolerance',
  )
}
