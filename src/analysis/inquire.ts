/** Answers inquiries, in any host; on the page in a worker of its own. */
import { readCondition } from '../network/condition'
import { quantities } from '../network/network'
import { Failure, type Problem } from '../solvers/contract'
import { readStudy, type Study } from '../solvers/study'
import { separation } from './between'
import { informationOf } from './information'
import type { Ending, Finding, Inquiry, LearntAnswer } from './inquiry'
import { scaled } from './laws'
import { learntAlone, learntResponse } from './learnt-response'
import { firstPassage, type Grid } from './passage'
import type { Progress, Work } from './progress'
import { quasiStationaryLaw, relaxation } from './relaxation'
import { type Response, responseOf } from './response'
import { restingLaw } from './resting'

/** As a solver's host: a clock, a breath, a wish to stop and an eye. */
export interface InquiryHost {
  now(): number
  breathe(): Promise<void>
  cancelled(): boolean
  onProgress(progress: Progress): void
}

/** How long an analysis works between two breaths, in ms. */
const sliceMs = 15

/** Never throws: what goes wrong is an ending. */
export async function inquire(inquiry: Inquiry, host: InquiryHost): Promise<Ending> {
  const started = host.now()
  let slice = started
  try {
    const work = answer(inquiry)
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) return { status: 'done', finding: step.value, elapsedMs: Math.round(host.now() - started) }
      const now = host.now()
      if (now - slice < sliceMs) continue
      if (step.value) host.onProgress(step.value)
      await host.breathe()
      slice = host.now()
      if (host.cancelled()) return { status: 'cancelled' }
    }
  } catch (thrown) {
    if (thrown instanceof Failure) {
      return { status: 'failed', code: thrown.code, message: thrown.message, hint: thrown.hint }
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return { status: 'failed', code: 'bug', message, hint: 'this is a fault of the program: please report it' }
  }
}

/** The finding itself. Throws a Failure for what the user can mend. */
export function* answer(inquiry: Inquiry): Work<Finding> {
  const { kind, study } = inquiry
  switch (kind) {
    case 'stationary':
      return { kind, ...(yield* restingLaw(problemOf(study))) }
    case 'passage':
      return yield* passageTo(study, inquiry.condition ?? '')
    case 'gap':
      return { kind, ...(yield* relaxation(problemOf(study))) }
    case 'quasi':
      return { kind, ...(yield* quasiStationaryLaw(problemOf(study))) }
    case 'sensitivity':
      return { kind, ...(yield* sensitivities(inquiry)) }
    case 'information':
      return { kind, ...(yield* informationOf(problemOf(study))) }
    case 'distance':
      return { kind, ...(yield* separation(problemOf(study), problemOf(moved(study, inquiry.against)))) }
    default:
      return kind satisfies never
  }
}

/** Beside the exact ones those of a network, where there is one: alone where the exact ones cannot be had. */
function* sensitivities({ study, parameter, quantity, learnt }: Inquiry): Work<Response & { learnt?: LearntAnswer }> {
  const problem = problemOf(study)
  if (!learnt) return yield* responseOf(problem, parameter, quantity)
  const exact = yield* orFailure(scaled(responseOf(problem, parameter, quantity), 0, 0.7))
  const { parameters } = problem.network
  const by = parameters.find(({ name }) => name === parameter) ?? parameters[0]
  const told = yield* orFailure(scaled(learntResponse(learnt, problem, by?.name ?? ''), 0.7, 1))
  if (!(exact instanceof Failure)) {
    return { ...exact, learnt: told instanceof Failure ? { why: told.message } : told }
  }
  if (told instanceof Failure) throw exact
  return learntAlone(problem, told, exact.message, quantity)
}

function* orFailure<T>(work: Work<T>): Work<T | Failure> {
  try {
    return yield* work
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
}

function problemOf(study: Study): Problem {
  const read = readStudy({ ...study, solver: 'fsp', options: {}, compare: undefined })
  if (read.ok) return read.value.problem
  throw new Failure('study', read.issues.map(({ path, message }) => `${path}: ${message}`).join('; '))
}

function moved(study: Study, against: Inquiry['against'] = {}): Study {
  return { ...study, parameters: { ...study.parameters, ...against } }
}

/** Multiplications that the law of a passage may take beyond what the study's times ask for: some seconds. */
const mostForLaw = 3e9
/** The law is drawn up to so many times its mean: 98 % of an exponential one. */
const means = 4
const points = 161

/** Over some means where that is cheap, else at the study's times. */
const wide =
  (times: Float64Array): Grid =>
  (mean, cost) => {
    if (!(mean > 0) || means * mean * cost > mostForLaw) return times
    return Float64Array.from({ length: points }, (_, k) => (k * means * mean) / (points - 1))
  }

function* passageTo(study: Study, condition: string): Work<Finding> {
  const read = readCondition(study.network, condition)
  const wrong = read.diagnostics.find(({ severity }) => severity === 'error')
  if (wrong) throw new Failure('condition', `column ${wrong.column} of the condition: ${wrong.message}`)
  const problem = problemOf({ ...study, network: read.text, observe: [] })
  const target = quantities(problem.network).length - 1
  const passage = yield* firstPassage(problem, target, undefined, wide(problem.times))
  return { kind: 'passage', condition, ...passage }
}
