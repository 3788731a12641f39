/**
 * How laws and means answer to one parameter, and one mean to all of them. Small chains carry derivatives forwards and
 * backwards, which agree; of large ones certified laws are subtracted, which is far faster there.
 */
import { quantities } from '../network/network'
import type { NamedArray } from '../numerics/named-array'
import { Failure, type Problem } from '../solvers/contract'
import { meanGradient } from './adjoint'
import { type LawSlopes, lawSlopes } from './differences'
import { lawsOf, scaled } from './laws'
import type { Work } from './progress'
import { sensitivity } from './sensitivity'
import { checkSteady } from './steady'

export interface Response {
  readonly parameter: string
  readonly quantity: string
  /** [time, quantity] and [time, quantity, count], for this parameter. */
  readonly means: NamedArray
  readonly marginals: NamedArray
  /** ∂E[quantity]/∂θ at the last time, of every parameter. */
  readonly gradient: readonly { readonly parameter: string; readonly value: number; readonly at: number }[]
  /** E[quantity] at the last time. */
  readonly mean: number
  readonly way: 'carried' | 'differences' | 'learnt'
  /** How far derivatives of probabilities, and of means, may be off, and how that is known. */
  readonly error: { readonly probability: number; readonly mean: number; readonly how: string }
  readonly states: number
}

/** Multiplications up to which derivatives are carried: some seconds. */
const mostToCarry = 6e8

export function* responseOf(problem: Problem, parameter?: string, quantity?: string, tolerance = 1e-9): Work<Response> {
  checkSteady(problem.network)
  const { parameters } = problem.network
  if (parameters.length === 0) throw new Failure('parameters', 'the network has no parameter to move')
  if (problem.times.length === 0) throw new Failure('times', 'the study asks for no output times')
  const index = (list: readonly string[], name?: string) => Math.max(0, list.indexOf(name ?? ''))
  const chosen = index(
    parameters.map(({ name }) => name),
    parameter,
  )
  const names = quantities(problem.network)
  const base = yield* scaled(lawsOf(problem, tolerance), 0, 0.1)
  const shown = base.marginals.coords.quantity.map(String)
  const observed = names.indexOf(shown[index(shown, quantity)])
  const last = problem.times.length - 1
  const mean = base.moments.data[last * 2 * names.length + observed]
  const common = { parameter: parameters[chosen].name, quantity: names[observed], mean, states: base.states }
  const named = (values: ArrayLike<number>) =>
    parameters.map(({ name }, i) => ({ parameter: name, value: values[i], at: problem.parameters[i] }))

  if (base.work <= mostToCarry || problem.parameters[chosen] === 0) {
    const forward = yield* scaled(sensitivity(problem, [chosen], tolerance), 0.1, 0.6)
    const all = parameters.map((_, i) => i)
    const { slopes } = yield* scaled(meanGradient(problem, observed, all, tolerance), 0.6, 1)
    const means = without(forward.means)
    const q = means.coords.quantity.indexOf(names[observed])
    // An observable has the backward pass alone.
    const off = q < 0 ? 0 : Math.abs(means.data[last * means.shape[1] + q] - slopes[chosen])
    const outside = forward.missing
    const how = `outside the box the derivative is ${outside.toExponential(0)}; forward and backward pass differ by ${off.toExponential(0)}`
    const error = { probability: outside, mean: off, how }
    return { ...common, means, marginals: without(forward.marginals), gradient: named(slopes), way: 'carried', error }
  }
  const slopes: LawSlopes[] = []
  const movable = parameters.map((_, i) => i).filter((i) => problem.parameters[i] !== 0)
  // The one that is asked about first and best.
  movable.sort((i, j) => Number(j === chosen) - Number(i === chosen))
  const share = 0.9 / (movable.length + 1)
  for (const [k, i] of movable.entries()) {
    const points = i === chosen ? 5 : 3
    const [from, to] = k === 0 ? [0, 2] : [k + 1, k + 2]
    slopes[i] = yield* scaled(lawSlopes(problem, i, points), 0.1 + share * from, 0.1 + share * to, parameters[i].name)
  }
  const { means, marginals, change } = slopes[chosen]
  const q = means.coords.quantity.indexOf(names[observed])
  const at = (i: number) => slopes[i]?.means.data[last * means.shape[1] + q] ?? Number.NaN
  const how = 'differences of certified laws at five points, against three of them; other parameters at three points'
  return {
    ...common,
    means,
    marginals,
    gradient: named(parameters.map((_, i) => at(i))).filter(({ value }) => !Number.isNaN(value)),
    way: 'differences',
    error: { ...change, how },
  }
}

/** Of one parameter: without its axis. */
function without({ dims, shape, coords, data }: NamedArray): NamedArray {
  const { parameter: _, ...rest } = coords
  return { dims: dims.filter((name) => name !== 'parameter'), shape: [shape[0], ...shape.slice(2)], coords: rest, data }
}
