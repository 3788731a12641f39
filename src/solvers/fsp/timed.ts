/** Steps for rates that read the time. */
import { reads } from '../../network/structure'
import { fill, type Table, tabulate } from './generator'
import { grow, type Projection, run, settle } from './projection'

/** Steps are not halved below this share of the horizon: what they then disagree by is in the estimate. */
const shortestStep = 1e-9

/**
 * A commutator-free exponential method of order four (Blanes & Moan 2006, doi:10.1016/j.apnum.2005.11.004): two
 * exponentials over half a step each, of the generators at `nodes`, in `shares` that sum to 1.
 */
interface Quadrature {
  readonly nodes: readonly number[]
  readonly shares: readonly (readonly number[])[]
}

const root = Math.sqrt(1 / 3)
const gauss: Quadrature = {
  nodes: [0.5 - root / 2, 0.5 + root / 2],
  shares: [
    [0.5 + root, 0.5 - root],
    [0.5 - root, 0.5 + root],
  ],
}
/** The ends lie a hair inside, so that a jump of a rate between two steps belongs to one of them. */
const simpson: Quadrature = {
  nodes: [1e-9, 0.5, 1 - 1e-9],
  shares: [
    [3 / 6, 4 / 6, -1 / 6],
    [-1 / 6, 4 / 6, 3 / 6],
  ],
}

/**
 * One step, taken whole by Simpson's nodes and in two halves by Gauss's; the halves are kept when the two agree. The
 * nodes interlace and the ends are among them, so that a jump of a rate shows wherever it falls.
 */
export function* timedSlice(projection: Projection, until: number): Generator<void, void, void> {
  const { generator, options, horizon, time } = projection
  const h = Math.min(until - time, projection.step)
  const [law] = generator.matrix.transition.vectors
  const before = law.slice()
  if (!(yield* timedStep(projection, simpson, time, h))) return yield* grow(projection, before)
  const whole = law.slice()
  law.set(before)
  projection.cut = 0
  const kept =
    (yield* timedStep(projection, gauss, time, h / 2)) && (yield* timedStep(projection, gauss, time + h / 2, h / 2))
  if (!kept) return yield* grow(projection, before)
  const change = whole.reduce((sum, p, i) => sum + Math.abs(p - law[i]), 0)
  // A few units of rounding are no change of the rates.
  const allowed = (options.tolerance / 2) * (h / horizon) + 1e-15
  // The error of a step goes with h⁵ and its allowance with h.
  const factor = Math.min(4, Math.max(0.1, 0.9 * (allowed / change) ** 0.25))
  const shortest = horizon * shortestStep
  const tooLong = change > allowed && h > shortest
  projection.step = Math.max(shortest, (tooLong ? h : Math.max(projection.step, h)) * factor)
  if (tooLong) {
    law.set(before)
    return
  }
  projection.drift += change
  settle(projection, h < until - time ? time + h : until, before)
}

/** Two exponentials, each of a mixture of the generators at the nodes of the step. */
function* timedStep(
  projection: Projection,
  { nodes, shares }: Quadrature,
  from: number,
  h: number,
): Generator<void, boolean, void> {
  const { problem, generator, space, propensities } = projection
  const { network } = problem
  const timed = network.reactions.map((_, r) => reads(network, r).time)
  if (projection.steady?.generator !== generator) {
    projection.steady = { generator, table: tabulate(generator, space, propensities, (r) => !timed[r], from) }
  }
  const steady = projection.steady.table
  const tables = nodes.map((node) => tabulate(generator, space, propensities, (r) => timed[r], from + node * h))
  for (const share of shares) {
    yield* fill(generator, space, (into, _, i) => {
      for (let r = 0; r < into.length; r++) into[r] = steady[r]?.[i] ?? mixture(tables, r, i, share)
    })
    if (!(yield* run(projection, h / 2, from + h))) return false
  }
  return true
}

/** Shares of a propensity at several times. Below 0 only by extrapolation, and cut there; broken if any is. */
function mixture(tables: readonly Table[], reaction: number, state: number, share: readonly number[]): number {
  let sum = 0
  for (let k = 0; k < tables.length; k++) {
    const value = tables[k][reaction]?.[state] ?? Number.NaN
    if (!(value >= 0)) return value
    sum += share[k] * value
  }
  return Math.max(0, sum)
}
