/** The probability current on the plane of two species, gathered over blocks of counts. */
import { evaluators } from '../network/evaluate'
import type { Problem } from '../solvers/contract'
import { planeOf } from './plane'

/** A joint law of two species: counts from 0 on both axes, p[i · columns + j]. */
export interface PairLaw {
  readonly rows: number
  readonly columns: number
  readonly p: ArrayLike<number>
}

/** Blocks of `width` × `height` counts, from a corner on. */
export interface Blocks {
  readonly left: number
  readonly bottom: number
  readonly width: number
  readonly height: number
  readonly across: number
  readonly upwards: number
}

/** One number per block, at i · upwards + j. */
export interface Current {
  /** Σ over the block of the current, per unit time. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** What enters the block less what leaves it: the rate of change of its probability. */
  readonly inflow: Float64Array
  /** Σ c² p of the same sums, of which the current is Σ c p: the mean square per sample. */
  readonly square: Float64Array
  /** Largest |c| in the block: an l1 error of the law weighs at most so much. */
  readonly largest: Float64Array
}

/** Below this a state adds nothing to any arrow: far less than rounding leaves of a certified law. */
const negligible = 1e-30

/**
 * J(x) = ½ Σ_r ν_r (a_r(x) p(x) + a_r(x − ν_r) p(x − ν_r)): half of what leaves x and half of what arrives, along the
 * step each takes. In detailed balance every step is taken back as often, and J is 0; summed over all x it is the drift
 * of the mean, Σ ν a p, which is also its limit for laws that hardly change over a step. Throws a Failure where rates
 * read more than the two species tell.
 */
export function pairCurrent(
  problem: Problem,
  pair: readonly [number, number],
  law: PairLaw,
  time: number,
  blocks: Blocks,
): Current {
  const { moves, at } = planeOf(problem, pair)
  const { propensities } = evaluators(problem.network, problem.parameters)
  const { left, bottom, width, height, across, upwards } = blocks
  const size = across * upwards
  const [x, y, inflow] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  const [square, largest] = [new Float64Array(size), new Float64Array(size)]
  const blockOf = (a: number, b: number): number => {
    const [i, j] = [Math.floor((a - left) / width), Math.floor((b - bottom) / height)]
    return i >= 0 && j >= 0 && i < across && j < upwards ? i * upwards + j : -1
  }
  // What one state gives to the blocks that its steps touch: few, so that a list is searched.
  const touched: number[] = []
  const given: [number, number][] = []
  const give = (block: number, dx: number, dy: number) => {
    if (block < 0) return
    let k = touched.indexOf(block)
    if (k < 0) {
      k = touched.push(block) - 1
      given[k] = [0, 0]
    }
    given[k][0] += dx
    given[k][1] += dy
  }
  for (let a = 0; a < law.rows; a++) {
    for (let b = 0; b < law.columns; b++) {
      const p = law.p[a * law.columns + b]
      if (!(p > negligible)) continue
      const counts = at(a, b)
      if (!counts) continue
      touched.length = 0
      const own = blockOf(a, b)
      for (const { reaction, change } of moves) {
        const rate = propensities[reaction](counts, time)
        if (!(rate > 0)) continue
        const to = blockOf(a + change[0], b + change[1])
        give(own, (change[0] * rate) / 2, (change[1] * rate) / 2)
        give(to, (change[0] * rate) / 2, (change[1] * rate) / 2)
        if (to === own) continue
        if (own >= 0) inflow[own] -= rate * p
        if (to >= 0) inflow[to] += rate * p
      }
      for (let k = 0; k < touched.length; k++) {
        const [dx, dy] = given[k]
        const block = touched[k]
        x[block] += dx * p
        y[block] += dy * p
        square[block] += (dx * dx + dy * dy) * p
        largest[block] = Math.max(largest[block], Math.hypot(dx, dy))
      }
    }
  }
  return { x, y, inflow, square, largest }
}
