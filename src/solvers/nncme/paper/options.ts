/** Options of the schemes of the papers; the others do not read them. */
import { z } from 'zod'

export const paperOptions = {
  step: z.number().min(0).max(1e9).default(0).meta({
    title: 'Time step',
    help: 'Papers’ schemes: of Euler’s rule. With 0 as long as no probability among the samples loses three quarters of itself.',
    advanced: true,
  }),
  first: z.int().min(1).max(100_000).default(20).meta({
    title: 'First updates',
    help: 'Papers’ schemes: updates of the first, short step.',
    advanced: true,
  }),
  each: z.int().min(1).max(10_000).default(10).meta({
    title: 'Updates per step',
    help: 'Papers’ schemes: updates of every later step; tdvp takes one.',
    advanced: true,
  }),
  samples: z.int().min(8).max(1_000_000).default(1000).meta({
    title: 'Samples',
    help: 'Papers’ schemes: states that are drawn from the network for every update.',
    advanced: true,
  }),
  descent: z.number().min(1e-6).max(1).default(0.005).meta({
    title: 'Descent',
    help: 'Learning rate of reverse-kl.',
    advanced: true,
  }),
  pace: z.number().min(1e-6).max(1).default(0.2).meta({
    title: 'Pace',
    help: 'Share of a natural-gradient step that is taken, and of the first step of tdvp, which takes all of the later ones.',
    advanced: true,
  }),
  damping: z.number().min(1e-12).max(1).default(1e-3).meta({
    title: 'Damping',
    help: 'Added to the Fisher matrix of natural-gradient and tdvp.',
    advanced: true,
  }),
  sampling: z.enum(['plain', 'mixture', 'tempered', 'diffusive']).default('plain').meta({
    title: 'Sampling',
    help: 'Papers’ schemes: from the network itself, partly even over the box, from flattened or from smeared conditionals.',
    advanced: true,
  }),
  even: z.number().min(0).max(0.9).default(0.1).meta({
    title: 'Even share',
    help: 'Of the samples that a mixture draws evenly.',
    advanced: true,
  }),
  reweighted: z.boolean().default(true).meta({
    title: 'Reweighted',
    help: 'Whether a mixture’s samples weigh what the network gives them; the paper’s lattices do without.',
    advanced: true,
  }),
  alpha: z.number().min(0.05).max(1).default(0.5).meta({
    title: 'Power',
    help: 'To which tempered sampling raises each conditional.',
    advanced: true,
  }),
  reach: z.int().min(1).max(50).default(2).meta({
    title: 'Reach',
    help: 'Counts to either side over which diffusive sampling smears each conditional.',
    advanced: true,
  }),
  start: z.enum(['smoothed', 'poisson', 'delta']).default('smoothed').meta({
    title: 'Start',
    help: 'Papers’ schemes: the initial counts made a little uncertain, Poisson laws around them, or (not the papers’) the exact law after ten steps.',
    advanced: true,
  }),
  smoothing: z.number().min(1e-9).max(0.5).default(0.01).meta({
    title: 'Smoothing',
    help: 'Probability that a smoothed start moves, for each species, from the initial count to all others.',
    advanced: true,
  }),
  walls: z.enum(['reflecting', 'absorbing']).default('reflecting').meta({
    title: 'Walls',
    help: 'Papers’ schemes: reactions that would leave the box do not happen, or lose what leaves.',
    advanced: true,
  }),
}
