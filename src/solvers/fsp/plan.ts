/** Which states a law is kept on, chosen before work starts by what a few sampled paths foretell. */
import { readsTime } from '../../network/structure'
import { Failure, type Problem } from '../contract'
import { type Costs, costsOf, costText, workInBox } from './cost'
import { advice, type Sampling, sampling, samplingText } from './elsewhere'
import type { FspOptions } from './index'
import { fly, type Needs, needs, type Pilot } from './pilot'
import type { Course } from './projection'
import { noPieces, type Pieces } from './region'
import { type Coordinates, coordinates } from './space'
import { finish } from './steps'
import { type Bounds, boundsOf, constraintsOf } from './within'

export interface Plan {
  readonly kind: 'box' | 'window'
  /** For `window`: the axis along which rows lie at first, whether states are let go, and the first states. */
  readonly inner: number
  readonly sheds: boolean
  readonly start?: Pieces
  /** What was chosen and why, for the reader of the solution. */
  readonly told: string
  /** What was foretold, for who watches the run. */
  readonly foretold: string
  /** What else to do, where it will take minutes. */
  readonly advice?: string
}

/** Work below which a box is quick enough, whatever else there is. */
const quick = 1e9
/** A window is taken where a box would be so many times the work. */
const advantage = 1.5

export const boxPlan: Plan = { kind: 'box', inner: 0, sheds: false, told: 'box', foretold: '' }

/** What is foretold for comparison. */
const looserTolerance = 1e-3

/** Seconds worth a word, where rates read the time. */
const noticed = 0.5

/** What is foretold is refused when it is so many times more than may be: it may be wrong by a few. */
const certain = 8

/** Multiplications, and entries of a matrix, that a box may take before anybody thinks of other states: some hundredths of a second. */
const [trialWork, trialEntries] = [1e8, 1e5]

/** Whether a box may be tried before paths are sampled: where it is soon done they would take longer than the answer. */
export function triable({ network }: Problem, { states, within }: FspOptions): boolean {
  return states === 'auto' && within.trim() === '' && !readsTime(network)
}

/** Whether a box is so small, and so near to the end, that it will do; it costs next to nothing to find that it is not. */
export function withinTrial({ generator, terms, time, horizon }: Course): boolean {
  const { nonzeros } = generator.matrix.transition
  return nonzeros <= trialEntries && (terms + generator.rate * (horizon - time)) * nonzeros <= trialWork
}

/** `now`: a clock in milliseconds, to say how long it will take; the plan does not depend on it. */
export function* planFor(problem: Problem, options: FspOptions, now?: () => number): Generator<void, Plan, void> {
  const space = coordinates(problem.network, problem.initial)
  const box = boxPlan
  const bounds = boundsOf(space, constraintsOf(problem, options.within))
  const within = options.within.trim()
  if (options.states === 'box') return box
  if (space.axes.length === 0) return box
  const pilot = yield* fly(problem)
  const inner = widest(space, pilot)
  const window: Plan = { ...box, kind: 'window', inner, sheds: true, told: 'window' }
  if (options.states === 'window' || (within && options.states === 'auto')) {
    return within ? { ...window, told: `window within ${within}` } : window
  }
  if (options.states === 'reachable')
    return {
      ...window,
      sheds: false,
      start: visited(space, pilot, inner, bounds),
      told: `reachable: what sampled paths visit, and about it${within ? `, within ${within}` : ''}`,
    }
  const closely = (tolerance: number) => needs(problem, space, pilot, tolerance, true)
  if (readsTime(problem.network)) {
    const costs = now && costsOf(problem, options, closely(options.tolerance), now)
    const foretold = costs && costs.window.seconds > noticed ? ` (foreseen: ${costText(costs.window)})` : ''
    return { ...window, told: 'window: a box would be filled anew as rates change', foretold }
  }
  yield
  const foreseen = needs(problem, space, pilot, options.tolerance)
  yield
  const inBox = workInBox(foreseen.box, options)
  refuse(problem, options, foreseen, inBox, pilot, now)
  const costs = now && inBox > quick ? costsOf(problem, options, closely(options.tolerance), now) : undefined
  const foretold = (kind: 'box' | 'window') => (costs ? ` (foreseen: ${costText(costs[kind])})` : '')
  const advised = (kind: 'box' | 'window') => {
    if (!now || !costs) return undefined
    const looser = costsOf(problem, options, closely(looserTolerance), now)
    return advice(kind, costs, looser, options.maxStates, sampling(problem, pilot, now))
  }
  if (inBox <= quick || inBox <= advantage * foreseen.window.work) {
    return { ...box, foretold: foretold('box'), advice: advised('box') }
  }
  const states = (count: number) => Number(count.toPrecision(2)).toLocaleString('en')
  const told = `window: about ${states(foreseen.window.states)} states at once foreseen, ${states(foreseen.box.states)} in a box`
  return { ...window, told, foretold: foretold('window'), advice: advised('window') }
}

/** What a box and a window would take on this machine, and what would be chosen; nothing is solved. */
export function foretell(
  problem: Problem,
  options: FspOptions,
  now: () => number,
): Costs & { readonly chosen: string; readonly sampling: Sampling } {
  const chosen = finish(planFor(problem, options)).told
  const pilot = finish(fly(problem))
  const foreseen = needs(problem, coordinates(problem.network, problem.initial), pilot, options.tolerance, true)
  return { ...costsOf(problem, options, foreseen, now), chosen, sampling: sampling(problem, pilot, now) }
}

/** Refuses what is far too much in a box and in a window alike, in numbers. */
function refuse(
  problem: Problem,
  options: FspOptions,
  foreseen: Needs,
  inBox: number,
  pilot: Pilot,
  now?: () => number,
): void {
  const { box, window } = foreseen
  const work = Math.min(inBox, window.work)
  const states = Math.min(box.states, window.states)
  const { maxStates, maxWork } = options
  if (work <= certain * maxWork && states <= certain * maxStates) return
  const best = inBox < window.work ? 'box' : 'window'
  const species = coordinates(problem.network, problem.initial).axes.length
  const cost = now ? costText(costsOf(problem, options, foreseen, now)[best]) : `${states.toPrecision(2)} states`
  const other = now ? `: ${samplingText(sampling(problem, pilot, now))}` : ''
  throw new Failure(
    states > certain * maxStates ? 'states' : 'work',
    `${species} independent species whose counts spread as sampled paths foretell need ${cost}; ` +
      `this solver holds ${maxStates.toLocaleString('en')} states and makes ${maxWork.toExponential(0)} multiplications`,
    `ask for an earlier last time, loosen the tolerance, raise ${states > certain * maxStates ? 'maxStates' : 'maxWork'}, or sample with the solver "ssa"${other}`,
  )
}

/** The axis on which the pilot's paths spread most. */
function widest({ axes, origin }: Coordinates, { counts }: Pilot): number {
  const spans = axes.map((s) => {
    const all = counts.flat().map((x) => x[s])
    return all.reduce((a, b) => Math.max(a, b), origin[s]) - all.reduce((a, b) => Math.min(a, b), origin[s])
  })
  return spans.indexOf(Math.max(...spans))
}

/** The states that the pilot's paths were in, and that may be kept. */
function visited({ axes }: Coordinates, { counts }: Pilot, inner: number, bounds: Bounds): Pieces {
  const pieces = noPieces()
  for (const x of counts.flat()) {
    if (bounds.broken(axes.map((s) => x[s])) >= 0) continue
    for (const [axis, s] of axes.entries()) if (axis !== inner) pieces.at.push(x[s])
    pieces.low.push(x[axes[inner]])
    pieces.length.push(1)
  }
  return pieces
}
