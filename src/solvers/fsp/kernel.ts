/** Exact laws for methods that learn from them, or are measured by them. */
import type { Problem, Verdict } from '../contract'
import { type FspOptions, fsp } from './index'
import { previewLaws } from './preview'
import { previewable } from './previewable'
import { begin, held, slice } from './projection'
import type { Held } from './record'
import { forEachState } from './space'
import { timedSlice } from './timed'

export { type Recorder, recorder } from './record'
export { type Coordinates, coordinates, forEachState, volume } from './space'
export type { Held }

/** Whether laws of the problem can be had from here. */
export function provable(problem: Problem): Verdict {
  return fsp.supports(problem, fsp.options.defaults)
}

/**
 * Hands the law at each output time to `take`, which must not keep it: memory is used again. Yields every few
 * milliseconds; throws a `Failure` where a propensity breaks or the box outgrows its limits. Returns false, at a time that
 * does not depend on the machine, when it has made more than `most` multiplications.
 */
export function* project(
  problem: Problem,
  options: Partial<FspOptions>,
  take: (law: Held, k: number) => void,
  most = Number.POSITIVE_INFINITY,
): Generator<void, boolean, void> {
  const projection = begin(problem, { ...fsp.options.defaults, ...options })
  let [work, terms] = [0, 0]
  for (const [k, time] of problem.times.entries()) {
    while (projection.time < time) {
      const { nonzeros } = projection.generator.matrix.transition
      yield* projection.timed ? timedSlice(projection, time) : slice(projection, time)
      work += (projection.terms - terms) * nonzeros
      terms = projection.terms
      if (work > most) return false
    }
    take(held(projection), k)
    yield
  }
  return true
}

/** Visits every state of a law: its number in `law.law`, and the counts of all species (shared: copy to keep). */
export function forEachHeld({ generator, space }: Held, visit: (state: number, counts: Float64Array) => void): void {
  if (generator.forEachCounts) generator.forEachCounts(visit)
  else {
    const { numbering } = generator
    forEachState(space, generator.box, (place, counts) => visit(numbering ? numbering[place] : place, counts))
  }
}

/** Places of the largest rectangle that is still quick: a second or so. */
const quickPlaces = 120_000

/**
 * The same by alternating directions, where that is fast: laws with an estimated l1 distance, mostly near 10⁻³. Calls
 * `take` for no time at all, and returns false, where the network or its rates are not of that kind.
 */
export function projectQuickly(problem: Problem, take: (law: Held, k: number) => void): boolean {
  if (!previewable(problem)) return false
  let k = 0
  return previewLaws(problem, (law) => take(law, k++), quickPlaces, Number.POSITIVE_INFINITY)
}
