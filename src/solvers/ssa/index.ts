import { z } from 'zod'
import { evaluators } from '../../network/evaluate'
import { readsTime } from '../../network/structure'
import type { Problem, Solver } from '../contract'
import { optionSchema } from '../options'

const options = optionSchema({
  replicates: z
    .int()
    .min(1)
    .max(100_000_000)
    .default(10_000)
    .meta({ title: 'Replicates', help: 'Independent sample paths. Errors fall as one over the square root.' }),
  trajectories: z.int().min(0).max(1000).default(50).meta({
    title: 'Paths kept',
    help: 'The first so many replicates are kept as paths, to be drawn.',
    advanced: true,
  }),
  variant: z
    .enum(['auto', 'direct', 'sorting', 'nextReaction', 'compositionRejection', 'rejection'])
    .default('auto')
    .meta({
      title: 'Algorithm',
      help: 'All have the same law, and differ in speed. Auto: compiled code while the network is small; beyond, a pilot run decides.',
      advanced: true,
    }),
})

export type SsaOptions = typeof options.defaults

/** One replicate of this many events takes about ten seconds. */
const manyEvents = 3e8

/** Exact sampling, event by event. */
export const ssa: Solver<SsaOptions> = {
  id: 'ssa',
  title: 'Stochastic simulation',
  summary: 'Exact sample paths, one reaction event at a time; errors are those of sampling, and are shown.',
  cites: [
    'https://doi.org/10.1021/j100540a008',
    'https://doi.org/10.1145/3460772',
    'https://doi.org/10.18637/jss.v005.i08',
  ],
  traits: {
    device: 'cpu',
    random: true,
    trains: false,
    spatial: false,
    events: true,
    observes: ['moments', 'marginals', 'joint', 'trajectories'],
  },
  options,
  supports(problem, { variant }) {
    if (variant !== 'auto' && variant !== 'direct' && readsTime(problem.network)) {
      return {
        ok: false,
        why: `the algorithm ${variant} cannot follow rates that depend on t; "auto" and "direct" can`,
      }
    }
    const events = eventsAtFirst(problem)
    if (!(events > manyEvents)) return { ok: true }
    return {
      ok: true,
      caution: `At its initial rate one replicate needs about ${events.toExponential(0)} events: simulation goes event by event and may take very long. Fewer molecules, shorter times or "ode" are quicker.`,
    }
  },
  load: async () => (await import('./solve')).method,
}

/** Events of one replicate, were its propensities to stay what they are at the start. */
function eventsAtFirst({ network, parameters, initial, times }: Problem): number {
  const { propensities } = evaluators(network, parameters)
  const total = propensities.reduce((sum, propensity) => sum + propensity(initial, 0), 0)
  return total * (times.at(-1) ?? 0)
}
