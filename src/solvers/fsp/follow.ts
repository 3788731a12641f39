/**
 * A law on states that follow its mass: those that probability is about to enter are added, those that hold next to none
 * are let go, and what either loses is missing from the law.
 */
import { readsTime } from '../../network/structure'
import { mass } from '../../numerics/uniformise'
import { checkConstants } from '../broken'
import { Failure, type Problem } from '../contract'
import { checkWalls, exitOf, leaving } from './exits'
import { floors } from './floors'
import type { FspOptions } from './index'
import { cutOff, dropped, note, shareOut } from './ledger'
import { type Course, distanceOf, granted, maxWork, moving, roomFor, run, short } from './projection'
import type { Method } from './propagate'
import type { Held } from './record'
import {
  bestInner,
  carry,
  countOf,
  extent,
  forEachIn,
  noPieces,
  type Pieces,
  piecesOf,
  type Region,
  regionOf,
  turned,
} from './region'
import { type Ground, groundOf, layOutRegion, type RegionGenerator, type RegionSink } from './region-generator'
import { type Coordinates, coordinates, recover } from './space'
import { type Bounds, boundsOf, constraintsOf } from './within'

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
const longest = 2048
/** Events in the first slice after states were added. */
const trial = 1024
/** Of the rate at which probability may be lost: what states may leak when let go, and when others are added. */
const shedShare = 0.03
const growShare = 0.06
/** … and by which they always are when they enter with this share of the largest rate. */
const leakShare = 0.02
/** Of what may still be lost by now: what states let go may hold. */
const dropShare = 0.25
/** States are let go when that saves this share of the work. */
const worthwhile = 0.1
/** The axis of the rows is chosen anew when there are so many times more states, or fewer. */
const turnAgain = 4
/** How many slices ahead a rising probability is foreseen. */
const foresight = 2
/** More than this a probability is not taken to rise: what has just been added has risen from 0. */
const mostRise = 1e3
/** A slice is made if it is foreseen to lose less than this share of what it may. */
const foresightShare = 0.7
/** A law is taken to fall off by this much at least with every step beyond its states, in powers of e. */
const slowest = 0.25
/** … and by this much where that cannot be seen. */
const usual = 1
/** Most that is added at once along a move, as a share of the region's extent. */
const growth = 0.5

/** The initial law on the states of `start`, by default the initial one alone. */
export function follow(problem: Problem, options: FspOptions, inner: number, sheds = true, start?: Pieces): Following {
  checkConstants(problem)
  const { network, initial, times } = problem
  const space = coordinates(network, initial)
  const ground = groundOf(problem, space, inner, boundsOf(space, constraintsOf(problem, options.within)))
  const pieces = start ?? noPieces()
  for (const [axis, s] of space.axes.entries()) {
    if (axis === inner) pieces.low.push(initial[s])
    else pieces.at.push(initial[s])
  }
  pieces.length.push(1)
  const region = regionOf(space, inner, pieces)
  const generator = layOutRegion(ground, region, 0)
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
    return add(following, matrix.transition.vectors[0].slice())
  }
  const before = matrix.transition.vectors[0].slice()
  following.cut = 0
  const terms = following.terms
  const kept = yield* run(following, h, time + h)
  following.work += (following.terms - terms) * matrix.transition.nonzeros
  checkWork(following)
  if (kept) {
    settleRegion(following, h < until - time ? time + h : until, before)
    following.pace = Math.min(longest, 2 * following.pace)
    following.reach = 1
  } else {
    add(following, before)
    following.pace = Math.max(shortest, following.pace / 2)
  }
}

/**
 * The next slice: as long as the pace says, or shorter where more would leak, as it rises, than is granted; 0 where states
 * should be added first.
 */
function foreseen(following: Following): number {
  const { pace, generator, flux, rise, time, leaked, options, horizon } = following
  const { method, propagator, flow } = moving(following)
  const reach = method === 'uniformisation' ? pace / generator.rate : (propagator.reach(flow) * pace) / longest
  const full = Math.min(horizon - time, reach)
  for (let h = full; h > full / 8; h /= 2) {
    const loss = flux * h * Math.max(1, rise * h > 1e-6 ? Math.expm1(Math.min(rise * h, 500)) / (rise * h) : 1)
    if (flux === 0 || loss < foresightShare * (granted(following, options.tolerance, time + h) - leaked)) return h
  }
  return 0
}

/** The slice that began with the law `before` ends here: note what it lost, and let states go. */
function settleRegion(following: Following, time: number, before: Float64Array): void {
  const { generator, leaked, cut, products, journal } = following
  const { transition } = generator.matrix
  const { states } = transition
  const [law] = transition.vectors
  const h = time - following.time
  following.time = time
  following.leaked = Math.max(0, 1 - mass(law))
  const total = Math.max(0, following.leaked - leaked)
  const through = new Map<string, number>()
  let [first, last] = [0, 0]
  for (const sink of generator.sinks.list) {
    const early = leaving(sink, generator.lines, before)
    const late = leaving(sink, generator.lines, law)
    // What goes beyond a constraint is not mended by more states: it is not foreseen.
    if (sink.beyond < 0) {
      first += early
      last += late
    }
    const rate = early + late
    if (rate > 0) {
      const exit = exitOf(following, sink)
      through.set(exit, (through.get(exit) ?? 0) + rate)
    }
  }
  following.flux = last
  following.rise = first > 0 && last > first ? Math.log(last / first) / h : 0
  const lost = shareOut(Math.max(0, total - cut), through, cutOff)
  lost.set(cutOff, (lost.get(cutOff) ?? 0) + Math.min(total, cut))
  if (following.sheds && time < following.horizon) lost.set(dropped, shed(following, before))
  note(journal, { until: time, states, products, lost })
  following.products = 0
}

/** Add states where the law leaves by the moves that it leaves by, and set it back to `early`. */
function add(following: Following, early: Float64Array): void {
  const { ground, generator, options, horizon, space } = following
  const { region, sinks, lines } = generator
  const late = generator.matrix.transition.vectors[0]
  const rates = floors()
  const open = sinks.list.filter(({ beyond }) => beyond < 0)
  checkWalls(following, early)
  let largest = 0
  for (const { from, length, line, factor } of open) {
    for (let i = 0; i < length; i++) {
      const rate = factor * lines[line + i] * Math.max(early[from + i], late[from + i])
      rates.add(rate)
      largest = Math.max(largest, rate)
    }
  }
  // What has passed through and gone shows at neither end: then mass may have left by any sink.
  const enough = Math.min(rates.below((growShare * options.tolerance) / horizon), leakShare * largest)
  const ahead = Math.exp(-Math.min(1, (following.rise * following.pace) / generator.rate / 2))
  const threshold = largest > 0 ? enough * ahead : -1
  const pieces = piecesOf(region)
  const longestOf = longestDepths(following)
  for (const sink of open) {
    /** Steps from a state of the sink to where its flux, falling off as it does there, meets the threshold; 0: it has. */
    const steps = (i: number): number => {
      const p = Math.max(early[sink.from + i], late[sink.from + i])
      const flux = sink.factor * lines[sink.line + i] * p
      if (!(flux > threshold)) return 0
      const source = generator.cameFrom(sink, i)
      const fall = source < 0 ? usual : Math.log(Math.max(early[source], late[source]) / p)
      return threshold > 0 ? Math.ceil(Math.log(flux / threshold) / Math.max(fall, slowest)) : 1
    }
    const depths = Array.from({ length: sink.length }, (_, i) =>
      Math.min(longestOf[sink.move], steps(i) * following.reach),
    )
    const most = depths.reduce((a, b) => Math.max(a, b), 0)
    for (let depth = 1; depth <= most; depth++) {
      for (let i = 0; i < sink.length; i++) {
        const begin = i
        while (i < sink.length && depths[i] >= depth) i++
        if (i > begin) extend(ground, region, sink, begin, i, depth, pieces)
      }
    }
  }
  following.reach *= 2
  rebuild(following, regionOf(space, region.inner, pieces), early)
  following.growths++
  following.flux = following.rise = 0
}

/** As many steps of each move as reach across a share of the region. */
function longestDepths({ ground, generator: { region } }: Following): number[] {
  const { low, cap } = extent(region)
  return ground.moves.map(({ along, across }) => {
    const spans = [[region.inner, along] as const, ...across.map((c, j) => [region.outer[j], c] as const)]
    const steps = spans.filter(([, c]) => c !== 0).map(([axis, c]) => (cap[axis] - low[axis] + 1) / Math.abs(c))
    return Math.max(1, Math.ceil(growth * Math.max(...steps)))
  })
}

/** Add the states that `steps` steps of a sink's move lead to from its states `begin` … `end` − 1. */
function extend(
  { moves, space, inner, bounds }: Ground,
  region: Region,
  sink: RegionSink,
  begin: number,
  end: number,
  steps: number,
  pieces: Pieces,
): void {
  const { along, across } = moves[sink.move]
  const { outer, at, low, first } = region
  const width = outer.length
  const places = outer.map((_, j) => at[sink.row * width + j] + steps * across[j])
  if (places.some((count, j) => count < 0 || count > space.most[outer[j]])) return
  const counts = Float64Array.from(space.origin)
  for (let j = 0; j < width; j++) counts[space.axes[outer[j]]] = places[j]
  const start = low[sink.row] + sink.from - first[sink.row] + begin + steps * along
  const to = Math.min(space.most[inner] + 1, start + end - begin)
  for (let n = Math.max(0, start); n < to; n++) {
    const head = n
    while (n < to && allowed(space, bounds, inner, counts, n)) n++
    if (n === head) continue
    pieces.at.push(...places)
    pieces.low.push(head)
    pieces.length.push(n - head)
  }
}

/** Whether there is a state with this count on the inner axis. */
function allowed(space: Coordinates, bounds: Bounds, inner: number, counts: Float64Array, count: number): boolean {
  if (space.dependents.length === 0 && bounds.constraints.length === 0) return true
  counts[space.axes[inner]] = count
  if (!recover(space.axes, space.dependents, counts)) return false
  return bounds.constraints.length === 0 || bounds.broken(space.axes.map((s) => counts[s])) < 0
}

/** The generator on another region, and the law `law` of the present one carried there. */
function rebuild(following: Following, region: Region, law: Float64Array): void {
  const { ground, generator, time, options } = following
  if (countOf(region) > options.maxStates) throw tooMany(following, countOf(region))
  // The next layout takes the memory of this one.
  const next = roomFor(() => layOutRegion(ground, region, time))
  carry(law, generator.region, next.matrix.transition.vectors[0], region)
  following.generator = next
  following.peak = Math.max(following.peak, next.states)
  if (next.states > turnAgain * following.turnedAt || next.states < following.turnedAt / turnAgain) turn(following)
}

/** Lay the rows along the axis on which they are longest. */
function turn(following: Following): void {
  const { problem, space, ground, generator, time } = following
  const { region, states } = generator
  following.turnedAt = states
  const inner = bestInner(region)
  if (inner === undefined || inner === region.inner) return
  const law = new Map<string, number>()
  const old = generator.matrix.transition.vectors[0]
  forEachIn(space, region, (state, counts) => law.set(space.axes.map((s) => counts[s]).join(), old[state]))
  const next = turned(space, region, inner)
  following.ground = groundOf(problem, space, inner, ground.bounds, ground.arena)
  following.generator = layOutRegion(following.ground, next, time)
  const fresh = following.generator.matrix.transition.vectors[0]
  forEachIn(space, next, (state, counts) => {
    fresh[state] = law.get(space.axes.map((s) => counts[s]).join()) ?? 0
  })
}

/**
 * Let go of states that hold next to nothing, if that saves much: those that leak, or are, the least, up to a share of
 * what may still be lost. Returns the probability that was in them.
 */
function shed(following: Following, before: Float64Array): number {
  const { generator, options, horizon, time, leaked } = following
  const { region, outflow, rate, states } = generator
  const law = generator.matrix.transition.vectors[0]
  const left = horizon - time
  // What leaves a state enters it, about: so much would leak instead. Where probability rises that is foreseen; where it
  // falls it is taken as it is.
  const weight = new Float64Array(states)
  const weights = floors()
  for (let i = 0; i < states; i++) {
    const p = law[i]
    const rise = p > before[i] ? Math.min(mostRise, (p / before[i]) ** foresight) : 1
    weight[i] = p * (outflow[i] + 1 / left) * rise
    weights.add(weight[i])
  }
  const floor = weights.below((shedShare * options.tolerance) / horizon)
  let kept = 0
  let highest = 0
  let lost = 0
  for (let i = 0; i < states; i++) {
    if (weight[i] < floor) {
      lost += law[i]
      continue
    }
    kept++
    if (outflow[i] > highest) highest = outflow[i]
  }
  if (kept === 0 || kept * highest > (1 - worthwhile) * states * rate) return 0
  if (lost > dropShare * (granted(following, options.tolerance, time) - leaked)) return 0
  const pieces = noPieces()
  const lawKept = law.slice()
  const width = region.outer.length
  for (let row = 0; row < region.rows; row++) {
    for (let i = region.first[row]; i < region.first[row + 1]; i++) {
      const begin = i
      while (i < region.first[row + 1] && weight[i] >= floor) i++
      if (i === begin) continue
      for (let j = 0; j < width; j++) pieces.at.push(region.at[row * width + j])
      pieces.low.push(region.low[row] + begin - region.first[row])
      pieces.length.push(i - begin)
    }
  }
  rebuild(following, regionOf(following.space, region.inner, pieces), lawKept)
  const now = Math.max(0, 1 - mass(following.generator.matrix.transition.vectors[0]))
  const gone = Math.max(0, now - leaked)
  following.leaked = now
  following.dropped += gone
  return gone
}

function checkWork({ work, time, horizon, generator }: Following): void {
  if (work <= maxWork) return
  throw new Failure(
    'work',
    `by t = ${short(time)} of ${short(horizon)}, with ${generator.states.toLocaleString('en')} states, ` +
      `${short(work)} multiplications were made; this solver stops at ${short(maxWork)}`,
    'ask for an earlier last time, loosen the tolerance, or sample with the solver "ssa"',
  )
}

function tooMany({ problem, space, generator, options, time, horizon }: Following, states: number): Failure {
  const { low, cap } = extent(generator.region)
  const counts = space.axes.map((s, a) => `${problem.network.species[s].name} ${low[a]}…${cap[a]}`)
  return new Failure(
    'states',
    `at t = ${short(time)} the law reaches over ${counts.join(', ')}: to lose at most ${options.tolerance} by ` +
      `t = ${short(horizon)} it needs ${states.toLocaleString('en')} states or more; this solver holds ${options.maxStates.toLocaleString('en')}`,
    'ask for an earlier last time, loosen the tolerance, raise maxStates, or sample with the solver "ssa"',
  )
}
