/** Options of the schemes of the papers; the default scheme does not read them. */
import { z } from 'zod'

const papers = ['reverse-kl', 'natural-gradient', 'tdvp']
const natural = ['natural-gradient', 'tdvp']

export const paperOptions = {
  step: z
    .number()
    .min(0)
    .max(1e9)
    .default(0)
    .meta({
      title: 'Time step',
      unit: 'time',
      help: 'Of Euler’s rule. With 0 as long as no probability among the samples loses three quarters of itself.',
      when: { scheme: papers },
    }),
  fold: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .meta({
      title: 'Longest step',
      help: 'In time steps: every step tries this many at once and is halved until all probabilities among its samples stay positive.',
      advanced: true,
      when: { scheme: papers },
    }),
  first: z
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .meta({
      title: 'First updates',
      help: 'Updates of the first, short step.',
      advanced: true,
      when: { scheme: papers },
    }),
  each: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta({
      title: 'Updates per step',
      help: 'Updates of every later step; tdvp takes one.',
      when: { scheme: ['reverse-kl', 'natural-gradient'] },
    }),
  samples: z
    .int()
    .min(8)
    .max(1_000_000)
    .default(1000)
    .meta({
      title: 'Samples',
      help: 'States that are drawn from the network for every update.',
      when: { scheme: papers },
    }),
  descent: z
    .number()
    .min(1e-6)
    .max(1)
    .default(0.005)
    .meta({
      title: 'Descent',
      help: 'Learning rate of reverse-kl.',
      advanced: true,
      when: { scheme: ['reverse-kl'] },
    }),
  pace: z
    .number()
    .min(1e-6)
    .max(1)
    .default(0.5)
    .meta({
      title: 'Pace',
      help: 'Share of a natural-gradient step that is taken, and of the first step of tdvp, which takes all of the later ones.',
      advanced: true,
      when: { scheme: natural },
    }),
  damping: z
    .number()
    .min(1e-12)
    .max(1)
    .default(1e-3)
    .meta({
      title: 'Damping',
      help: 'Added to the Fisher matrix of natural-gradient and tdvp.',
      advanced: true,
      when: { scheme: natural },
    }),
  sampling: z
    .enum(['plain', 'mixture', 'tempered', 'diffusive', 'onward'])
    .default('plain')
    .meta({
      title: 'Sampling',
      help: 'From the network itself, partly even over the box, from flattened or from smeared conditionals. onward, which is ours: now and then one count is even, and states go on by further reactions, so that what is about to come is seen.',
      when: { scheme: papers },
    }),
  even: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .meta({
      title: 'Even share',
      help: 'Of the samples that a mixture draws evenly; of those that have an even count, sampling onward.',
      advanced: true,
      when: { scheme: papers, sampling: ['mixture', 'onward'] },
    }),
  further: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.3)
    .meta({
      title: 'Further',
      help: 'Probability of each further reaction, sampling onward.',
      advanced: true,
      when: { scheme: papers, sampling: ['onward'] },
    }),
  reweighted: z
    .boolean()
    .default(true)
    .meta({
      title: 'Reweighted',
      help: 'Whether a mixture’s samples weigh what the network gives them; the paper’s lattices do without.',
      advanced: true,
      when: { scheme: papers, sampling: ['mixture'] },
    }),
  alpha: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.5)
    .meta({
      title: 'Power',
      help: 'To which tempered sampling raises each conditional.',
      advanced: true,
      when: { scheme: papers, sampling: ['tempered'] },
    }),
  reach: z
    .int()
    .min(1)
    .max(50)
    .default(2)
    .meta({
      title: 'Reach',
      help: 'Counts to either side over which diffusive sampling smears each conditional.',
      advanced: true,
      when: { scheme: papers, sampling: ['diffusive'] },
    }),
  start: z
    .enum(['smoothed', 'poisson', 'delta'])
    .default('smoothed')
    .meta({
      title: 'Start',
      help: 'The initial counts made a little uncertain, Poisson laws around them, or (not the papers’) the exact law a little later.',
      when: { scheme: papers },
    }),
  head: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta({
      title: 'Head',
      help: 'Time steps of exact simulation that a delta start begins with.',
      advanced: true,
      when: { scheme: papers, start: ['delta'] },
    }),
  smoothing: z
    .number()
    .min(1e-12)
    .max(0.5)
    .default(0.01)
    .meta({
      title: 'Smoothing',
      help: 'Probability that a smoothed start moves, for each species, from the initial count to all others.',
      advanced: true,
      when: { scheme: papers, start: ['smoothed'] },
    }),
  walls: z
    .enum(['reflecting', 'absorbing'])
    .default('reflecting')
    .meta({
      title: 'Walls',
      help: 'Reactions that would leave the box do not happen, or lose what leaves.',
      advanced: true,
      when: { scheme: papers },
    }),
}
