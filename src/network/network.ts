/**
 * What a reaction network is. Values of parameters and initial counts are defaults here; a study may override them
 * (see `Problem`). Everything is plain data: it can be cloned, compared and sent to a worker.
 */

export type UnaryOperator = '-'
export type BinaryOperator = '+' | '-' | '*' | '/' | '^' | '<' | '<=' | '>' | '>=' | '==' | '!='
export type FunctionName =
  | 'exp'
  | 'log'
  | 'log10'
  | 'sqrt'
  | 'abs'
  | 'min'
  | 'max'
  | 'floor'
  | 'pow'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'hill'
  | 'hillr'
  | 'mm'

/**
 * An expression tree. Indices point into the network's `species`, `parameters` and `lets`. A `let` is shared, not
 * copied: evaluate each once, or a chain of doublings becomes exponential work.
 */
export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'species'; readonly index: number }
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'let'; readonly index: number }
  | { readonly kind: 'time' }
  | { readonly kind: 'unary'; readonly op: UnaryOperator; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'conditional'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expr[] }

/** Slider of a parameter: closed interval, optional step, linear or logarithmic. */
export interface Range {
  readonly min: number
  readonly max: number
  readonly step?: number
  readonly log: boolean
}

export interface Species {
  readonly name: string
  /** Initial count: a whole number ≥ 0. */
  readonly initial: number
  /** No reaction changes its count; an event may. Absent otherwise. */
  readonly fixed?: true
}

export interface Parameter {
  readonly name: string
  readonly value: number
  readonly range?: Range
}

/** A named expression. A `let` may read earlier lets only; an observable is a quantity that can be observed. */
export interface Definition {
  readonly name: string
  readonly expr: Expr
}

/** `count` copies (≥ 1) of species number `species`, on one side of a reaction. */
export interface Term {
  readonly species: number
  readonly count: number
}

/**
 * `mass-action`: the propensity is `rate` × Π C(x_s, count) over the reactants (distinct combinations).
 * `explicit`: the propensity is exactly `rate`, and 0 wherever firing would make a count negative.
 */
export type RateLaw = 'mass-action' | 'explicit'

export interface Reaction {
  /** Unique. Unnamed reactions are called `r1`, `r2`, … by position; `named` says whether the text gave the name. */
  readonly name: string
  readonly named: boolean
  readonly reactants: readonly Term[]
  readonly products: readonly Term[]
  /** products − reactants, without zeros and without fixed species, ordered by species. */
  readonly net: readonly Term[]
  readonly law: RateLaw
  readonly rate: Expr
  /** Both directions of a reversible statement carry the same number here, and stand next to each other. */
  readonly pair?: number
  /** Where the statement stands in the text (1-based). */
  readonly line: number
}

/** `species` is set to the value of an expression: a whole number ≥ 0 when it happens. */
export interface Assignment {
  readonly species: number
  readonly value: Expr
}

/**
 * Happens at the instant at which its trigger, false before, becomes true; what is true at time 0 has not become true.
 * Values are read before any of them is assigned. Events of the same instant read the same state, and assign in order.
 * Within a trigger, time is only compared with expressions that read neither counts nor time (see `watchOf`).
 */
export interface TriggeredEvent {
  readonly trigger: Expr
  readonly assignments: readonly Assignment[]
  readonly line: number
}

export interface Network {
  readonly species: readonly Species[]
  readonly parameters: readonly Parameter[]
  readonly lets: readonly Definition[]
  readonly observables: readonly Definition[]
  readonly reactions: readonly Reaction[]
  readonly events: readonly TriggeredEvent[]
}

/** Everything that can be observed, in this order: species, then observables. */
export function quantities(network: Network): string[] {
  return [...network.species, ...network.observables].map((q) => q.name)
}
