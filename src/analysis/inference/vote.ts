/**
 * The sign-vote rule of the code that goes with Liu & Wang's distilled solver (PNAS 2024, doi:10.1073/pnas.2317422121).
 * It is not Metropolis–Hastings: at each step one time and some of its cells are chosen at random, and the proposal is
 * accepted with the probability min(1, votes for / votes against), a vote being the sign of one cell's log-likelihood
 * ratio. The product of the ratios is not used, so that what the chain samples is not the posterior.
 */
import { exp } from '../../numerics/elementary'
import type { Snapshot } from './data'
import type { Law } from './likelihood'
import { logSeen, type Noise } from './noise'
import { parametersAt } from './prior'
import { type Ledger, type Progress, recordOf, type Target, type Walk } from './target'

export interface VoteOptions {
  readonly warmup: number
  readonly draws: number
  /** Cells that vote in a step. */
  readonly voters: number
}

/** Standard deviation of proposals where the prior gives none, as a share of its range. */
const usualStep = 0.1

/** The law at snapshot number k. */
export type LawAt = (k: number, parameters: Float64Array) => Generator<void, Law, void>

export function* vote(
  target: Target,
  snapshots: readonly Snapshot[],
  noise: Noise,
  lawAt: LawAt,
  options: VoteOptions,
  progress: Progress,
): Generator<void, Walk, void> {
  const { priors, draw, others } = target
  const ledger: Ledger = { evaluations: 0, error: 0, floored: 0 }
  const record = recordOf(target, options.draws, progress, ledger)
  const steps = priors.map(({ step, min, max, log }) => (step && !log ? step / (max - min) : usualStep))
  let here = Float64Array.from(priors, () => draw.uniform())
  const total = options.warmup + options.draws
  let accepted = 0
  for (let step = 0; step < total; step++) {
    const there = here.map((u, i) => Math.min(1, Math.max(0, u + steps[i] * draw.normal())))
    const k = Math.min(snapshots.length - 1, Math.floor(draw.uniform() * snapshots.length))
    const [before, after] = [
      yield* lawAt(k, parametersAt(priors, others, here)),
      yield* lawAt(k, parametersAt(priors, others, there)),
    ]
    ledger.evaluations += 2
    let [up, down] = [0, 0]
    for (const [row, voters] of choose(snapshots[k], options.voters, () => draw.uniform())) {
      const gamma = probability(snapshots[k], row, after, noise) / probability(snapshots[k], row, before, noise)
      if (gamma > 1) up += voters
      if (gamma < 1) down += voters
    }
    if (down === 0 || draw.uniform() < up / down) {
      here = there
      if (step >= options.warmup) accepted++
    }
    if (step >= options.warmup) record.keep({ shares: here, value: up - down, error: 0, floored: 0 })
    progress.done = (step + 1) / total
    progress.phase = `${progress.kept} of ${options.draws} draws`
    yield
  }
  return {
    draws: record.draws,
    logLikelihood: record.logLikelihood,
    accepted: accepted / Math.max(1, options.draws),
    ...ledger,
    notes: { voters: options.voters },
    warnings: ['The vote rule is not Metropolis–Hastings: what it samples is not the posterior.'],
  }
}

/** Rows of random cells (with replacement), and how many of each. */
function choose({ weights, cells }: Snapshot, voters: number, uniform: () => number): Map<number, number> {
  const cumulative: number[] = []
  weights.reduce((sum, weight, i) => {
    cumulative[i] = sum + weight
    return cumulative[i]
  }, 0)
  const chosen = new Map<number, number>()
  for (let v = 0; v < voters; v++) {
    const goal = uniform() * cells
    let [low, high] = [0, cumulative.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (cumulative[middle] < goal) low = middle + 1
      else high = middle
    }
    chosen.set(low, (chosen.get(low) ?? 0) + 1)
  }
  return chosen
}

/** Of what was seen of one row; not below the error of the law. */
function probability(
  { values, upper }: Snapshot,
  row: number,
  { values: tuples, p, missing }: Law,
  noise: Noise,
): number {
  const Q = tuples.length / p.length
  let sum = 0
  for (let t = 0; t < p.length; t++) {
    let log = 0
    for (let q = 0; q < Q; q++) log += logSeen(noise, tuples[t * Q + q], values[row * Q + q], upper?.[row])
    if (log > Number.NEGATIVE_INFINITY) sum += p[t] * exp(log)
  }
  return Math.max(sum, missing, 1e-300)
}
