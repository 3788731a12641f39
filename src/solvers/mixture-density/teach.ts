/** Laws to learn from, and laws to be measured by. */
import type { Problem, Run, Snapshot } from '../contract'
import { type Domain, type Setting, settings } from '../design'
import { quickEnough } from '../teachers'
import type { MixtureOptions } from './index'
import { emptyLessons, type Lesson, learn, timesOf } from './lessons'
import type { Target } from './targets'

/** Streams of the seed: of the two designs, and of the samples from here on. */
const [designStream, heldStream, sampleStream] = [0, 1, 1 << 20]
/** The setting that is asked about is held out, too, at so many of its times. */
const ownTimes = 6
/** Looks cost little where there is one setting: its law is followed once, whatever their number. */
const looksAlone = 8
/** Sampled laws that others are measured by have so many times the paths. */
const finer = 10

export interface Lessons {
  readonly train: readonly Lesson[]
  readonly held: readonly Lesson[]
}

/** One setting is all there is where nothing varies. */
export const countOf = ({ axes }: Domain, count: number) => (axes.length ? count : 1)

/** `show` makes a picture of how far it is, from 0 to 1. */
export async function* teach(
  problem: Problem,
  targets: readonly Target[],
  domain: Domain,
  options: MixtureOptions,
  run: Run,
  show: (phase: string, done: number) => Snapshot,
): AsyncGenerator<Snapshot, Lessons> {
  const [train, held] = [emptyLessons(targets), emptyLessons(targets)]
  const jobs = [
    // The question itself first: what is wrong with it is said at once.
    { setting: problem as Setting, times: some(problem.times), lessons: held, finer: true },
    ...settings(problem, domain, countOf(domain, options.settings), run.rng(designStream)).map((setting, i) => {
      const looks = domain.axes.length ? options.looks : options.looks * looksAlone
      return { setting, times: timesOf(domain, looks, i), lessons: train, finer: false }
    }),
    ...settings(problem, domain, countOf(domain, options.heldOut), run.rng(heldStream)).map((setting, i) => {
      return { setting, times: timesOf(domain, options.looks, i + 0.5), lessons: held, finer: true }
    }),
  ]
  let first = sampleStream
  for (const [k, job] of jobs.entries()) {
    const phase = `${options.teacher === 'fsp' ? 'exact' : 'sampled'} laws: ${k} of ${jobs.length} settings`
    const paths = options.paths * (job.finer ? finer : 1)
    const source = { teacher: options.teacher, paths, first, quick: job.finer ? 0 : quickEnough.toLearn }
    for await (const _ of learn(problem, domain, job.setting, job.times, source, run, job.lessons)) {
      if (run.due()) yield show(phase, k / jobs.length)
    }
    if (run.due()) yield show(phase, (k + 1) / jobs.length)
    first += paths
  }
  return { train, held }
}

function some(times: Float64Array): Float64Array {
  const later = times.filter((t) => t > 0)
  if (later.length <= ownTimes) return later
  return Float64Array.from({ length: ownTimes }, (_, k) => later[Math.round(((k + 1) * later.length) / ownTimes) - 1])
}
