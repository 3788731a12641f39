/**
 * Random-walk Metropolis whose proposals learn the shape and the size of the posterior during a warm-up, and keep them
 * afterwards (Haario, Saksman & Tamminen 2001, doi:10.2307/3318737; with the global scale of Andrieu & Thoms 2008,
 * algorithm 4, doi:10.1007/s11222-008-9110-y). Where the likelihood is an unbiased estimate and the present one is
 * kept, not estimated anew, this is the pseudo-marginal method (Andrieu & Roberts 2009, doi:10.1214/07-AOS574).
 */

import { cholesky } from '../../numerics/dense'
import { exp, log, pow } from '../../numerics/elementary'
import type { Variates } from '../../numerics/variates'
import {
  firstStanding,
  type Ledger,
  type Progress,
  recordOf,
  type Standing,
  standing,
  type Target,
  type Walk,
} from './target'

export interface WalkOptions {
  readonly warmup: number
  readonly draws: number
  /** Every so many steps a draw is kept. */
  readonly thin: number
}

/** Share of proposals that should be accepted, in one dimension and in many (Roberts & Rosenthal 2001). */
const aim = (d: number) => (d === 1 ? 0.44 : 0.234 + 0.2 / d ** 2)
/** Standard deviation of the first proposals, as a share of the prior's range. */
const firstSpread = 0.1
/** Refusals in the warm-up after which an estimated likelihood is estimated anew. */
const patience = 5
/** Keeps the covariance of proposals away from the singular, as a share of the prior's range. */
const leastSpread = 1e-6

export function* metropolis(target: Target, options: WalkOptions, progress: Progress): Generator<void, Walk, void> {
  const { priors, draw } = target
  const ledger: Ledger = { evaluations: 0, error: 0, floored: 0 }
  const proposal = adaptiveProposal(priors.length)
  let here = yield* firstStanding(target, ledger)
  proposal.begin(here.shares)
  const record = recordOf(target, options.draws, progress, ledger)
  const total = options.warmup + options.draws * options.thin
  let [accepted, stuck] = [0, 0]
  for (let step = 0; step < total; step++) {
    const warm = step < options.warmup
    const shares = proposal.from(here.shares, draw)
    let chance = 0
    let there: Standing | undefined
    if (shares.every((u) => u > 0 && u < 1)) {
      there = yield* standing(target, shares, ledger)
      chance = Math.min(1, exp(there.value - here.value))
    }
    const taken = draw.uniform() < chance
    if (taken && there) here = there
    stuck = taken ? 0 : stuck + 1
    // Far from the posterior estimates vary by much more than within it, and a lucky one would hold the chain for ever.
    if (warm && target.likelihood.noisy && stuck >= patience) {
      here = yield* standing(target, here.shares, ledger)
      stuck = 0
    }
    if (warm) proposal.learn(here.shares, chance, step, options.warmup)
    else if (taken) accepted++
    if (!warm && (step - options.warmup) % options.thin === options.thin - 1) record.keep(here)
    progress.done = (step + 1) / total
    progress.phase = warm ? 'warming up' : `${progress.kept} of ${options.draws} draws`
    yield
  }
  const kept = total - options.warmup
  return {
    draws: record.draws,
    logLikelihood: record.logLikelihood,
    accepted: kept > 0 ? accepted / kept : 0,
    ...ledger,
    notes: { scale: proposal.scale() },
    warnings: [],
  }
}

function adaptiveProposal(d: number) {
  const mean = new Float64Array(d)
  const covariance = new Float64Array(d * d)
  for (let i = 0; i < d; i++) covariance[i * d + i] = firstSpread ** 2
  let logScale = log(2.38 ** 2 / d)
  let lower = cholesky(covariance, d) as Float64Array
  return {
    begin(shares: Float64Array) {
      mean.set(shares)
    },
    scale: () => exp(logScale / 2),
    from(shares: Float64Array, draw: Variates): Float64Array {
      const size = exp(logScale / 2)
      const z = Float64Array.from(shares, () => size * draw.normal())
      return shares.map((u, i) => {
        let sum = u
        for (let j = 0; j <= i; j++) sum += lower[i * d + j] * z[j]
        return sum
      })
    },
    /** One step of Robbins & Monro; what was learnt on the way to the posterior fades. */
    learn(shares: Float64Array, chance: number, step: number, warmup: number) {
      const gain = Math.min(0.5, pow(1 + step, -0.6))
      logScale += Math.max(gain, 0.02) * (chance - aim(d))
      // The covariance is begun again after a third of the warm-up: the way there is not the shape of the posterior.
      const third = Math.floor(warmup / 3)
      const since = step < third ? step : step - third
      const weight = Math.min(0.5, 2 / (since + 2 * d + 2))
      const shift = shares.map((u, i) => u - mean[i])
      for (let i = 0; i < d; i++) {
        mean[i] += weight * shift[i]
        for (let j = 0; j < d; j++) {
          covariance[i * d + j] += weight * ((1 - weight) * shift[i] * shift[j] - covariance[i * d + j])
        }
      }
      if (step % 10 !== 9) return
      const padded = covariance.slice()
      for (let i = 0; i < d; i++) padded[i * d + i] += leastSpread ** 2
      lower = cholesky(padded, d) ?? lower
    },
  }
}
