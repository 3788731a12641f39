/**
 * How a law is carried forward in time: one small interface, and several methods behind it. A chain that may lose mass
 * has a generator Q; a propagator replaces the law p by e^(hQ) p and says how far off that may be. Since e^(hQ) never
 * enlarges an l1 distance, the errors of consecutive calls add up.
 */
import type { Transition } from './uniformise'

/** A generator, ready to be applied. The law lies in `transition.vectors[0]`. */
export interface Flow {
  /** P = I + Q/rate. */
  readonly transition: Transition
  /** Λ: at least the largest outflow, in events per unit time. */
  readonly rate: number
  /** Most products that make up a number of P p: what rounding is counted by. */
  readonly width: number
  /** Visit every rate from a state to another; some may be visited in parts. Absent where no rates are stored. */
  forEachRate?(visit: (from: number, to: number, rate: number) => void): void
  /** Visit the rates at which states lose mass. */
  forEachExit(visit: (from: number, rate: number) => void): void
}

/** What a call may cost. */
export interface Ask {
  /** l1 distance from e^(hQ) p that the method itself may add. */
  readonly tolerance: number
  /** Mass that may leave, or be cut off. */
  readonly allowed: number
}

export interface Advance {
  /** False when more than `allowed` was lost, or is sure to be: the law is then one on the way. */
  readonly kept: boolean
  /** Products with P, or solutions of linear equations. */
  readonly products: number
  /** Mass that the method itself cut off, at most: the tails of its series, and what was too small to carry on. */
  readonly cut: number
  /** l1 distance from e^(hQ) p beyond missing mass, proved or estimated as the method says; 0 where the law is a lower bound of it and all that it lacks is missing mass. */
  readonly error: number
  /** Bound on what rounding did to the law. */
  readonly rounding: number
}

export interface Propagator {
  /** The longest time worth one call: one goes back over it when too much mass leaves. */
  reach(flow: Flow): number
  /** Replace the law by that a time h later. Yields every few milliseconds. */
  advance(flow: Flow, h: number, ask: Ask): Generator<void, Advance, void>
}

/**
 * Set negative numbers to 0. The law has none, so that this moves nothing further from it.
 */
export function clip(p: Float64Array): void {
  for (let i = 0; i < p.length; i++) if (!(p[i] >= 0)) p[i] = p[i] < 0 ? 0 : p[i]
}
