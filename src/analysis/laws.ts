/** Certified laws of all quantities at the output times, as analyses take them. */
import type { NamedArray } from '../numerics/named-array'
import type { Problem } from '../solvers/contract'
import { fsp } from '../solvers/fsp/index'
import { begin, held, slice } from '../solvers/fsp/projection'
import { recorder } from '../solvers/fsp/record'
import type { Work } from './progress'

export interface Laws {
  /** [time, quantity, count]. */
  readonly marginals: NamedArray
  /** [time, moment, quantity]. */
  readonly moments: NamedArray
  /** l1, one per time. */
  readonly bounds: readonly number[]
  readonly states: number
  /** Multiplications that one product with the generator takes, times products up to the horizon. */
  readonly work: number
}

/** Rates must not change with time. Says how far it has come. */
export function* lawsOf(problem: Problem, tolerance: number): Work<Laws> {
  const observe = { moments: true, marginals: true, joints: [], trajectories: false }
  const asked = { ...problem, observe }
  const record = recorder(asked)
  const projection = begin(asked, { ...fsp.options.defaults, tolerance })
  for (const time of problem.times) {
    while (projection.time < time) {
      yield* slice(projection, time)
      yield { done: projection.time / projection.horizon, phase: `t = ${Number(projection.time.toPrecision(3))}` }
    }
    record.take(held(projection))
  }
  const { marginals, moments } = record.observations()
  const { generator, horizon } = projection
  return {
    marginals: marginals.array,
    moments: moments.array,
    bounds: marginals.error.kind === 'bound' ? marginals.error.value : Array.from(problem.times, () => Number.NaN),
    states: generator.states,
    work: generator.rate * horizon * generator.matrix.transition.nonzeros,
  }
}

/** Progress of a part as progress of the whole. */
export function* scaled<T>(work: Work<T>, from: number, to: number, phase?: string): Work<T> {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
    if (step.value?.done === undefined) yield
    else yield { done: from + (to - from) * step.value.done, phase: phase ?? step.value.phase }
  }
}
