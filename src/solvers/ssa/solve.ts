import type { Lanes } from '../../network/compile-lanes'
import { readsTime } from '../../network/structure'
import type { Walker } from '../../network/walker'
import type { Problem } from '../contract'
import { ensembleMethod } from '../ensemble'
import type { SsaOptions } from './index'
import { sampler, teamOf, together, walkerFor } from './walkers'

export const method = ensembleMethod<SsaOptions>((problem, { variant }) => {
  const walker = walkerFor(problem, variant)
  const alone = sampler(problem, walker)
  let many: Lanes | null = null
  return {
    ...alone,
    notes: () => ({ algorithm: algorithmOf(problem, variant, walker) }),
    team() {
      if (variant !== 'auto' && variant !== 'direct') return null
      many = together(problem)
      return many && teamOf(problem, many)
    },
    release() {
      alone.release()
      many?.release()
    },
  }
})

/** What walks, in words. Whether replicates walk together depends on how many a thread has, and is not told. */
function algorithmOf({ network }: Problem, variant: SsaOptions['variant'], { counters }: Walker): string {
  if (readsTime(network)) return 'direct, thinned'
  const [large] = Object.keys(counters ?? {})
  if (!large) return 'direct, compiled'
  return variant === 'auto' ? `${large}, by a pilot run` : large
}
