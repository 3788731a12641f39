/** Laws to learn from, and laws to be measured by. */
import type { Problem, Run, Snapshot } from '../contract'
import { type Domain, domainOf, type Setting, settings } from '../design'
import { inPieces } from '../pieces'
import { quickEnough } from '../teachers'
import type { MixtureOptions } from './index'
import { emptyLessons, hear, type Lesson, type Piece, timesOf, told } from './lessons'
import { plan, type Target } from './targets'

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
  let next = sampleStream
  const pieces = jobs.map(({ setting: { parameters, initial }, times, ...job }): Piece => {
    const paths = options.paths * (job.finer ? finer : 1)
    const first = next
    next += paths
    const source = { teacher: options.teacher, paths, first, quick: job.finer ? 0 : quickEnough.toLearn }
    return { setting: { parameters, initial }, times, source }
  })
  const work = inPieces(pieces, (piece) => told(problem, domain, targets, piece, run), run.hands)
  let step = await work.next()
  for (; !step.done; step = await work.next()) {
    const kind = options.teacher === 'fsp' ? 'exact' : 'sampled'
    const phase = `${kind} laws: ${Math.round(step.value * jobs.length)} of ${jobs.length} settings`
    if (run.due()) yield show(phase, step.value)
  }
  for (const [k, laws] of step.value.entries()) hear(jobs[k].lessons, laws)
  return { train, held }
}

/** One of the pieces, on any thread. */
export function doPiece(problem: Problem, options: MixtureOptions, piece: unknown, run: Run) {
  // From another thread of the same program, not from outside.
  return told(problem, domainOf(problem, options.starts), plan(problem).targets, piece as Piece, run)
}

function some(times: Float64Array): Float64Array {
  const later = times.filter((t) => t > 0)
  if (later.length <= ownTimes) return later
  return Float64Array.from({ length: ownTimes }, (_, k) => later[Math.round(((k + 1) * later.length) / ownTimes) - 1])
}
