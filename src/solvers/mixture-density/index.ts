import { z } from 'zod'
import { backendField } from '../backend-option'
import type { Solver } from '../contract'
import { designFields, learnsOver, startsField } from '../design-options'
import { domainIn } from '../learnt'
import { optionSchema } from '../options'
import { plan } from './targets'

const options = optionSchema({
  teacher: z.enum(['fsp', 'ssa']).default('fsp').meta({
    title: 'Teacher',
    help: 'Laws to learn from: exact, by projection; or sampled, where there are too many states for that.',
  }),
  ...designFields,
  components: z.int().min(1).max(20).default(4).meta({
    title: 'Components',
    help: 'Negative binomials in each mixture.',
  }),
  zeroInflated: z.boolean().default(false).meta({
    title: 'Zeros apart',
    help: 'A further component that is always zero, in laws of one count.',
    advanced: true,
  }),
  hidden: z.int().min(1).max(2048).default(64).meta({
    title: 'Hidden units',
    help: 'Width of the one layer between the setting and its law.',
    advanced: true,
  }),
  epochs: z.int().min(1).max(10_000).default(300).meta({
    title: 'Epochs',
    help: 'Passes over all examples, at most: training ends when the held-out laws gain no more.',
    advanced: true,
  }),
  batch: z.int().min(1).max(10_000).default(64).meta({
    title: 'Batch',
    help: 'Examples per step.',
    advanced: true,
  }),
  rate: z.number().min(1e-6).max(1).default(0.01).meta({
    title: 'Learning rate',
    help: 'Of Adam, at first; halved when it brings no more.',
    advanced: true,
  }),
  backend: backendField(),
  ...startsField,
  paths: z.int().min(10).max(1_000_000).default(1000).meta({
    title: 'Paths',
    help: 'Sample paths per setting, where samples are the teacher.',
    advanced: true,
  }),
})

export type MixtureOptions = typeof options.defaults

/** Laws at many settings, from a network that outputs mixtures of negative binomials. */
export const mixtureDensity: Solver<MixtureOptions> = {
  id: 'mixtureDensity',
  title: 'Mixture density network',
  summary: 'Learns the laws of counts as functions of parameters and time, then answers for any of them at once.',
  cites: [
    'Sukys, Öcal & Grima 2022, https://doi.org/10.1016/j.isci.2022.105010',
    'Bortolussi & Palmieri 2018, https://doi.org/10.1007/978-3-319-99429-1_2',
  ],
  traits: { device: 'cpu', random: true, trains: true, spatial: false, observes: ['moments', 'marginals', 'joint'] },
  options,
  supports: (problem, { starts }) => learnsOver(problem, starts),
  answers(artifact, problem) {
    const known = domainIn('mixtureDensity', artifact, problem) !== undefined
    return known && plan(problem).targets.every(({ key }) => `weights:${key}` in artifact.arrays)
  },
  load: async () => (await import('./solve')).method,
}
