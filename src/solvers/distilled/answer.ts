/** From a student's laws of the whole state to what was asked, and how far it may be off. */

import { quantities } from '../../network/network'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import type { ErrorEstimate, Frame, Observations, Problem } from '../contract'
import type { Domain } from '../design'
import { coordinates, forEachState, type Held, type Recorder, recorder, volume } from '../fsp/kernel'
import { type ErrorMap, meanOf, nearby, short, sortedErrors, still } from '../learnt'
import type { Writer } from './chain'
import { type Model, type Student, writerOf } from './model'

/** Notes the laws of a problem's times one by one, as the student gives them. */
export interface Reporter {
  take(k: number): Promise<void>
  readonly record: Recorder
}

/** `see`, if given, is shown each law as it is noted, on the box of `widths`. */
export async function reporter(
  problem: Problem,
  domain: Domain,
  writer: Writer,
  see?: (p: Float64Array, widths: readonly number[], k: number) => void,
): Promise<Reporter> {
  const space = coordinates(problem.network, problem.initial)
  const quiet = still(problem) || !(domain.horizon > 0)
  const within = problem.times.map((t) => Math.min(t, domain.horizon))
  const widths = quiet ? space.axes.map((s) => problem.initial[s] + 1) : await writer.widths(problem, within)
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
        await writer.write(problem, within[k], widths, p)
        if (!all) exclude(p, possible)
      }
      see?.(p, widths, k)
      record.take({ generator, law: p, space, distance: 0, how: 'learnt' } satisfies Held)
    },
  }
}

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
  const joint = sortedErrors(map, 'hellinger')
  const worst = joint[Math.max(0, Math.ceil(0.99 * joint.length) - 1)]
  const single = meanOf(sortedErrors(map, 'marginalHellinger'))
  return `over all ${joint.length} the Hellinger distance of the whole state is ${short(meanOf(joint))}, in one of a hundred above ${short(worst)}; of single counts it is ${short(single)}`
}

/** What a student says in the midst of its learning, at the last time that is asked: for the eye, without an error. */
export async function lawNow(
  problem: Problem,
  domain: Domain,
  variables: Model['variables'],
  student: Student,
): Promise<Frame['now']> {
  const time = problem.times[problem.times.length - 1]
  const writer = writerOf({ domain, variables, student })
  try {
    const report = await reporter({ ...problem, times: Float64Array.of(time) }, domain, writer)
    await report.take(0)
    const error = { kind: 'none', why: 'it is still learning' } as const
    const seen = Object.entries(report.record.observations()).map(
      ([key, { array }]) => [key, { array, error }] as const,
    )
    return { time, observations: Object.fromEntries(seen) }
  } finally {
    writer.close()
  }
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
