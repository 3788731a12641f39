/**
 * Uniformisation (Jensen 1953, doi:10.1080/03461238.1953.10419459): e^(hQ) p = Σ_k Poisson(Λh; k) P^k p with
 * P = I + Q/Λ and Λ at least the largest outflow. All terms are ≥ 0: nothing cancels, and the mass that is missing
 * from the result is everything that left, was cut off or was flushed.
 */

import type { Blocks } from './blocks'
import { poissonWindow } from './poisson'
import type { Advance, Ask, Flow, Propagator } from './propagator'

/** Values below this are set to 0: denormal numbers are an order of magnitude slower and carry no mass. */
export const flushBelow = 1e-60

/** One step of a uniformised chain, P = I + Q/Λ, and three vectors that its kernel can reach. */
export interface Transition {
  readonly states: number
  /** Entries of P, the diagonal included. */
  readonly nonzeros: number
  readonly bytes: number
  /** The law is `vectors[0]`, in and out; the other two are scratch. */
  readonly vectors: readonly [Float64Array, Float64Array, Float64Array]
  /** vectors[to] = P vectors[from], values smaller than `flushBelow` as 0; vectors[sum] += weight · vectors[from]. */
  advance(from: number, to: number, sum: number, weight: number): void
  /** vectors[to] = 2 P vectors[from] − vectors[to], and the same to the sum. */
  recur(from: number, to: number, sum: number, weight: number): void
  /** Other threads that keep parts of the vectors. */
  readonly blocks?: Blocks
}

/** A transition whose entries are still to be filled in (and may be again, for another P of the same pattern). */
export interface StepMatrix {
  /** `entries[d][i]`: entry number d of row i (the target); number 0 is the main diagonal. */
  readonly entries: readonly Float64Array[]
  readonly transition: Transition
}

interface Series {
  /** Products with P that were made. */
  readonly terms: number
  /** Of the mass, what the truncated tails of the weights took. */
  readonly cut: number
  /** False when more than `allowed` was lost, or sure to be; `vectors[0]` is then the term it was given up at. */
  readonly kept: boolean
}

/** Entries worked through between two looks at the clock: about a millisecond. */
const stretch = 4e6
/** Products between two looks at the mass, at least: a look costs about half of one. */
const massEvery = 8

/**
 * Advance `vectors[0]` by `mean` = Λh expected events. Poisson tails of at most `tail` are cut off. Yields every few
 * terms; gives up as soon as more than `allowed` of the mass is sure to be lost.
 */
export function* uniformise(
  chain: Transition,
  mean: number,
  tail: number,
  allowed: number,
): Generator<void, Series, void> {
  const { vectors } = chain
  if (mean === 0) return { terms: 0, cut: 0, kept: true }
  const { first, weights } = poissonWindow(mean, tail)
  const last = first + weights.length - 1
  const start = mass(vectors[0])
  vectors[2].fill(0)
  const blocks = last >= worthSharing ? scattered(chain) : undefined
  const look = Math.min(64, Math.ceil(stretch / chain.nonzeros))
  let now = 0
  let remaining = weights.reduce((a, b) => a + b, 0)
  const cut = Math.max(0, start * (1 - remaining))
  const weigh = Math.max(look, massEvery)
  for (let k = 0; k < last; ) {
    const end = Math.min(k + weigh, last)
    const these = Float64Array.from({ length: end - k }, (_, j) => (k + j < first ? 0 : weights[k + j - first]))
    yield* products(chain, blocks, now, these, false, look)
    now = these.length % 2 ? 1 - now : now
    for (const weight of these) remaining -= weight
    k = end
    // Mass never comes back: each of the remaining terms holds at most what this one does.
    if (these.length === weigh && (start - (blocks ? blocks.size(now) : mass(vectors[now]))) * remaining > allowed) {
      yield* blocks?.gather([now]) ?? []
      vectors[0].set(vectors[now])
      return { terms: k, cut, kept: false }
    }
  }
  yield* blocks?.gather([now, 2]) ?? []
  const final = weights[weights.length - 1]
  const [law, , sum] = vectors
  const term = vectors[now]
  for (let i = 0; i < law.length; i++) law[i] = sum[i] + final * term[i]
  return { terms: last, cut, kept: start - mass(law) <= allowed }
}

/** Fewer products are done before parts of the law have gone there and back. */
export const worthSharing = 16

/** The other threads, once they have the law. */
export function scattered({ blocks }: Transition): Blocks | undefined {
  return blocks?.scatter() ? blocks : undefined
}

/**
 * Products one after another: each moves vectors[now] to the other and adds its weight times vectors[now] to the sum; with
 * `recurs` each is 2 P x − y. Yields every `look` of them.
 */
export function* products(
  chain: Transition,
  blocks: Blocks | undefined,
  now: number,
  weights: Float64Array,
  recurs: boolean,
  look: number,
): Generator<void, void, void> {
  if (blocks) {
    yield* blocks.advance(now, weights, recurs)
    return
  }
  for (const [k, weight] of weights.entries()) {
    const from = k % 2 ? 1 - now : now
    if (recurs) chain.recur(from, 1 - from, 2, weight)
    else chain.advance(from, 1 - from, 2, weight)
    if (k % look === look - 1) yield
  }
}

/** Events in one series: long enough that the √ of it is a small overhead, short enough to go back over. */
const seriesEvents = 1024

/** Uniformisation as a propagator: what its law lacks is missing mass, so that its error is proved and said to be 0. */
export function uniformisation(): Propagator {
  return {
    reach: ({ rate }) => seriesEvents / rate,
    *advance(
      { transition, rate, width }: Flow,
      h: number,
      { tolerance, allowed }: Ask,
    ): Generator<void, Advance, void> {
      const start = mass(transition.vectors[0])
      let products = 0
      let cut = 0
      let kept = true
      for (let left = rate * h; left > 0 && kept; left -= seriesEvents) {
        const part = Math.min(left, seriesEvents)
        const granted = allowed - (start - mass(transition.vectors[0]))
        const series = yield* uniformise(transition, part, (tolerance * part) / (rate * h), granted)
        products += series.terms
        cut += series.cut
        kept = series.kept
      }
      // Each number is a sum of `width` products, each off by at most one part in 2^53, and so is P itself.
      return { kept, products, cut, error: 0, rounding: products * (2 * width + 6) * 2 ** -53 }
    },
  }
}

/** So many numbers are added up before their sum is. */
export const summed = 128

/** Sum of non-negative numbers, in blocks so that the rounding error stays near one part in 2^53. */
export function mass(p: Float64Array): number {
  return total([sums(p)])
}

/** Sum of absolute values, likewise. */
export function norm(p: Float64Array): number {
  return total([sums(p, true)])
}

/** Sums of each 128 numbers, or of what they are in size. */
export function sums(p: Float64Array, sizes = false): Float64Array {
  const all = new Float64Array(Math.ceil(p.length / summed))
  for (let k = 0; k < all.length; k++) {
    const to = Math.min((k + 1) * summed, p.length)
    let block = 0
    if (sizes) for (let i = k * summed; i < to; i++) block += Math.abs(p[i])
    else for (let i = k * summed; i < to; i++) block += p[i]
    all[k] = block
  }
  return all
}

/** Sums added up, those of several parts one after the other. */
export function total(parts: readonly Float64Array[]): number {
  let total = 0
  let lost = 0
  for (const part of parts) {
    for (const block of part) {
      const next = total + block
      // Neumaier's compensation (1974, doi:10.1002/zamm.19740540106).
      lost += total >= block ? total - next + block : block - next + total
      total = next
    }
  }
  return total + lost
}
