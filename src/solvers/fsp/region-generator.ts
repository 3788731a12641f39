/** The generator of a network on a region: stretches of rows that reactions carry onto rows, and the sinks beyond. */
import type { Network } from '../../network/network'
import type { Flow } from '../../numerics/propagator'
import { type SegmentArena, type SegmentMatrix, type Stretches, segmentArena } from '../../numerics/segments'
import type { Transition } from '../../numerics/uniformise'
import type { Problem } from '../contract'
import { countOf, extent, type Region } from './region'
import { type Separated, separate } from './separate'
import { type Coordinates, recover } from './space'
import { type Bounds, noBounds } from './within'

/** What stays the same while the region changes. */
export interface Ground {
  readonly network: Network
  readonly space: Coordinates
  readonly inner: number
  readonly moves: readonly RegionMove[]
  readonly arena: SegmentArena
  readonly bounds: Bounds
}

export interface RegionMove {
  readonly reaction: number
  readonly separated: Separated
  /** Change along the inner axis, and along the outer ones. */
  readonly along: number
  readonly across: readonly number[]
}

/** A stretch of states from which a move leads out of the region, at factor · line[i] each. */
export interface RegionSink {
  readonly from: number
  readonly row: number
  readonly length: number
  readonly move: number
  readonly factor: number
  /** First of its numbers in the matrix' lines. */
  readonly line: number
  /** Number of the constraint beyond which the move leads; −1: none, there may be states. */
  readonly beyond: number
}

export interface RegionGenerator {
  readonly region: Region
  readonly states: number
  readonly matrix: { readonly transition: Transition; readonly entries: { readonly length: number } }
  readonly lines: Float64Array
  /** Uniformisation rate Λ: the largest outflow. */
  readonly rate: number
  /** Events per unit time, in each state. */
  readonly outflow: Float64Array
  readonly sinks: { readonly from: { readonly length: number }; readonly list: readonly RegionSink[] }
  /** The same object while its numbers are the same. */
  readonly filled: number
  /** Visits of all rates between states, and out of them. */
  readonly visits: Pick<Flow, 'forEachRate' | 'forEachExit'>
  /** The state that a move would have come from to reach a sink's state number `offset`; −1 where it is none of the region. */
  cameFrom(sink: RegionSink, offset: number): number
}

/** Thrown where a propensity is negative, infinite or not a number in a state of the region. */
export class BrokenRate extends Error {}

export function groundOf(
  { network, parameters }: Problem,
  space: Coordinates,
  inner: number,
  bounds: Bounds = noBounds,
  arena = segmentArena(),
): Ground {
  const separated = separate(network, parameters, space, inner)
  const outer = space.axes.filter((_, axis) => axis !== inner)
  const moves = network.reactions.flatMap((reaction, r): RegionMove[] => {
    const change = (s: number) => reaction.net.find((term) => term.species === s)?.count ?? 0
    const along = change(space.axes[inner])
    const across = outer.map(change)
    if (along === 0 && across.every((c) => c === 0)) return []
    return [{ reaction: r, separated: separated[r], along, across }]
  })
  return { network, space, inner, moves, arena, bounds }
}

/** The rows whose outer counts are given by a key. */
interface RowIndex {
  /** Of each row, by its outer counts; a move changes it by `steps`. */
  readonly keys: Float64Array
  readonly steps: readonly number[]
  /** The first row of a key, or −1. */
  find(key: number): number
}

/** Keys below this are looked up in a list, others in a map. */
const listedKeys = 1 << 22

function indexOf(region: Region, moves: readonly RegionMove[]): RowIndex {
  const { outer, rows, at } = region
  const width = outer.length
  // With a margin as wide as the longest move, a move out of the box has a key of its own.
  const margin = outer.map((_, j) => Math.max(0, ...moves.map(({ across }) => Math.abs(across[j]))))
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
  const steps = moves.map(({ across }) => across.reduce((sum, c, j) => sum + c * radix[j], 0))
  if (keysInAll <= listedKeys) {
    const list = new Int32Array(keysInAll).fill(-1)
    for (let row = rows - 1; row >= 0; row--) list[keys[row]] = row
    return { keys, steps, find: (key) => list[key] ?? -1 }
  }
  const map = new Map<number, number>()
  for (let row = rows - 1; row >= 0; row--) map.set(keys[row], row)
  return { keys, steps, find: (key) => map.get(key) ?? -1 }
}

/** The numbers that stretches multiply by: a row of ones, then per move the values along the inner axis, or in all states. */
interface Lines {
  readonly numbers: Float64Array
  /** Where the line of a move stands for the first state of a row. */
  start(move: number, row: number): number
  /** [row, move]: the part that is the same all along the row. */
  readonly factors: Float64Array
}

function linesOf({ space, inner, moves }: Ground, region: Region, t: number): Lines {
  const { outer, rows, at, low, first } = region
  const states = countOf(region)
  const counts = Float64Array.from(space.origin)
  let longest = 0
  for (let row = 0; row < rows; row++) longest = Math.max(longest, first[row + 1] - first[row])
  const ends = extent(region)
  const width = ends.cap[inner] - ends.low[inner] + 1
  const kinds = moves.map(({ separated }) => (separated.kind === 'whole' ? 'whole' : separated.inner ? 'line' : 'ones'))
  let size = longest
  const begin = kinds.map((kind) => {
    const here = size
    if (kind !== 'ones') size += kind === 'whole' ? states : width
    return kind === 'ones' ? 0 : here
  })
  const numbers = new Float64Array(size).fill(1, 0, longest)
  const factors = new Float64Array(rows * moves.length)
  for (const [m, { separated }] of moves.entries()) {
    if (separated.kind === 'whole' || !separated.inner) continue
    for (let n = 0; n < width; n++) {
      counts[space.axes[inner]] = ends.low[inner] + n
      recover(space.axes, space.dependents, counts)
      numbers[begin[m] + n] = checked(separated.inner(counts, t))
    }
  }
  const wholes = kinds.flatMap((kind, m) => (kind === 'whole' ? [m] : []))
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outer.length; j++) counts[space.axes[outer[j]]] = at[row * outer.length + j]
    counts[space.axes[inner]] = low[row]
    recover(space.axes, space.dependents, counts)
    for (const [m, { separated }] of moves.entries()) {
      factors[row * moves.length + m] = separated.kind === 'whole' ? 1 : checked(separated.outer(counts, t))
    }
    if (wholes.length === 0) continue
    for (let state = first[row]; state < first[row + 1]; state++) {
      counts[space.axes[inner]] = low[row] + state - first[row]
      recover(space.axes, space.dependents, counts)
      for (const m of wholes) {
        const { separated } = moves[m]
        if (separated.kind === 'whole') numbers[begin[m] + state] = checked(separated.whole(counts, t))
      }
    }
  }
  const start = (m: number, row: number) => {
    if (kinds[m] === 'ones') return 0
    return begin[m] + (kinds[m] === 'whole' ? first[row] : low[row] - ends.low[inner])
  }
  return { numbers, start, factors }
}

function checked(rate: number): number {
  if (rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate
  throw new BrokenRate(`a propensity is ${rate}`)
}

/** Lists that grow, one entry per stretch. */
interface Found {
  readonly row: number[]
  readonly to: number[]
  readonly from: number[]
  readonly line: number[]
  readonly length: number[]
  readonly factor: number[]
}

/** The generator on a region at time t. Takes the place of the one before in the ground's memory. */
export function layOutRegion(ground: Ground, region: Region, t: number): RegionGenerator {
  const { moves, arena } = ground
  const { rows, first } = region
  const states = countOf(region)
  const lines = linesOf(ground, region, t)
  const found: Found = { row: [], to: [], from: [], line: [], length: [], factor: [] }
  const list: RegionSink[] = []
  const outflow = new Float64Array(states)
  const index = indexOf(region, moves)
  const beyond = beyondOf(ground, region)
  for (let row = 0; row < rows; row++) {
    const length = first[row + 1] - first[row]
    for (let m = 0; m < moves.length; m++) {
      const factor = lines.factors[row * moves.length + m]
      if (factor === 0) continue
      const line = lines.start(m, row)
      for (let i = 0; i < length; i++) outflow[first[row] + i] += factor * lines.numbers[line + i]
      connect(region, index, moves[m].along, m, row, factor, line, lines.numbers, found, list, beyond)
    }
  }
  const rate = outflow.reduce((a, b) => Math.max(a, b), 0)
  const { order, before } = byRow(found.row, rows)
  const pick = (numbers: readonly number[]) => {
    const picked = new Int32Array(order.length)
    for (let k = 0; k < order.length; k++) picked[k] = numbers[order[k]]
    return picked
  }
  const stretches: Stretches = {
    states,
    rows: first,
    before,
    to: pick(found.to),
    from: pick(found.from),
    line: pick(found.line),
    length: pick(found.length),
    lineNumbers: lines.numbers.length,
    nonzeros: found.length.reduce((a, b) => a + b, 0),
  }
  const matrix = arena.lay(stretches)
  fillIn(matrix, lines.numbers, outflow, rate)
  order.forEach((k, place) => {
    matrix.setFactor(place, rate > 0 ? found.factor[k] / rate : 0)
  })
  return {
    region,
    states,
    matrix: { transition: matrix.transition, entries: { length: moves.length + 2 } },
    lines: matrix.lines,
    rate,
    outflow,
    sinks: { from: list, list },
    filled: 0,
    visits: {
      forEachRate(visit) {
        for (let k = 0; k < found.to.length; k++) {
          for (let i = 0; i < found.length[k]; i++) {
            const rate = found.factor[k] * lines.numbers[found.line[k] + i]
            if (rate > 0) visit(found.from[k] + i, found.to[k] + i, rate)
          }
        }
      },
      forEachExit(visit) {
        for (const { from, length, factor, line } of list) {
          for (let i = 0; i < length; i++) visit(from + i, factor * lines.numbers[line + i])
        }
      },
    },
    cameFrom({ row, from, move }, offset) {
      const inner = region.low[row] + from - first[row] + offset - moves[move].along
      const key = index.keys[row] - index.steps[move]
      for (let r = index.find(key); r >= 0 && r < rows && index.keys[r] === key; r++) {
        const place = inner - region.low[r]
        if (place >= 0 && place < first[r + 1] - first[r]) return first[r] + place
      }
      return -1
    },
  }
}

function fillIn(matrix: SegmentMatrix, lines: Float64Array, outflow: Float64Array, rate: number): void {
  matrix.lines.set(lines)
  for (let i = 0; i < outflow.length; i++) matrix.diagonal[i] = rate > 0 ? 1 - outflow[i] / rate : 1
}

/** Which constraint a move of a row breaks that leads to a count on the inner axis, or −1. */
type Beyond = (row: number, move: number, count: number) => number

function beyondOf({ moves, inner, bounds }: Ground, { outer, at }: Region): Beyond {
  if (bounds.constraints.length === 0) return () => -1
  const counts = new Float64Array(outer.length + 1)
  return (row, m, count) => {
    for (let j = 0; j < outer.length; j++) counts[outer[j]] = at[row * outer.length + j] + moves[m].across[j]
    counts[inner] = count
    return bounds.broken(counts)
  }
}

/** Where one move carries one row: onto rows of the region, and, where there are none, into sinks. */
function connect(
  { low, first, rows }: Region,
  { keys, steps, find }: RowIndex,
  along: number,
  m: number,
  row: number,
  factor: number,
  line: number,
  numbers: Float64Array,
  found: Found,
  sinks: RegionSink[],
  beyond: Beyond,
): void {
  const begin = low[row] + along
  const end = begin + first[row + 1] - first[row]
  const key = keys[row] + steps[m]
  const leave = (a: number, b: number) => {
    // Where the propensity is 0 nothing leaves.
    let [from, to] = [a - begin, b - begin]
    while (from < to && numbers[line + from] === 0) from++
    while (to > from && numbers[line + to - 1] === 0) to--
    while (from < to) {
      const wall = beyond(row, m, begin + from)
      const here = from++
      while (from < to && beyond(row, m, begin + from) === wall) from++
      const length = from - here
      sinks.push({ from: first[row] + here, row, length, move: m, factor, line: line + here, beyond: wall })
    }
  }
  let next = begin
  let target = find(key)
  for (; target >= 0 && target < rows && keys[target] === key && low[target] < end; target++) {
    const from = Math.max(next, low[target])
    const to = Math.min(end, low[target] + first[target + 1] - first[target])
    if (from >= to) continue
    if (from > next) leave(next, from)
    found.row.push(target)
    found.to.push(first[target] + from - low[target])
    found.from.push(first[row] + from - begin)
    found.line.push(line + from - begin)
    found.length.push(to - from)
    found.factor.push(factor)
    next = to
  }
  if (next < end) leave(next, end)
}

/** The stretches in the order of their target rows. */
function byRow(row: readonly number[], rows: number): { order: Int32Array; before: Int32Array } {
  const before = new Int32Array(rows + 1)
  for (const r of row) before[r + 1]++
  for (let r = 0; r < rows; r++) before[r + 1] += before[r]
  const place = before.slice()
  const order = new Int32Array(row.length)
  for (let k = 0; k < row.length; k++) order[place[row[k]]++] = k
  return { order, before }
}
