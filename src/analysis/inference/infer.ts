/** From a question to a posterior: chains, each on its own thread where there are several, and what they say together. */
import { type Convergence, convergence, quantileOfSorted } from '../../numerics/chains'
import { type NamedArray, namedArray } from '../../numerics/named-array'
import type { InferenceReading } from './question'
import { type Chain, chanceOf, type Progress } from './target'

/** One chain of a question, by its number: the same numbers whatever thread it runs on. */
export function* inferChain(
  reading: InferenceReading,
  index: number,
  progress: Progress,
): Generator<void, Chain, void> {
  const { measured, priors, others, method, options, likelihood, likelihoodOptions, seed } = reading
  const target = { priors, others, likelihood: likelihood.make(measured, likelihoodOptions), ...chanceOf(seed, index) }
  const walk = yield* method.chain({ target, measured, likelihood, likelihoodOptions }, options, progress)
  const { noisy, error } = target.likelihood
  return { ...walk, errorKind: noisy || method.likelihoodFree || method.votes ? 'none' : error }
}

/** What is known of one parameter. */
export interface ParameterSummary extends Convergence {
  readonly name: string
  readonly mean: number
  readonly sd: number
  /** Quantiles at 2.5 %, 50 % and 97.5 %. */
  readonly low: number
  readonly median: number
  readonly high: number
}

export interface Posterior {
  /** [chain, draw, parameter] */
  readonly draws: NamedArray
  /** [chain, draw]; of methods without a likelihood, minus the distance to the data. */
  readonly logLikelihood: NamedArray
  readonly parameters: readonly ParameterSummary[]
  /** What the error of the laws may move a log-likelihood by, at any draw; and whether that is proved. */
  readonly error: { readonly kind: 'bound' | 'estimate' | 'none'; readonly value: number }
  /** Averages over the chains of the numbers of the method. */
  readonly diagnostics: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

const mixed = 1.01
const enough = 400

/** Put chains together, and say what is wrong with them. */
export function posteriorOf(reading: InferenceReading, chains: readonly Chain[]): Posterior {
  const names = reading.priors.map(({ name }) => name)
  const d = names.length
  const n = Math.min(...chains.map(({ logLikelihood }) => logLikelihood.length))
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
  const axes = [
    ['chain', numbers(chains.length)],
    ['draw', numbers(n)],
  ] as const
  const draws = namedArray([...axes, ['parameter', names]])
  const logLikelihood = namedArray(axes)
  for (const [c, chain] of chains.entries()) {
    draws.data.set(chain.draws.subarray(0, n * d), c * n * d)
    logLikelihood.data.set(chain.logLikelihood.subarray(0, n), c * n)
  }
  const parameters = names.map((name, i): ParameterSummary => {
    const columns = chains.map(({ draws }) => Float64Array.from({ length: n }, (_, k) => draws[k * d + i]))
    const all = Float64Array.from(columns.flatMap((column) => [...column])).sort()
    const mean = all.reduce((a, b) => a + b, 0) / all.length
    const sd = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1))
    const [low, median, high] = [0.025, 0.5, 0.975].map((share) => quantileOfSorted(all, share))
    return { name, mean, sd, low, median, high, ...convergence(columns) }
  })
  const average = (of: (chain: Chain) => number) => chains.reduce((sum, chain) => sum + of(chain), 0) / chains.length
  const notes = Object.keys(chains[0].notes).map((key) => [key, average((chain) => chain.notes[key])] as const)
  return {
    draws,
    logLikelihood,
    parameters,
    error: { kind: chains[0].errorKind, value: Math.max(...chains.map((chain) => chain.error)) },
    diagnostics: {
      accepted: average((chain) => chain.accepted),
      evaluations: chains.reduce((sum, chain) => sum + chain.evaluations, 0),
      floored: Math.max(...chains.map((chain) => chain.floored)),
      ...Object.fromEntries(notes),
    },
    warnings: [...new Set([...chains.flatMap(({ warnings }) => warnings), ...complaints(parameters, chains)])],
  }
}

/** A number of the table; a dash where there is none, which a warning explains. */
export const inDigits = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '–')

/** Whether draws moved enough to be judged: of a few, or of draws that are all the same, nothing is known. */
const convergenceTold = ({ rHat, essBulk }: Convergence) => Number.isFinite(rHat) && Number.isFinite(essBulk)

function complaints(parameters: readonly ParameterSummary[], chains: readonly Chain[]): string[] {
  const list: string[] = []
  const told = parameters.filter(convergenceTold)
  const untold = parameters.filter((one) => !convergenceTold(one)).map(({ name }) => name)
  if (untold.length > 0) {
    const draws = Math.min(...chains.map(({ logLikelihood }) => logLikelihood.length))
    const of = `${chains.length === 1 ? 'one chain' : `${chains.length} chains`} of ${draws} draws`
    list.push(
      `Whether ${untold.join(', ')} has been explored cannot be told from ${of}: too few, or all the same. Run more and longer chains.`,
    )
  }
  const edged = told.filter(({ essTail }) => !Number.isFinite(essTail)).map(({ name }) => name)
  if (edged.length > 0) {
    list.push(`Draws of ${edged.join(', ')} pile up at an end of the range: its outer percentiles cannot be judged.`)
  }
  const apart = told.filter(({ rHat }) => !(rHat <= mixed))
  if (apart.length > 0) {
    const worst = apart.map(({ name, rHat }) => `${name} ${rHat.toFixed(3)}`).join(', ')
    list.push(`The chains do not agree yet: R-hat of ${worst} (1.01 or less is wanted). Run them longer.`)
  }
  const least = ({ essBulk, essTail }: ParameterSummary) =>
    Math.min(essBulk, Number.isFinite(essTail) ? essTail : essBulk)
  const few = told.filter((one) => !(least(one) >= enough))
  if (few.length > 0) {
    const worst = few.map((one) => `${one.name} ${least(one).toFixed(0)}`).join(', ')
    list.push(`Few effective draws: ${worst} (${enough} are wanted before intervals are trusted).`)
  }
  const floored = Math.max(...chains.map((chain) => chain.floored))
  if (floored > 0) {
    list.push(`Up to ${floored} cells are rarer than the error of the laws, and were counted as likely as that.`)
  }
  return list
}
