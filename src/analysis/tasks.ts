/**
 * Long work as data in, data out: what a thread of its own is given, what it tells on the way, and what comes of it. A
 * task is stopped by stopping its thread.
 */
import { quantities } from '../network/network'
import { type Import, importSbml } from '../network/sbml/import'
import { type Artifact, Failure } from '../solvers/contract'
import { readStudy, type Study } from '../solvers/study'
import type { HopPlan } from './ensembles/compose'
import { type EnsembleReport, ensembleReport } from './ensembles/report'
import { rankedAmong, rankOne } from './inference/calibrate'
import { type RowIssue, sizeOf } from './inference/data'
import { inferChain, type Posterior, posteriorOf } from './inference/infer'
import { type Predicted, predict } from './inference/predict'
import { type InferenceQuestion, readQuestion } from './inference/question'
import { type Chain, emptyProgress, type Progress } from './inference/target'
import { learntMapRows } from './learnt-maps'
import { type MapAxis, type MapRow, mapRows } from './maps'

/** A map over two parameters of a study, as the page asks for it. */
export interface MapRequest {
  readonly study: Study
  readonly x: Omit<MapAxis, 'index'>
  readonly y: Omit<MapAxis, 'index'>
  readonly quantity: string
  /** Null: at rest. */
  readonly time: number | null
}

/** Paths of learnt hops of a study. */
export interface EnsembleRequest extends HopPlan {
  readonly study: Study
  readonly learnt?: Artifact
}

export type Task =
  | { readonly kind: 'read'; readonly question: InferenceQuestion }
  | { readonly kind: 'chain'; readonly question: InferenceQuestion; readonly index: number }
  | { readonly kind: 'conclude'; readonly question: InferenceQuestion; readonly chains: readonly Chain[] }
  | {
      /** Of so many simulated data sets those numbered first, first + step, …: where the truth stands among draws. */
      readonly kind: 'ranks'
      readonly question: InferenceQuestion
      readonly first: number
      readonly step: number
      readonly count: number
    }
  | {
      readonly kind: 'map'
      readonly request: MapRequest
      readonly first: number
      readonly step: number
      /** Draw it from what was learnt; without, by projection. */
      readonly learnt?: Artifact
    }
  | { readonly kind: 'ensemble'; readonly request: EnsembleRequest }
  | { readonly kind: 'import'; readonly file: string }

/** What the data are, once they are read. */
export interface DataReport {
  readonly rows: number
  readonly issues: readonly RowIssue[]
  readonly kind: 'snapshots' | 'courses'
  readonly times: number
  readonly units: number
}

export interface TaskResults {
  readonly read: DataReport
  readonly chain: Chain
  readonly conclude: { readonly posterior: Posterior; readonly predicted: readonly Predicted[] }
  readonly ranks: null
  readonly map: null
  readonly ensemble: EnsembleReport
  readonly import: Import
}

/** Told on the way. */
export type Told =
  | { readonly kind: 'progress'; readonly done: number; readonly phase: string; readonly draws: Float64Array }
  | { readonly kind: 'row'; readonly row: MapRow }
  | { readonly kind: 'ranks'; readonly number: number; readonly ranks: Int32Array }

export type TaskEnding<K extends Task['kind']> =
  | { readonly status: 'done'; readonly result: TaskResults[K] }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly code: string; readonly message: string; readonly hint?: string }

/** Draws of a chain that are shown while it runs. */
const mostShown = 2000

/** The work: it yields often, mostly nothing; `tell` looks at how far a chain has come. */
export function perform(task: Task): {
  readonly work: Generator<Told | undefined, TaskResults[Task['kind']], void>
  tell(): Told | undefined
} {
  const progress = emptyProgress()
  return {
    work: begin(task, progress),
    tell() {
      if (task.kind !== 'chain' && task.kind !== 'ensemble') return undefined
      const d = progress.room > 0 ? progress.draws.length / progress.room : 0
      const draws = progress.draws.slice(0, Math.min(progress.kept, mostShown) * d)
      return { kind: 'progress', done: progress.done, phase: progress.phase, draws }
    },
  }
}

function* begin(task: Task, progress: Progress): Generator<Told | undefined, TaskResults[Task['kind']], void> {
  switch (task.kind) {
    case 'import':
      return importSbml(task.file)
    case 'read': {
      const { read } = readQuestion(task.question)
      return { rows: read.rows, issues: read.issues, kind: read.data.kind, ...sizeOf(read.data) }
    }
    case 'chain':
      return yield* silent(inferChain(readQuestion(task.question), task.index, progress))
    case 'conclude': {
      const reading = readQuestion(task.question)
      const posterior = posteriorOf(reading, task.chains)
      return { posterior, predicted: yield* silent(predict(reading, posterior.draws)) }
    }
    case 'ranks': {
      const reading = readQuestion(task.question)
      for (let number = task.first; number < task.count; number += task.step) {
        yield { kind: 'ranks', number, ranks: yield* silent(rankOne(reading, number, rankedAmong)) }
      }
      return null
    }
    case 'ensemble': {
      const { study, ...plan } = task.request
      const work = ensembleReport({ ...problemOf(study), ...plan })
      for (;;) {
        const { done, value } = work.next()
        if (done) return value
        Object.assign(progress, value)
        yield undefined
      }
    }
    case 'map': {
      const { request, first, step, learnt } = task
      const asked = questionOf(request)
      for (const row of learnt ? learntMapRows(asked, learnt, first, step) : mapRows(asked, first, step)) {
        yield row && { kind: 'row', row }
      }
      return null
    }
    default:
      return task satisfies never
  }
}

function* silent<T>(work: Generator<void, T, void>): Generator<undefined, T, void> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    yield undefined
  }
}

/** Laws of maps are right to so much: the colours tell no more. */
const mapTolerance = 1e-6

function problemOf(study: Study) {
  const read = readStudy({ ...study, times: [0], solver: 'fsp', options: {}, compare: undefined, observe: [] })
  if (!read.ok) throw new Failure('study', read.issues.map(({ path, message }) => `${path}: ${message}`).join('; '))
  const { network, parameters, initial } = read.value.problem
  return { network, parameters, initial }
}

function questionOf({ study, x, y, quantity, time }: MapRequest) {
  const { network, parameters, initial } = problemOf(study)
  const q = quantities(network).indexOf(quantity)
  if (q < 0) throw new Failure('study', `nothing called ${quantity} can be observed`)
  const axis = (given: Omit<MapAxis, 'index'>): MapAxis => {
    const index = network.parameters.findIndex(({ name }) => name === given.name)
    if (index < 0) throw new Failure('study', `there is no parameter ${given.name}`)
    if (!(given.max > given.min) || (given.log && !(given.min > 0))) {
      throw new Failure(
        'map',
        `${given.name} from ${given.min} to ${given.max} is no range${given.log ? ' for a logarithm' : ''}`,
      )
    }
    return { ...given, index }
  }
  const end = time ?? Number.POSITIVE_INFINITY
  return { network, parameters, initial, x: axis(x), y: axis(y), quantity: q, time: end, tolerance: mapTolerance }
}
