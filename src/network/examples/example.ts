/** A network about which something is known: the shared ground that every solver is held to. */
export interface Example {
  /** kebab-case. */
  readonly name: string
  /** What a solver must get right to pass. */
  readonly catches: string
  readonly text: string
  /** Ascending output times at which the truths hold. */
  readonly times: readonly number[]
  /** Known means and variances, in counts. */
  readonly moments: readonly KnownMoment[]
  /** Known marginal laws. */
  readonly laws: readonly KnownLaw[]
  /** Known joint probabilities. */
  readonly joints: readonly KnownJoint[]
  /** Relative error of the numbers above: 0 stands for formulas, which are good to rounding. */
  readonly precision: number
  /** Formula or program that they come from. */
  readonly source: string
}

export interface KnownMoment {
  readonly time: number
  readonly quantity: string
  readonly mean: number
  readonly variance?: number
}

/** Probabilities of some counts of one quantity; `p[i]` belongs to `counts[i]`. */
export interface KnownLaw {
  readonly time: number
  readonly quantity: string
  readonly counts: readonly number[]
  readonly p: readonly number[]
}

export interface KnownJoint {
  readonly time: number
  readonly quantities: readonly [string, string]
  readonly counts: readonly [number, number]
  readonly p: number
}

type Partly = Omit<Example, 'moments' | 'laws' | 'joints' | 'precision'> & Partial<Example>

/** An example from what is known of it. */
export function example(known: Partly): Example {
  return { moments: [], laws: [], joints: [], precision: 0, ...known }
}

/** A law given by a formula: its probabilities at the counts 0…last. */
export function lawOf(time: number, quantity: string, last: number, p: (count: number) => number): KnownLaw {
  const counts = Array.from({ length: last + 1 }, (_, count) => count)
  return { time, quantity, counts, p: counts.map(p) }
}
