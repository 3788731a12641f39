import type { Study } from '../solvers/study'

/** The study as far as it decides the numbers of each replicate: all but how many of them. */
export function questionOf(study: Study): string {
  const { network, parameters, initial, times, observe, solver, seed, options } = study
  const { replicates: _, ...rest } = options ?? {}
  return JSON.stringify([network, parameters, initial, times, observe, solver, seed, rest])
}

/** The method as it is set, whatever it is asked and however many replicates it draws. */
export function methodOf({ solver, options }: Study): string {
  const { replicates: _, ...rest } = options ?? {}
  return JSON.stringify([solver, rest])
}
