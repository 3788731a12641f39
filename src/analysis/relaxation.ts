/** How fast a network forgets where it began: the spectral gap, and what is left while it has not left. */
import { quasiStationary, spectralGap, stationaryLaw } from '../numerics/elimination'
import type { NamedArray } from '../numerics/named-array'
import { Failure, type Problem } from '../solvers/contract'
import { reachable, reaching } from '../solvers/fsp/chain'
import { fsp } from '../solvers/fsp/index'
import { begin } from '../solvers/fsp/projection'
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
  const { rate, residual } = yield* spectralGap(
    chain,
    Float64Array.from(states, (state) => law[state]),
    law[top],
  )
  return { gap: rate, residual, distance, states: generator.states }
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
    const onward = reachable(generator, start)
    const back = reaching(generator, start)
    const { chain, states } = yield* eliminated(
      generator,
      onward.map((on, i) => on & back[i]),
      false,
    )
    // In a box that is still too small to hold a way out, the law is the one at rest.
    const closed = chain.exit.every((exit) => exit === 0)
    const mode = closed ? { law: stationaryLaw(chain), rate: 0, residual: 0 } : yield* quasiStationary(chain)
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
