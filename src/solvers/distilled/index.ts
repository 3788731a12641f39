import { z } from 'zod'
import { backendField } from '../backend-option'
import type { Solver } from '../contract'
import { designFields, learnsOver, startsField } from '../design-options'
import { domainIn, largest } from '../learnt'
import { optionSchema } from '../options'

const options = optionSchema({
  teacher: z.enum(['fsp', 'ssa', 'nncme', 'consistency']).default('fsp').meta({
    title: 'Teacher',
    help: 'Laws to learn from. fsp: exact, by projection; ssa: sampled, where there are too many states for that; nncme: of networks that step through time, as in the paper; consistency: none but the master equation, window by window.',
  }),
  network: z.enum(['dense', 'transformer']).default('dense').meta({
    title: 'Network',
    help: 'Dense layers, or a causal transformer; either gives smooth probabilities, count after count.',
  }),
  ...designFields,
  quick: z.boolean().default(false).meta({
    title: 'Quick measure',
    help: 'Held-out laws, too, by alternating directions where that is near enough: ten times as fast, good to 0.005 in l1.',
    advanced: true,
  }),
  rows: z.int().min(1).max(1000).default(8).meta({
    title: 'Rows',
    help: 'Counts of the species before it after which the law of the next is learnt, per look.',
    advanced: true,
  }),
  width: z.int().min(1).max(largest.width).default(48).meta({
    title: 'Width',
    help: 'Units of a hidden layer, or numbers of a token.',
    advanced: true,
  }),
  layers: z
    .int()
    .min(1)
    .max(largest.layers)
    .default(2)
    .meta({ title: 'Layers', help: 'Hidden layers.', advanced: true }),
  epochs: z.int().min(1).max(10_000).default(60).meta({
    title: 'Epochs',
    help: 'Passes over all that is learnt from.',
    advanced: true,
  }),
  rate: z.number().min(1e-6).max(1).default(0.004).meta({
    title: 'Learning rate',
    help: 'Of Adam, at its largest; it falls along half a cosine.',
    advanced: true,
  }),
  batch: z.int().min(1).max(10_000).default(32).meta({
    title: 'Batch',
    help: 'Settings and times per step; on a GPU up to eight times as many, at a rate that is larger by the square root of that.',
    advanced: true,
  }),
  growth: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .meta({
      title: 'Growth',
      help: 'The share of the epochs after which all settings are there; training begins with an eighth of them, and the others are taught beside it. With 0 all are taught before: what comes late is learnt a little less well.',
      when: { teacher: ['fsp', 'ssa', 'nncme'] },
      advanced: true,
    }),
  backend: backendField(),
  paper: z
    .boolean()
    .default(false)
    .meta({
      title: 'Paper mode',
      help: "As in the paper's code: one Euler step beyond each snapshot is the target, and the reverse divergence is descended by its score gradient.",
      when: { teacher: ['nncme'], network: ['transformer'] },
      advanced: true,
    }),
  windows: z
    .int()
    .min(1)
    .max(100)
    .default(4)
    .meta({
      title: 'Windows',
      help: 'Time is cut into so many; no law is followed for longer than one.',
      when: { teacher: ['consistency'] },
      advanced: true,
    }),
  stages: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .meta({
      title: 'Stages',
      help: 'A curriculum in time: early times are learnt first, later ones join stage by stage. With 1 all at once.',
      when: { teacher: ['fsp', 'ssa', 'nncme'] },
      advanced: true,
    }),
  ...startsField,
  paths: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(500)
    .meta({
      title: 'Paths',
      help: 'Sample paths per setting, or states that its network learns from.',
      when: { teacher: ['ssa', 'nncme'] },
      advanced: true,
    }),
})

export type DistilledOptions = typeof options.defaults

/** The law of the whole state, from one network whose prompt is rates, initial counts and time. */
export const distilled: Solver<DistilledOptions> = {
  id: 'distilled',
  title: 'Distilled network',
  summary:
    'Learns the joint law of all counts for any rates, initial counts and time from exact laws; then answers at once.',
  cites: [
    'Liu & Wang 2024, https://doi.org/10.1073/pnas.2317422121',
    'Sukys, Öcal & Grima 2022, https://doi.org/10.1016/j.isci.2022.105010',
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
  supports: (problem, { starts }) => learnsOver(problem, starts),
  // Without a map it is not at its end.
  answers: (artifact, problem) => 'errors' in artifact.arrays && domainIn('distilled', artifact, problem) !== undefined,
  load: async () => (await import('./solve')).method,
}
