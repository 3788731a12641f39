/** How laws and means answer to one parameter, and one mean to all of them: computed forwards, and backwards. */
import { quantities } from '../network/network'
import type { NamedArray } from '../numerics/named-array'
import { Failure, type Problem } from '../solvers/contract'
import { meanGradient } from './adjoint'
import type { Progress, Work } from './progress'
import { sensitivity } from './sensitivity'

export interface Response {
  readonly parameter: string
  readonly quantity: string
  /** [time, parameter, quantity] and [time, parameter, quantity, count], of this parameter alone. */
  readonly means: NamedArray
  readonly marginals: NamedArray
  /** ∂E[quantity]/∂θ at the last time, of every parameter, by the backward pass. */
  readonly gradient: readonly { readonly parameter: string; readonly value: number; readonly at: number }[]
  /** E[quantity] at the last time. */
  readonly mean: number
  /** |forward − backward| of this parameter: rounding, if both are right. */
  readonly disagreement: number
  /** Derivative of the probability outside the box: how far the curve's sum may be off. */
  readonly missing: number
  readonly leaked: number
  readonly states: number
}

export function* responseOf(problem: Problem, parameter?: string, quantity?: string): Work<Response> {
  const { parameters, species } = problem.network
  if (parameters.length === 0) throw new Failure('parameters', 'the network has no parameter to move')
  if (problem.times.length === 0) throw new Failure('times', 'the study asks for no output times')
  const chosen = Math.max(
    0,
    parameters.findIndex(({ name }) => name === parameter),
  )
  const observed = Math.max(0, quantities(problem.network).indexOf(quantity ?? ''))
  const name = parameters[chosen].name
  const forward = yield* scaled(sensitivity(problem, [chosen]), 0, 0.6)
  const all = parameters.map((_, i) => i)
  const { slopes, mean } = yield* scaled(meanGradient(problem, observed, all), 0.6, 1)
  const last = problem.times.length - 1
  // Forward sensitivities are kept for species; an observable has the backward pass alone.
  const own = observed < species.length ? forward.means.data[last * species.length + observed] : slopes[chosen]
  return {
    parameter: name,
    quantity: quantities(problem.network)[observed],
    means: forward.means,
    marginals: forward.marginals,
    gradient: parameters.map(({ name: of }, i) => ({ parameter: of, value: slopes[i], at: problem.parameters[i] })),
    mean,
    disagreement: Math.abs(own - slopes[chosen]),
    missing: forward.missing,
    leaked: forward.leaked,
    states: forward.states,
  }
}

/** Progress of a part as progress of the whole. */
function* scaled<T>(work: Work<T>, from: number, to: number): Work<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value as T
    const { done: share, phase } = (value ?? { phase: '' }) as Progress
    yield share === undefined ? undefined : { done: from + (to - from) * share, phase }
  }
}
