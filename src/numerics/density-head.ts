/** The last layer of a network whose output is a law: what its numbers mean, and how a loss changes with them. */

/** A law on a box of counts, row-major, the second axis (if any) contiguous: counts are low + index. */
export interface Cells {
  readonly low: readonly number[]
  readonly widths: readonly number[]
  readonly p: ArrayLike<number>
}

export interface Head {
  /** How many numbers make a law. */
  readonly size: number
  /** Σ p log(p/q): what the law of these numbers loses against another, in nats; grows `grad` by its gradient. */
  divergence(numbers: Float64Array, from: number, law: Cells, grad?: Float64Array): number
  /** The probabilities on a box, into a fresh array. */
  law(numbers: Float64Array, from: number, low: readonly number[], widths: readonly number[]): Float64Array
  /** How the probabilities change along a direction in the numbers. */
  change(
    numbers: Float64Array,
    direction: Float64Array,
    low: readonly number[],
    widths: readonly number[],
  ): Float64Array
  /** Numbers to begin with, for laws like these. */
  begin(laws: readonly Cells[]): Float64Array
}

export function meanOf({ low, widths, p }: Cells, axis: number): number {
  const columns = widths[1] ?? 1
  let [sum, total] = [0, 0]
  for (let cell = 0; cell < p.length; cell++) {
    sum += p[cell] * (low[axis] + (axis === 0 ? Math.floor(cell / columns) : cell % columns))
    total += p[cell]
  }
  return sum / total
}
