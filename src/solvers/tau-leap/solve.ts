import { checkConstants } from '../broken'
import { ensembleMethod } from '../ensemble'
import { compiledLeaper } from './compiled'
import type { TauLeapOptions } from './index'
import { leaper } from './kernel'

interface Halved extends TauLeapOptions {
  /** Share of the longest leap that is taken. */
  readonly share?: number
}

export const method = ensembleMethod<Halved>(
  (problem, options) => {
    checkConstants(problem)
    const leaps = { ...options, share: options.share ?? 1 }
    return compiledLeaper(problem, leaps) ?? leaper(problem, leaps)
  },
  { how: 'twice the change when every leap is halved', halved: (options) => ({ ...options, share: 0.5 }) },
)
