/** A law under way on a box or on states that follow it, as the solver drives it: the same few things of either. */
import type { Problem } from '../contract'
import { type Following, follow, followSlice, heldRegion } from './follow'
import { followTimedSlice } from './follow-timed'
import type { FspOptions } from './index'
import type { Threads } from './matrix-free'
import type { Plan } from './plan'
import { begin, type Course, held, type Projection, slice, warnings } from './projection'
import type { Held } from './record'
import { timedSlice } from './timed'

/** A law on its way, whatever its states are. */
export interface Journey {
  readonly course: Course
  slice(until: number): Generator<void, void, void>
  held(): Held
  readonly diagnostics: Readonly<Record<string, number>>
  /** Which states were chosen, and why. */
  readonly told: string
  warnings(): string[]
  release(): void
}

export function inBox(problem: Problem, options: FspOptions, { told }: Plan, threads: Threads): Journey {
  const projection: Projection = begin(problem, options)
  projection.storesNothing = true
  projection.threads = threads
  return {
    course: projection,
    slice: (until) => (projection.timed ? timedSlice(projection, until) : slice(projection, until)),
    held: () => held(projection),
    diagnostics: {},
    told,
    warnings: () => warnings(projection),
    release: () => projection.generator.release?.(),
  }
}

export function following(
  problem: Problem,
  options: FspOptions,
  { inner, sheds, start, told }: Plan,
  { helpers }: Threads,
): Journey {
  const law: Following = follow(problem, options, inner, sheds, start, helpers)
  return {
    course: law,
    slice: (until) => (law.timed ? followTimedSlice : followSlice)(law, until),
    held: () => heldRegion(law),
    get diagnostics() {
      return { peak: law.peak, dropped: law.dropped }
    },
    told,
    warnings: () => [],
    release: () => law.ground.arena.release(),
  }
}
