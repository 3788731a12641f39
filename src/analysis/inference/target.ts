/** What a chain walks over: the unit cube of shares of the priors, on which the posterior is the likelihood. */
import { log as ln } from '../../numerics/elementary'
import { stream } from '../../numerics/rng'
import { type Variates, variates } from '../../numerics/variates'
import { Failure } from '../../solvers/contract'
import type { Likelihood, LikelihoodError, Streams } from './likelihood'
import { type Prior, parametersAt, valueAt } from './prior'

/** What is measured on the way. */
export interface Ledger {
  evaluations: number
  /** Largest error of a log-likelihood at a draw that was kept. */
  error: number
  /** Most cells at a kept draw that are rarer than the error of the laws. */
  floored: number
}

export interface Target {
  readonly priors: readonly Prior[]
  /** Values of all parameters, for those that are not inferred. */
  readonly others: Float64Array
  readonly likelihood: Likelihood
  readonly streams: Streams
  /** For proposals and choices. */
  readonly draw: Variates
}

/** A place in the cube and what the data say of it. */
export interface Standing {
  readonly shares: Float64Array
  readonly value: number
  readonly error: number
  readonly floored: number
  /** How the value changes with the shares, where the likelihood knows: ask before it is asked anywhere else. */
  slope?(): Float64Array
}

/** A chain, and what is known of the error of its likelihood. */
export interface Chain extends Walk {
  readonly errorKind: LikelihoodError
}

/** What a method makes: draws in the parameters' own units. */
export interface Walk {
  /** [draw, parameter], parameters in the order of the priors. */
  readonly draws: Float64Array
  readonly logLikelihood: Float64Array
  /** Share of proposals accepted after the warm-up. */
  readonly accepted: number
  readonly evaluations: number
  /** Largest error of a log-likelihood that a kept draw had, and the most cells that were floored. */
  readonly error: number
  readonly floored: number
  /** Numbers of the method, by name. */
  readonly notes: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

/** How far a chain has come; written while it runs. */
export interface Progress {
  done: number
  phase: string
  /** Draws kept so far, and where they are: [draw, parameter]. */
  kept: number
  draws: Float64Array
  /** Draws that there will be. */
  room: number
}

export function emptyProgress(): Progress {
  return { done: 0, phase: 'starting', kept: 0, draws: new Float64Array(), room: 0 }
}

/** Streams per chain. */
const streamsPerChain = 2 ** 36

/** The random numbers of chain number `chain` of a seed: for simulations, and for the chain itself. */
export function chanceOf(seed: number, chain: number): Pick<Target, 'streams' | 'draw'> {
  let next = chain * streamsPerChain
  const draw = variates()
  draw.start(stream(seed, next++))
  return { draw, streams: () => stream(seed, next++) }
}

export function* standing(target: Target, shares: Float64Array, ledger: Ledger): Generator<void, Standing, void> {
  ledger.evaluations++
  const parameters = parametersAt(target.priors, target.others, shares)
  const { value, error, floored, slope } = yield* target.likelihood.at(parameters, target.streams)
  if (Number.isNaN(value)) throw new Failure('likelihood', 'the likelihood is not a number: a propensity may be broken')
  if (!slope) return { shares, value, error, floored }
  const byShares = () => {
    const by = slope()
    return Float64Array.from(target.priors, ({ index, min, max, log }) =>
      log ? by[index] * parameters[index] * ln(max / min) : by[index] * (max - min),
    )
  }
  return { shares, value, error, floored, slope: byShares }
}

const tries = 400

/** The best of several draws of the prior at which the data are possible at all. */
export function* firstStanding(target: Target, ledger: Ledger, of = 12): Generator<void, Standing, void> {
  let best: Standing | undefined
  for (let i = 0, found = 0; i < tries && found < of; i++) {
    const shares = Float64Array.from(target.priors, () => target.draw.uniform())
    const here = yield* standing(target, shares, ledger)
    if (here.value > Number.NEGATIVE_INFINITY) found++
    if (here.value > (best?.value ?? Number.NEGATIVE_INFINITY)) best = here
  }
  if (best) return best
  throw new Failure(
    'likelihood',
    `at none of ${tries} draws of the prior are the data possible`,
    'look at the initial counts, the units of time, and whether the data have measurement noise',
  )
}

/** Collects draws. */
export function recordOf(target: Target, count: number, progress: Progress, ledger: Ledger) {
  const d = target.priors.length
  const draws = new Float64Array(count * d)
  const logLikelihood = new Float64Array(count)
  progress.draws = draws
  progress.kept = 0
  progress.room = count
  return {
    draws,
    logLikelihood,
    keep({ shares, value, error, floored }: Standing) {
      const n = progress.kept
      for (const [i, prior] of target.priors.entries()) draws[n * d + i] = valueAt(prior, shares[i])
      logLikelihood[n] = value
      ledger.error = Math.max(ledger.error, error)
      ledger.floored = Math.max(ledger.floored, floored)
      progress.kept = n + 1
    },
  }
}
