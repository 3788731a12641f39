import { z } from 'zod'
import { readsTime } from '../../network/structure'
import type { Solver } from '../contract'
import { optionSchema } from '../options'
import { replicates, trajectories } from '../replicates'

const options = optionSchema({
  replicates,
  fast: z.enum(['langevin', 'ode']).default('langevin').meta({
    title: 'Fast reactions',
    help: 'langevin: with Gaussian noise. ode: without any noise of their own.',
  }),
  threshold: z.int().min(1).max(1_000_000_000).default(100).meta({
    title: 'Many molecules',
    help: 'A reaction is fast only while every count that it changes is at least this.',
  }),
  share: z.number().min(0).max(1).default(0.001).meta({
    title: 'Slow share',
    help: 'A reaction with less than this share of all events is slow, whatever it changes.',
    advanced: true,
  }),
  epsilon: z.number().min(0.0001).max(0.5).default(0.03).meta({
    title: 'Largest change',
    symbol: 'ε',
    help: 'No propensity changes by more than this share in one step of the fast reactions.',
  }),
  trajectories,
})

export type HybridOptions = typeof options.defaults

/** Fast reactions among many molecules as a flow, the others exactly. */
export const hybrid: Solver<HybridOptions> = {
  id: 'hybrid',
  title: 'Hybrid simulation',
  summary: 'Fast reactions among many molecules flow, all others happen one by one, at their own instants.',
  cites: ['https://doi.org/10.1063/1.1835951', 'https://doi.org/10.1063/1.481811'],
  traits: {
    device: 'cpu',
    random: true,
    trains: false,
    spatial: false,
    observes: ['moments', 'marginals', 'joint', 'trajectories'],
  },
  options,
  supports({ network }, { threshold }) {
    if (readsTime(network)) {
      return {
        ok: false,
        why: 'a rate depends on the time t: slow reactions are timed by what flows, not by the clock',
        instead: 'ssa',
      }
    }
    return {
      ok: true,
      caution: `Where counts are ${threshold} or more they become real numbers: below, this is exact. What it costs is measured by doubling that threshold and halving the steps.`,
    }
  },
  load: async () => (await import('./solve')).method,
}
