/** What to say when a simulation meets a propensity that cannot be one. */
import { evaluators } from '../network/evaluate'
import { propensityText } from '../network/propensity'
import { exprReads } from '../network/structure'
import { Failure, type Problem } from './contract'

const valid = (propensity: number) => propensity >= 0 && propensity < Number.POSITIVE_INFINITY

/** What to do about it. */
export const remedy =
  'A propensity must be a finite number ≥ 0 in every state that is reached: guard the rate, for example with max(…, 0).'

/** Throws where a rate constant, a rate that reads neither counts nor time, is negative or not finite. */
export function checkConstants({ network, parameters, initial }: Problem): void {
  const { rates } = evaluators(network, parameters)
  network.reactions.forEach(({ name, rate }, r) => {
    const { species, time } = exprReads(network, rate)
    if (species.length > 0 || time) return
    const value = rates[r](initial, 0)
    if (valid(value)) return
    throw new Failure('propensity', `The rate constant of reaction ${name} is ${round(value)}.`, remedy)
  })
}

/** Which propensity is negative or not finite in the state `x` at time `t`, in a sentence. */
export function brokenPropensity(problem: Problem, x: ArrayLike<number>, t: number): Failure {
  const { network, parameters } = problem
  const values = evaluators(network, parameters).propensities.map((propensity) => propensity(x, t))
  const r = values.findIndex((value) => !valid(value))
  const state = stateText(problem, x, t)
  if (r < 0)
    return new Failure('propensity', `The sum of all propensities is too large for a number at ${state}.`, remedy)
  const what = `The propensity of reaction ${network.reactions[r].name}, ${propensityText(network, r)},`
  return new Failure('propensity', `${what} is ${round(values[r])} at ${state}.`, remedy)
}

const shownSpecies = 8

/** Time and counts, short enough for a sentence. */
export function stateText({ network }: Problem, x: ArrayLike<number>, t: number): string {
  const shown = network.species.slice(0, shownSpecies).map(({ name }, s) => `${name} = ${round(x[s])}`)
  return [`t = ${round(t)}`, ...shown, ...(network.species.length > shownSpecies ? ['…'] : [])].join(', ')
}

/** Six digits of fractions and of what is huge; counts in full. */
export const round = (value: number): number => (Number.isSafeInteger(value) ? value : Number(value.toPrecision(6)))
