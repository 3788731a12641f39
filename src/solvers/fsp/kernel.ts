/** Exact laws for methods that learn from them, or are measured by them. */
import type { Problem, Verdict } from '../contract'
import { again, carry, standAt } from './again'
import { type BoxGenerator, layOut } from './generator'
import { type FspOptions, fsp } from './index'
import { previewLaws } from './preview'
import { previewable } from './previewable'
import { begin, held, slice } from './projection'
import type { Held } from './record'
import { type Box, type Coordinates, coordinates, forEachState, origin } from './space'
import { timedSlice } from './timed'

export { type Recorder, recorder } from './record'
export { type Coordinates, coordinates, forEachState, recover, volume } from './space'
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

/** A law on a box of counts from `low` on, row-major over the axes of `coordinates`. */
export interface Start {
  readonly low: readonly number[]
  readonly widths: readonly number[]
  readonly p: ArrayLike<number>
}

/** Less mass at the edges of a start is left out, and what is kept shares it. */
const negligible = 1e-10

/** As `project`, but from a law at time `from`; without one, from the initial state at 0. */
export function* projectFrom(
  problem: Problem,
  start: Start | undefined,
  from: number,
  options: Partial<FspOptions>,
  take: (law: Held, k: number) => void,
): Generator<void, void, void> {
  const { network, initial, times } = problem
  const space = coordinates(network, initial)
  const generator = layOut(network, space, start ? kept(start) : origin(space))
  const projection = yield* again(problem, space, generator, { ...fsp.options.defaults, ...options }, start ? from : 0)
  if (start) put(start, space, generator)
  else standAt(projection, initial)
  for (const [k, time] of times.entries()) {
    yield* carry(projection, time)
    take(held(projection), k)
    yield
  }
}

/** The smallest box with all cells that matter. */
function kept({ low, widths, p }: Start): Box {
  const least = widths.map((width) => width)
  const most = widths.map(() => 0)
  forEachCell(widths, (cell, steps) => {
    if (!(p[cell] > negligible)) return
    steps.forEach((n, axis) => {
      least[axis] = Math.min(least[axis], n)
      most[axis] = Math.max(most[axis], n)
    })
  })
  return { low: low.map((n, axis) => n + Math.min(least[axis], most[axis])), cap: low.map((n, axis) => n + most[axis]) }
}

function forEachCell(widths: readonly number[], visit: (cell: number, steps: readonly number[]) => void): void {
  const steps = widths.map(() => 0)
  const cells = widths.reduce((a, b) => a * b, 1)
  for (let cell = 0; cell < cells; cell++) {
    for (let axis = widths.length - 1, rest = cell; axis >= 0; axis--) {
      steps[axis] = rest % widths[axis]
      rest = Math.floor(rest / widths[axis])
    }
    visit(cell, steps)
  }
}

function put({ low, widths, p }: Start, space: Coordinates, { box, numbering, matrix }: BoxGenerator): void {
  const law = matrix.transition.vectors[0]
  let total = 0
  forEachState(space, box, (place, _, steps) => {
    const cell = steps.reduce((at, n, axis) => at * widths[axis] + n + box.low[axis] - low[axis], 0)
    const mass = p[cell]
    law[numbering ? numbering[place] : place] = mass
    total += mass
  })
  for (let i = 0; i < law.length; i++) law[i] /= total
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
 * The same by alternating directions, where that is fast: laws with an estimated l1 distance, mostly near 10⁻³; steps are
 * `finer` times as short as those of a first picture. Calls `take` for no time at all, and returns false, where the network
 * or its rates are not of that kind.
 */
export function projectQuickly(problem: Problem, take: (law: Held, k: number) => void, finer = 1): boolean {
  if (!previewable(problem)) return false
  let k = 0
  return previewLaws(problem, (law) => take(law, k++), quickPlaces, Number.POSITIVE_INFINITY, finer)
}
