import { z } from 'zod'
import { evaluators } from '../../network/evaluate'
import { readsTime } from '../../network/structure'
import type { Problem, Solver, Verdict } from '../contract'
import { optionSchema } from '../options'
import { previewable } from './previewable'
import { coordinates } from './space'
import { boundsOf, constraintsOf, WrongConstraint } from './within'

const options = optionSchema({
  tolerance: z
    .number()
    .min(1e-12)
    .max(0.5)
    .default(1e-6)
    .meta({ title: 'Tolerance', help: 'Largest l1 distance from the true law, at the last output time.' }),
  horizon: z.enum(['times', 'stationary']).default('times').meta({
    title: 'Horizon',
    help: 'The law at the output times, or the one at which it comes to rest, shown alike at all of them.',
  }),
  propagator: z
    .enum(['auto', 'uniformisation', 'chebyshev', 'krylov', 'implicit', 'adaptive', 'dense'])
    .default('auto')
    .meta({
      title: 'Propagator',
      help: 'How time advances. Uniformisation, its adaptive form and its Chebyshev series (fewer products over long times) are proved; implicit steps reach far where rates are stiff.',
      advanced: true,
    }),
  states: z.enum(['auto', 'box', 'window', 'reachable']).default('auto').meta({
    title: 'States',
    help: 'box: a box of counts that grows. window: states that follow the probability, of any shape. reachable: those that sampled paths visit and what lies about them. auto: box or window, by what a few sampled paths foretell. At rest: box eliminates, window follows the law until it moves no more.',
    advanced: true,
  }),
  within: z.string().max(1000).default('').meta({
    title: 'Within',
    help: 'Bounds of the states that may be kept, such as U + V <= 60; A - 2 * B <= 10. What leads beyond them is lost and counted by name. Empty: none.',
    advanced: true,
  }),
  maxStates: z
    .int()
    .min(1)
    .max(20_000_000)
    .default(2_000_000)
    .meta({ title: 'Most states', help: 'Give up, and say so, when the law needs more states.', advanced: true }),
  maxWork: z.number().min(1e6).max(1e15).default(2e12).meta({
    title: 'Most multiplications',
    help: 'Give up, and say so, when the law needs more multiplications. A thousand million take about a second.',
    advanced: true,
  }),
})

export type FspOptions = typeof options.defaults

/** Events, and with them matrix products, beyond which not even a single state would be done within minutes. */
const maxEvents = 1e9
/** Numbers in the marginal laws: 400 MB. */
const maxNumbers = 5e7

export const fsp: Solver<FspOptions> = {
  id: 'fsp',
  title: 'State-space projection',
  summary:
    'Solves the master equation on finitely many states, chosen so that the probability outside them is below the tolerance.',
  cites: [
    'Munsky & Khammash 2006, https://doi.org/10.1063/1.2145882',
    'Jensen 1953, https://doi.org/10.1080/03461238.1953.10419459',
  ],
  traits: { device: 'cpu', random: false, trains: false, spatial: false, observes: ['moments', 'marginals', 'joint'] },
  options,
  supports,
  previews: previewable,
  load: async () => (await import('./solve')).method,
}

/** Only what the first box already rules out: how far it must grow is known by growing it. */
function supports(problem: Problem, options: FspOptions): Verdict {
  const { network, parameters, initial, times, observe } = problem
  const { horizon: end } = options
  const wrong = whyNotWithin(problem, options)
  if (wrong) return { ok: false, why: wrong }
  const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 4 })
  const horizon = times.length ? times[times.length - 1] : 0
  const largest = initial.reduce((a, b) => Math.max(a, b), 0)
  const numbers = times.length * network.species.length * (largest + 1)
  if (observe.marginals && numbers > maxNumbers) {
    const why = `laws over counts up to ${number(largest)} at ${times.length} output times are ${number(numbers)} numbers; this solver holds ${number(maxNumbers)}`
    return { ok: false, why, instead: 'ssa' }
  }
  if (end === 'stationary') {
    if (readsTime(network)) return { ok: false, why: 'rates change with time, so that the law never comes to rest' }
    return { ok: true, caution: 'the law at rest, shown alike at every time' }
  }
  // The box keeps the initial state, so that its outflow is a lower bound of the uniformisation rate.
  const { propensities } = evaluators(network, parameters)
  const rate = propensities.reduce((sum, a) => sum + a(initial, 0), 0)
  // (A broken propensity is for the run to name.)
  if (rate * horizon > maxEvents && rate < Number.POSITIVE_INFINITY) {
    const why = `the initial state alone makes ${number(rate * horizon)} events by t = ${number(horizon)}; this solver follows at most ${number(maxEvents)}`
    return { ok: false, why, instead: 'ssa' }
  }
  return { ok: true }
}

/** Why the constraints cannot be obeyed, if there are any and they cannot. */
function whyNotWithin(problem: Problem, { within, states, horizon }: FspOptions): string | undefined {
  if (within.trim() === '') return undefined
  if (horizon === 'stationary') return 'constraints hold for the law at times only: leave `within` empty'
  if (states === 'box') return 'a box obeys no constraints: take the states "window" or "reachable"'
  try {
    const constraints = constraintsOf(problem, within)
    const space = coordinates(problem.network, problem.initial)
    const broken = constraints[boundsOf(space, constraints).broken(space.axes.map((s) => problem.initial[s]))]
    return broken && `the initial state does not obey ${broken.text}`
  } catch (thrown) {
    if (thrown instanceof WrongConstraint) return thrown.message
    throw thrown
  }
}
