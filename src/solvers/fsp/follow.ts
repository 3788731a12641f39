/**
 * A law on states that follow its mass: those that probability is about to enter are added, those that hold next to none
 * are let go, and what either loses is missing from the law.
 */
import { readsTime } from '../../network/structure'
import type { Helpers } from '../../numerics/crew'
import { segmentArena } from '../../numerics/segments'
import { mass } from '../../numerics/uniformise'
import { checkConstants } from '../broken'
import { Failure, type Problem } from '../contract'
import { enlarge } from './enlarge'
import { exitOf, leaving } from './exits'
import type { FspOptions } from './index'
import { cutOff, dropped, note, shareOut } from './ledger'
import { budgetOf, type Course, distanceOf, granted, moving, run, short } from './projection'
import type { Method } from './propagate'
import type { Held } from './record'
import { forEachIn, noPieces, type Pieces, regionOf } from './region'
import { type Ground, groundOf, layOutRegion, type RegionGenerator } from './region-generator'
import { shed } from './shed'
import { coordinates } from './space'
import type { Steps } from './steps'
import { boundsOf, constraintsOf } from './within'

export interface Following extends Course {
  ground: Ground
  /** Whether states that hold next to nothing are let go. */
  readonly sheds: boolean
  generator: RegionGenerator
  /** Events in the next slice. */
  pace: number
  /** Probability that leaves per unit time, and the rate at which that rises; 0 where not known. */
  flux: number
  rise: number
  /** Next time step to try, when `timed`. */
  step: number
  /** How many times farther than seems needed states are added: doubled when that is not far enough. */
  reach: number
  /** Most states held so far, and the probability that was in those let go. */
  peak: number
  dropped: number
  /** States when the axis of the rows was last chosen. */
  turnedAt: number
  /** Entries of matrices worked through so far. */
  work: number
}

/** Events in a slice: few while the states change much, more and more while they do not. */
const shortest = 32
export const longest = 2048
/** After a slice that held, the next is so many times as long; after one that did not, half as long. */
const faster = 1.5
/** Events in the first slice after states were added. */
const trial = 1024
/** A slice is not tried again at its length when states were added so many times farther than seemed needed, in vain. */
const mostReach = 4
/** A slice is made if it is foreseen to lose less than this share of what it may. */
const foresightShare = 0.7

/** The initial law on the states of `start`, by default the initial one alone. */
export function follow(
  problem: Problem,
  options: FspOptions,
  inner: number,
  sheds = true,
  start?: Pieces,
  helpers?: Helpers,
): Following {
  checkConstants(problem)
  const { network, initial, times } = problem
  const space = coordinates(network, initial)
  const bounds = boundsOf(space, constraintsOf(problem, options.within))
  const ground = groundOf(problem, space, inner, bounds, segmentArena(false, helpers))
  const pieces = start ?? noPieces()
  for (const [axis, s] of space.axes.entries()) {
    if (axis === inner) pieces.low.push(initial[s])
    else pieces.at.push(initial[s])
  }
  pieces.length.push(1)
  const region = regionOf(space, inner, pieces)
  const generator = layOutRegion(ground, region)
  forEachIn(space, region, (state, counts) => {
    if (space.axes.every((s) => counts[s] === initial[s])) generator.matrix.transition.vectors[0][state] = 1
  })
  const horizon = times.length ? times[times.length - 1] : 0
  const ledger = {
    time: 0,
    leaked: 0,
    rounding: 0,
    drift: 0,
    strayed: 0,
    unproved: new Set<Method>(),
    terms: 0,
    growths: 0,
    cut: 0,
    products: 0,
    work: 0,
    turnedAt: 1,
    flux: 0,
    rise: 0,
    peak: 1,
    dropped: 0,
  }
  const journal = { intervals: [] }
  const timed = readsTime(network)
  return {
    problem,
    space,
    options,
    horizon,
    timed,
    ground,
    sheds,
    generator,
    pace: shortest,
    step: horizon / 16,
    reach: 1,
    journal,
    ...ledger,
  }
}

export function heldRegion(following: Following): Held {
  const { generator, space } = following
  const { region, states } = generator
  const law = generator.matrix.transition.vectors[0]
  const forEachCounts: NonNullable<Held['generator']['forEachCounts']> = (visit) => forEachIn(space, region, visit)
  return { generator: { states, forEachCounts }, law, space, ...distanceOf(following) }
}

/** Carry the law towards `until` by one slice, or add states for it. */
export function* followSlice(following: Following, until: number): Generator<void, void, void> {
  const { generator, time } = following
  const { matrix } = generator
  const h = Math.min(until - time, foreseen(following))
  if (h === 0) {
    // More is added than needed; soon what stays empty can be let go.
    following.pace = Math.min(following.pace, trial)
    return yield* enlarge(following, matrix.transition.vectors[0].slice())
  }
  const before = matrix.transition.vectors[0].slice()
  following.cut = 0
  if (yield* advance(following, h, time + h)) {
    yield
    yield* settleRegion(following, h < until - time ? time + h : until, before)
    following.pace = Math.min(longest, faster * following.pace)
    following.reach = 1
  } else yield* makeRoom(following, before)
}

/** As `run`, and counts the work, of which there may be so much in all. */
export function* advance(following: Following, h: number, end: number): Generator<void, boolean, void> {
  const { terms } = following
  const kept = yield* run(following, h, end)
  following.work += (following.terms - terms) * following.generator.matrix.transition.nonzeros
  checkWork(following)
  return kept
}

/**
 * The slice that began with the law `before` lost too much: there are more states for the next, which is shorter, unless the
 * method has fewer products for it the longer it is, and what the long one needs has only just been seen.
 */
export function* makeRoom(following: Following, before: Float64Array): Steps<void> {
  yield* enlarge(following, before)
  if (following.mover?.method === 'chebyshev' && following.reach <= mostReach) return
  following.pace = Math.max(shortest, following.pace / 2)
}

/**
 * The next slice: as long as the pace says, or shorter where more would leak, as it rises, than is granted; 0 where states
 * should be added first.
 */
function foreseen(following: Following): number {
  const { pace, generator, flux, rise, time, leaked, horizon } = following
  const { method, propagator, flow } = moving(following)
  const reach = method === 'uniformisation' ? pace / generator.rate : (propagator.reach(flow) * pace) / longest
  const full = Math.min(horizon - time, reach)
  for (let h = full; h > full / 8; h /= 2) {
    const loss = flux * h * Math.max(1, rise * h > 1e-6 ? Math.expm1(Math.min(rise * h, 500)) / (rise * h) : 1)
    if (flux === 0 || loss < foresightShare * (granted(following, budgetOf(following), time + h) - leaked)) return h
  }
  return 0
}

/** The slice that began with the law `before` ends here: note what it lost, and let states go. */
export function* settleRegion(following: Following, time: number, before: Float64Array): Steps<void> {
  const { generator, leaked, cut, products, journal } = following
  const { transition } = generator.matrix
  const { states } = transition
  const [law] = transition.vectors
  const h = time - following.time
  following.time = time
  following.leaked = Math.max(0, 1 - mass(law))
  const total = Math.max(0, following.leaked - leaked)
  const { sinks, lines } = generator
  // By constraint, none first, and move.
  const moves = following.ground.moves.length
  const through = new Float64Array((following.ground.bounds.constraints.length + 1) * moves)
  let [first, last] = [0, 0]
  for (let k = 0; k < sinks.count; k++) {
    const early = leaving(sinks, k, lines, before)
    const late = leaving(sinks, k, lines, law)
    // What goes beyond a constraint is not mended by more states: it is not foreseen.
    if (sinks.beyond[k] < 0) {
      first += early
      last += late
    }
    through[(sinks.beyond[k] + 1) * moves + sinks.move[k]] += early + late
  }
  following.flux = last
  following.rise = first > 0 && last > first ? Math.log(last / first) / h : 0
  const lost = shareOut(Math.max(0, total - cut), named(following, through), cutOff)
  lost.set(cutOff, (lost.get(cutOff) ?? 0) + Math.min(total, cut))
  if (following.sheds && time < following.horizon) lost.set(dropped, yield* shed(following, before))
  note(journal, { until: time, states, products, lost })
  following.products = 0
}

/** The exits in words: constraint · moves + move, none first. */
function named(following: Following, through: Float64Array): Map<string, number> {
  const moves = following.ground.moves.length
  const exits = new Map<string, number>()
  for (const [k, rate] of through.entries()) {
    if (!(rate > 0)) continue
    const exit = exitOf(following, k % moves, Math.floor(k / moves) - 1)
    exits.set(exit, (exits.get(exit) ?? 0) + rate)
  }
  return exits
}

function checkWork({ work, time, horizon, generator, options: { maxWork } }: Following): void {
  if (work <= maxWork) return
  throw new Failure(
    'work',
    `by t = ${short(time)} of ${short(horizon)}, with ${generator.states.toLocaleString('en')} states, ` +
      `${short(work)} multiplications were made; this solver stops at ${short(maxWork)}`,
    'ask for an earlier last time, loosen the tolerance, raise maxWork, or sample with the solver "ssa"',
  )
}
