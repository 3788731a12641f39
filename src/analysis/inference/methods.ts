/** The ways there are to a posterior, by name. */
import { z } from 'zod'
import { Failure } from '../../solvers/contract'
import { type OptionSchema, optionSchema } from '../../solvers/options'
import { abc } from './abc'
import { type LikelihoodKind, type Measured, timesOf } from './likelihoods'
import { metropolis } from './metropolis'
import { nuts } from './nuts'
import { spreadOf } from './particles'
import type { Progress, Target, Walk } from './target'
import { vote } from './vote'

export interface Job {
  readonly target: Target
  readonly measured: Measured
  readonly likelihood: LikelihoodKind
  readonly likelihoodOptions: Record<string, number>
}

export interface InferenceMethod<O = Record<string, number>> {
  readonly title: string
  readonly summary: string
  readonly cites: string
  readonly options: OptionSchema<O>
  /** Simulates data itself: no likelihood is chosen. */
  readonly likelihoodFree: boolean
  /** Its draws are not judged by their likelihood. */
  readonly votes?: true
  chain(job: Job, options: O, progress: Progress): Generator<void, Walk, void>
}

const warmup = z.int().min(0).max(1_000_000).default(1000).meta({ title: 'Warm-up', help: 'Steps that are not kept.' })
const draws = z.int().min(4).max(1_000_000).default(1000).meta({ title: 'Draws', help: 'Kept, from each chain.' })

const walk: InferenceMethod<{ warmup: number; draws: number; thin: number }> = {
  title: 'Metropolis, adaptive',
  summary: 'A random walk that learns the size and shape of its steps in the warm-up. Works with every likelihood.',
  cites: 'Haario, Saksman & Tamminen 2001, https://doi.org/10.2307/3318737',
  options: optionSchema({
    warmup,
    draws,
    thin: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .meta({ title: 'Steps per draw', help: 'One in so many steps is kept.' }),
  }),
  likelihoodFree: false,
  *chain(job, options, progress) {
    const found = yield* metropolis(job.target, options, progress)
    if (!job.target.likelihood.noisy) return found
    const spread = yield* spreadAtEnd(job, found)
    const warnings =
      spread > 2
        ? [
            `The log-likelihood varies by ${spread.toPrecision(2)} where the chain lives: simulate more; 1 to 1.5 is best.`,
          ]
        : []
    return { ...found, notes: { ...found.notes, noise: spread }, warnings }
  },
}

/** How much a likelihood that is an estimate varies at the last draw. */
function* spreadAtEnd({ target }: Job, { draws }: Walk): Generator<void, number, void> {
  const last = draws.subarray(draws.length - target.priors.length)
  const parameters = target.others.slice()
  for (const [i, { index }] of target.priors.entries()) parameters[index] = last[i]
  return yield* spreadOf(target.likelihood, parameters, target.streams)
}

const paths: InferenceMethod<{ warmup: number; draws: number; depth: number }> = {
  title: 'No-U-turn sampler',
  summary: 'Follows the gradient along paths that end when they turn back. For likelihoods without noise.',
  cites: 'Hoffman & Gelman 2014, https://arxiv.org/abs/1111.4246',
  options: optionSchema({
    warmup: z.int().min(20).max(100_000).default(300).meta({ title: 'Warm-up', help: 'Paths that are not kept.' }),
    draws: z.int().min(4).max(100_000).default(500).meta({ title: 'Draws', help: 'Kept, from each chain.' }),
    depth: z
      .int()
      .min(1)
      .max(12)
      .default(7)
      .meta({ title: 'Depth', help: 'A path has at most 2 to this power steps.', advanced: true }),
  }),
  likelihoodFree: false,
  chain: ({ target }, options, progress) => nuts(target, options, progress),
}

const approximate: InferenceMethod<{ draws: number; units: number; simulations: number }> = {
  title: 'ABC-SMC',
  summary: 'No likelihood: particles whose simulated summaries come ever closer to those of the data.',
  cites: 'Toni et al. 2009, https://doi.org/10.1098/rsif.2008.0172',
  options: optionSchema({
    draws: z.int().min(10).max(100_000).default(300).meta({ title: 'Particles', help: 'Kept, from each repeat.' }),
    units: z
      .int()
      .min(1)
      .max(100_000)
      .default(500)
      .meta({ title: 'Simulated units', help: 'Cells or courses in one simulated data set.' }),
    simulations: z
      .int()
      .min(200)
      .max(10_000_000)
      .default(20_000)
      .meta({ title: 'Simulations', help: 'Data sets that each repeat may simulate.' }),
  }),
  likelihoodFree: true,
  chain({ target, measured: { observed, data, noise } }, options, progress) {
    const units = Math.min(options.units, data.kind === 'courses' ? Math.max(20, data.courses.length) : options.units)
    return abc(target, observed, data, noise, { ...options, units }, progress)
  },
}

const paper: InferenceMethod<{ warmup: number; draws: number; voters: number }> = {
  title: 'Sign vote (paper mode; not Metropolis)',
  summary:
    "The rule of Liu & Wang's code: cells vote by the sign of their likelihood ratio. What it samples is not the posterior.",
  cites: 'Liu & Wang 2024, https://doi.org/10.1073/pnas.2317422121',
  options: optionSchema({
    warmup,
    draws,
    voters: z.int().min(1).max(1_000_000).default(1000).meta({ title: 'Voters', help: 'Cells that vote in a step.' }),
  }),
  likelihoodFree: false,
  votes: true,
  chain({ target, measured, likelihood, likelihoodOptions }, options, progress) {
    const { data, noise } = measured
    if (data.kind !== 'snapshots' || !likelihood.laws) {
      throw new Failure(
        'unsupported',
        'votes are cast by independent cells, about laws',
        'use snapshots, and "fsp", "ssa" or a network',
      )
    }
    const laws = timesOf(data).map((time) => likelihood.laws!(measured, [time], likelihoodOptions))
    const lawAt = function* (k: number, parameters: Float64Array) {
      const [law] = yield* laws[k](parameters, target.streams)
      return law
    }
    return vote(target, data.snapshots, noise, lawAt, options, progress)
  },
}

export const methods: Readonly<Record<string, InferenceMethod>> = {
  metropolis: walk as unknown as InferenceMethod,
  nuts: paths as unknown as InferenceMethod,
  abc: approximate as unknown as InferenceMethod,
  vote: paper as unknown as InferenceMethod,
}
