/** The rows of a region by their outer counts: where a move from one row leads. */
import { extent, type Region } from './region'

export interface RowIndex {
  /** Of each row, by its outer counts; a move changes it by `steps`. */
  readonly keys: Float64Array
  readonly steps: readonly number[]
  /** The first row of a key, or −1. */
  find(key: number): number
}

/** Keys below this are looked up in a list, others in a map. */
const listedKeys = 1 << 22

/** `across`: the change of the outer counts by each move. */
export function indexOf(region: Region, across: readonly (readonly number[])[]): RowIndex {
  const { outer, rows, at } = region
  const width = outer.length
  // With a margin as wide as the longest move, a move out of the box has a key of its own.
  const margin = outer.map((_, j) => Math.max(0, ...across.map((change) => Math.abs(change[j]))))
  const { low, cap } = extent(region)
  const radix = new Array<number>(width).fill(1)
  let keysInAll = 1
  for (let j = width - 1; j >= 0; j--) {
    radix[j] = keysInAll
    keysInAll *= cap[outer[j]] - low[outer[j]] + 1 + 2 * margin[j]
  }
  const keys = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let key = 0
    for (let j = 0; j < width; j++) key += (at[row * width + j] - low[outer[j]] + margin[j]) * radix[j]
    keys[row] = key
  }
  const steps = across.map((change) => change.reduce((sum, c, j) => sum + c * radix[j], 0))
  if (keysInAll <= listedKeys) {
    const list = new Int32Array(keysInAll).fill(-1)
    for (let row = rows - 1; row >= 0; row--) list[keys[row]] = row
    return { keys, steps, find: (key) => list[key] ?? -1 }
  }
  const map = new Map<number, number>()
  for (let row = rows - 1; row >= 0; row--) map.set(keys[row], row)
  return { keys, steps, find: (key) => map.get(key) ?? -1 }
}
