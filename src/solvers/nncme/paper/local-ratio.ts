/**
 * The generator of the master equation in a box, seen from one state: with p a law and a_r the propensities,
 *
 *     (W p)(n) / p(n) = Σ_r a_r(n − s_r) p(n − s_r)/p(n) − Σ_r a_r(n),
 *
 * the logarithmic derivative of p at n, which is all that the papers' training needs of the master equation (Tang, Weng &
 * Zhang 2023, doi:10.1038/s42256-023-00632-6). Reactions that change the counts alike share a predecessor.
 */
import { evaluators } from '../../../network/evaluate'
import { exp } from '../../../numerics/elementary'
import { pick } from '../../../numerics/learning/nade'
import type { Variates } from '../../../numerics/variates'
import { brokenPropensity } from '../../broken'
import type { Problem } from '../../contract'

/** A species whose count may change: its counts are written as low + 0 … cap. */
export interface Axis {
  readonly species: number
  readonly low: number
}

export interface Walls {
  /** Largest number of each axis, inclusive. */
  readonly caps: ArrayLike<number>
  /** Default: every species, from 0 on. Other species keep their initial counts; what would change them does not happen. */
  readonly axes?: readonly Axis[]
  /**
   * What happens at the walls. `reflecting`, as in the papers' code: a reaction that would leave the box does not happen,
   * and no probability is lost. `absorbing`: what leaves is lost.
   */
  readonly boundary: 'reflecting' | 'absorbing'
}

export interface LocalOperator {
  /** How many axes there are, S: all counts here are of axes, from their lows. */
  readonly species: number
  /** Distinct changes of the counts: shift d is `shifts[d·S … d·S + S − 1]`. */
  readonly shifts: Int32Array
  readonly directions: number
  /** Marks in `out` the shifts d for which n − shift_d lies in the box. */
  sources(counts: Int32Array, out: Uint8Array): void
  /**
   * (W p)(n)/p(n) at time t, from ln p(n − shift_d)/p(n) of the shifts that `sources` marks. Throws a `Failure` where a
   * propensity is not one.
   */
  rate(counts: Int32Array, logRatios: Float64Array, t: number): number
  /** One reaction from these counts, as likely as at time t and within the box; false where none can happen. */
  move(counts: Int32Array, t: number, source: Variates): boolean
}

export function localOperator(problem: Problem, walls: Walls): LocalOperator {
  const { caps, boundary } = walls
  const { network, parameters, initial } = problem
  const { propensities } = evaluators(network, parameters)
  const axes = axesOf(problem, walls)
  const S = axes.length
  const table: number[][] = []
  const moves = network.reactions.flatMap(({ net }, r) => {
    const change = axes.map(({ species }) => net.find((term) => term.species === species)?.count ?? 0)
    const inside = change.filter((by) => by !== 0).length
    if (inside === 0 || inside < net.length) return []
    const known = table.findIndex((other) => other.every((by, s) => by === change[s]))
    return [{ propensity: propensities[r], direction: known >= 0 ? known : table.push(change) - 1 }]
  })
  const D = table.length
  const shifts = Int32Array.from(table.flat())
  const before = new Float64Array(S)
  const full = Float64Array.from(initial)
  const marked = new Uint8Array(D)
  const leads = new Uint8Array(D)
  const chances = new Float64Array(moves.length)

  /** The propensity in a state of the axes. */
  const at = (propensity: (x: Float64Array, t: number) => number, counts: ArrayLike<number>, t: number): number => {
    for (let s = 0; s < S; s++) full[axes[s].species] = axes[s].low + counts[s]
    const a = propensity(full, t)
    if (!(a >= 0 && a < Number.POSITIVE_INFINITY)) throw brokenPropensity(problem, full, t)
    return a
  }
  /** Whether n + sign·shift_d is a state of the box; it is left in `before`. */
  const stays = (counts: Int32Array, d: number, sign: number): boolean => {
    for (let s = 0; s < S; s++) {
      const count = counts[s] + sign * shifts[d * S + s]
      if (count < 0 || count > caps[s]) return false
      before[s] = count
    }
    return true
  }
  const sources = (counts: Int32Array, out: Uint8Array) => {
    for (let d = 0; d < D; d++) out[d] = stays(counts, d, -1) ? 1 : 0
  }
  return {
    species: S,
    shifts,
    directions: D,
    sources,
    rate(counts, logRatios, t) {
      sources(counts, marked)
      for (let d = 0; d < D; d++) {
        leads[d] = boundary === 'absorbing' || stays(counts, d, 1) ? 1 : 0
      }
      let change = 0
      for (const { propensity, direction: d } of moves) {
        if (leads[d]) change -= at(propensity, counts, t)
        if (!marked[d]) continue
        for (let s = 0; s < S; s++) before[s] = counts[s] - shifts[d * S + s]
        const a = at(propensity, before, t)
        if (a > 0) change += a * exp(logRatios[d])
      }
      return change
    },
    move(counts, t, source) {
      let total = 0
      moves.forEach(({ propensity, direction }, r) => {
        chances[r] = stays(counts, direction, 1) ? at(propensity, counts, t) : 0
        total += chances[r]
      })
      if (!(total > 0)) return false
      const chosen = pick(chances, 0, chances.length - 1, source.uniform() * total)
      for (let s = 0; s < S; s++) counts[s] += shifts[moves[chosen].direction * S + s]
      return true
    },
  }
}

/** The axes of a box: those it names, or all species. */
export function axesOf({ network }: Problem, { axes }: Walls): readonly Axis[] {
  return axes ?? network.species.map((_, species) => ({ species, low: 0 }))
}
