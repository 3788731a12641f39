import { z } from 'zod'
import type { Solver } from '../contract'
import { optionSchema } from '../options'
import { replicates, trajectories } from '../replicates'

const options = optionSchema({
  replicates,
  epsilon: z.number().min(0.0001).max(0.5).default(0.03).meta({
    title: 'Largest change',
    symbol: 'ε',
    help: 'No propensity changes by more than this share in one step, in mean and in standard deviation.',
  }),
  trajectories,
})

export type CleOptions = typeof options.defaults

/** Below so many molecules the noise of single events is not Gaussian. */
const fewMolecules = 100

/** A diffusion in place of the jumps. */
export const cle: Solver<CleOptions> = {
  id: 'cle',
  title: 'Chemical Langevin equation',
  summary:
    'Real-valued paths with Gaussian noise in every reaction: the limit of many molecules that still fluctuates.',
  cites: ['https://doi.org/10.1063/1.481811', 'https://doi.org/10.1186/1752-0509-6-85'],
  traits: {
    device: 'cpu',
    random: true,
    trains: false,
    spatial: false,
    observes: ['moments', 'marginals', 'joint', 'trajectories'],
  },
  options,
  supports({ network, initial }) {
    const changed = new Set(network.reactions.flatMap(({ net }) => net.map(({ species }) => species)))
    const few = [...changed].filter((s) => initial[s] < fewMolecules).map((s) => network.species[s].name)
    const where =
      few.length > 0 ? ` Here ${few.slice(0, 5).join(', ')}${few.length > 5 ? ', …' : ''} begin with few.` : ''
    return {
      ok: true,
      caution: `Counts are real numbers with Gaussian noise here: trust it where all of them stay above about ${fewMolecules}.${where} Shorter steps do not show what that costs.`,
    }
  },
  load: async () => (await import('./solve')).method,
}
