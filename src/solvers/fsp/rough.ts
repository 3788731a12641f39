/** A first picture where jumps are of any kind: the projection itself, with a loose tolerance and a small budget. */
import { readsTime } from '../../network/structure'
import { Failure, type Problem } from '../contract'
import type { FspOptions } from './index'
import { begin, held, slice } from './projection'
import { type Recorder, recorder } from './record'

/** What its law may lack: a third to a fifth of the work of the default tolerance, where that was compared. */
const tolerance = 0.03
/** Multiplications: about a frame. What takes more has no such preview. */
const budget = 2e7
/** Numbers kept of all laws together. */
const maxNumbers = 4e6

/** Whether it is worth trying: steady rates, and not too many times. */
export function roughable({ network, times }: Problem): boolean {
  return times.length > 0 && !readsTime(network)
}

/** The law at all output times with a proved, large, bound; undefined where that takes too long or a rate is broken. */
export function rough(problem: Problem, options: FspOptions): Recorder | undefined {
  if (options.tolerance >= tolerance) return undefined
  try {
    const projection = begin(problem, { ...options, tolerance, propagator: 'uniformisation' })
    const record = recorder(problem)
    let work = 0
    let numbers = 0
    for (const time of problem.times) {
      while (projection.time < time) {
        const { terms, generator } = projection
        const { nonzeros } = generator.matrix.transition
        // A slice is as long as the budget at most: what is left is known before it.
        if (work + generator.rate * (projection.horizon - projection.time) * nonzeros > budget) return undefined
        for (const _ of slice(projection, time));
        work += (projection.terms - terms) * nonzeros
      }
      numbers += projection.generator.states
      if (numbers > maxNumbers) return undefined
      record.take(held(projection))
    }
    return record
  } catch (thrown) {
    // The run itself says what is wrong.
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}
