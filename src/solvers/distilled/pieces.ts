/** Pieces of the work that any thread can do: the lesson of one setting, and the student's examination at one. */
import type { Problem, Run } from '../contract'
import type { Setting } from '../design'
import { quickEnough } from '../teachers'
import type { DistilledOptions } from './index'
import type { Model } from './model'
import type { Lecture } from './student'
import { lectures, measure } from './teach'
import { openWriter } from './writer'

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

export type Piece = Lesson | Examination

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

export function doPiece(
  problem: Problem,
  options: DistilledOptions,
  piece: unknown,
  run: Run,
): AsyncGenerator<void, unknown, void> {
  // From another thread of the same program, not from outside.
  const one = piece as Piece
  return one.kind === 'lesson' ? lesson(problem, options, one, run) : examination(problem, options, one, run)
}
