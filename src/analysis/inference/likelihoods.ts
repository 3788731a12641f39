/** The likelihoods there are, by name. A method that learns laws joins them with one entry. */
import { z } from 'zod'
import { Failure } from '../../solvers/contract'
import { type OptionSchema, optionSchema } from '../../solvers/options'
import { solvers } from '../../solvers/registry'
import { tellers } from '../../solvers/tellers'
import type { Data } from './data'
import { courseLikelihood, type Start } from './fsp-courses'
import { fspLaws } from './fsp-laws'
import { learntCourses } from './learnt-courses'
import { learntLaws } from './learnt-laws'
import { learners, readLearnt, type Subject } from './learnt-reading'
import { type Laws, type Likelihood, snapshotLikelihood } from './likelihood'
import type { Noise } from './noise'
import { particleLikelihood } from './particles'
import { sampledLaws } from './simulate'
import { syntheticLikelihood } from './summaries'

export interface Measured extends Subject {
  readonly data: Data
  readonly noise: Noise
  readonly start: Start
}

export interface LikelihoodKind<O = Record<string, number>> {
  readonly title: string
  readonly summary: string
  readonly options: OptionSchema<O>
  make(measured: Measured, options: O): Likelihood
  /** The laws at some times, where it works with those: for the vote rule and for what is predicted. */
  laws?(subject: Subject, times: readonly number[], options: O): Laws
}

const projection: LikelihoodKind<{ tolerance: number }> = {
  title: 'Exact, by projection',
  summary: 'Solves the master equation for each set of parameters: of cells, or of courses by filtering.',
  options: optionSchema({
    tolerance: z
      .number()
      .min(1e-14)
      .max(1e-3)
      .default(1e-10)
      .meta({ title: 'Tolerance', help: 'Largest l1 distance of each law from the true one.', advanced: true }),
  }),
  make({ observed, data, noise, start }, { tolerance }) {
    if (data.kind === 'courses') return courseLikelihood(observed, data, noise, tolerance, start)
    const laws = fspLaws(observed, timesOf(data), tolerance)
    // At rest, how far a law is off is known from the last enlargement of the box only.
    const error = timesOf(data).every(Number.isFinite) ? 'bound' : 'estimate'
    return snapshotLikelihood(data, noise, laws, { noisy: false, error })
  },
  laws: ({ observed }, times, { tolerance }) => fspLaws(observed, times, tolerance),
}

const histogram: LikelihoodKind<{ cells: number }> = {
  title: 'Histogram of simulated cells',
  summary:
    'Simulates cells for each set of parameters and takes their shares for probabilities: biased, the less the more.',
  options: optionSchema({
    cells: z
      .int()
      .min(10)
      .max(1_000_000)
      .default(2000)
      .meta({ title: 'Simulated cells', help: 'For each step of a chain.' }),
  }),
  make({ observed, data, noise }, { cells }) {
    if (data.kind === 'courses') {
      throw new Failure('unsupported', 'a histogram of simulated cells cannot judge courses', 'use "fsp" or "particle"')
    }
    const laws = sampledLaws(observed, timesOf(data), cells)
    return snapshotLikelihood(data, noise, laws, { noisy: true, error: 'none' })
  },
  laws: ({ observed }, times, { cells }) => sampledLaws(observed, times, cells),
}

const synthetic: LikelihoodKind<{ units: number }> = {
  title: 'Synthetic, of summaries',
  summary: 'Compares means and products of counts, as if they were normal, with those of simulated cells or courses.',
  options: optionSchema({
    units: z
      .int()
      .min(20)
      .max(100_000)
      .default(1000)
      .meta({ title: 'Simulated units', help: 'Cells or courses, for each step of a chain.' }),
  }),
  make: ({ observed, data, noise }, { units }) => syntheticLikelihood(observed, data, noise, units),
}

const particle: LikelihoodKind<{ particles: number }> = {
  title: 'Particle filter',
  summary: 'An unbiased estimate for courses with measurement noise: particles are simulated from look to look.',
  options: optionSchema({
    particles: z
      .int()
      .min(2)
      .max(100_000)
      .default(200)
      .meta({ title: 'Particles', help: 'Enough that the logarithm of the estimate varies by 1 to 1.5.' }),
  }),
  make({ observed, data, noise }, { particles }) {
    if (data.kind === 'courses') return particleLikelihood(observed, data, noise, particles)
    throw new Failure('unsupported', 'a particle filter needs time courses', 'use "fsp" or "ssa" for independent cells')
  },
}

/** What a network has learnt of laws, and its own derivative by the parameters. */
function learnt(learner: string): LikelihoodKind<Record<string, never>> {
  return {
    title: `Learnt: ${solvers[learner].title.toLowerCase()}`,
    summary: tellers[learner].about,
    options: optionSchema({}),
    make(measured) {
      const { observed, data, noise, start } = measured
      if (data.kind === 'courses') return learntCourses(learner, measured, data, noise, start)
      const reading = readLearnt(learner, measured, timesOf(data))
      const { laws, slope } = learntLaws(reading, observed.initial, timesOf(data))
      return snapshotLikelihood(data, noise, laws, { noisy: false, error: 'estimate', slope, perCell: reading.perCell })
    },
    laws: (subject, times) => learntLaws(readLearnt(learner, subject, times), subject.observed.initial, times).laws,
  }
}

/** By name. The options of each are its own: they are parsed before they are used. */
export const likelihoods: Readonly<Record<string, LikelihoodKind>> = {
  fsp: projection as unknown as LikelihoodKind,
  ssa: histogram as unknown as LikelihoodKind,
  synthetic: synthetic as unknown as LikelihoodKind,
  particle: particle as unknown as LikelihoodKind,
  ...Object.fromEntries(learners.map((id) => [id, learnt(id) as unknown as LikelihoodKind])),
}

/** Ascending, without repeats. */
export function timesOf(data: Data): number[] {
  if (data.kind === 'snapshots') return data.snapshots.map(({ time }) => time)
  return [...new Set(data.courses.flatMap(({ times }) => [...times]))].sort((a, b) => a - b)
}
