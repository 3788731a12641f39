import { checkConstants } from '../broken'
import { ensembleMethod } from '../ensemble'
import type { CleOptions } from './index'
import { langevin } from './kernel'

interface Halved extends CleOptions {
  /** Share of the longest step that is taken. */
  readonly share?: number
}

export const method = ensembleMethod<Halved>(
  (problem, { epsilon, share }) => {
    checkConstants(problem)
    return langevin(problem, epsilon, share ?? 1)
  },
  {
    how: 'twice the change when every step is halved; how far the diffusion is from the jumps is not in it',
    real: true,
    laws: 'these are counts of a diffusion, rounded: how far their law is from that of the jumps is not known',
    halved: (options) => ({ ...options, share: 0.5 }),
  },
)
