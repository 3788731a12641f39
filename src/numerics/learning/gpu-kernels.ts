/** The kernels by the names that the tape knows, as calls of programs; long sums and products are made in parts. */
import type { Kernels } from './kernels'
import type { Product } from './product'
import type { Program } from './wgsl'
import { elementwisePrograms } from './wgsl-elementwise'
import { type Block, matrixPrograms, side } from './wgsl-matrix'
import { allLanes, type Lanes, lanesOf, movingPrograms, rowPrograms, wide } from './wgsl-rows'

/** Call a program. `fresh`: what it adds to is not read, but taken as zeros. */
export type Call = (program: Program, numbers: readonly number[], fresh?: boolean) => void

/** Floats of scratch at the end of the memory, for sums that are made in parts. */
export const scratchFloats = 2 ** 20
export const scratchAt = -4 * scratchFloats

const byLanes = Object.fromEntries(allLanes.map((lanes) => [lanes, rowPrograms(lanes)])) as Record<
  Lanes,
  Readonly<Record<string, Program>>
>

/** Workgroups that keep a device busy. */
const busy = 256
/** A middle axis up to here is summed by one invocation. */
const few = 16
/** What a part of a sum has at least: below twice that another call costs more than it brings. */
const [shortest, shortestRows] = [512, 4096]

/** Parts of a long axis, for sums of which `alone` workgroups would do all, with so many results each. */
function chunkOf(length: number, alone: number, results: number, least: number): number {
  const parts = Math.min(
    Math.floor(busy / alone),
    Math.floor(scratchFloats / results),
    length < 2 * least ? 1 : Math.ceil((4 * length) / least),
  )
  return parts > 1 ? Math.ceil(length / parts) : length
}

export function gpuKernels(call: Call): Kernels {
  const named = (programs: Readonly<Record<string, Program>>): Kernels =>
    Object.fromEntries(
      Object.entries(programs).map(([name, program]) => [name, (...numbers: number[]) => call(program, numbers)]),
    )
  const rowwise = Object.fromEntries(
    Object.keys(byLanes[64]).map((name) => {
      // Where the number of columns is among the numbers.
      const at = byLanes[64][name].kinds.indexOf('count') + 1
      return [name, (...numbers: number[]) => call(byLanes[lanesOf(numbers[at])][name], numbers)]
    }),
  )
  const reduce = reduceBy(call)
  const sumRows = (x: number, y: number, rows: number, columns: number, scale: number) => {
    // One long row is as good as many short ones whose sums are added.
    const parts = rows * 64 < busy && columns > 4096 ? largestDivisor(columns, busy) : 1
    if (parts === 1 || rows > 1) {
      rowwise.sumRows(x, y, rows, columns, scale)
      return
    }
    call(byLanes[64].sumRows, [x, scratchAt, parts, columns / parts, 1], true)
    rowwise.sumRows(scratchAt, y, 1, parts, scale)
  }
  const scatterAdd = (...[x, index, table, rows, columns, entries]: number[]) => {
    const chunk = chunkOf(rows, entries * Math.ceil(columns / 64), entries * columns, shortestRows)
    const parts = Math.ceil(rows / chunk)
    const numbers = [rows, columns, entries, chunk]
    if (parts === 1) {
      call(movingPrograms.scatterAdd, [x, index, table, ...numbers])
      return
    }
    call(movingPrograms.scatterAdd, [x, index, scratchAt, ...numbers], true)
    reduce(scratchAt, table, 1, parts, entries * columns, 1)
  }
  return { ...named(elementwisePrograms), ...named(movingPrograms), ...rowwise, reduce, sumRows, scatterAdd }
}

/** The largest divisor that is at most so large. */
function largestDivisor(n: number, most: number): number {
  for (let d = most; d > 1; d--) if (n % d === 0) return d
  return 1
}

const reduceBy =
  (call: Call) =>
  (x: number, y: number, outer: number, middle: number, inner: number, scale: number): void => {
    if (middle <= few) {
      call(movingPrograms.reduceFew, [x, y, outer, middle, inner, scale])
      return
    }
    const chunk = chunkOf(middle, Math.ceil(inner / wide) * outer, outer * inner, shortestRows)
    const parts = Math.ceil(middle / chunk)
    if (parts === 1) {
      call(movingPrograms.reduce, [x, y, outer, middle, inner, scale, chunk])
      return
    }
    call(movingPrograms.reduce, [x, scratchAt, outer, middle, inner, 1, chunk], true)
    const rest = parts <= few ? movingPrograms.reduceFew : movingPrograms.reduce
    call(rest, [scratchAt, y, 1, parts, outer * inner, scale, parts])
  }

/** Below this many multiplications for a number, and with so short a side, invocations do not share. */
const [shallow, thin] = [512, 12]

export function productOn(call: Call): Product {
  return (a, b, c, [batch, m, n, k], add) => {
    const strides = [a.row, a.column, b.row, b.column, a.step, b.step].map((s) => 4 * s)
    const sizes = [batch, m, n, k, ...strides]
    if ((Math.min(m, n) < thin && k <= shallow) || batch > 65535) {
      call(matrixPrograms.multiplyEach, [a.at, b.at, c, ...sizes, k], !add)
      return
    }
    const block = blockFor(m, n, batch)
    const tile = side * block
    const chunk = chunkOf(k, batch * Math.ceil(m / tile) * Math.ceil(n / tile), batch * m * n, shortest)
    const parts = Math.ceil(k / chunk)
    const program = matrixPrograms[`tiled${block}`]
    if (parts === 1) {
      call(program, [a.at, b.at, c, ...sizes, chunk], !add)
      return
    }
    call(program, [a.at, b.at, scratchAt, ...sizes, chunk], true)
    const rest = parts <= few ? movingPrograms.reduceFew : movingPrograms.reduce
    call(rest, [scratchAt, c, 1, parts, batch * m * n, 1, parts], !add)
  }
}

/** The largest tiles that are mostly full and enough to go round. */
function blockFor(m: number, n: number, batch: number): Block {
  const tiles = (block: Block) => batch * Math.ceil(m / (side * block)) * Math.ceil(n / (side * block))
  const least = Math.min(m, n)
  if (least > 40 && (tiles(4) >= busy / 4 || tiles(1) < busy)) return 4
  return least > 20 ? 2 : 1
}
