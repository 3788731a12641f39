/** Laws of one count after others, from a network that is asked at once: for inference, and for hops from state to state. */
import type { Head } from '../numerics/density-head'
import type { Domain } from './design'

/** What is told at once: of one quantity or, where `of` has two, of both, row-major over counts from 0 on. */
export interface Block {
  /** Numbers in `quantities(network)`. */
  readonly of: readonly number[]
  readonly widths: readonly number[]
}

/** Rows are shared out evenly: `prompts` holds one prompt [inputs] for each group of neighbouring rows. */
export interface Conditionals {
  readonly domain: Domain
  /** In the order in which they follow each other. */
  readonly blocks: readonly Block[]
  /** Laws of the i-th block after rows of cells of those before it: [row, cell]. They may sum to a little less than 1. */
  laws(i: number, prompts: Float64Array, before: readonly Int32Array[], rows: number): Float64Array
  /** How Σ charge · log(law) changes with the prompts: [group, input]; `charge` [row, cell] ≥ 0. */
  slopes(
    i: number,
    prompts: Float64Array,
    before: readonly Int32Array[],
    rows: number,
    charge: Float64Array,
  ): Float64Array
}

export const cellsOf = ({ widths }: Block): number => widths.reduce((a, b) => a * b, 1)

/** Derivatives of Σ charge · log(law) by the numbers of a head, with the sign of a loss; laws begin at 0. */
export function chargeHead(
  head: Head,
  numbers: Float64Array,
  widths: readonly number[],
  charge: Float64Array,
): Float64Array {
  const cells = widths.reduce((a, b) => a * b, 1)
  const byNumbers = new Float64Array(numbers.length)
  for (let row = 0; row * cells < charge.length; row++) {
    let [first, last] = [row * cells, (row + 1) * cells - 1]
    while (first <= last && charge[first] === 0) first++
    if (first > last) continue
    while (charge[last] === 0) last--
    // Of one quantity, only the counts that are charged matter.
    const law =
      widths.length === 1
        ? { low: [first - row * cells], widths: [last - first + 1], p: charge.subarray(first, last + 1) }
        : { low: widths.map(() => 0), widths, p: charge.subarray(row * cells, (row + 1) * cells) }
    head.divergence(numbers, row * head.size, law, byNumbers)
  }
  return byNumbers
}
