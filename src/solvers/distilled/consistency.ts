/**
 * A student without a teacher: what it says must be consistent with the master equation. Time is cut into windows. In the
 * first, laws follow exactly from the initial state. In each later one, the student's own law at its beginning is carried
 * by the exact operator to times within it, and that is what the student should say there: Σ p log(p/q) between its
 * own law, carried on, and its law later. No law is ever followed for longer than a window; errors add up over them.
 *
 * This is not the method of Liu & Wang, whose students have teachers.
 */
import type { Problem } from '../contract'
import { type Domain, lookTimes, type Setting } from '../design'
import { type Held, projectFrom } from '../fsp/kernel'
import { type Box, boxOf, conditionals } from './course'
import type { Lecture } from './student'
import type { Writer } from './writer'

/** Ends of the windows, the last one the horizon: as even in time as in its logarithm. */
export function windowEnds(domain: Domain, count: number): Float64Array {
  const ends = lookTimes(domain, count, 1)
  ends[count - 1] = domain.horizon
  return ends
}

/** Times at which the i-th setting is looked at between two ends. */
export function timesWithin(from: number, to: number, count: number, i: number): Float64Array {
  const u = ((i + 0.5) * 0.618033988749895) % 1
  const short = lookTimes({ axes: [], horizon: to - from }, count, u)
  // The rise from the initial state is seen at all scales; later, windows are even.
  if (from === 0) return short
  return Float64Array.from({ length: count }, (_, k) => from + ((to - from) * (k + u)) / count)
}

const tolerance = 1e-6
const maxStates = 400_000

/** What the student's own law at `from` becomes at some times after it. */
export function* carriedOn(
  problem: Problem,
  setting: Setting,
  from: number,
  times: Float64Array,
  rows: number,
  student: Writer | undefined,
): Generator<void, Lecture[], void> {
  const asked = { ...problem, ...setting, times }
  const start = student && from > 0 ? lawOf(student, setting, from) : undefined
  const heard: Lecture[] = []
  const take = (law: Held, k: number) => {
    const u = ((k + 1) * 0.7548776662466927 + setting.parameters.reduce((a, b) => a + b, 0)) % 1
    heard[k] = { setting, t: times[k], conditionals: conditionals(boxOf(law), rows, Math.abs(u)) }
  }
  yield* projectFrom(asked, start, from, { tolerance, maxStates }, take)
  return heard
}

function lawOf(student: Writer, setting: Setting, t: number): Box {
  const widths = student.widths(setting, [t])
  const p = new Float64Array(widths.reduce((a, b) => a * b, 1))
  student.write(setting, t, widths, p)
  return { low: widths.map(() => 0), widths, p }
}
