/** How fast a network forgets where it began: the spectral gap, and what is left while it has not left. */
import { quasiStationary, spectralGap, stationaryLaw } from '../numerics/elimination'
import type { NamedArray } from '../numerics/named-array'
import { Failure, type Problem } from '../solvers/contract'
import { reachable, reaching } from '../solvers/fsp/chain'
import { fsp } from '../solvers/fsp/index'
import { begin, type Projection } from '../solvers/fsp/projection'
import { recorder } from '../solvers/fsp/record'
import { rest } from '../solvers/fsp/rest'
import { eliminated, initialState, settleBox } from '../solvers/fsp/settled'
import { checkSteady } from './steady'

export interface Relaxation {
  /** Per unit time: differences from the law at rest fall as e^(−gap · t) in the end. */
  readonly gap: number
  /** Relative, of the mode: where it is not small, the slowest mode swings, or is not alone. */
  readonly residual: number
  /** l1 error of the law at rest that the gap belongs to. */
  readonly distance: number
  readonly states: number
  readonly halves: Halves
}

/** The slowest mode cut halfway between its extremes: two lasting states, if it is a switch between such. */
export interface Halves {
  /** Share of the mode's variance that lies between the halves: near 1 where it is a switch, less for a slope. */
  readonly sharpness: number
  /** Probability of each half under the law at rest. */
  readonly weights: readonly [number, number]
  /**
   * How often each is left for the other, per unit time: gap × weight of the other. First order in the ratio of the gap
   * to the next rate.
   */
  readonly rates: readonly [number, number]
  /** [time: half, moment, quantity], given that half; and [time: half, quantity, count], the parts of the law. */
  readonly moments: NamedArray
  readonly marginals: NamedArray
}

/** The spectral gap of a network that comes to rest. */
export function* relaxation(problem: Problem, tolerance = 1e-9): Generator<void, Relaxation, void> {
  checkSteady(problem.network)
  const projection = begin(problem, { ...fsp.options.defaults, tolerance })
  const { distance } = yield* rest(projection)
  const { generator } = projection
  const law = generator.matrix.transition.vectors[0]
  // Leave the likeliest state out: mean times to it are short, so that no digits are lost.
  const top = law.indexOf(law.reduce((a, b) => Math.max(a, b)))
  const keep = Uint8Array.from(law, (p, i) => Number(p > 0 && i !== top))
  if (!keep.includes(1)) {
    throw new Failure(
      'rest',
      'the network ends in a single state: ask how it leaves the others instead',
      'analyse quasi',
    )
  }
  const { chain, states } = yield* eliminated(generator, keep, false)
  const chainLaw = Float64Array.from(states, (state) => law[state])
  const { rate, residual, mode, there } = yield* spectralGap(chain, chainLaw, law[top])
  const slow = new Float64Array(law.length).fill(Number.NaN)
  for (const [i, state] of states.entries()) slow[state] = mode[i]
  slow[top] = there
  return { gap: rate, residual, distance, states: generator.states, halves: halve(projection, slow, rate) }
}

/** States rarer than this share of the likeliest do not count as extremes of a mode. */
const visited = 1e-9

function halve({ problem, generator, space }: Projection, slow: Float64Array, gap: number): Halves {
  const law = generator.matrix.transition.vectors[0]
  const least = visited * law.reduce((a, b) => Math.max(a, b))
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < law.length; i++) {
    if (!(law[i] > least)) continue
    low = Math.min(low, slow[i])
    high = Math.max(high, slow[i])
  }
  const middle = (low + high) / 2
  const side = (i: number) => Number(slow[i] > middle)
  const [weights, sums] = [
    [0, 0],
    [0, 0],
  ]
  let square = 0
  for (let i = 0; i < law.length; i++) {
    if (!(law[i] > 0)) continue
    weights[side(i)] += law[i]
    sums[side(i)] += law[i] * slow[i]
    square += law[i] * slow[i] ** 2
  }
  const between = sums[0] ** 2 / weights[0] + sums[1] ** 2 / weights[1]
  const observe = { moments: true, marginals: true, joints: [], trajectories: false }
  const record = recorder({ ...problem, times: Float64Array.of(0, 1), observe })
  for (const half of [0, 1]) {
    const part = law.map((p, i) => (p > 0 && side(i) === half ? p : 0))
    record.take({ generator, law: part, space, distance: 0 })
  }
  const { moments, marginals } = record.observations()
  return {
    sharpness: between / square,
    weights: [weights[0], weights[1]],
    rates: [gap * weights[1], gap * weights[0]],
    moments: moments.array,
    marginals: marginals.array,
  }
}

export interface Quasi {
  /** Rate at which the network leaves for good, once it has forgotten where it began: 1/rate is the mean time left. */
  readonly rate: number
  readonly residual: number
  /** l1 change of the law plus the relative change of the rate when the box was last enlarged; 0: box complete. */
  readonly change: number
  /** [time, moment, quantity], with one time that means nothing. */
  readonly moments: NamedArray
  /** [time, quantity, count]; likewise. */
  readonly marginals: NamedArray
  readonly states: number
}

/** The law that lasts among the states that lead back to the initial one, given that none other was reached yet. */
export function* quasiStationaryLaw(problem: Problem, tolerance = 1e-9): Generator<void, Quasi, void> {
  checkSteady(problem.network)
  const projection = begin(problem, { ...fsp.options.defaults, tolerance })
  let residual = 0
  let rate = 0
  const change = yield* settleBox(projection, function* ({ generator }) {
    const start = initialState(projection)
    const onward = yield* reachable(generator, start)
    const back = yield* reaching(generator, start)
    const { chain, states } = yield* eliminated(
      generator,
      onward.map((on, i) => on & back[i]),
      false,
    )
    // In a box that is still too small to hold a way out, the law is the one at rest.
    const closed = chain.exit.every((exit) => exit === 0)
    const mode = closed ? { law: yield* stationaryLaw(chain), rate: 0, residual: 0 } : yield* quasiStationary(chain)
    rate = mode.rate
    residual = mode.residual
    const law = generator.matrix.transition.vectors[0].fill(0)
    for (const [i, state] of states.entries()) law[state] = mode.law[i]
    return { size: rate > 0 ? rate : 1 }
  })
  if (rate === 0) {
    throw new Failure(
      'quasi',
      'where the law is above the tolerance, nothing leaves for good: the network has a law at rest instead',
    )
  }
  const { generator, space } = projection
  const observe = { moments: true, marginals: true, joints: [], trajectories: false }
  const record = recorder({ ...problem, times: new Float64Array(1), observe })
  record.take({ generator, law: generator.matrix.transition.vectors[0], space, distance: change })
  const { moments, marginals } = record.observations()
  return { rate, residual, change, moments: moments.array, marginals: marginals.array, states: generator.states }
}
