/** What is learnt from: conditional laws of one count after the others, cut from laws of the whole state. */
import type { Cells } from '../../numerics/density-head'
import { log } from '../../numerics/elementary'
import type { Held } from '../fsp/kernel'
import { forEachState, volume } from '../fsp/kernel'

/** The law of the i-th variable after `before`, the counts of the variables before it. */
export interface Conditional {
  readonly i: number
  readonly before: readonly number[]
  readonly law: Cells
  /** Σ p ln p. */
  readonly negentropy: number
  /** Its share among the conditionals of its variable, on average 1. */
  readonly weight: number
}

/** Mass below this at the ends of a conditional law is left out. */
const negligible = 1e-9

/** A law as a full box, row-major, the last variable contiguous. */
export interface Box {
  readonly low: readonly number[]
  readonly widths: readonly number[]
  readonly p: Float64Array
}

/** The whole box of a projected law, zero where there is no state, and summing to one. */
export function boxOf({ generator, law, space }: Held): Box {
  if (generator.forEachCounts) throw new Error('a law on scattered states has no box')
  const { box, numbering } = generator
  const p = new Float64Array(volume(box))
  let total = 0
  forEachState(space, box, (place) => {
    p[place] = Math.max(0, law[numbering ? numbering[place] : place])
    total += p[place]
  })
  for (let i = 0; i < p.length; i++) p[i] /= total
  return { low: box.low, widths: box.cap.map((cap, axis) => cap - box.low[axis] + 1), p }
}

/**
 * Conditional laws of every variable: after all of the prefixes where there are at most `most`, or else after so many of
 * them, drawn evenly (one from each slice of their law, at `u` of it).
 */
export function conditionals({ low, widths, p }: Box, most: number, u: number): Conditional[] {
  const found: Conditional[] = []
  const N = widths.length
  let block = p.length
  for (let i = 0; i < N; i++) {
    const prefixes = p.length / block
    const mass = new Float64Array(prefixes)
    for (let k = 0; k < prefixes; k++) for (let j = k * block; j < (k + 1) * block; j++) mass[k] += p[j]
    for (const [k, share] of chosen(mass, most, u)) {
      const stride = block / widths[i]
      const law = Float64Array.from({ length: widths[i] }, (_, n) => {
        let sum = 0
        for (let j = k * block + n * stride; j < k * block + (n + 1) * stride; j++) sum += p[j]
        return sum / mass[k]
      })
      found.push({ i, before: countsOf(k, low, widths, i), ...trim(law, low[i]), weight: share })
    }
    block /= widths[i]
  }
  return found
}

/** Prefixes, each with its share: all that matter, or a systematic sample. */
function chosen(mass: Float64Array, most: number, u: number): Map<number, number> {
  const weights = new Map<number, number>()
  const possible = mass.reduce((sum, m) => sum + (m > negligible ? 1 : 0), 0)
  if (possible <= most) {
    mass.forEach((m, k) => {
      if (m > negligible) weights.set(k, m * possible)
    })
    return weights
  }
  let [k, sum] = [0, mass[0]]
  for (let j = 0; j < most; j++) {
    const level = (j + u) / most
    while (sum < level && k + 1 < mass.length) sum += mass[++k]
    weights.set(k, (weights.get(k) ?? 0) + 1)
  }
  // One that was hit twice counts twice.
  const mean = most / weights.size
  for (const [prefix, hits] of weights) weights.set(prefix, hits / mean)
  return weights
}

function countsOf(prefix: number, low: readonly number[], widths: readonly number[], i: number): number[] {
  const counts: number[] = []
  let rest = prefix
  for (let axis = i - 1; axis >= 0; axis--) {
    counts.unshift(low[axis] + (rest % widths[axis]))
    rest = Math.floor(rest / widths[axis])
  }
  return counts
}

function trim(law: Float64Array, low: number): Pick<Conditional, 'law' | 'negentropy'> {
  let [first, last] = [0, law.length - 1]
  while (first < last && law[first] < negligible) first++
  while (last > first && law[last] < negligible) last--
  const p = law.slice(first, last + 1)
  const negentropy = p.reduce((sum, q) => (q > 0 ? sum + q * log(q) : sum), 0)
  return { law: { low: [low + first], widths: [p.length], p }, negentropy }
}
