/** Steps for rates that read the time. */
import { reads } from '../../network/structure'
import { fill, type Table, tabulate } from './generator'
import { grow, type Projection, run, settle } from './projection'
import { gauss, judged, type Quadrature, simpson } from './quadrature'

/**
 * One step, taken whole by Simpson's nodes and in two halves by Gauss's; the halves are kept when the two agree. The
 * nodes interlace and the ends are among them, so that a jump of a rate shows wherever it falls.
 */
export function* timedSlice(projection: Projection, until: number): Generator<void, void, void> {
  const { generator, time } = projection
  const h = Math.min(until - time, projection.step)
  const [law] = generator.matrix.transition.vectors
  const before = law.slice()
  if (!(yield* timedStep(projection, simpson, time, h))) return yield* grow(projection, before)
  const whole = law.slice()
  law.set(before)
  projection.cut = 0
  for (const half of [time, time + h / 2]) {
    if (!(yield* timedStep(projection, gauss, half, h / 2))) return yield* grow(projection, before)
  }
  const change = whole.reduce((sum, p, i) => sum + Math.abs(p - law[i]), 0)
  const { kept, step } = judged(projection, h, change)
  projection.step = step
  if (!kept) {
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
