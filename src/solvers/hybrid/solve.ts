import { checkConstants } from '../broken'
import { ensembleMethod } from '../ensemble'
import type { HybridOptions } from './index'
import { hybridSampler } from './kernel'

interface Halved extends HybridOptions {
  /** Share of the longest step that is taken. */
  readonly part?: number
}

export const method = ensembleMethod<Halved>(
  (problem, options) => {
    checkConstants(problem)
    return hybridSampler(problem, { ...options, part: options.part ?? 1 })
  },
  {
    how: 'twice the change when steps and slow share are halved and the threshold is doubled',
    real: true,
    halved: (options) => ({
      ...options,
      part: 0.5,
      threshold: 2 * options.threshold,
      share: options.share / 2,
    }),
  },
)
