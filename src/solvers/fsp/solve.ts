import type { Frame, Method, Problem, Run, Snapshot, Solution } from '../contract'
import type { FspOptions } from './index'
import { ledgerOf } from './ledger'
import { preview, previewable } from './preview'
import { begin, held, type Projection, slice, warnings } from './projection'
import { methodWords } from './propagate'
import { type Recorder, recorder } from './record'
import { solveRest } from './rest'
import { timedSlice } from './timed'

export const method: Method<FspOptions> = {
  solve: (problem, options, run) => (options.horizon === 'times' ? solve : solveRest)(problem, options, run),
}

/** One pass over the output times; see README.md for the method and its errors. */
async function* solve(problem: Problem, options: FspOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  const record = recorder(problem)
  const projection = begin(problem, options)
  projection.storesNothing = true
  projection.helpers = run.helpers
  // Made when somebody looks, and shown until the whole answer is there: at most once.
  let early: Recorder | undefined
  let looked = !previewable(problem)
  const snapshot = (): Frame => {
    if (!looked) early = preview(problem)
    looked = true
    const now = frame(projection, record)
    if (!early) return now
    const phase = `preview ± ${early.distance().toPrecision(1)}, then exact: ${now.phase}`
    return { ...now, observations: early.observations(), phase, preview: true }
  }
  try {
    if (!looked) yield snapshot
    for (const time of problem.times) {
      while (projection.time < time) {
        const work = projection.timed ? timedSlice(projection, time) : slice(projection, time)
        for (const _ of work) if (run.due()) yield snapshot
      }
      record.take(held(projection))
      if (run.due()) yield snapshot
    }
    return solution(projection, record)
  } finally {
    projection.generator.release?.()
  }
}

function frame(projection: Projection, record: Recorder): Frame {
  const { time, horizon, generator } = projection
  const states = generator.matrix.transition.states.toLocaleString('en')
  return {
    ...solution(projection, record),
    done: horizon > 0 ? time / horizon : 0,
    phase: `t = ${Number(time.toPrecision(3))} of ${Number(horizon.toPrecision(3))}, ${states} states`,
  }
}

function solution(projection: Projection, record: Recorder): Solution {
  const { generator, leaked, rounding, strayed, terms, growths, mover, journal } = projection
  const { states, nonzeros, bytes } = generator.matrix.transition
  return {
    observations: record.observations(),
    diagnostics: { states, leaked, rounding, strayed, terms, nonzeros, bytes, growths },
    notes: mover ? { propagator: methodWords(mover) } : undefined,
    warnings: [...record.warnings(), ...warnings(projection)],
    ledger: ledgerOf(journal),
  }
}
