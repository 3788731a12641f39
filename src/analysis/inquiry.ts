/**
 * Analyses as data in, data out: an inquiry is a study and what is asked about it, an ending is what came of it. See
 * `inquire.ts` for those who answer.
 */
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'
import type { Separation } from './between'
import type { InformationFinding } from './information'
import type { LearntResponse } from './learnt-response'
import type { Passage } from './passage'
import type { Quasi, Relaxation } from './relaxation'
import type { Response } from './response'
import type { RestingLaw } from './resting'

export const kinds = ['stationary', 'passage', 'gap', 'quasi', 'sensitivity', 'information', 'distance'] as const
export type Kind = (typeof kinds)[number]

export interface Inquiry {
  readonly kind: Kind
  readonly study: Study
  /** `passage`: what is to be reached. */
  readonly condition?: string
  /** `sensitivity`: the parameter whose curve is wanted, and the quantity whose mean is; the first ones otherwise. */
  readonly parameter?: string
  readonly quantity?: string
  /** `sensitivity`: what was learnt of the network, to be asked as well. */
  readonly learnt?: Artifact
  /** `distance`: the other setting, by parameter. */
  readonly against?: Readonly<Record<string, number>>
}

/** What a network says of the same, or why it does not. */
export type LearntAnswer = LearntResponse | { readonly why: string }

export type Finding =
  | ({ readonly kind: 'stationary' } & RestingLaw)
  | ({ readonly kind: 'passage'; readonly condition: string } & Passage)
  | ({ readonly kind: 'gap' } & Relaxation)
  | ({ readonly kind: 'quasi' } & Quasi)
  | ({ readonly kind: 'sensitivity' } & Response & { readonly learnt?: LearntAnswer })
  | ({ readonly kind: 'information' } & InformationFinding)
  | ({ readonly kind: 'distance' } & Separation)

/** How an inquiry ended: data, also across threads. */
export type Ending =
  | { readonly status: 'done'; readonly finding: Finding; readonly elapsedMs: number }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly code: string; readonly message: string; readonly hint?: string }
