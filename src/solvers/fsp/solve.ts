import { remedy } from '../broken'
import { Failure, type Frame, type Method, type Problem, type Run, type Snapshot, type Solution } from '../contract'
import { type Following, follow, followSlice, heldRegion } from './follow'
import type { FspOptions } from './index'
import { ledgerOf } from './ledger'
import { boxPlan, type Plan, planFor } from './plan'
import { preview } from './preview'
import { previewable } from './previewable'
import { begin, type Course, held, type Projection, slice, warnings } from './projection'
import { methodWords } from './propagate'
import { type Held, type Recorder, recorder } from './record'
import { BrokenRate } from './region-generator'
import { solveRest } from './rest'
import { rough, roughable } from './rough'
import { timedSlice } from './timed'

export const method: Method<FspOptions> = {
  solve: (problem, options, run) => (options.horizon === 'times' ? solve : solveRest)(problem, options, run),
}

/** A law on its way, whatever its states are. */
interface Journey {
  readonly course: Course
  slice(until: number): Generator<void, void, void>
  held(): Held
  readonly diagnostics: Readonly<Record<string, number>>
  /** Which states were chosen, and why. */
  readonly told: string
  warnings(): string[]
  release(): void
}

function inBox(problem: Problem, options: FspOptions, { told }: Plan, { helpers }: Pick<Run, 'helpers'>): Journey {
  const projection: Projection = begin(problem, options)
  projection.storesNothing = true
  projection.helpers = helpers
  return {
    course: projection,
    slice: (until) => (projection.timed ? timedSlice(projection, until) : slice(projection, until)),
    held: () => held(projection),
    diagnostics: {},
    told,
    warnings: () => warnings(projection),
    release: () => projection.generator.release?.(),
  }
}

function following(problem: Problem, options: FspOptions, { inner, sheds, start, told }: Plan): Journey {
  const law: Following = follow(problem, options, inner, sheds, start)
  return {
    course: law,
    slice: (until) => followSlice(law, until),
    held: () => heldRegion(law),
    get diagnostics() {
      return { peak: law.peak, dropped: law.dropped }
    },
    told,
    warnings: () => [],
    release() {},
  }
}

/** One pass over the output times; see README.md for the method and its errors. */
async function* solve(problem: Problem, options: FspOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  // Made when somebody looks, and shown until the whole answer is there: at most once.
  let early: Recorder | undefined
  let looked = !previewable(problem) && !roughable(problem)
  let plan: Plan = boxPlan
  let record = recorder(problem)
  let journey = inBox(problem, options, plan, {})
  const snapshot = (): Frame => {
    if (!looked) early = previewable(problem) ? preview(problem) : rough(problem, options)
    looked = true
    const now = frame(journey, record, plan)
    if (!early) return now
    const phase = `preview ± ${early.distance().toPrecision(1)}, then exact: ${now.phase}`
    return { ...now, observations: early.observations(), phase, preview: true }
  }
  if (!looked) yield snapshot
  const planning = planFor(problem, options, run.now)
  let planned = planning.next()
  for (; !planned.done; planned = planning.next()) if (run.due()) yield snapshot
  plan = planned.value
  for (;;) {
    try {
      journey = (plan.kind === 'box' ? inBox : following)(problem, options, plan, run)
      record = recorder(problem)
      for (const time of problem.times) {
        while (journey.course.time < time) {
          for (const _ of journey.slice(time)) if (run.due()) yield snapshot
          if (run.due()) yield snapshot
        }
        record.take(journey.held())
        if (run.due()) yield snapshot
      }
      return solution(journey, record)
    } catch (thrown) {
      if (!(thrown instanceof BrokenRate)) throw thrown
      if (options.within.trim()) {
        throw new Failure('propensity', `Within ${options.within.trim()}: ${thrown.message} in some state.`, remedy)
      }
      // A box can leave out single states, and says which; from the start, because it is another set of states.
      plan = { ...boxPlan, told: 'box: a propensity is broken in some state' }
    } finally {
      journey.release()
    }
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
