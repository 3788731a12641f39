/** What stretches of rows multiply by: a number per row and move, and a line of numbers that many rows share. */
import { countOf, extent, type Region } from './region'
import type { Ground } from './region-generator'
import { recover } from './space'

export interface Lines {
  /** A row of ones, then per move the values along the inner axis, or in all states. */
  readonly numbers: Float64Array
  /** Where the line of a move stands for the first state of a row. */
  start(move: number, row: number): number
  /** [row, move]: the part that is the same all along the row. */
  readonly factors: Float64Array
  /** Computes the numbers of some moves again. */
  fill(moves: readonly number[]): void
}

/** Thrown where a propensity is negative, infinite or not a number in a state of the region. */
export class BrokenRate extends Error {}

/** All numbers on a region, as the ground's clock stands. */
export function linesOf(ground: Ground, region: Region): Lines {
  const { inner, moves } = ground
  const { rows, low, first } = region
  let longest = 0
  for (let row = 0; row < rows; row++) longest = Math.max(longest, first[row + 1] - first[row])
  const ends = extent(region)
  const width = ends.cap[inner] - ends.low[inner] + 1
  const kinds = moves.map(({ separated }) => (separated.kind === 'whole' ? 'whole' : separated.inner ? 'line' : 'ones'))
  let size = longest
  const begin = kinds.map((kind) => {
    const here = size
    if (kind !== 'ones') size += kind === 'whole' ? countOf(region) : width
    return kind === 'ones' ? 0 : here
  })
  const numbers = new Float64Array(size).fill(1, 0, longest)
  const factors = new Float64Array(rows * moves.length)
  const lines: Lines = {
    numbers,
    start(m, row) {
      if (kinds[m] === 'ones') return 0
      return begin[m] + (kinds[m] === 'whole' ? first[row] : low[row] - ends.low[inner])
    },
    factors,
    fill(some) {
      for (const m of some) if (kinds[m] === 'line') fillLine(ground, m, ends.low[inner], numbers, begin[m], width)
      fillRows(ground, region, some, lines)
    },
  }
  lines.fill(moves.map((_, m) => m))
  return lines
}

/** The part of a move that only the inner axis changes, from the count `low` on. */
function fillLine(
  { space, inner, moves }: Ground,
  m: number,
  low: number,
  numbers: Float64Array,
  begin: number,
  width: number,
): void {
  const { separated } = moves[m]
  if (separated.kind === 'whole' || !separated.inner) return
  const counts = Float64Array.from(space.origin)
  for (let n = 0; n < width; n++) {
    counts[space.axes[inner]] = low + n
    recover(space.axes, space.dependents, counts)
    numbers[begin + n] = checked(separated.inner(counts, 0))
  }
}

/** The factors of moves, row by row, and the propensities of those that are no product, state by state. */
function fillRows({ space, inner, moves }: Ground, region: Region, some: readonly number[], lines: Lines): void {
  const { outer, rows, at, low, first } = region
  const { numbers, factors } = lines
  const wholes = some.filter((m) => moves[m].separated.kind === 'whole')
  const counts = Float64Array.from(space.origin)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outer.length; j++) counts[space.axes[outer[j]]] = at[row * outer.length + j]
    counts[space.axes[inner]] = low[row]
    recover(space.axes, space.dependents, counts)
    for (const m of some) {
      const { separated } = moves[m]
      factors[row * moves.length + m] = separated.kind === 'whole' ? 1 : checked(separated.outer(counts, 0))
    }
    if (wholes.length === 0) continue
    for (let state = first[row]; state < first[row + 1]; state++) {
      counts[space.axes[inner]] = low[row] + state - first[row]
      recover(space.axes, space.dependents, counts)
      for (const m of wholes) {
        const { separated } = moves[m]
        if (separated.kind === 'whole')
          numbers[lines.start(m, row) + state - first[row]] = checked(separated.whole(counts, 0))
      }
    }
  }
}

function checked(rate: number): number {
  if (rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate
  throw new BrokenRate(`a propensity is ${rate}`)
}
