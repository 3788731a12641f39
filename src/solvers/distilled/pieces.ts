/** Pieces of the work that any thread can do: the lesson of one setting, and the student's examination at one. */
import { ownBackend } from '../../numerics/learning/own'
import { parts, serveTeam, type TeamTask } from '../../numerics/learning/team'
import type { Problem, Run } from '../contract'
import type { Domain, Setting } from '../design'
import { quickEnough } from '../teachers'
import type { DistilledOptions } from './index'
import type { Model } from './model'
import { lossOf, parcelOf } from './step'
import { type Build, densityOf, type Lecture } from './student'
import { lectures, measure } from './teach'
import { openWriter, type Variable } from './writer'

/** A setting to be taught at some times; sample paths are those of the streams from `first` on. */
export interface Lesson {
  readonly kind: 'lesson'
  readonly setting: Setting
  readonly times: Float64Array
  readonly first: number
}

/** A setting where a student is compared with its judge. */
export interface Examination {
  readonly kind: 'examination'
  readonly model: Pick<Model, 'domain' | 'variables' | 'student'>
  readonly setting: Setting
  readonly times: Float64Array
  readonly teacher: 'fsp' | 'ssa'
  readonly paths: number
  readonly first: number
}

/** A thread that takes part in every step of the training, until it is released. */
export interface Gradients {
  readonly kind: 'gradients'
  readonly task: TeamTask
  readonly member: number
  readonly domain: Domain
  readonly variables: readonly Variable[]
  readonly build: Build
  /** Made without WebAssembly. */
  readonly plain: boolean
  readonly batch: number
  readonly rows: number
}

type Piece = Lesson | Examination | Gradients

export function lesson(
  problem: Problem,
  { teacher, paths, rows }: DistilledOptions,
  { setting, times, first }: Lesson,
  run: Run,
): AsyncGenerator<void, Lecture[], void> {
  const from = teacher === 'consistency' ? 'fsp' : teacher
  return lectures(problem, setting, times, rows, { teacher: from, paths, first, quick: quickEnough.toLearn }, run)
}

/** Rows of the error map. */
export function examination(
  problem: Problem,
  options: DistilledOptions,
  { model, setting, times, teacher, paths, first }: Examination,
  run: Run,
): AsyncGenerator<void, Float64Array, void> {
  const source = { teacher, paths, first, quick: options.quick ? quickEnough.toMeasure : 0 }
  return measure(problem, model.domain, openWriter(model), setting, times, source, run)
}

async function* gradients(
  { task, member, domain, variables, build, plain, batch, rows }: Gradients,
  run: Run,
): AsyncGenerator<void, true, void> {
  const density = densityOf(domain, variables, build)
  const learner = ownBackend({ plain }).learner(density.initial(run.rng(0)), parts)
  try {
    // The same kernels as those of the thread that asks.
    const { apart } = learner
    if (!apart) throw new Error('no kernels whose memory is at hand')
    return yield* serveTeam(task, member, apart, lossOf(density), parcelOf(density, batch, rows), () => run.due())
  } finally {
    learner.dispose()
  }
}

export function doPiece(
  problem: Problem,
  options: DistilledOptions,
  piece: unknown,
  run: Run,
): AsyncGenerator<void, unknown, void> {
  // From another thread of the same program, not from outside.
  const one = piece as Piece
  if (one.kind === 'gradients') return gradients(one, run)
  return one.kind === 'lesson' ? lesson(problem, options, one, run) : examination(problem, options, one, run)
}
