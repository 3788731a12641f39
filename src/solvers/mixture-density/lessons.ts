/** From a question to examples: laws of the targets at settings that fill the domain, and at others that are held out. */

import { quantities } from '../../network/network'
import type { Example } from '../../numerics/density-fit'
import { namedArray } from '../../numerics/named-array'
import type { Observations, Problem, Run } from '../contract'
import { type Domain, encode, inputCount, lookTimes, type Setting } from '../design'
import { exactObservations, sampledObservations } from '../teachers'
import { observeTargets, type Target } from './targets'

/** Where laws come from. */
export interface Source {
  readonly teacher: 'fsp' | 'ssa'
  /** Sample paths, which are those of the streams from `first` on. */
  readonly paths: number
  readonly first: number
  /** Exact laws may be those of alternating directions where they are within this in l1; 0: never. */
  readonly quick: number
}

/** What one target has to learn from, or is measured by. */
export interface Lesson {
  readonly target: Target
  readonly examples: Example[]
  /** Not always a whole number ≥ 0: it has no law to learn. */
  uncountable: boolean
}

export function emptyLessons(targets: readonly Target[]): Lesson[] {
  return targets.map((target) => ({ target, examples: [], uncountable: false }))
}

/** Laws at one setting, to learn from or to be measured by. */
export interface Piece {
  readonly setting: Setting
  readonly times: Float64Array
  readonly source: Source
}

/** Mass below this at the ends of a law is left out. */
const negligible = 1e-9
/** l1 distance of exact laws from the truth. */
const tolerance = 1e-7

/** A setting's laws, [time][target]; undefined where it has none that can be learnt. Yields as it works. */
export async function* told(
  problem: Problem,
  domain: Domain,
  targets: readonly Target[],
  { setting, times, source: { teacher, paths, first, quick } }: Piece,
  run: Run,
): AsyncGenerator<void, (Example | undefined)[][], void> {
  const asked = {
    ...problem,
    parameters: setting.parameters,
    initial: setting.initial,
    times,
    observe: observeTargets(targets),
  }
  const observations =
    teacher === 'ssa'
      ? yield* sampledObservations(asked, paths, run, first)
      : yield* exactObservations(asked, tolerance, quick)
  return Array.from(times, (time, k) => {
    const inputs = new Float64Array(inputCount(domain))
    encode(domain, setting, time, inputs, 0)
    return targets.map((target) => {
      const law = lawOf(observations, quantities(problem.network), target, k)
      return law && { inputs, law }
    })
  })
}

/** Adds what was told at a setting. */
export function hear(lessons: readonly Lesson[], laws: readonly (readonly (Example | undefined)[])[]): void {
  for (const row of laws) {
    for (const [i, lesson] of lessons.entries()) {
      const example = row[i]
      if (example) lesson.examples.push(example)
      else lesson.uncountable = true
    }
  }
}

/** Times at which a setting is looked at: of setting i those that its predecessors left out. */
export function timesOf(domain: Domain, looks: number, i: number): Float64Array {
  // Multiples of the golden ratio fill an interval evenly however many there are.
  return lookTimes(domain, looks, ((i + 0.5) * 0.618033988749895) % 1)
}

function lawOf(observations: Observations, names: readonly string[], { of }: Target, k: number) {
  const key = of.length === 1 ? 'marginals' : `joint:${of.map((q) => names[q]).join(',')}`
  const { array } = observations[key] ?? { array: namedArray([]) }
  if (of.length === 2) return key in observations ? trim(array.data, array.shape, k) : undefined
  const [, Q, N] = array.shape
  const q = array.coords.quantity?.indexOf(names[of[0]]) ?? -1
  return q < 0 ? undefined : trim(array.data.subarray((k * Q + q) * N, (k * Q + q + 1) * N), [1, N], 0)
}

/** The part of the k-th law that holds all but next to nothing. */
function trim(data: Float64Array, [, ...widths]: readonly number[], k: number): Example['law'] {
  const [A, B = 1] = widths
  const at = k * A * B
  let [topA, topB, bottomA, bottomB] = [0, 0, A, B]
  for (let i = 0; i < A; i++) {
    for (let j = 0; j < B; j++) {
      if (!(data[at + i * B + j] > negligible)) continue
      topA = Math.max(topA, i)
      topB = Math.max(topB, j)
      bottomA = Math.min(bottomA, i)
      bottomB = Math.min(bottomB, j)
    }
  }
  const low = widths.length === 1 ? [bottomA] : [bottomA, bottomB]
  const kept = widths.length === 1 ? [topA - bottomA + 1] : [topA - bottomA + 1, topB - bottomB + 1]
  const [rows, columns = 1] = kept
  const p = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const from = at + (bottomA + i) * B + bottomB
    p.set(data.subarray(from, from + columns), i * columns)
  }
  return { low, widths: kept, p }
}
