/** The last recorded run of the stochastic test suite, as `propensity conformance -o` writes it. */
import type { CaseVerdict } from '../../analysis/conformance'

export interface TrustRecord {
  readonly version: string
  readonly replicates: number
  readonly seed: number
  readonly solver: string
  /** By the suite's own rule, and with the allowance for heavy tails. */
  readonly passedBySuite: number
  readonly passed: number
  readonly failed: number
  readonly refused: number
  readonly events: number
  readonly seconds: number
  readonly cases: readonly CaseVerdict[]
}

export async function fetchRecord(): Promise<TrustRecord> {
  const response = await fetch(`${import.meta.env.BASE_URL}trust.json`)
  if (!response.ok) throw new Error(`status ${response.status}`)
  return response.json()
}
