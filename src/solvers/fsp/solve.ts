import { remedy } from '../broken'
import { Failure, type Frame, type Method, type Problem, type Run, type Snapshot, type Solution } from '../contract'
import { askedFor, chosenBefore, keepChoice } from './foregone'
import type { FspOptions } from './index'
import { following, inBox, type Journey } from './journey'
import { ledgerOf } from './ledger'
import { boxPlan, type Plan, planFor, triable, withinTrial } from './plan'
import { preview } from './preview'
import { previewable } from './previewable'
import { methodWords } from './propagate'
import { type Recorder, recorder } from './record'
import { BrokenRate } from './region-lines'
import { solveRest } from './rest'
import { rough, roughable } from './rough'

export const method: Method<FspOptions> = {
  solve: (problem, options, run) => (options.horizon === 'times' ? solve : solveRest)(problem, options, run),
}

/** One pass over the output times; see README.md for the method and its errors. */
async function* solve(problem: Problem, options: FspOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  // Made when somebody looks, and shown until the whole answer is there: at most once.
  let early: Recorder | undefined
  let looked = !previewable(problem) && !roughable(problem)
  let plan: Plan = boxPlan
  let record = recorder(problem)
  let journey = inBox(problem, options, plan, {})
  let taken = 0
  const asked = askedFor(problem, options)
  const snapshot = (): Frame => {
    if (!looked) early = previewable(problem) ? preview(problem) : rough(problem, options)
    looked = true
    const now = frame(journey, record, plan)
    if (!early) return now
    const phase = `preview ± ${early.distance().toPrecision(1)}, then exact: ${now.phase}`
    return { ...now, observations: early.observations(), phase, preview: true }
  }
  const chosen = async function* (): AsyncGenerator<Snapshot, Plan> {
    const planning = planFor(problem, options, run.now)
    let step = planning.next()
    for (; !step.done; step = planning.next()) if (run.due()) yield snapshot
    keepChoice(asked, step.value)
    return step.value
  }
  const depart = (next: Plan) => {
    journey.release()
    plan = next
    journey = (plan.kind === 'box' ? inBox : following)(problem, options, plan, run)
    record = recorder(problem)
    taken = 0
  }
  /** To the last time; or, on trial, until another choice of states may be worth thinking of. */
  const travel = async function* (onTrial: boolean): AsyncGenerator<Snapshot, void> {
    for (; taken < problem.times.length; taken++) {
      const time = problem.times[taken]
      while (journey.course.time < time) {
        if (onTrial && !withinTrial(journey.course)) return
        for (const _ of journey.slice(time)) {
          await run.neighbours?.waiting
          if (run.due()) yield snapshot
        }
        if (run.due()) yield snapshot
      }
      record.take(journey.held())
      if (run.due()) yield snapshot
    }
  }
  /** What is tried after a failure; throws where there is nothing. */
  const instead = async function* (thrown: unknown, onTrial: boolean): AsyncGenerator<Snapshot, Plan> {
    if (onTrial && thrown instanceof Failure) {
      // Other states may do, or what they would take says more.
      const other = yield* chosen()
      if (other.kind !== 'box') return other
    }
    if (!(thrown instanceof BrokenRate)) throw thrown
    const within = options.within.trim()
    if (within) throw new Failure('propensity', `Within ${within}: ${thrown.message} in some state.`, remedy)
    // A box can leave out single states, and says which; from the start, because it is another set of states.
    return { ...boxPlan, told: 'box: a propensity is broken in some state' }
  }
  if (!looked) yield snapshot
  const before = chosenBefore(asked)
  let onTrial = !before && triable(problem, options)
  let next: Plan | undefined = before ?? (onTrial ? boxPlan : yield* chosen())
  try {
    for (;;) {
      try {
        if (next) depart(next)
        next = undefined
        yield* travel(onTrial)
        if (taken === problem.times.length) return solution(journey, record)
        next = yield* chosen()
        if (next.kind === 'box') {
          plan = next
          next = undefined
        }
      } catch (thrown) {
        next = yield* instead(thrown, onTrial)
      }
      onTrial = false
    }
  } finally {
    journey.release()
  }
}

function frame(journey: Journey, record: Recorder, { foretold, advice }: Plan): Frame {
  const { time, horizon, generator } = journey.course
  const states = generator.matrix.transition.states.toLocaleString('en')
  const now = solution(journey, record)
  return {
    ...now,
    warnings: [...(advice ? [advice] : []), ...now.warnings],
    done: horizon > 0 ? time / horizon : 0,
    phase: `t = ${Number(time.toPrecision(3))} of ${Number(horizon.toPrecision(3))}, ${states} states${foretold}`,
  }
}

function solution({ course, diagnostics, warnings, told }: Journey, record: Recorder): Solution {
  const { generator, leaked, rounding, strayed, terms, growths, mover, journal } = course
  const { states, nonzeros, bytes } = generator.matrix.transition
  return {
    observations: record.observations(),
    diagnostics: { states, leaked, rounding, strayed, terms, nonzeros, bytes, growths, ...diagnostics },
    notes: { states: told, ...(mover && { propagator: methodWords(mover) }) },
    warnings: [...record.warnings(), ...warnings()],
    ledger: ledgerOf(journal),
  }
}
