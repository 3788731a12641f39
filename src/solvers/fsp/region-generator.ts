/** The generator of a network on a region: stretches of rows that reactions carry onto rows, and the sinks beyond. */
import type { Network } from '../../network/network'
import { reads } from '../../network/structure'
import type { Flow } from '../../numerics/propagator'
import { type Records, records } from '../../numerics/records'
import { type SegmentArena, type SegmentMatrix, segmentArena } from '../../numerics/segments'
import type { Transition } from '../../numerics/uniformise'
import type { Problem } from '../contract'
import { type Clock, clockAt } from './clock'
import { countOf, type Region } from './region'
import { indexOf, type RowIndex } from './region-index'
import { type Lines, linesOf } from './region-lines'
import { type Separated, separate } from './separate'
import type { Coordinates } from './space'
import { finish, type Steps } from './steps'
import { type Bounds, noBounds } from './within'

/** What stays the same while the region changes. */
export interface Ground {
  readonly network: Network
  readonly space: Coordinates
  readonly inner: number
  readonly moves: readonly RegionMove[]
  readonly arena: SegmentArena
  readonly bounds: Bounds
  /** The time, or the times, at which rates are read. */
  readonly clock: Clock
}

export interface RegionMove {
  readonly reaction: number
  readonly separated: Separated
  /** Its rate reads the time. */
  readonly timed: boolean
  /** Change along the inner axis, and along the outer ones. */
  readonly along: number
  readonly across: readonly number[]
}

/** Stretches of states from which moves lead out of the region, column by column: at factor · lines[line + i] each. */
export interface RegionSinks {
  readonly count: number
  /** First state, its row, and how many there are. */
  readonly from: Int32Array
  readonly row: Int32Array
  readonly length: Int32Array
  readonly move: Int32Array
  /** First of its numbers in the matrix' lines. */
  readonly line: Int32Array
  /** Number of the constraint beyond which the move leads; −1: none, there may be states. */
  readonly beyond: Int32Array
  readonly factor: Float64Array
}

export interface RegionGenerator {
  readonly region: Region
  readonly states: number
  readonly matrix: { readonly transition: Transition; readonly entries: { readonly length: number } }
  readonly lines: Float64Array
  /** Uniformisation rate Λ: the largest outflow. */
  rate: number
  /** Events per unit time, in each state. */
  readonly outflow: Float64Array
  readonly sinks: RegionSinks
  /** The same while its numbers are the same. */
  filled: number
  /** Visits of all rates between states, and out of them. */
  readonly visits: Pick<Flow, 'forEachRate' | 'forEachExit'>
  /** Read the rates anew, as the ground's clock stands: those that the time changes. */
  refill(): void
  /** The state that a move would have come from to reach the state number `offset` of a sink; −1 where it is none of the region. */
  cameFrom(sink: number, offset: number): number
}

export function groundOf(
  { network, parameters }: Problem,
  space: Coordinates,
  inner: number,
  bounds: Bounds = noBounds,
  arena = segmentArena(),
  clock = clockAt(0),
): Ground {
  const separated = separate(network, parameters, space, inner, clock)
  const outer = space.axes.filter((_, axis) => axis !== inner)
  const moves = network.reactions.flatMap((reaction, r): RegionMove[] => {
    const change = (s: number) => reaction.net.find((term) => term.species === s)?.count ?? 0
    const along = change(space.axes[inner])
    const across = outer.map(change)
    if (along === 0 && across.every((c) => c === 0)) return []
    return [{ reaction: r, separated: separated[r], timed: reads(network, r).time, along, across }]
  })
  return { network, space, inner, moves, arena, bounds, clock }
}

/** Stretches as they are found, by columns: target row, first target, first source, line, length, and cell of its factor. */
const [toRow, to, from, line, lengthOf, cell] = [0, 1, 2, 3, 4, 5]

/** The generator on a region, rates as the ground's clock says. Takes the place of the one before in the ground's memory. */
export function layOutRegion(ground: Ground, region: Region): RegionGenerator {
  return finish(layingOut(ground, region))
}

/** Rows that are connected between two looks at the clock: some milliseconds. */
const rowStretch = 1 << 10

/** The same by and by; the generator before is of no use from the first step on. */
export function* layingOut(ground: Ground, region: Region): Steps<RegionGenerator> {
  const { moves, arena } = ground
  const { rows, first } = region
  const states = countOf(region)
  const lines = linesOf(ground, region)
  yield
  const found = records(6)
  const gone = records(6)
  const index = indexOf(
    region,
    moves.map(({ across }) => across),
  )
  const beyond = beyondOf(ground, region)
  for (let row = 0; row < rows; row += rowStretch) {
    connectRows(row, Math.min(rows, row + rowStretch))
    yield
  }
  function connectRows(begin: number, end: number): void {
    for (let row = begin; row < end; row++) {
      for (let m = 0; m < moves.length; m++) {
        // What is 0 now may be more later, where the time changes it.
        if (lines.factors[row * moves.length + m] === 0 && !moves[m].timed) continue
        connect(region, index, moves, m, row, lines, found, gone, beyond)
      }
    }
  }
  const { order, before } = byRow(found.column(toRow), rows)
  const pick = (column: number) => {
    const numbers = found.column(column)
    return order.map((k) => numbers[k])
  }
  yield
  const cells = pick(cell)
  const length = pick(lengthOf)
  const matrix = arena.lay({
    states,
    rows: first,
    before,
    to: pick(to),
    from: pick(from),
    line: pick(line),
    length,
    lineNumbers: lines.numbers.length,
    nonzeros: length.reduce((a, b) => a + b, 0),
  })
  yield
  const sinks = sinksOf(gone)
  const timed = moves.flatMap((move, m) => (move.timed ? [m] : []))
  const outflow = new Float64Array(states)
  const steady = new Float64Array(states)
  pour(
    region,
    lines,
    moves.length,
    moves.flatMap((move, m) => (move.timed ? [] : [m])),
    steady,
  )
  yield
  const settle = () => {
    outflow.set(steady)
    pour(region, lines, moves.length, timed, outflow)
    generator.rate = outflow.reduce((a, b) => Math.max(a, b), 0)
    fillIn(matrix, lines, outflow, cells, generator.rate)
    for (let k = 0; k < sinks.count; k++) sinks.factor[k] = lines.factors[sinks.row[k] * moves.length + sinks.move[k]]
  }
  const generator: RegionGenerator = {
    region,
    states,
    matrix: { transition: matrix.transition, entries: { length: moves.length + 2 } },
    lines: matrix.lines,
    rate: 0,
    outflow,
    sinks,
    filled: 0,
    visits: visitsOf(found, lines, sinks),
    refill() {
      lines.fill(timed)
      settle()
      generator.filled++
    },
    cameFrom(k, offset) {
      const { along } = moves[sinks.move[k]]
      const row = sinks.row[k]
      const inner = region.low[row] + sinks.from[k] - first[row] + offset - along
      const key = index.keys[row] - index.steps[sinks.move[k]]
      for (let r = index.find(key); r >= 0 && r < rows && index.keys[r] === key; r++) {
        const place = inner - region.low[r]
        if (place >= 0 && place < first[r + 1] - first[r]) return first[r] + place
      }
      return -1
    },
  }
  settle()
  return generator
}

function sinksOf(gone: Records): RegionSinks {
  const [from, row, length, move, line, beyond] = [0, 1, 2, 3, 4, 5].map((j) => gone.column(j))
  return { count: gone.count, from, row, length, move, line, beyond, factor: new Float64Array(gone.count) }
}

/** Adds what leaves every state by some of the moves. */
function pour(
  { rows, first }: Region,
  lines: Lines,
  moves: number,
  some: readonly number[],
  outflow: Float64Array,
): void {
  const { numbers, factors } = lines
  for (let row = 0; row < rows; row++) {
    const length = first[row + 1] - first[row]
    for (const m of some) {
      const factor = factors[row * moves + m]
      if (factor === 0) continue
      const at = lines.start(m, row)
      for (let i = 0; i < length; i++) outflow[first[row] + i] += factor * numbers[at + i]
    }
  }
}

function fillIn(matrix: SegmentMatrix, lines: Lines, outflow: Float64Array, cells: Int32Array, rate: number): void {
  matrix.lines.set(lines.numbers)
  for (let i = 0; i < outflow.length; i++) matrix.diagonal[i] = rate > 0 ? 1 - outflow[i] / rate : 1
  for (let k = 0; k < cells.length; k++) matrix.setFactor(k, rate > 0 ? lines.factors[cells[k]] / rate : 0)
}

function visitsOf(found: Records, { numbers, factors }: Lines, sinks: RegionSinks): RegionGenerator['visits'] {
  return {
    forEachRate(visit) {
      const [targets, sources, at, length, cells] = [to, from, line, lengthOf, cell].map((j) => found.column(j))
      for (let k = 0; k < found.count; k++) {
        for (let i = 0; i < length[k]; i++) {
          const rate = factors[cells[k]] * numbers[at[k] + i]
          if (rate > 0) visit(sources[k] + i, targets[k] + i, rate)
        }
      }
    },
    forEachExit(visit) {
      for (let k = 0; k < sinks.count; k++) {
        for (let i = 0; i < sinks.length[k]; i++) visit(sinks.from[k] + i, sinks.factor[k] * numbers[sinks.line[k] + i])
      }
    },
  }
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
  moves: readonly RegionMove[],
  m: number,
  row: number,
  lines: Lines,
  found: Records,
  gone: Records,
  beyond: Beyond,
): void {
  const { along, timed } = moves[m]
  const { numbers } = lines
  const at = lines.start(m, row)
  const begin = low[row] + along
  const end = begin + first[row + 1] - first[row]
  const key = keys[row] + steps[m]
  const leave = (a: number, b: number) => {
    let [from, to] = [a - begin, b - begin]
    // Where the propensity is 0, and stays so, nothing leaves.
    while (!timed && from < to && numbers[at + from] === 0) from++
    while (!timed && to > from && numbers[at + to - 1] === 0) to--
    while (from < to) {
      const wall = beyond(row, m, begin + from)
      const here = from++
      while (from < to && beyond(row, m, begin + from) === wall) from++
      gone.push(first[row] + here, row, from - here, m, at + here, wall)
    }
  }
  let next = begin
  let target = find(key)
  for (; target >= 0 && target < rows && keys[target] === key && low[target] < end; target++) {
    const from = Math.max(next, low[target])
    const to = Math.min(end, low[target] + first[target + 1] - first[target])
    if (from >= to) continue
    if (from > next) leave(next, from)
    const source = first[row] + from - begin
    found.push(target, first[target] + from - low[target], source, at + from - begin, to - from, row * moves.length + m)
    next = to
  }
  if (next < end) leave(next, end)
}

/** The stretches in the order of their target rows. */
function byRow(row: Int32Array, rows: number): { order: Int32Array; before: Int32Array } {
  const before = new Int32Array(rows + 1)
  for (const r of row) before[r + 1]++
  for (let r = 0; r < rows; r++) before[r + 1] += before[r]
  const place = before.slice()
  const order = new Int32Array(row.length)
  for (let k = 0; k < row.length; k++) order[place[row[k]]++] = k
  return { order, before }
}
