import type { Study } from '../solvers/study'

/** The study as far as it decides the numbers of each replicate: all but how many of them. */
export function questionOf(study: Study): string {
  const { network, parameters, initial, times, observe, solver, seed, options } = study
  const { replicates: _, ...rest } = options ?? {}
  return JSON.stringify([network, parameters, initial, times, observe, solver, seed, rest])
}
