/**
 * The contract between a question and a method. A solver is a value with a generator in it: the consumer pulls, or
 * stops pulling; there is no other way to stream, to show progress or to cancel. See ARCHITECTURE.md.
 */

import type { Network } from '../network/network'
import type { Neighbours } from '../numerics/blocks'
import type { Helpers } from '../numerics/crew'
import type { ChainLaw } from '../numerics/learning/chain-law'
import type { NamedArray } from '../numerics/named-array'
import type { Stream } from '../numerics/rng'
import type { OptionSchema } from './options'
import type { Share, Tally } from './tally'

/** What is asked for, besides a method: a network with values for everything, output times, and what to observe. */
export interface Problem {
  readonly network: Network
  /** Values of the parameters, in the network's order. */
  readonly parameters: Float64Array
  /** Initial counts, in the network's species order. */
  readonly initial: Float64Array
  /** Output times, ascending, ≥ 0. May be empty. The initial law holds at time 0. */
  readonly times: Float64Array
  readonly observe: Observe
}

/** Numbers are indices into `quantities(network)`: species first, then observables. */
export interface Observe {
  readonly moments: boolean
  readonly marginals: boolean
  readonly joints: readonly (readonly [number, number])[]
  readonly trajectories: boolean
}

/** How far the numbers may be from the truth. Every observation has one; the screen draws each kind. */
export type ErrorEstimate =
  | { readonly kind: 'exact' }
  /** Falls as 1/√replicates; same axes as the observation. */
  | { readonly kind: 'sampling'; readonly standardError: NamedArray; readonly bias?: Bias }
  /** Proved, one per output time. `l1` bounds Σ|p − p̂| over the observed law. */
  | { readonly kind: 'bound'; readonly norm: 'l1'; readonly value: readonly number[] }
  | { readonly kind: 'estimate'; readonly value: number; readonly how: string }
  | { readonly kind: 'none'; readonly why: string }

/**
 * What a sampling method that is not exact adds to the error of sampling, as far as it can be measured: not below
 * `noise`, which is the error of sampling in `value` itself. Of moments both have the axes of the observation, value
 * being signed; of laws one l1 distance per time.
 */
export interface Bias {
  readonly value: NamedArray
  readonly noise: NamedArray
  /** How it was measured, and what it does not measure. */
  readonly how: string
}

export interface Observation {
  readonly array: NamedArray
  readonly error: ErrorEstimate
}

/**
 * Keys and axes of observations (interface: public):
 * - `moments`      [time, moment: mean | variance, quantity]
 * - `marginals`    [time, quantity, count]   probabilities; `count` starts at 0, width 1 unless its coords say otherwise
 * - `joint:A,B`    [time, A, B]              probabilities; both axes are counts from 0
 * - `trajectories` [replicate, quantity, time]
 */
export type Observations = Readonly<Record<string, Observation>>

export interface Solution {
  readonly observations: Observations
  /** `replicates`, `events`, `states`, `leaked` … : numbers a reader may want, by name. */
  readonly diagnostics: Readonly<Record<string, number>>
  /** What a method chose for itself, in a word or two each, by name: `propagator: 'krylov'`. */
  readonly notes?: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  /** Of a method that keeps finitely many states: where probability went, and how many states it took. */
  readonly ledger?: Ledger
  /** Of methods that train: [update, measure: loss in nats, then gradientNorm or heldOut (loss)], at most 512 of them. */
  readonly training?: NamedArray
  /**
   * Of methods that train and were compared with laws that are known otherwise: [time, measure], NaN where not. Measures
   * (interface: public): `hellinger` and `totalVariation` of the species that is furthest off, `hellingerFloor` and
   * `totalVariationFloor`, what counting as many samples as are behind the comparison explains; `joint`, Hellinger's
   * distance of whole states; `kl`, their divergence in nats from the learnt law. With what, `notes.measured` says.
   */
  readonly distances?: NamedArray
  /** Of methods that train and drew exact paths to check themselves by: their moments, with the axes of `moments`. */
  readonly independent?: { readonly moments: Observation; readonly paths: number }
  /**
   * What a solver that trains has learnt: plain, clonable data that it can start from again. A frame that holds one is a
   * checkpoint: cancelled, crashed or closed, training goes on from the last.
   */
  readonly artifact?: Artifact
}

/**
 * Small arrays over intervals of time (interface: public). An interval ends at its `until` and begins where the one before
 * ended, the first at 0; their lengths differ, there are at most 128, and output times need not be among them.
 */
export interface Ledger {
  /**
   * [until, exit]: probability lost in the interval. All of it adds up to the diagnostic `leaked`. Exits, the largest first:
   * - `U above by r1`, `U below by r2`: reaction r1 (r2) led beyond the largest (smallest) count of U that was kept
   * - `U + V above by r1`: beyond a constraint
   * - `broken by r3`: into a state where the propensity of r3 is no rate
   * - `dropped`: states that held next to nothing were let go
   * - `cut off`: tails of series, and values too small to keep
   * - `others`: exits too many to name
   */
  readonly lost: NamedArray
  /** [until, measure: states | products]: the most states held in the interval; products with their matrix. */
  readonly held: NamedArray
}

/** The whole picture of a run so far, never a delta: a slow screen may drop frames freely. */
export interface Frame extends Solution {
  /** 0…1, never falling. */
  readonly done: number
  readonly phase: string
  /** A first picture of the whole answer, at every output time, to be replaced by the computed one. */
  readonly preview?: true
  /** Of methods that train step by step: the law as it is in the midst of a step, at the time that the step leads to. */
  readonly now?: { readonly time: number; readonly observations: Observations }
}

export interface Artifact {
  readonly solver: string
  readonly arrays: Readonly<Record<string, NamedArray>>
  readonly notes: Readonly<Record<string, string | number>>
}

/** What the host lends a solver for one execution. */
export interface Run {
  /** The i-th independent stream of the study's seed: replicate i uses stream i, on any worker. */
  rng(i: number): Stream
  /** Time to yield? Results must not depend on when this is true. */
  due(): boolean
  /** Milliseconds, to say how long things will take. Results must not depend on it. */
  now?(): number
  readonly artifact?: Artifact
  /** The time that somebody looks at: a method that can answer times in any order may begin there. The last, if not said. */
  readonly look?: number
  /** Threads to share memory with, where the host has any; results must not depend on how many. */
  readonly helpers?: Helpers
  /** Threads that keep a block of the work each, where memory cannot be shared; results must not depend on how many. */
  readonly neighbours?: Neighbours
  /** Threads that do pieces of this method's work, where the host has any; results must not depend on how many. */
  readonly hands?: Hands
}

export interface Hands {
  /** Threads besides this one: so many pieces may be given away at a time. */
  readonly others: number
  /** Has a piece done, see `Method.piece`; undefined where it was stopped. Rejects with a `Failure` where that failed. */
  piece(piece: unknown): Promise<unknown>
}

export type Verdict =
  | { readonly ok: true; readonly caution?: string }
  | { readonly ok: false; readonly why: string; readonly instead?: string }

export interface Traits {
  readonly device: 'cpu' | 'gpu'
  /** Draws random numbers: the answer depends on the seed. */
  readonly random: boolean
  readonly trains: boolean
  readonly spatial: boolean
  /** What it learns is a law of the whole state, one count after the other: see `Method.open`. */
  readonly wholeState?: boolean
  /** Honours events. Without it a network that has any is refused, see `verdictOn`. */
  readonly events?: boolean
  /** The keys of `observations` it can fill (`joint` for all `joint:A,B`). */
  readonly observes: readonly ('moments' | 'marginals' | 'joint' | 'trajectories')[]
}

/**
 * Takes the picture of this moment. Call it before the generator goes on, or not at all: a busy screen costs nothing.
 * The arrays of a picture, as of a solution, are the receiver's: they are moved to its thread, and gone from here.
 */
export type Snapshot = () => Frame

/** The heavy half of a solver, loaded when first used. */
export interface Method<O> {
  solve(problem: Problem, options: O, run: Run): AsyncGenerator<Snapshot, Solution>
  /**
   * Present where the answer is a sum over independent replicates. The host may then split the replicates over
   * workers: each tallies its share, and the tallies add up, in any order, to the same bits.
   */
  readonly ensemble?: Ensemble<O>
  /**
   * Of methods whose work falls into pieces: does one, on any thread, from what `run.hands` of the run that works on the whole
   * was given. Plain, clonable data in and out; yields as it works. See `pieces.ts`.
   */
  piece?(problem: Problem, options: O, piece: unknown, run: Run): AsyncGenerator<unknown, unknown>
  /** Of methods whose artifact is a law of the whole state, one count after the other; undefined where it is of another problem. */
  open?(artifact: Artifact, problem: Problem): Opened | undefined
}

/** What was learnt, opened to be asked. */
export interface Opened {
  /** Species of the chain's variables, in its order; other counts never change, or follow from these. */
  readonly species: readonly number[]
  /** The law at this time, or at the nearest that there is; the next call takes its place. */
  at(time: number): { readonly time: number; readonly chain: ChainLaw }
  close(): void
}

export interface Ensemble<O> {
  /** Tally the replicates of `share`, yielding the (same, growing) tally whenever `run.due()`. */
  tally(problem: Problem, options: O, run: Run, share: Share): AsyncGenerator<Tally, Tally>
  /** How many replicates the options ask for. */
  replicates(options: O): number
  /** Where they will be drawn, asked before a run. Absent: on the CPU. */
  site?(problem: Problem, options: O): Promise<Site>
}

/** One thread drives a GPU, and no crew is asked; on the CPU every thread of the crew takes a share. */
export interface Site {
  readonly device: Traits['device']
  /** For the reader of the solution. */
  readonly warning?: string
}

export interface Solver<O = Record<string, unknown>> {
  /** camelCase; the key in the registry and in a study; the folder is the same in kebab case. */
  readonly id: string
  readonly title: string
  /** One sentence for the picker. */
  readonly summary: string
  /** Sources, as DOI URLs or citations with one. */
  readonly cites: readonly string[]
  readonly traits: Traits
  readonly options: OptionSchema<O>
  /** On the actual problem, with its numbers. */
  supports(problem: Problem, options: O): Verdict
  /**
   * Of methods that train: whether what was learnt answers this problem, too, without more training. Then it is asked at
   * once, as a slider moves; otherwise the page waits until training is asked for.
   */
  answers?(artifact: Artifact, problem: Problem): boolean
  /** Whether it has a quick first picture of its own: then what another method has learnt is not asked for one. */
  previews?(problem: Problem): boolean
  load(): Promise<Method<O>>
}

/**
 * Thrown inside `solve` for what the user can mend (a negative propensity, a state space too large); the runner turns
 * it into a failed outcome. Anything else that is thrown is a bug and is reported as one.
 */
export class Failure extends Error {
  readonly code: string
  readonly hint?: string
  constructor(code: string, message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

export interface Provenance {
  readonly version: string
  readonly solver: string
  readonly seed: number
  readonly elapsedMs: number
  readonly device: string
}

/** How a run ended: data, also across threads. A cancelled run carries nothing; the page has its last frame. */
export type Outcome =
  | { readonly status: 'done'; readonly solution: Solution; readonly provenance: Provenance }
  | { readonly status: 'cancelled'; readonly provenance: Provenance }
  | {
      readonly status: 'failed'
      readonly code: string
      readonly message: string
      readonly hint?: string
      readonly provenance: Provenance
    }
