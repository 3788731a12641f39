/** What is believed of parameters before there are data: a range of each, evenly, or evenly in its logarithm. */

import type { Network } from '../../network/network'
import { exp, log as ln } from '../../numerics/elementary'
import { Failure } from '../../solvers/contract'

export interface Prior {
  readonly name: string
  /** Number of the parameter in the network. */
  readonly index: number
  readonly min: number
  readonly max: number
  /** Even in the logarithm. */
  readonly log: boolean
  /** Standard deviation of proposals, in the parameter's unit, where a method takes it from the user. */
  readonly step?: number
}

export interface GivenRange {
  readonly min?: number
  readonly max?: number
  readonly log?: boolean
  readonly step?: number
}

/** Priors of these parameters: the given ranges, else those that the network declares; by default, all it declares. */
export function readPriors(network: Network, given: Readonly<Record<string, GivenRange>> | undefined): Prior[] {
  const declared = network.parameters.filter(({ range }) => range).map(({ name }) => name)
  const names = given && Object.keys(given).length > 0 ? Object.keys(given) : declared
  if (names.length === 0) {
    throw new Failure(
      'prior',
      'no parameter has a range, so that there is nothing to infer',
      'declare one in the text, as in `parameter k = 1 in [0.1, 10] log`, or give one',
    )
  }
  return names.map((name) => {
    const index = network.parameters.findIndex((parameter) => parameter.name === name)
    if (index < 0) {
      const known = network.parameters.map((parameter) => parameter.name).join(', ')
      throw new Failure('prior', `there is no parameter ${name}`, `there are ${known || 'none'}`)
    }
    const { range } = network.parameters[index]
    const { min = range?.min, max = range?.max, log = range?.log ?? false, step } = given?.[name] ?? {}
    if (min === undefined || max === undefined) {
      throw new Failure(
        'prior',
        `${name} has no range`,
        `declare one: parameter ${name} = … in [min, max], or give one`,
      )
    }
    if (!(max > min) || !Number.isFinite(max - min) || (log && !(min > 0))) {
      const what = log ? 'evenly in its logarithm needs 0 < min < max' : 'needs min < max'
      throw new Failure('prior', `${name} between ${min} and ${max}: a prior ${what}`)
    }
    return { name, index, min, max, log, step }
  })
}

/** The value at a share of the prior's probability, 0…1. */
export function valueAt({ min, max, log }: Prior, share: number): number {
  if (!log) return min + share * (max - min)
  return exp(ln(min) + share * ln(max / min))
}

/** All parameters of the network: those inferred at these shares, the others as they are. */
export function parametersAt(priors: readonly Prior[], others: Float64Array, shares: Float64Array): Float64Array {
  const parameters = others.slice()
  for (const [i, prior] of priors.entries()) parameters[prior.index] = valueAt(prior, shares[i])
  return parameters
}
