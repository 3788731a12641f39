import { z } from 'zod'
import { reads } from '../../network/structure'
import type { Solver } from '../contract'
import { optionSchema } from '../options'
import { capacity, maxCount, maxReactions, maxSpecies, maxTimes } from './limits'

const options = optionSchema({
  replicates: z
    .int()
    .min(1)
    .max(100_000_000)
    .default(100_000)
    .meta({ title: 'Replicates', help: 'Independent sample paths. Errors fall as one over the square root.' }),
  trajectories: z.int().min(0).max(1000).default(50).meta({
    title: 'Paths kept',
    help: 'The first so many replicates are kept as paths, to be drawn.',
    advanced: true,
  }),
  adapter: z.enum(['real', 'any']).default('real').meta({
    title: 'Adapter',
    help: 'A real GPU, or any adapter: also one that a browser makes of software, which is slower than sampling on the CPU.',
    advanced: true,
  }),
})

export type SsaGpuOptions = typeof options.defaults

/** Exact sampling, one replicate per lane of a GPU. */
export const ssaGpu: Solver<SsaGpuOptions> = {
  id: 'ssaGpu',
  title: 'Ensembles on the GPU',
  summary: 'Exact sample paths in thousands at once, in single precision; without a GPU the CPU draws them.',
  cites: ['https://doi.org/10.1021/j100540a008', 'https://doi.org/10.1145/2063384.2063405'],
  traits: {
    device: 'gpu',
    random: true,
    trains: false,
    spatial: false,
    observes: ['moments', 'marginals', 'joint', 'trajectories'],
  },
  options,
  supports({ network, initial, times }) {
    const { reactions, species } = network
    const refuse = (why: string) => ({ ok: false as const, why, instead: 'ssa' })
    const timed = reactions.findIndex((_, r) => reads(network, r).time)
    if (timed >= 0) return refuse(`the rate of reaction ${reactions[timed].name} changes with time`)
    if (reactions.length > maxReactions) {
      return refuse(
        `${reactions.length} reactions are more than the ${maxReactions} that a lane of a GPU works through well`,
      )
    }
    if (species.length > maxSpecies) {
      return refuse(`${species.length} species are more than the ${maxSpecies} that a lane of a GPU holds well`)
    }
    if (times.length > maxTimes || capacity(species.length, times.length) === 0) {
      return refuse(`${times.length} output times of ${species.length} species are more than a GPU records`)
    }
    const large = initial.findIndex((count) => count > maxCount)
    if (large >= 0) {
      return refuse(
        `the GPU tells counts apart up to ${maxCount}, and ${species[large].name} begins with ${initial[large]}`,
      )
    }
    return { ok: true }
  },
  load: async () => (await import('./solve')).method,
}
