/** When a set of states is first reached: the mean, and the law of the time. */
import { evaluators } from '../network/evaluate'
import { solveLeftInSteps } from '../numerics/elimination'
import { mass, uniformise } from '../numerics/uniformise'
import { Failure, type Problem } from '../solvers/contract'
import { reachable } from '../solvers/fsp/chain'
import { fill, layOut, ratesAt } from '../solvers/fsp/generator'
import { fsp } from '../solvers/fsp/index'
import { begin, type Projection } from '../solvers/fsp/projection'
import { eliminated, initialState, settleBox } from '../solvers/fsp/settled'
import { forEachState } from '../solvers/fsp/space'
import type { Work } from './progress'
import { checkSteady } from './steady'

export interface Passage {
  /** Mean time from the initial state to the target. */
  readonly mean: number
  /** What the mean changed by, relatively, and its occupation law in l1, when the box was last enlarged; 0: box complete. */
  readonly change: number
  /** Where the law is given. */
  readonly times: Float64Array
  /** P(reached by t) at these times: at least this … */
  readonly reached: Float64Array
  /** … and at most this much more (proved, but for rounding). */
  readonly missing: Float64Array
  readonly states: number
}

/** Where the law of the time is wanted, given its mean and what one unit of time costs, in multiplications. */
export type Grid = (mean: number, cost: number) => Float64Array

/**
 * First passage from the initial state to where `target`, a quantity of the network by its number, is not 0; its law
 * at the problem's output times unless `grid` says otherwise.
 * Throws a Failure where some states on the way never lead there: the mean is then infinite.
 */
export function* firstPassage(
  problem: Problem,
  target: number,
  tolerance = 1e-9,
  grid: Grid = () => problem.times,
): Work<Passage> {
  checkSteady(problem.network)
  const reached = evaluators(problem.network, problem.parameters).quantities[target]
  const projection = begin(problem, { ...fsp.options.defaults, tolerance })
  let mean = 0
  const change = yield* settleBox(projection, function* ({ generator }) {
    const start = initialState(projection)
    const goal = inside(projection, (counts) => reached(counts, 0) !== 0)
    const law = generator.matrix.transition.vectors[0].fill(0)
    if (goal[start]) {
      mean = 0
      return { size: 1 }
    }
    const keep = yield* reachable(generator, start, goal)
    const { chain, states } = yield* eliminated(generator, keep, true)
    const spent = new Float64Array(states.length)
    spent[states.indexOf(start)] = 1
    yield* solveLeftInSteps(chain, spent)
    mean = spent.reduce((a, b) => a + b, 0)
    if (!(mean < Number.POSITIVE_INFINITY)) {
      throw new Failure(
        'passage',
        'there are states on the way from which the target is never reached: the mean time is infinite',
        'ask for the law of the time at some output times with a solver, or for another target',
      )
    }
    for (const [i, state] of states.entries()) law[state] = spent[i] / mean
    return { size: mean }
  })
  const goal = inside(projection, (counts) => reached(counts, 0) !== 0)
  const { rate, matrix } = projection.generator
  const times = grid(mean, rate * matrix.transition.nonzeros)
  const law = yield* arrivals(projection, goal, times)
  return { mean, change, times, ...law, states: projection.generator.states }
}

/** P(target reached by t), by uniformisation with the target kept and nothing leaving it. */
function* arrivals(
  projection: Projection,
  goal: Uint8Array,
  times: Float64Array,
): Work<Pick<Passage, 'reached' | 'missing'>> {
  const { problem, space, propensities, generator: settled } = projection
  const generator = layOut(problem.network, space, settled.box)
  const rates = ratesAt(propensities, 0)
  yield* fill(generator, space, (into, counts, state) => {
    if (goal[state]) into.fill(0)
    else rates(into, counts, state)
  })
  const { transition } = generator.matrix
  const law = transition.vectors[0]
  law[initialState(projection)] = 1
  const reached = new Float64Array(times.length)
  const missing = new Float64Array(times.length)
  let time = 0
  for (const [k, t] of times.entries()) {
    for (let left = generator.rate * (t - time); left > 0; left -= 1024) {
      yield { done: (t - left / generator.rate) / times[times.length - 1], phase: 'law of the time' }
      yield* uniformise(transition, Math.min(left, 1024), 1e-15, Number.POSITIVE_INFINITY)
    }
    time = t
    for (let i = 0; i < law.length; i++) if (goal[i]) reached[k] += law[i]
    missing[k] = Math.max(0, 1 - mass(law))
  }
  return { reached, missing }
}

/** Which states of the box meet a condition on their counts. */
function inside({ space, generator }: Projection, meets: (counts: Float64Array) => boolean): Uint8Array {
  const marks = new Uint8Array(generator.states)
  forEachState(space, generator.box, (place, counts) => {
    if (meets(counts)) marks[generator.numbering ? generator.numbering[place] : place] = 1
  })
  return marks
}
