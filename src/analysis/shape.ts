/** How a law is shaped, in a few numbers. */
import type { Law } from './inference/likelihood'

/** What is told of a law. */
export interface Shape {
  readonly mean: number
  /** Variance over mean: 1 for a Poisson law. */
  readonly fano: number
  /**
   * Sarle's bimodality coefficient 1/(kurtosis − skewness²): 1/3 for a normal law, 5/9 for an even one, 1 for two
   * spikes. 0/0, where all are alike, is not a number.
   */
  readonly bimodality: number
}

/** The numbers of a map, by name, in the order in which rows hold them. */
export const shapeNames = ['bimodality', 'fano', 'mean'] as const

/** Moments of a law, given that the state is inside the box. */
export function shapeOf({ values, p }: Pick<Law, 'values' | 'p'>): Shape {
  const total = p.reduce((a, b) => a + b, 0)
  const mean = p.reduce((sum, q, i) => sum + q * values[i], 0) / total
  const central = (k: number) => p.reduce((sum, q, i) => sum + q * (values[i] - mean) ** k, 0) / total
  const variance = central(2)
  const skewness = central(3) / variance ** 1.5
  return { mean, fano: variance / mean, bimodality: 1 / (central(4) / variance ** 2 - skewness ** 2) }
}
