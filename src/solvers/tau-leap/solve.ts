import { checkConstants } from '../broken'
import { ensembleMethod } from '../ensemble'
import type { TauLeapOptions } from './index'
import { leaper } from './kernel'

interface Halved extends TauLeapOptions {
  /** Share of the longest leap that is taken. */
  readonly share?: number
}

export const method = ensembleMethod<Halved>(
  (problem, options) => {
    checkConstants(problem)
    return leaper(problem, { ...options, share: options.share ?? 1 })
  },
  { how: 'twice the change when every leap is halved', halved: (options) => ({ ...options, share: 0.5 }) },
)
