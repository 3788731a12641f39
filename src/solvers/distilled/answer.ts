/** From a student's laws of the whole state to what was asked, and how far it may be off. */

import { quantities } from '../../network/network'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import type { ErrorEstimate, Frame, Observations, Problem } from '../contract'
import type { Domain } from '../design'
import {
  type Coordinates,
  coordinates,
  forEachState,
  type Held,
  type Recorder,
  recorder,
  recover,
  volume,
} from '../fsp/kernel'
import { type ErrorMap, meanOf, nearby, short, sortedErrors, still } from '../learnt'
import type { Model, Student } from './model'
import { openWriter, type Writer } from './writer'

/** Notes the laws of a problem's times one by one, as the student gives them. */
export interface Reporter {
  take(k: number): Promise<void>
  readonly record: Recorder
}

/** `see`, if given, is shown each law as it is noted, on the box of `widths`. */
export function reporter(
  problem: Problem,
  domain: Domain,
  writer: Writer,
  see?: (p: Float64Array, widths: readonly number[], k: number) => void,
): Reporter {
  const space = coordinates(problem.network, problem.initial)
  if (!writer.whole) return drawing(problem, domain, writer, space)
  const quiet = still(problem) || !(domain.horizon > 0)
  const within = problem.times.map((t) => Math.min(t, domain.horizon))
  const widths = quiet ? space.axes.map((s) => problem.initial[s] + 1) : writer.widths(problem, within)
  const box = { low: widths.map(() => 0), cap: widths.map((width) => width - 1) }
  const generator = { box, states: volume(box) }
  const possible = new Uint8Array(generator.states)
  forEachState(space, box, (place) => {
    possible[place] = 1
  })
  const all = possible.every((one) => one === 1)
  const start = space.axes.reduce((place, s, axis) => place * widths[axis] + problem.initial[s], 0)
  const record = recorder(problem)
  const p = new Float64Array(generator.states)
  return {
    record,
    async take(k) {
      if (problem.times[k] === 0 || quiet) {
        p.fill(0)
        p[start] = 1
      } else {
        writer.write(problem, within[k], widths, p)
        if (!all) exclude(p, possible)
      }
      see?.(p, widths, k)
      record.take({ generator, law: p, space, distance: 0, how: 'learnt' } satisfies Held)
    },
  }
}

/** Draws that stand for a law whose states are too many. */
const draws = 4000

/** The same where draws stand for the law. */
function drawing(problem: Problem, domain: Domain, writer: Writer, space: Coordinates): Reporter {
  const record = recorder(problem)
  const { axes } = space
  const counts = Float64Array.from(space.origin)
  return {
    record,
    async take(k) {
      const t = Math.min(problem.times[k], domain.horizon)
      const drawn = t > 0 ? await writer.draw(problem, t, draws) : Int32Array.from(axes, (s) => problem.initial[s])
      const rows = drawn.length / axes.length
      const forEachCounts = (visit: (state: number, counts: Float64Array) => void) => {
        for (let row = 0; row < rows; row++) {
          axes.forEach((s, axis) => {
            counts[s] = drawn[row * axes.length + axis]
          })
          visit(row, counts)
        }
      }
      // A draw that conservation forbids has no weight.
      const law = new Float64Array(rows)
      forEachCounts((row) => {
        law[row] = recover(axes, space.dependents, counts) ? 1 : 0
      })
      const possible = law.reduce((sum, one) => sum + one, 0)
      const generator = { states: rows, forEachCounts: withDependents(forEachCounts, space) }
      record.take({ generator, law: law.map((one) => one / possible), space, distance: 0, how: 'drawn' })
    },
  }
}

type Visiting = (visit: (state: number, counts: Float64Array) => void) => void

const withDependents =
  (forEach: Visiting, { axes, dependents }: Coordinates): Visiting =>
  (visit) =>
    forEach((state, counts) => {
      recover(axes, dependents, counts)
      visit(state, counts)
    })

/** No mass where no state is. */
function exclude(p: Float64Array, possible: Uint8Array): void {
  let total = 0
  for (let i = 0; i < p.length; i++) {
    p[i] *= possible[i]
    total += p[i]
  }
  for (let i = 0; i < p.length; i++) p[i] /= total
}

/** Observations of a record with the errors of the map near what is asked. */
export function withErrors(
  problem: Problem,
  record: Recorder,
  { domain, map, notes }: Pick<Model, 'domain' | 'map' | 'notes'>,
): Observations {
  const quiet = still(problem) || !(domain.horizon > 0)
  const worst = map.rows.length ? nearby(map, domain, problem, problem.times) : []
  const error = (name: string): ErrorEstimate => {
    if (quiet) return { kind: 'exact' }
    if (!worst.length) return { kind: 'none', why: 'it is still learning' }
    const law = notes.teacher === 'ssa' ? 'sampled' : 'exact'
    if (!map.errors.includes(name)) return { kind: 'none', why: 'only the laws of single counts were measured' }
    const what = name === 'moment' ? `difference in a mean or variance from` : `l1 distance to`
    const how = `the largest ${what} the ${law} law at the held-out settings nearest to this one; ${overall(map)}`
    return { kind: 'estimate', value: worst[map.errors.indexOf(name)], how }
  }
  const names: Record<string, string> = { moments: 'moment', marginals: 'marginalL1' }
  return Object.fromEntries(
    Object.entries(record.observations()).map(([key, { array }]) => [key, { array, error: error(names[key] ?? 'l1') }]),
  )
}

/** What the whole map says, in a few words. */
export function overall(map: ErrorMap): string {
  const joint = sortedErrors(map, map.errors[0])
  const worst = joint[Math.max(0, Math.ceil(0.99 * joint.length) - 1)]
  const over = `over all ${joint.length} the Hellinger distance`
  const told = `${short(meanOf(joint))}, in one of a hundred above ${short(worst)}`
  if (!map.errors.includes('hellinger')) return `${over} of the count that is furthest off is ${told}`
  return `${over} of the whole state is ${told}; of single counts it is ${short(meanOf(sortedErrors(map, 'marginalHellinger')))}`
}

/** What a student says in the midst of its learning, at the last time that is asked: for the eye, without an error. */
export async function lawNow(
  problem: Problem,
  domain: Domain,
  variables: Model['variables'],
  student: Student,
): Promise<Frame['now']> {
  const time = problem.times[problem.times.length - 1]
  const writer = openWriter({ domain, variables, student })
  const report = reporter({ ...problem, times: Float64Array.of(time) }, domain, writer)
  await report.take(0)
  const error = { kind: 'none', why: 'it is still learning' } as const
  const seen = Object.entries(report.record.observations()).map(([key, { array }]) => [key, { array, error }] as const)
  return { time, observations: Object.fromEntries(seen) }
}

/** What is shown before anything is learnt: the axes, and no numbers. */
export function blank(problem: Problem): Observations {
  const names = quantities(problem.network)
  const { observe } = problem
  const empty = (...axes: (readonly [string, readonly (string | number)[]])[]) => {
    const array: NamedArray = namedArray([['time', [...problem.times]], ...axes])
    array.data.fill(Number.NaN)
    return { array, error: { kind: 'none', why: 'nothing is learnt yet' } as const }
  }
  return {
    ...(observe.moments && { moments: empty(['moment', ['mean', 'variance']], ['quantity', names]) }),
    ...(observe.marginals && { marginals: empty(['quantity', names], ['count', [0]]) }),
    ...Object.fromEntries(
      observe.joints.map(([a, b]) => [`joint:${names[a]},${names[b]}`, empty([names[a], [0]], [names[b], [0]])]),
    ),
  }
}
