/** Whether the joint law has moved since it was last learnt, as far as pairs of species show it. */
import type { Rows } from './fit'
import { pairsOf } from './spread'

/** What lies in each cell of each pair: weight, and the sum of squared weights, which is its variance. */
export interface Sketch {
  readonly mass: readonly Float64Array[]
  readonly variance: readonly Float64Array[]
}

/** Bins of each variable. */
const bins = 16
/** Cells with less in both sketches together are no evidence. */
const fewest = 10
/** Standard deviations of χ² beyond its mean that are taken for a movement. */
const sure = 4

/** Of states [rows, variables] in a box. */
export function sketchOf(caps: readonly number[], { states, own }: Rows): Sketch {
  const N = caps.length
  const rows = states.length / N
  const widths = caps.map((cap) => Math.ceil((cap + 1) / bins))
  const pairs = pairsOf(caps.map((_, i) => i))
  const [mass, variance] = [0, 1].map(() => pairs.map(() => new Float64Array(bins * bins)))
  pairs.forEach(([a, b], k) => {
    for (let r = 0; r < rows; r++) {
      const [one, other] = [a, b].map((i) => Math.floor(states[r * N + i] / widths[i]))
      const weight = own ? own[r] : 1
      mass[k][bins * one + other] += weight
      variance[k][bins * one + other] += weight ** 2
    }
  })
  return { mass, variance }
}

/** By χ² of two samples, the larger of all pairs. States that go on from one to the other make it smaller, never larger. */
export function hasMoved(before: Sketch, now: Sketch): boolean {
  return before.mass.some((mass, k) => {
    let [chi2, cells] = [0, 0]
    mass.forEach((was, c) => {
      const is = now.mass[k][c]
      if (was + is < fewest) return
      chi2 += (is - was) ** 2 / (before.variance[k][c] + now.variance[k][c])
      cells++
    })
    const freedom = Math.max(1, cells - 1)
    return chi2 > freedom + sure * Math.sqrt(2 * freedom)
  })
}
