/** A law on a box that grows as mass leaves it. */
import { evaluators, type Rule } from '../../network/evaluate'
import type { Network } from '../../network/network'
import { propensityText } from '../../network/propensity'
import { readsTime } from '../../network/structure'
import { mass } from '../../numerics/uniformise'
import { checkConstants, remedy, round, stateText } from '../broken'
import { Failure, type Problem } from '../contract'
import { type BoxGenerator, type Broken, embed, fill, flux, layOut, ratesAt, type Table, tails } from './generator'
import type { FspOptions } from './index'
import { cutOff, type Journal, note, shareOut } from './ledger'
import { matrixFree, type Threads } from './matrix-free'
import { dispensable, estimates, type Method, type Movable, type Mover, moverFor } from './propagate'
import type { Held } from './record'
import { type Box, type Coordinates, coordinates, countStates, origin, reach, volume, widths } from './space'

/** A law under way, on whatever set of states: what it takes to advance it by a slice, and what that has cost. */
export interface Course {
  readonly problem: Problem
  readonly space: Coordinates
  readonly options: FspOptions
  /** Last output time: the tolerance is spent evenly up to here. */
  readonly horizon: number
  /** Some propensity reads the time. */
  readonly timed: boolean
  /** Where the law stands, in `generator.matrix.transition.vectors[0]`. */
  readonly generator: Movable
  time: number
  /** Probability missing from the law: what left its states, and what truncation cut off. */
  leaked: number
  /** Bound on what rounding may have done to the law. */
  rounding: number
  /** Sum of the changes seen when time steps were halved; 0 unless `timed`. */
  drift: number
  /** Sum of what propagators may be off by beyond missing mass. */
  strayed: number
  /** Those whose part of it is an estimate, not proved. */
  readonly unproved: Set<Method>
  /** Nobody but the propagator looks at the matrix: it need not be stored. */
  storesNothing?: true
  /** Threads to share the products with. */
  threads?: Threads
  /** What carries the law forward. */
  mover?: Mover
  /** Products with the matrix, or solutions of linear equations, so far. */
  terms: number
  /** How often states were added. */
  growths: number
  /** Of the present slice: what truncated tails took, and products, also those given up. */
  cut: number
  products: number
  readonly journal: Journal
  /** The tolerance may be spent at any time: what constraints let out does not wait for its turn. */
  early?: boolean
}

/** Share of the slice's allowance that goes to the method's own error: little where it adds nothing but a tail. */
const [tailShare, estimatedShare] = [0.01, 0.25]
/** A law on a box. */
export interface Projection extends Course {
  readonly propensities: readonly Rule[]
  /** Propensities that do not read the time, in every state of one box: kept, when `timed`, for the next step. */
  steady?: { readonly generator: BoxGenerator; readonly table: Table }
  generator: BoxGenerator
  /** Next time step to try, when `timed`. */
  step: number
}

/** A face is moved when it has this share of the leak. */
const leakShare = 0.02
/** Most that an axis grows at once, as a share of its width. */
const growth = 0.5
/** States of the dense exponential: about a second. */
const maxDense = 300

/** The initial law, in a box of one state. */
export function begin(problem: Problem, options: FspOptions): Projection {
  checkConstants(problem)
  const { network, parameters, initial } = problem
  const space = coordinates(network, initial)
  const { propensities } = evaluators(network, parameters)
  const generator = layOut(network, space, origin(space))
  for (const _ of fill(generator, space, ratesAt(propensities, 0)));
  if (generator.broken.length) throw new Failure('propensity', sentence(problem, generator.broken[0], 0), remedy)
  generator.matrix.transition.vectors[0][0] = 1
  return opened(problem, space, propensities, options, generator, 0)
}

/** A projection that has spent nothing yet, from time `from` on. */
export function opened(
  problem: Problem,
  space: Coordinates,
  propensities: readonly Rule[],
  options: FspOptions,
  generator: BoxGenerator,
  from: number,
): Projection {
  const { network, times } = problem
  const timed = readsTime(network)
  const horizon = times.length ? times[times.length - 1] : 0
  const ledger = {
    time: from,
    leaked: 0,
    rounding: 0,
    drift: 0,
    strayed: 0,
    unproved: new Set<Method>(),
    terms: 0,
    growths: 0,
    step: (horizon - from) / 16,
    cut: 0,
    products: 0,
  }
  return { problem, space, propensities, options, horizon, timed, generator, ...ledger, journal: { intervals: [] } }
}

/** The law and its l1 distance from the truth: proved, unless `how` says what of it is an estimate. */
export function held(projection: Projection): Held {
  const { generator, space } = projection
  return { generator, law: generator.matrix.transition.vectors[0], space, ...distanceOf(projection) }
}

export function distanceOf({
  leaked,
  rounding,
  drift,
  strayed,
  timed,
  unproved,
}: Course): Pick<Held, 'distance' | 'how'> {
  const parts = [
    timed ? 'the change from halving the time steps' : undefined,
    // Another method may carry the law by now.
    ...[...unproved].map((method) => estimates[method]),
  ].filter((part) => part !== undefined)
  const how = parts.length ? `l1: leaked probability (proved) plus ${parts.join(', plus ')}` : undefined
  // A law that is off by e holds up to e more than the true one: what is missing is then e more than it seems.
  const distance = leaked + rounding + drift + 2 * strayed
  return { distance, how }
}

/** What a reader should know although the certificate holds: some of the missing probability met a broken rate. */
export function warnings({ problem, generator, time }: Projection): string[] {
  const { broken, box, matrix } = generator
  const entering = flux(generator, matrix.transition.vectors[0]).subarray(2 * box.low.length)
  const worst = entering.indexOf(entering.reduce((a, b) => Math.max(a, b), 0))
  if (!(entering[worst] > 0)) return []
  return [`${sentence(problem, broken[worst], time)} What reaches such states is counted as missing probability.`]
}

/** Carry the law towards `until` by one slice, or make room for it. The rates must not read the time. */
export function* slice(projection: Projection, until: number): Generator<void, void, void> {
  const { generator, time } = projection
  const { propagator, flow } = moving(projection)
  const h = Math.min(until - time, propagator.reach(flow))
  const before = generator.matrix.transition.vectors[0].slice()
  projection.cut = 0
  if (!(yield* run(projection, h, time + h))) yield* grow(projection, before)
  else settle(projection, h < until - time ? time + h : until, before)
}

/** What carries the law forward on the present generator. */
export function moving(projection: Course): Mover {
  const { mover, generator, options, horizon, time } = projection
  const next = moverFor(mover, generator, options.propagator, horizon - time)
  if (next !== mover) {
    projection.mover = next
    checkWork(projection, next)
  }
  return next
}

/** What may be lost up to a time, of what may be lost up to the last. */
export function granted({ early, horizon }: Course, budget: number, until: number): number {
  return early ? budget : budget * (Math.min(until, horizon) / horizon)
}

/** What may be lost in all: half of the tolerance is for what is not proved, where there is such. */
export function budgetOf({ timed, mover, options }: Course): number {
  return timed || (mover && estimates[mover.method]) ? options.tolerance / 2 : options.tolerance
}

/** Apply the present generator for a time h; false when more leaks than the tolerance grants up to `end`. */
export function* run(projection: Course, h: number, end: number): Generator<void, boolean, void> {
  const { generator, horizon } = projection
  const { propagator, flow, method } = moving(projection)
  const share = estimates[method] ? estimatedShare : tailShare
  const budget = budgetOf(projection)
  const missing = 1 - mass(flow.transition.vectors[0])
  // Nothing leaks through a box without sinks; what is missing then is rounding, which growing cannot mend.
  const allowed = generator.sinks.from.length
    ? granted(projection, budget, end) - missing + projection.rounding
    : Number.POSITIVE_INFINITY
  const advance = yield* propagator.advance(flow, h, { tolerance: share * budget * (h / horizon), allowed })
  projection.terms += advance.products
  projection.products += advance.products
  projection.cut += advance.cut
  projection.rounding += advance.rounding
  projection.strayed += advance.error
  if (advance.error > 0 && estimates[method]) projection.unproved.add(method)
  return advance.kept
}

/** The slice that began with the law `before` ends here: note what it lost, and where. */
export function settle(projection: Projection, time: number, before: Float64Array): void {
  const { problem, space, generator, leaked, cut, products, journal } = projection
  const { transition } = generator.matrix
  projection.time = time
  projection.leaked = Math.max(0, 1 - mass(transition.vectors[0]))
  const total = Math.max(0, projection.leaked - leaked)
  const early = exits(generator, before)
  const through = exits(generator, transition.vectors[0]).map((late, k) => late + early[k])
  const lost = shareOut(Math.max(0, total - cut), named(problem.network, space, generator, through), cutOff)
  lost.set(cutOff, (lost.get(cutOff) ?? 0) + Math.min(total, cut))
  note(journal, { until: time, states: transition.states, products, lost })
  projection.products = 0
}

/** Mass per unit time that leaves by each face and reaction: face · reactions + reaction, broken states as one face. */
function exits({ sinks, reactions, box }: BoxGenerator, law: Float64Array): Float64Array {
  const faces = 2 * box.low.length
  const through = new Float64Array((faces + 1) * reactions)
  for (let k = 0; k < sinks.from.length; k++) {
    through[Math.min(sinks.face[k], faces) * reactions + sinks.reaction[k]] += sinks.rate[k] * law[sinks.from[k]]
  }
  return through
}

/** The exits in words. */
function named(network: Network, { axes }: Coordinates, generator: BoxGenerator, through: Float64Array) {
  return new Map(
    Array.from(through, (rate, k) => {
      const [face, r] = [Math.floor(k / generator.reactions), k % generator.reactions]
      const axis = network.species[axes[face >> 1]]
      const where = axis ? `${axis.name} ${face % 2 ? 'above' : 'below'}` : 'broken'
      return [`${where} by ${network.reactions[r].name}`, rate] as const
    }),
  )
}

/** Move the faces that mass leaves through, and set the law back to `before`. */
export function* grow(projection: Projection, before: Float64Array): Generator<void, void, void> {
  const { problem, space, generator, options, time, horizon } = projection
  const { network } = problem
  const { box, broken, sinks } = generator
  const late = flux(generator, generator.matrix.transition.vectors[0])
  const leaving = flux(generator, before).map((early, face) => early + late[face])
  const faces = leaving.subarray(0, 2 * space.axes.length)
  const through = faces.reduce((a, b) => a + b, 0)
  const broke = leaving.subarray(faces.length)
  const used = new Set(sinks.face)
  const onlyBroken = sinks.face.every((face) => face >= faces.length)
  if (onlyBroken || broke.reduce((a, b) => a + b, 0) > through) {
    const worst = broken[broke.indexOf(broke.reduce((a, b) => Math.max(a, b), 0))]
    throw new Failure('propensity', sentence(problem, worst, time), remedy)
  }
  const moves = (face: number) => (through > 0 ? faces[face] >= leakShare * through : used.has(face))
  // The flux through a face, kept up to the horizon, should fall to its share of the tolerance.
  const excess = (face: number) => Math.log((4 * faces.length * faces[face] * horizon) / options.tolerance)
  const { slope } = tails(generator, space)
  const jump = reach(network, space)
  const by = widths(box).map((width, axis) => (face: number) => {
    if (!moves(face)) return 0
    const needed = Math.ceil(excess(face) / slope[face])
    return Math.max(jump[axis], needed > 0 ? Math.min(needed, Math.ceil(growth * width)) : Math.ceil(growth * width))
  })
  const next: Box = {
    low: box.low.map((low, axis) => Math.max(0, low - by[axis](2 * axis))),
    cap: box.cap.map((cap, axis) => Math.min(space.most[axis], cap + by[axis](2 * axis + 1))),
  }
  checkStates(projection, next, options.maxStates)
  const larger = yield* made(projection, next)
  embed(space, before, generator, larger)
  generator.release?.()
  generator.recycle?.()
  projection.generator = larger
  projection.growths++
}

/** The generator on a box, filled in; without a stored matrix where nothing would read it. */
function* made({ problem, space, propensities, options, time, ...projection }: Projection, box: Box) {
  const { network } = problem
  if (projection.storesNothing && !projection.timed && dispensable(box, countStates(space, box), options.propagator)) {
    const free = yield* matrixFree(network, space, box, propensities, projection.threads)
    if (free) return free
  }
  const stored = roomFor(() => layOut(network, space, box, false, projection.threads?.helpers))
  yield* fill(stored, space, ratesAt(propensities, time))
  return stored
}

function checkStates({ problem, space, generator, options, time, horizon }: Projection, next: Box, most: number): void {
  const states = volume(next) > 50 * most ? volume(next) : countStates(space, next)
  if (states <= most) return
  const counts = space.axes.map(
    (s, a) => `${problem.network.species[s].name} ${generator.box.low[a]}…${generator.box.cap[a]}`,
  )
  throw new Failure(
    'states',
    `at t = ${short(time)} the law outgrows the box ${counts.join(', ')}: to lose at most ${options.tolerance} by ` +
      `t = ${short(horizon)} it needs ${states.toLocaleString('en')} states or more; this solver holds ${most.toLocaleString('en')}`,
    'ask for an earlier last time, loosen the tolerance, raise maxStates, or sample with the solver "ssa"',
  )
}

export function roomFor<T>(make: () => T): T {
  try {
    return make()
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    throw new Failure(
      'memory',
      `no memory for a larger box (${thrown.message})`,
      'lower maxStates or loosen the tolerance',
    )
  }
}

/** Stop where a method would take many minutes, with its numbers; or where it has no room. */
function checkWork({ time, horizon, generator, options: { maxWork } }: Course, { method }: Mover): void {
  const terms = generator.rate * (horizon - time)
  const { nonzeros, states } = generator.matrix.transition
  const at = `at t = ${short(time)} there are ${states.toLocaleString('en')} states`
  if (method === 'dense' && states > maxDense) {
    const why = `${at}; the dense exponential holds ${maxDense.toLocaleString('en')}`
    throw new Failure('states', why, 'take another propagator, or loosen the tolerance')
  }
  // What follows the mass may get by with fewer events later: it counts as it goes.
  if ('region' in generator) return
  if (method === 'dense' || method === 'implicit' || terms * nonzeros <= maxWork) return
  throw new Failure(
    'work',
    `${at} and up to ${short(generator.rate)} events per unit ` +
      `time: reaching t = ${short(horizon)} takes ${short(terms * nonzeros)} multiplications; this solver stops at ${short(maxWork)}`,
    'ask for an earlier last time, loosen the tolerance, raise maxWork, or sample with the solver "ssa"',
  )
}

/** Which propensity is broken in a state entered after `time`. */
export function sentence(problem: Problem, { reaction, value, counts }: Broken, time: number): string {
  const { network } = problem
  const what = `The propensity of reaction ${network.reactions[reaction].name}, ${propensityText(network, reaction)},`
  return `${what} is ${round(value)} at ${stateText(problem, counts, time)}.`
}

export function short(value: number): string {
  return value < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(1)
}
