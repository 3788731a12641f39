/**
 * A set of states of any shape. States that differ only in one axis' count, the inner one, and stand next to each other
 * are a row; a set is its rows, in the order of their outer counts, then of their inner ones.
 */
import type { Coordinates } from './space'
import { recover } from './space'
import { finish, type Steps } from './steps'

/** Pieces and rows worked through between two looks at the clock: some milliseconds. */
const stretch = 1 << 14

export interface Region {
  /** Axis along which rows lie; the others, in order. */
  readonly inner: number
  readonly outer: readonly number[]
  readonly rows: number
  /** Outer counts: those of row k from k · outer.length on. */
  readonly at: Int32Array
  /** Inner count of the first state of each row. */
  readonly low: Int32Array
  /** Number of that state; after the last row, the number of states. */
  readonly first: Int32Array
}

/** Stretches of states, in any order and possibly overlapping: what a region is made of. */
export interface Pieces {
  readonly at: number[]
  readonly low: number[]
  readonly length: number[]
}

export function noPieces(): Pieces {
  return { at: [], low: [], length: [] }
}

/** The union of the pieces. */
export function regionOf(space: Coordinates, inner: number, pieces: Pieces): Region {
  return finish(regionInSteps(space, inner, pieces))
}

/** The same by and by. */
export function* regionInSteps({ axes }: Coordinates, inner: number, pieces: Pieces): Steps<Region> {
  const { at, low, length } = pieces
  const outer = axes.map((_, axis) => axis).filter((axis) => axis !== inner)
  const width = outer.length
  const rows: number[] = []
  const ends: number[] = []
  const order = yield* inOrder(pieces, width)
  for (let i = 0; i < order.length; i++) {
    if (i % stretch === stretch - 1) yield
    const k = order[i]
    const last = rows[rows.length - 1]
    const end = low[k] + length[k]
    if (last !== undefined && ends[ends.length - 1] >= low[k] && sameOuter(at, width, last, k)) {
      ends[ends.length - 1] = Math.max(ends[ends.length - 1], end)
    } else {
      rows.push(k)
      ends.push(end)
    }
  }
  yield
  const first = new Int32Array(rows.length + 1)
  for (let r = 0; r < rows.length; r++) first[r + 1] = first[r] + ends[r] - low[rows[r]]
  const places = new Int32Array(rows.length * width)
  for (let r = 0; r < rows.length; r++) {
    for (let j = 0; j < width; j++) places[r * width + j] = at[rows[r] * width + j]
  }
  return { inner, outer, rows: rows.length, at: places, low: Int32Array.from(rows, (k) => low[k]), first }
}

/** The pieces by their outer counts, then by their first inner one. */
function* inOrder({ at, low }: Pieces, width: number): Steps<ArrayLike<number>> {
  const count = low.length
  // One number each, digit by digit, and the piece's own as the last digit: sorted without comparing pieces.
  const least = new Float64Array(width + 1).fill(Number.POSITIVE_INFINITY)
  const most = new Float64Array(width + 1).fill(Number.NEGATIVE_INFINITY)
  const digit = (k: number, j: number) => (j < width ? at[k * width + j] : low[k])
  for (let k = 0; k < count; k++) {
    for (let j = 0; j <= width; j++) {
      const value = digit(k, j)
      if (value < least[j]) least[j] = value
      if (value > most[j]) most[j] = value
    }
  }
  const radix = least.map((from, j) => most[j] - from + 1)
  const order = Int32Array.from(low, (_, k) => k)
  if (radix.reduce((a, b) => a * b, count) <= Number.MAX_SAFE_INTEGER) {
    const keys = new Float64Array(count)
    for (let k = 0; k < count; k++) {
      let key = 0
      for (let j = 0; j <= width; j++) key = key * radix[j] + digit(k, j) - least[j]
      keys[k] = key * count + k
      if (k % stretch === stretch - 1) yield
    }
    yield
    keys.sort()
    yield
    for (let k = 0; k < count; k++) order[k] = keys[k] % count
    return order
  }
  return order.sort((a, b) => {
    for (let j = 0; j <= width; j++) {
      const difference = digit(a, j) - digit(b, j)
      if (difference !== 0) return difference
    }
    return a - b
  })
}

function sameOuter(at: readonly number[], width: number, a: number, b: number): boolean {
  for (let j = 0; j < width; j++) if (at[a * width + j] !== at[b * width + j]) return false
  return true
}

/** The rows of a region, as pieces. */
export function piecesOf({ rows, at, low, first }: Region): Pieces {
  const length = Array.from({ length: rows }, (_, r) => first[r + 1] - first[r])
  return { at: Array.from(at), low: Array.from(low), length }
}

export function countOf({ rows, first }: Region): number {
  return first[rows]
}

/** Visit the states in order. `counts` holds all species there (shared: copy it to keep it). */
export function forEachIn(
  space: Coordinates,
  region: Region,
  visit: (state: number, counts: Float64Array) => void,
): void {
  const counts = Float64Array.from(space.origin)
  const { inner, outer, rows, at, low, first } = region
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outer.length; j++) counts[space.axes[outer[j]]] = at[row * outer.length + j]
    for (let state = first[row]; state < first[row + 1]; state++) {
      counts[space.axes[inner]] = low[row] + state - first[row]
      recover(space.axes, space.dependents, counts)
      visit(state, counts)
    }
  }
}

/** Smallest and largest count on each axis. */
export function extent({ inner, outer, rows, at, low, first }: Region): { low: number[]; cap: number[] } {
  const axes = outer.length + 1
  const least = new Array<number>(axes).fill(Number.POSITIVE_INFINITY)
  const most = new Array<number>(axes).fill(Number.NEGATIVE_INFINITY)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outer.length; j++) {
      least[outer[j]] = Math.min(least[outer[j]], at[row * outer.length + j])
      most[outer[j]] = Math.max(most[outer[j]], at[row * outer.length + j])
    }
    least[inner] = Math.min(least[inner], low[row])
    most[inner] = Math.max(most[inner], low[row] + first[row + 1] - first[row] - 1)
  }
  return { low: least, cap: most }
}

/**
 * The axis along which the states make the fewest rows; undefined where the region's box has too many places to number.
 */
export function* bestInner(region: Region): Steps<number | undefined> {
  const { inner, outer, rows, at, low, first } = region
  const { low: least, cap: most } = extent(region)
  // Numbers of places, with a margin so that no step from one place leads to another's number.
  const radix = new Array<number>(least.length).fill(1)
  let places = 1
  for (const [axis, count] of least.entries()) {
    radix[axis] = places
    places *= most[axis] - count + 2
  }
  if (!(places < Number.MAX_SAFE_INTEGER)) return undefined
  const numbers = new Float64Array(countOf(region))
  for (let row = 0; row < rows; row++) {
    let place = 0
    for (let j = 0; j < outer.length; j++) place += (at[row * outer.length + j] - least[outer[j]]) * radix[outer[j]]
    for (let state = first[row]; state < first[row + 1]; state++) {
      numbers[state] = place + (low[row] + state - first[row] - least[inner]) * radix[inner]
    }
  }
  yield
  const known = new Set<number>()
  for (let from = 0; from < numbers.length; from += stretch) {
    for (const place of numbers.subarray(from, from + stretch)) known.add(place)
    yield
  }
  const breaks = radix.map((_, axis) => (axis === inner ? rows : 0))
  for (const [axis, step] of radix.entries()) {
    for (let from = 0; axis !== inner && from < numbers.length; from += stretch) {
      for (const place of numbers.subarray(from, from + stretch)) if (!known.has(place + step)) breaks[axis]++
      yield
    }
  }
  return breaks.indexOf(Math.min(...breaks))
}

/** The same states with rows along another axis. */
export function turned(space: Coordinates, region: Region, inner: number): Region {
  const pieces = noPieces()
  const { outer, rows, at, low, first } = region
  const counts = new Array<number>(space.axes.length).fill(0)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outer.length; j++) counts[outer[j]] = at[row * outer.length + j]
    for (let state = first[row]; state < first[row + 1]; state++) {
      counts[region.inner] = low[row] + state - first[row]
      for (const [axis, count] of counts.entries()) if (axis !== inner) pieces.at.push(count)
      pieces.low.push(counts[inner])
      pieces.length.push(1)
    }
  }
  return regionOf(space, inner, pieces)
}

/** Copy a law from the states of one region to those of another with the same inner axis; others there get 0. */
export function carry(law: Float64Array, from: Region, target: Float64Array, into: Region): void {
  target.fill(0)
  const width = from.outer.length
  let k = 0
  for (let row = 0; row < from.rows; row++) {
    const end = from.low[row] + from.first[row + 1] - from.first[row]
    // Rows of the target that end before this one begins are behind us for good: both are in the same order.
    while (k < into.rows && before(into, k, from, row, width)) k++
    for (let r = k; r < into.rows && orderOf(into, r, from, row, width) === 0 && into.low[r] < end; r++) {
      const low = Math.max(from.low[row], into.low[r])
      const high = Math.min(end, into.low[r] + into.first[r + 1] - into.first[r])
      for (let n = low; n < high; n++)
        target[into.first[r] + n - into.low[r]] = law[from.first[row] + n - from.low[row]]
    }
  }
}

/** Whether row k of `a` ends before row l of `b` begins. */
function before(a: Region, k: number, b: Region, l: number, width: number): boolean {
  const order = orderOf(a, k, b, l, width)
  return order < 0 || (order === 0 && a.low[k] + a.first[k + 1] - a.first[k] <= b.low[l])
}

/** Compares the outer counts of row k of `a` with those of row l of `b`. */
function orderOf(a: Region, k: number, b: Region, l: number, width: number): number {
  for (let j = 0; j < width; j++) {
    const difference = a.at[k * width + j] - b.at[l * width + j]
    if (difference !== 0) return difference
  }
  return 0
}
