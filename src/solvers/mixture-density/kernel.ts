/** What the network has learnt, for siblings and analyses: laws, and their sensitivities by differentiation. */
import type { Artifact, Problem } from '../contract'
import { reader, unpack } from './model'

export interface Sensitivity {
  /** P(n) of the quantity, n from 0. */
  readonly law: Float64Array
  /** ∂P(n)/∂θ. */
  readonly slope: Float64Array
}

/**
 * The law of a species (or of an observable of several) at time t, and its derivative by a parameter that was learnt over: the
 * network is differentiated forward, the features of the parameter by a central difference of 10⁻⁶ of its range.
 */
export function sensitivityOf(
  artifact: Artifact,
  problem: Problem,
  quantity: number,
  parameter: number,
  t: number,
): Sensitivity | undefined {
  const key = String(quantity)
  const model = unpack(artifact, problem, [{ key, of: [quantity] }])
  const learnt = model?.laws.find((law) => law.key === key)
  const axis = model?.domain.axes.find(({ kind, index }) => kind === 'parameter' && index === parameter)
  if (!model || !learnt || !axis) return undefined
  const { law, change } = reader(model.domain, learnt)
  const h = 1e-6 * (axis.log ? problem.parameters[parameter] : axis.max - axis.min)
  const moved = (side: number) => {
    const parameters = problem.parameters.slice()
    parameters[parameter] += side * h
    return { parameters, initial: problem.initial }
  }
  const slope = change(problem, t, moved(-1), moved(1)).map((d) => d / (2 * h))
  return { law: law(problem, t), slope }
}
