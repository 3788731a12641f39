/**
 * Methods whose artifacts tell laws of some counts after others at once: for likelihoods, maps, sensitivities and hops. One
 * line per method.
 */
import type { Conditionals } from './conditionals'
import type { Artifact, Problem } from './contract'
import { teller as distilled } from './distilled/teller'
import type { ErrorMap } from './learnt'
import { teller as mixtureDensity } from './mixture-density/teller'

/** Laws from which those of some quantities follow. */
export interface Told {
  readonly conditionals: Conditionals
  /** So many of their blocks have to be known. */
  readonly depth: number
  /** Where they were compared with their teacher. */
  readonly map: ErrorMap
  /**
   * Value of the k-th quantity that was asked for, where the counts of the blocks are these; absent where the blocks are the
   * axes of the state, in their order.
   */
  value?(k: number, counts: readonly number[]): number
}

/** Why there are none, and what to do; `foreign`: it was learnt of another network. */
export interface Untold {
  readonly why: string
  readonly hint?: string
}

export interface Teller {
  /** How it stands among likelihoods. */
  readonly about: string
  /** Numbers of `quantities(network)`. */
  of(artifact: Artifact, problem: Problem, quantities: readonly number[]): Told | Untold
  /** Of the whole state at once; undefined where it tells none. */
  whole(artifact: Artifact, problem: Problem): Conditionals | undefined
}

export const tellers: Readonly<Record<string, Teller>> = { distilled, mixtureDensity }
