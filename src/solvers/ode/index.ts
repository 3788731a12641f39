import { z } from 'zod'
import type { Solver } from '../contract'
import { readsCounts } from '../events'
import { optionSchema } from '../options'
import { isLinear } from './kernel'

const options = optionSchema({
  tolerance: z
    .number()
    .min(1e-12)
    .max(0.01)
    .default(1e-8)
    .meta({ title: 'Tolerance', help: 'Wanted error per step: this fraction of each count plus this many molecules.' }),
  combinatorics: z.enum(['macroscopic', 'counts']).default('macroscopic').meta({
    title: 'Equal reactants',
    help: 'n copies of X react at x^n/n! (macroscopic), or at x(x−1)…(x−n+1)/n! (counts). Explicit rates are used as written.',
    advanced: true,
  }),
})

export type OdeOptions = typeof options.defaults

/** The Jacobian is dense: this many species need 8 MB and about a second per step. */
export const maxSpecies = 1000

/** Rate equations: deterministic mean field. */
export const ode: Solver<OdeOptions> = {
  id: 'ode',
  title: 'Rate equations',
  summary:
    'The deterministic limit of large counts: one smooth path, no noise. Not the mean, unless the network is linear.',
  cites: ['https://doi.org/10.1007/978-3-642-05221-7', 'https://doi.org/10.1063/1.1678692'],
  traits: { device: 'cpu', random: false, trains: false, spatial: false, events: true, observes: ['moments'] },
  options,
  supports({ network }) {
    if (network.species.length > maxSpecies) {
      return {
        ok: false,
        why: `${network.species.length} species; the rate equations are solved with a dense matrix, for up to ${maxSpecies}`,
        instead: 'ssa',
      }
    }
    if (readsCounts(network)) {
      return {
        ok: false,
        why: 'events: one of them waits for a count, and the rate equations follow those that the clock sets off',
        instead: 'ssa',
      }
    }
    if (isLinear(network)) return { ok: true }
    return {
      ok: true,
      caution:
        'These are the rate equations, the limit of large counts: not the mean of the process, because some propensity or event is not linear in the counts.',
    }
  },
  load: async () => (await import('./solve')).method,
}
