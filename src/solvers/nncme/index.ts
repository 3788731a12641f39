import { z } from 'zod'
import type { Solver } from '../contract'
import { optionSchema } from '../options'
import { isWhole } from './artifact'
import { paperOptions } from './paper/options'

const options = optionSchema({
  scheme: z.enum(['forward-kl', 'reverse-kl', 'natural-gradient', 'tdvp']).default('forward-kl').meta({
    title: 'Scheme',
    help: 'How the network follows the law. forward-kl: fitted by maximum likelihood to states that were advanced exactly. The others are the papers’, step by step from the network’s own samples.',
  }),
  density: z.enum(['dense', 'gru', 'transformer']).default('dense').meta({
    title: 'Network',
    help: 'Masked dense layers, a gated recurrent unit, or a causal transformer.',
  }),
  width: z.int().min(2).max(512).default(32).meta({ title: 'Width', help: 'Hidden numbers per species and layer.' }),
  layers: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .meta({ title: 'Layers', help: 'Hidden layers; the recurrent unit has one.' }),
  replicates: z.int().min(100).max(10_000_000).default(20_000).meta({
    title: 'States',
    help: 'States that are drawn, advanced and learnt from in every step. Errors fall as one over the square root.',
  }),
  from: z.enum(['network', 'ensemble']).default('network').meta({
    title: 'Advance',
    help: 'Draw the states of each step from the network as it is, or go on with those of the step before.',
  }),
  lag: z.number().min(0).max(1e9).default(0).meta({
    title: 'Lag',
    help: 'Longest step. With 0 steps lead from one output time to the next.',
  }),
  updates: z.int().min(1).max(1_000_000).default(500).meta({
    title: 'Updates',
    help: 'Steps of the optimiser after every step in time; the first gets twice as many. More than 20 steps share as many as 20, but get at least 50 each.',
  }),
  batch: z.int().min(8).max(65_536).default(512).meta({ title: 'Batch', help: 'States per update.', advanced: true }),
  rate: z.number().min(1e-6).max(1).default(0.02).meta({
    title: 'Learning rate',
    help: 'Of the first update; it falls to zero as a cosine.',
    advanced: true,
  }),
  decay: z.number().min(0).max(100).default(0.1).meta({
    title: 'Decay',
    help: 'Pull of the matrices towards zero: more of it sees less dependence where there is little.',
    advanced: true,
  }),
  check: z.int().min(0).max(10_000_000).default(4000).meta({
    title: 'Check',
    help: 'Independent paths that the laws are compared with; none with 0.',
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
  supports({ network }) {
    const S = network.species.length
    if (S > maxSpecies) {
      const why = `${S} species need as many conditional laws; this solver trains at most ${maxSpecies}`
      return { ok: false, why, instead: 'ssa' }
    }
    return { ok: true }
  },
  answers: (artifact, problem) => artifact.notes.scheme === 'forward-kl' && isWhole(artifact, problem),
  load: async () => (await import('./solve')).method,
}

const maxSpecies = 200
