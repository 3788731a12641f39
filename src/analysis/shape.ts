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
  let [total, first] = [0, 0]
  for (let i = 0; i < p.length; i++) {
    total += p[i]
    first += p[i] * values[i]
  }
  const mean = first / total
  let [second, third, fourth] = [0, 0, 0]
  for (let i = 0; i < p.length; i++) {
    const d = values[i] - mean
    const square = p[i] * d * d
    second += square
    third += square * d
    fourth += square * d * d
  }
  const variance = second / total
  const skewness = third / total / variance ** 1.5
  return { mean, fano: variance / mean, bimodality: 1 / (fourth / total / variance ** 2 - skewness ** 2) }
}
