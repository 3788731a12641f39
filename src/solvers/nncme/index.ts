import { z } from 'zod'
import { backendField } from '../backend-option'
import type { Solver } from '../contract'
import { largest } from '../learnt'
import { optionSchema } from '../options'
import { isWhole } from './artifact'
import { paperOptions } from './paper/options'
import { whyNoTrap } from './trap'

const forward = { scheme: ['forward-kl'] }

const options = optionSchema({
  scheme: z.enum(['forward-kl', 'reverse-kl', 'natural-gradient', 'tdvp']).default('forward-kl').meta({
    title: 'Scheme',
    help: 'How the network follows the law. forward-kl: fitted by maximum likelihood to states that were advanced exactly. The others are the papers’, step by step from the network’s own samples.',
  }),
  density: z.enum(['dense', 'gru', 'transformer']).default('dense').meta({
    title: 'Network',
    help: 'Masked dense layers, a gated recurrent unit, or a causal transformer.',
    when: forward,
  }),
  width: z
    .int()
    .min(2)
    .max(largest.width)
    .default(32)
    .meta({ title: 'Width', help: 'Hidden numbers per species and layer.' }),
  layers: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .meta({
      title: 'Layers',
      help: 'Hidden layers, or blocks of a transformer; the recurrent unit has one.',
      when: { ...forward, density: ['dense', 'transformer'] },
    }),
  replicates: z.int().min(100).max(10_000_000).default(20_000).meta({
    title: 'States',
    help: 'States that are advanced and learnt from in every step. Errors fall as one over the square root.',
    when: forward,
  }),
  tails: z.number().min(0).max(0.9).default(0).meta({
    title: 'Tails',
    help: 'Share of the states that is spread evenly over all counts, two species at a time, with weights that make up for it: rare counts are then learnt nearly as well as frequent ones. With 0 states lie where the law has them.',
    when: forward,
  }),
  from: z.enum(['ensemble', 'network']).default('ensemble').meta({
    title: 'Advance',
    help: 'ensemble: go on with the states of the step before, so that errors of learning do not add up. network: draw new ones from what was learnt.',
    when: forward,
  }),
  lag: z.number().min(0).max(1e9).default(0).meta({
    title: 'Lag',
    unit: 'time',
    help: 'Longest step. With 0 steps lead from one output time to the next.',
    when: forward,
  }),
  updates: z.int().min(1).max(1_000_000).default(500).meta({
    title: 'Updates',
    help: 'Steps of the optimiser after every step in time; the first gets twice as many. More than 20 steps share as many as 20: those in which the law has moved since it was last learnt.',
    when: forward,
  }),
  seconds: z.number().min(0).max(1e6).default(0).meta({
    title: 'Time to train',
    unit: 's',
    help: 'Train until so much time is spent, shared out evenly over the steps, instead of counting updates: the answer then depends on the machine. With 0 updates are counted.',
    when: forward,
  }),
  backend: backendField(forward),
  batch: z.int().min(8).max(65_536).default(512).meta({
    title: 'Batch',
    help: 'States per update.',
    advanced: true,
    when: forward,
  }),
  rate: z.number().min(1e-6).max(1).default(0.02).meta({
    title: 'Learning rate',
    help: 'Of the first update; it falls to zero as a cosine.',
    when: forward,
    advanced: true,
  }),
  decay: z.number().min(0).max(100).default(0.1).meta({
    title: 'Decay',
    help: 'Pull of the matrices towards zero: more of it sees less dependence where there is little.',
    when: forward,
    advanced: true,
  }),
  trap: z.string().max(1000).default('').meta({
    title: 'Absorbing set',
    help: 'Where this holds, such as X <= 1, nothing happens any more: what comes there stays, and its probability is that of having come. The mean of an observable such as (X <= 1) shows it. Empty: no such states.',
    advanced: true,
  }),
  check: z.int().min(0).max(10_000_000).default(4000).meta({
    title: 'Check',
    help: 'Independent paths that the laws are compared with where the exact law is out of reach. With 0 nothing is compared.',
    advanced: true,
  }),
  ...paperOptions,
})

export type NncmeOptions = typeof options.defaults

export const nncme: Solver<NncmeOptions> = {
  id: 'nncme',
  title: 'Neural master equation',
  summary: 'Trains a network that gives the probability of every joint state, normalised, at each output time.',
  cites: [
    'Tang, Weng & Zhang 2023, https://doi.org/10.1038/s42256-023-00632-6',
    'Weng, Zhu, Liu, Lü, Zhang & Tang 2025, https://doi.org/10.48550/arXiv.2512.10309',
    'Germain, Gregor, Murray & Larochelle 2015, https://doi.org/10.48550/arXiv.1502.03509',
  ],
  traits: {
    device: 'cpu',
    random: true,
    trains: true,
    spatial: false,
    wholeState: true,
    observes: ['moments', 'marginals', 'joint'],
  },
  options,
  supports(problem, { trap }) {
    const S = problem.network.species.length
    const wrong = whyNoTrap(problem, trap)
    if (wrong) return { ok: false, why: wrong }
    if (S > maxSpecies) {
      const why = `${S} species need as many conditional laws; this solver trains at most ${maxSpecies}`
      return { ok: false, why, instead: 'ssa' }
    }
    return { ok: true }
  },
  answers: (artifact, problem) =>
    artifact.notes.scheme === 'forward-kl' && !artifact.notes.trap && isWhole(artifact, problem),
  load: async () => (await import('./solve')).method,
}

const maxSpecies = 200
