/** The law at rest: the stationary law of the closed class that the initial state leads to, on a box that grows. */
import { solveLeftInSteps, stationaryLaw, stationaryRounding } from '../../numerics/elimination'
import { Failure, type Problem, type Run, type Snapshot, type Solution } from '../contract'
import { closedClasses, marks, rates, reachable } from './chain'
import { type BoxGenerator, flux } from './generator'
import type { FspOptions } from './index'
import { begin, type Projection } from './projection'
import { type Recorder, recorder } from './record'
import { solveFollowed } from './rest-followed'
import { eliminated, initialState, maxElimination, settleBox } from './settled'
import { coordinates } from './space'

/** Multiplications of one elimination that are not worth thinking of anything else: a second … */
const quickElimination = 1e9
/** … and of following the law that may be spent before a longer elimination. */
const followedWork = 4e10
/** Following comes near to rest by and by: where the last digits are asked for, an elimination has them at once. */
const leastFollowed = 1e-8

/** By elimination on a box, or, where that takes long or other states are asked for, by following the law. */
export async function* solveRest(problem: Problem, options: FspOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  const { states, tolerance, maxWork } = options
  const done = { so: 0 }
  const { axes, most } = coordinates(problem.network, problem.initial)
  const eliminate = (limit: number) => solveEliminated(problem, options, run, limit, done)
  const followed = (maxWork: number) => solveFollowed(problem, { ...options, maxWork }, run, done)
  if (states === 'window' || states === 'reachable') return yield* followed(maxWork)
  // On one axis an elimination is quick however many states there are, and growth without end is soon seen.
  if (states === 'box' || axes.length < 2) return yield* eliminate(maxElimination)
  // Where all states can be kept, an elimination is a proof.
  const finite = most.every((count) => count < Number.POSITIVE_INFINITY)
  const attempts =
    finite || tolerance < leastFollowed
      ? [() => eliminate(maxElimination)]
      : [
          () => eliminate(quickElimination),
          () => followed(Math.min(followedWork, maxWork)),
          () => eliminate(maxElimination),
        ]
  for (const attempt of attempts) {
    try {
      return yield* attempt()
    } catch (thrown) {
      if (!(thrown instanceof Failure && tooMuch.has(thrown.code))) throw thrown
      // A box that does not fit will not with more time either, nor will more time make following need fewer states.
      if (thrown.code !== 'work') break
    }
  }
  return yield* followed(maxWork)
}

/** Failures of a way that another way may not have. */
const tooMuch: ReadonlySet<string> = new Set(['work', 'states', 'memory'])

/** Solve for the law at rest once, and give it at every output time. */
async function* solveEliminated(
  problem: Problem,
  options: FspOptions,
  run: Run,
  limit: number,
  done: { so: number },
): AsyncGenerator<Snapshot, Solution> {
  const record = recorder(problem)
  const projection = begin(problem, options)
  const snapshot = () => {
    const { growths, generator } = projection
    const phase = `law at rest, ${generator.states.toLocaleString('en')} states`
    // Boxes grow by halves, to a size that is not known before.
    done.so = Math.max(done.so, 1 - 0.8 ** growths)
    return { ...solution(projection, record), done: done.so, phase }
  }
  const work = rest(projection, limit)
  let step = work.next()
  for (; !step.done; step = work.next()) if (run.due()) yield snapshot
  const { generator, space } = projection
  const { distance, how } = step.value
  for (const _ of problem.times) {
    record.take({ generator, law: generator.matrix.transition.vectors[0], space, distance, how })
    if (run.due()) yield snapshot
  }
  return solution(projection, record)
}

/** How far the law at rest is from the truth: proved, unless `how` says how it was estimated. */
export interface RestError {
  readonly distance: number
  readonly how?: string
}

/**
 * Brings the projection to rest. Where the states that the network ends in have no way out of the box, the error is
 * proved: rounding, and the probability of leaving the box before that.
 */
export function* rest(projection: Projection, limit = maxElimination): Generator<void, RestError, void> {
  let distance = 0
  const change = yield* settleBox(projection, function* ({ generator }) {
    const law = generator.matrix.transition.vectors[0].fill(0)
    const start = initialState(projection)
    const classes = yield* closedClasses(generator, start)
    const { weights, lost, rounding } = yield* destinies(generator, start, classes, limit)
    distance = rounding + (lost ? lost.reduce((a, b) => a + b, 0) : 0)
    for (const [c, members] of classes.entries()) {
      if (members.length === 1) law[members[0]] = weights[c]
      if (members.length === 1) continue
      const { chain, states } = yield* eliminated(generator, marks(generator, members), false, limit)
      const solved = yield* stationaryLaw(chain)
      for (const [i, state] of states.entries()) law[state] = weights[c] * solved[i]
      distance += weights[c] * stationaryRounding(chain)
    }
    return { size: 1, lost }
  })
  if (change === 0) return { distance }
  // The proved rounding is far above what rounding does, which is no more than this.
  const usual = projection.generator.states * 2 ** -53
  return { distance: change + usual, how: 'l1: what the law changed by when the box was last enlarged' }
}

/** The probability of ending in each closed class, and of leaving the box through each face before. */
function* destinies(
  generator: BoxGenerator,
  start: number,
  classes: readonly (readonly number[])[],
  limit: number,
): Generator<void, { weights: Float64Array; lost?: Float64Array; rounding: number }, void> {
  const ends = new Int32Array(generator.states).fill(-1)
  for (const [c, members] of classes.entries()) for (const state of members) ends[state] = c
  const weights = new Float64Array(classes.length)
  if (ends[start] >= 0) {
    weights[ends[start]] = 1
    return { weights, rounding: 0 }
  }
  const passing = (yield* reachable(generator, start)).map((on, state) => on & Number(ends[state] < 0))
  const { chain, states } = yield* eliminated(generator, passing, true, limit)
  const spent = new Float64Array(states.length)
  spent[states.indexOf(start)] = 1
  yield* solveLeftInSteps(chain, spent)
  const time = generator.matrix.transition.vectors[1].fill(0)
  for (const [i, state] of states.entries()) time[state] = spent[i]
  yield* rates(generator, (from, to, rate) => {
    if (ends[to] >= 0 && passing[from]) weights[ends[to]] += time[from] * rate
  })
  const lost = flux(generator, time).subarray(0, 2 * generator.box.low.length)
  // A chain that is left is one with one more state, which leads back to the first.
  return { weights, lost, rounding: stationaryRounding(chain) }
}

function solution({ generator, growths }: Projection, record: Recorder): Solution {
  const outflow = flux(generator, generator.matrix.transition.vectors[0]).reduce((a, b) => a + b, 0)
  const diagnostics = { states: generator.states, outflow, growths }
  return { observations: record.observations(), diagnostics, warnings: record.warnings() }
}
