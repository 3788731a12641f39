/** The laws compared with those of an independent, exactly simulated ensemble, beside what sampling alone explains. */
import { hellinger, totalVariation } from '../../numerics/distances'
import type { Problem } from '../contract'
import { type Known, push } from './law'

export interface Checked {
  /** Largest over output times and species. */
  readonly hellinger: number
  readonly totalVariation: number
  /** The Hellinger distance that so few paths explain, of the same law. */
  readonly floor: number
  readonly paths: number
}

/** `paths`: counts [replicate, time, species]. */
export function compare(problem: Problem, known: readonly Known[], paths: Int32Array): Checked | undefined {
  const S = problem.network.species.length
  const T = problem.times.length
  const n = paths.length / (S * T)
  if (!(n > 0)) return undefined
  let worst: Checked = { hellinger: -1, totalVariation: 0, floor: 0, paths: n }
  let variation = 0
  known.forEach((k, t) => {
    const states = new Int32Array(n * S)
    for (let r = 0; r < n; r++) states.set(paths.subarray((r * T + t) * S, (r * T + t + 1) * S), r * S)
    const seen = push(
      { ...problem, observe: { ...problem.observe, joints: [] } },
      { states, weights: new Float64Array(n).fill(1 / n), exact: false },
      problem.times[t],
    )
    for (let s = 0; s < S; s++) {
      const [p, q] = [k.laws[s], seen.laws[s]]
      if (!p || !q) continue
      variation = Math.max(variation, totalVariation({ p, q }))
      const distance = hellinger({ p, q })
      if (distance > worst.hellinger) worst = { ...worst, hellinger: distance, floor: floorOf(p, n) }
    }
  })
  return worst.hellinger < 0 ? undefined : { ...worst, totalVariation: variation }
}

/**
 * √(E D²) of n samples against their own law: (K − 1)/(8n) where all K cells hold many; a cell that holds few gives
 * less, p/2 in all where it expects less than a quarter of a sample.
 */
export function floorOf(p: ArrayLike<number>, n: number): number {
  let sum = 0
  for (let i = 0; i < p.length; i++) sum += Math.min((1 - p[i]) / (8 * n), p[i] / 2)
  return Math.sqrt(sum)
}
