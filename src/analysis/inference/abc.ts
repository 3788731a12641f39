/**
 * Approximate Bayesian computation by sequential Monte Carlo (Toni, Welch, Strelkowa, Ipsen & Stumpf 2009,
 * doi:10.1098/rsif.2008.0172): particles whose simulated summaries come ever closer to those of the data. The tolerance
 * of a round is the median distance of the last; perturbations have twice the weighted covariance of the particles.
 */

import { cholesky, solveLower } from '../../numerics/dense'
import { exp } from '../../numerics/elementary'
import { Failure } from '../../solvers/contract'
import type { Data } from './data'
import type { Noise } from './noise'
import type { Observed } from './observed'
import { parametersAt } from './prior'
import { type Summary, simulateSummaries, summarise } from './summaries'
import { type Ledger, type Progress, recordOf, type Target, type Walk } from './target'

export interface AbcOptions {
  /** Particles, and draws that are kept. */
  readonly draws: number
  /** Cells or courses of one simulated data set: at most as many as there are. */
  readonly units: number
  /** Data sets that may be simulated. */
  readonly simulations: number
}

interface Particle {
  readonly shares: Float64Array
  readonly distance: number
  weight: number
}

/** A round that accepts a smaller share is the last. */
const leastAcceptance = 0.01
/** Data sets simulated from the prior, which scale the distance. */
const pilots = 100

export function* abc(
  target: Target,
  observed: Observed,
  data: Data,
  noise: Noise,
  options: AbcOptions,
  progress: Progress,
): Generator<void, Walk, void> {
  const { priors, draw } = target
  const d = priors.length
  const ledger: Ledger = { evaluations: 0, error: 0, floored: 0 }
  const truth = flat(summarise(data))
  const simulate = function* (shares: Float64Array): Generator<void, Float64Array, void> {
    ledger.evaluations++
    progress.done = Math.min(1, ledger.evaluations / options.simulations)
    const parameters = parametersAt(priors, target.others, shares)
    yield
    return flat(yield* simulateSummaries(observed, data, noise, parameters, options.units, target.streams))
  }
  const fromPrior = () => Float64Array.from(priors, () => draw.uniform())
  progress.phase = 'looking around'
  const seen: { shares: Float64Array; summary: Float64Array }[] = []
  for (let i = 0; i < pilots; i++) {
    const shares = fromPrior()
    seen.push({ shares, summary: yield* simulate(shares) })
  }
  const scale = truth.map((_, j) => spread(seen.map(({ summary }) => summary[j])))
  const distance = (summary: Float64Array) =>
    Math.sqrt(summary.reduce((sum, x, j) => sum + (scale[j] > 0 ? ((x - truth[j]) / scale[j]) ** 2 : 0), 0))

  let tolerance = median(seen.map(({ summary }) => distance(summary)))
  let particles: Particle[] = seen
    .map(({ shares, summary }) => ({ shares, distance: distance(summary), weight: 1 }))
    .filter((particle) => particle.distance <= tolerance)
  let acceptance = 1
  let round = 0
  for (; ; round++) {
    const move = perturbation(particles, d)
    const next: Particle[] = []
    const before = ledger.evaluations
    while (next.length < options.draws && ledger.evaluations < options.simulations) {
      const from = pick(particles, draw.uniform())
      const shares = move.from(from.shares, () => draw.normal())
      if (!shares.every((u) => u > 0 && u < 1)) continue
      const reached = distance(yield* simulate(shares))
      if (reached <= tolerance) {
        const density = particles.reduce((sum, other) => sum + other.weight * move.density(other.shares, shares), 0)
        next.push({ shares, distance: reached, weight: 1 / density })
      }
      progress.phase = `round ${round + 1}: ${next.length} of ${options.draws} within ${tolerance.toPrecision(3)}`
    }
    acceptance = next.length / Math.max(1, ledger.evaluations - before)
    if (next.length < options.draws) break
    const total = next.reduce((sum, { weight }) => sum + weight, 0)
    for (const particle of next) particle.weight /= total
    particles = next
    tolerance = median(particles.map((particle) => particle.distance))
    if (acceptance < leastAcceptance) break
  }
  if (round === 0) {
    throw new Failure('budget', `${options.simulations} simulations are not enough for one round`, 'allow more of them')
  }
  const record = recordOf(target, options.draws, progress, ledger)
  // Draws of equal weight, by systematic resampling.
  const first = draw.uniform()
  for (let i = 0; i < options.draws; i++) {
    const { shares, distance } = pick(particles, (i + first) / options.draws)
    record.keep({ shares, value: -distance, error: 0, floored: 0 })
  }
  shuffle(record.draws, d, () => draw.uniform())
  const size = 1 / particles.reduce((sum, { weight }) => sum + weight ** 2, 0)
  progress.done = 1
  return {
    draws: record.draws,
    logLikelihood: record.logLikelihood,
    accepted: acceptance,
    ...ledger,
    notes: { rounds: round, tolerance: Math.max(...particles.map((particle) => particle.distance)), particles: size },
    warnings: [],
  }
}

const flat = (summaries: readonly Summary[]) => Float64Array.from(summaries.flatMap(({ mean }) => [...mean]))

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

/** Median absolute deviation from the median. */
function spread(values: readonly number[]): number {
  const middle = median(values)
  return median(values.map((x) => Math.abs(x - middle)))
}

/** The particle at a share of the total weight. */
function pick(particles: readonly Particle[], share: number): Particle {
  const total = particles.reduce((sum, { weight }) => sum + weight, 0)
  let left = share * total
  for (const particle of particles) {
    left -= particle.weight
    if (left <= 0) return particle
  }
  return particles[particles.length - 1]
}

/** Normal steps with twice the weighted covariance of the particles. */
function perturbation(particles: readonly Particle[], d: number) {
  const total = particles.reduce((sum, { weight }) => sum + weight, 0)
  const mean = Float64Array.from({ length: d }, (_, i) =>
    particles.reduce((sum, { shares, weight }) => sum + (weight / total) * shares[i], 0),
  )
  const covariance = new Float64Array(d * d)
  for (const { shares, weight } of particles) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        covariance[i * d + j] += ((2 * weight) / total) * (shares[i] - mean[i]) * (shares[j] - mean[j])
      }
    }
  }
  for (let i = 0; i < d; i++) covariance[i * d + i] += 1e-8
  const lower = cholesky(covariance, d) as Float64Array
  return {
    from(shares: Float64Array, normal: () => number): Float64Array {
      const z = Float64Array.from(shares, normal)
      return shares.map((u, i) => {
        let sum = u
        for (let j = 0; j <= i; j++) sum += lower[i * d + j] * z[j]
        return sum
      })
    },
    /** Up to a factor. */
    density(from: Float64Array, to: Float64Array): number {
      const scaled = solveLower(
        lower,
        d,
        to.map((u, i) => u - from[i]),
      )
      return exp(-0.5 * scaled.reduce((sum, x) => sum + x * x, 0))
    },
  }
}

/** Rows of d numbers, in random order: draws of one weight have none of their own. */
function shuffle(rows: Float64Array, d: number, uniform: () => number): void {
  for (let i = rows.length / d - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1))
    for (let k = 0; k < d; k++) [rows[i * d + k], rows[j * d + k]] = [rows[j * d + k], rows[i * d + k]]
  }
}
