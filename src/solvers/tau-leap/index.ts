import { z } from 'zod'
import { readsTime } from '../../network/structure'
import type { Solver } from '../contract'
import { optionSchema } from '../options'
import { replicates, trajectories } from '../replicates'

const options = optionSchema({
  replicates,
  epsilon: z.number().min(0.0001).max(0.5).default(0.03).meta({
    title: 'Largest change',
    symbol: 'ε',
    help: 'No propensity changes by more than this share in one leap. Half of it costs two to four times as much.',
  }),
  method: z.enum(['trapezoidal', 'midpoint', 'explicit', 'implicit']).default('trapezoidal').meta({
    title: 'Leap',
    help: 'trapezoidal: in two halves, the second makes good for the first. midpoint: propensities half a leap ahead. explicit: those at its start. implicit: those at its end, for networks with fast reactions that nearly balance.',
  }),
  criticalCount: z.int().min(0).max(1000).default(10).meta({
    title: 'Critical firings',
    help: 'A reaction that could fire fewer times than this before it runs out fires exactly, at most once in a leap.',
    advanced: true,
  }),
  trajectories,
})

export type TauLeapOptions = typeof options.defaults

/** Many events in one leap, exact where there are few molecules. */
export const tauLeap: Solver<TauLeapOptions> = {
  id: 'tauLeap',
  title: 'Tau-leaping',
  summary: 'Sample paths in leaps over many events at once; exact where molecules are few, its step error is measured.',
  cites: [
    'https://doi.org/10.1063/1.2159468',
    'https://doi.org/10.1063/1.1378322',
    'https://doi.org/10.1063/1.1627296',
    'https://doi.org/10.1063/1.2745299',
  ],
  traits: {
    device: 'cpu',
    random: true,
    trains: false,
    spatial: false,
    observes: ['moments', 'marginals', 'joint', 'trajectories'],
  },
  options,
  supports({ network }) {
    if (readsTime(network)) {
      return {
        ok: false,
        why: 'a rate depends on the time t: a leap would take it as constant, and so would the exact steps between leaps',
        instead: 'ssa',
      }
    }
    return {
      ok: true,
      caution:
        'Tau-leaping is approximate: propensities are held for the length of a leap. What that costs is measured by halving the leaps and stands beside the error of sampling.',
    }
  },
  load: async () => (await import('./solve')).method,
}
