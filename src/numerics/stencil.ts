/**
 * A product without a stored matrix. On a box every reaction moves a fixed distance in memory, and its rate is a function of
 * few of the coordinates: y[i] = (1 − Σ out(i)) x[i] + Σ_r c_r(i − d_r) x[i − d_r], where c_r comes from a small table.
 * The box is worked through in lines along its last axis; a factor that does not change along a line is one number, any
 * other a row of a table. What does not fit in the cache is then read and written once: the vectors.
 */
import { type Block, blocksOf, type Neighbours } from './blocks'
import type { Helpers } from './crew'
import { stencilKernel } from './stencil-kernel'
import { flushBelow, type Transition } from './uniformise'

/** A jump: from a state to `distance` further, at a rate that depends on the steps along `axes` of where it starts. */
export interface Jump {
  /** Per axis. */
  readonly change: readonly number[]
  /** Ascending. */
  readonly axes: readonly number[]
  /** [steps along axes[0]]…[steps along axes[last]]. */
  readonly table: Float64Array
}

/** Where everything lies, in doubles from the start of the memory; rows and lines as the kernel reads them. */
export interface StencilLayout {
  /** Length of a line: the width of the last axis. */
  readonly length: number
  readonly lines: number
  readonly margin: number
  readonly padded: number
  /** Distances of the terms whose coefficient is a row, a number times a row of ones and zeros, or a number. */
  readonly rowDistances: readonly number[]
  readonly maskedDistances: readonly number[]
  readonly scalarDistances: readonly number[]
  /** Rows that are added to the number on the diagonal. */
  readonly diagonalRows: number
  /** Per line: addresses in doubles of its rows, those of the diagonal first. */
  readonly addresses: number
  /** Per line: its numbers, that of the diagonal first. */
  readonly scalars: number
  readonly tables: number
  readonly numbers: number
}

/** Tables that would have more than this share of the states' number are no saving. */
const smallShare = 0.25
/** Fewer lines are not worth sharing out. */
const threadedLines = 64
/** Lines shorter than this are not worth starting. */
const shortest = 16

/** A part of the outflow that depends on the same axes. */
interface Part {
  readonly axes: readonly number[]
  readonly table: Float64Array
}

export interface Stencil {
  /** Lets other threads go; no products after it. */
  release(): void
  /** Λ: the largest outflow. */
  readonly rate: number
  readonly transition: Transition
}

/**
 * The transition P = I + Q/Λ of jumps on a box of these widths; what jumps out is lost. Undefined where a stored matrix
 * does as well. `plain`: the TypeScript twin, which gives the same bits, as do any number of `helpers`, which share the memory,
 * or of `neighbours`, which keep a block each.
 */
export function* stencil(
  widths: readonly number[],
  jumps: readonly Jump[],
  plain = false,
  helpers?: Helpers,
  neighbours?: Neighbours,
): Generator<void, Stencil | undefined, void> {
  const last = widths.length - 1
  const length = widths[last]
  const lines = widths.slice(0, last).reduce((a, b) => a * b, 1)
  const states = lines * length
  if (length < shortest || jumps.length === 0) return undefined
  const alongLine = (axes: readonly number[]) => axes[axes.length - 1] === last
  const rows = jumps.filter(({ axes }) => alongLine(axes))
  // Jumps that move along the line need zeros where they would come from beyond its ends.
  const masked = jumps.filter(({ axes, change }) => !alongLine(axes) && change[last] !== 0)
  const numbers = jumps.filter(({ axes, change }) => !alongLine(axes) && change[last] === 0)
  const parts = gather(jumps)
  const rowParts = parts.filter(({ axes }) => alongLine(axes))
  const numberParts = parts.filter(({ axes }) => !alongLine(axes))
  const stored = [...rowParts, ...rows].reduce((sum, { table }) => sum + table.length, 0)
  if (stored > smallShare * states) return undefined
  const rate = yield* largest(widths, parts)
  if (!(rate > 0)) return undefined
  const stride = widths.map((_, axis) => widths.slice(axis + 1).reduce((a, b) => a * b, 1))
  const distance = ({ change }: Jump) => change.reduce((sum, c, axis) => sum + c * stride[axis], 0)
  const kinds = [rows, masked, numbers].map((kind) => kind.map(distance)) as [number[], number[], number[]]
  const layout = place(length, lines, kinds, rowParts.length, stored + masked.length * length)
  const kernel = plain ? undefined : stencilKernel(layout, lines >= threadedLines ? helpers : undefined)
  const memory = kernel?.buffer ?? new ArrayBuffer(layout.numbers * 8)
  const all = new Float64Array(memory, 0, layout.numbers)
  fillTables(all, layout, widths, { rows, masked, numbers, rowParts, numberParts }, rate)
  const at = [0, 1, 2].map((k) => layout.margin + k * layout.padded)
  const addresses = new Int32Array(memory)
  const vectors = at.map((from) => all.subarray(from, from + states)) as unknown as Transition['vectors']
  const blocks =
    kernel && neighbours && lines >= threadedLines
      ? blocksOf(layout, kernel, vectors, neighbours, (first, count) => cutOut(all, addresses, layout, first, count))
      : undefined
  return {
    rate,
    release() {
      kernel?.release()
      blocks?.release()
    },
    transition: {
      blocks,
      states,
      nonzeros: states * (jumps.length + 1),
      bytes: layout.numbers * 8,
      vectors,
      advance(from, to, sum, weight) {
        if (kernel) kernel.step(at[from], at[to], at[sum], weight)
        else product(all, addresses, layout, at[from], at[to], at[sum], weight, 1)
      },
      recur(from, to, sum, weight) {
        if (kernel) kernel.recur(at[from], at[to], at[sum], weight)
        else product(all, addresses, layout, at[from], at[to], at[sum], weight, 2)
      },
    },
  }
}

/** Some of the lines, for a memory of their own. */
function cutOut(
  all: Float64Array,
  integers: Int32Array,
  whole: StencilLayout,
  first: number,
  count: number,
): Pick<Block, 'layout' | 'rest'> {
  const { rowDistances, maskedDistances, scalarDistances, diagonalRows } = whole
  const stored = whole.numbers - whole.tables - whole.length - 2
  const layout = place(whole.length, count, [rowDistances, maskedDistances, scalarDistances], diagonalRows, stored)
  const rest = new Float64Array(layout.numbers - layout.addresses)
  const perLine = diagonalRows + rowDistances.length + maskedDistances.length
  const addresses = new Int32Array(rest.buffer, 0, count * perLine)
  const begin = whole.addresses * 2 + first * perLine
  for (let k = 0; k < addresses.length; k++) addresses[k] = integers[begin + k] + 8 * (layout.tables - whole.tables)
  const numbers = 1 + maskedDistances.length + scalarDistances.length
  const from = whole.scalars + first * numbers
  rest.set(all.subarray(from, from + count * numbers), layout.scalars - layout.addresses)
  rest.set(all.subarray(whole.tables, whole.tables + whole.length + stored), layout.tables - layout.addresses)
  return { layout, rest }
}

/** The outflow, as few tables as there are sets of axes. */
function gather(jumps: readonly Jump[]): Part[] {
  const parts = new Map<string, { axes: readonly number[]; table: Float64Array }>()
  for (const { axes, table } of jumps) {
    const known = parts.get(axes.join())
    if (known) for (let k = 0; k < table.length; k++) known.table[k] += table[k]
    else parts.set(axes.join(), { axes, table: table.slice() })
  }
  return [...parts.values()]
}

/** Every line, by the steps along the outer axes (shared: they move on). */
function* linesOf(widths: readonly number[]): Generator<Int32Array, void, void> {
  const outer = widths.slice(0, -1)
  const steps = new Int32Array(outer.length)
  const lines = outer.reduce((a, b) => a * b, 1)
  for (let line = 0; line < lines; line++) {
    yield steps
    for (let axis = outer.length - 1; axis >= 0 && ++steps[axis] === outer[axis]; axis--) steps[axis] = 0
  }
}

/** Where in a table the row, or the number, of these outer steps lies. */
function offset(
  axes: readonly number[],
  widths: readonly number[],
  steps: ArrayLike<number>,
  change?: readonly number[],
): number {
  let at = 0
  for (const axis of axes) {
    const isLast = axis === widths.length - 1
    at = at * widths[axis] + (isLast ? 0 : steps[axis] - (change?.[axis] ?? 0))
  }
  return at
}

/** States looked at between two looks at the clock: some milliseconds. */
const stretch = 1e6

function* largest(widths: readonly number[], parts: readonly Part[]): Generator<void, number, void> {
  const last = widths.length - 1
  let rate = 0
  let looked = 0
  for (const steps of linesOf(widths)) {
    looked += widths[last]
    if (looked > stretch) {
      looked = 0
      yield
    }
    const here = parts.map(({ axes, table }) => ({
      table,
      at: offset(axes, widths, steps),
      step: axes[axes.length - 1] === last ? 1 : 0,
    }))
    for (let j = 0; j < widths[last]; j++) {
      let sum = 0
      for (const { table, at, step } of here) sum += table[at + step * j]
      if (sum > rate) rate = sum
    }
  }
  return rate
}

function place(
  length: number,
  lines: number,
  [rowDistances, maskedDistances, scalarDistances]: readonly [readonly number[], readonly number[], readonly number[]],
  diagonalRows: number,
  stored: number,
): StencilLayout {
  const even = (value: number) => value + (value % 2)
  const reach = Math.max(...[...rowDistances, ...maskedDistances, ...scalarDistances].map(Math.abs))
  const margin = even(reach + 2)
  const padded = even(lines * length) + 2 * margin
  const addresses = 3 * padded
  const rowCount = diagonalRows + rowDistances.length + maskedDistances.length
  const scalars = addresses + Math.ceil((lines * rowCount) / 2)
  const tables = scalars + lines * (1 + maskedDistances.length + scalarDistances.length)
  // A row of zeros first, for jumps that come from outside.
  const numbers = even(tables + length + stored + 2)
  return {
    length,
    lines,
    margin,
    padded,
    rowDistances,
    maskedDistances,
    scalarDistances,
    diagonalRows,
    addresses,
    scalars,
    tables,
    numbers,
  }
}

interface Terms {
  readonly rows: readonly Jump[]
  readonly masked: readonly Jump[]
  readonly numbers: readonly Jump[]
  readonly rowParts: readonly Part[]
  readonly numberParts: readonly Part[]
}

function fillTables(
  all: Float64Array,
  { length, lines, addresses, scalars, tables }: StencilLayout,
  widths: readonly number[],
  { rows, masked, numbers, rowParts, numberParts }: Terms,
  rate: number,
): void {
  const last = widths.length - 1
  let free = tables + length
  const begins = [...rowParts.map((part) => ({ ...part, change: undefined })), ...rows].map(({ table, change }) => {
    const begin = free
    const along = change?.[last] ?? 0
    for (let k = 0; k < table.length; k++) {
      // By where a jump arrives; of the outflow, what stays.
      const target = (k % length) + along
      if (target >= 0 && target < length) all[begin + k + along] = change ? table[k] / rate : -table[k] / rate
    }
    free += table.length
    return begin
  })
  const masks = masked.map(({ change }) => {
    const begin = free
    for (let j = 0; j < length; j++) all[begin + j] = j - change[last] >= 0 && j - change[last] < length ? 1 : 0
    free += length
    return begin
  })
  const integers = new Int32Array(all.buffer)
  const perLine = begins.length + masks.length
  const scaled = [...masked, ...numbers]
  const inside = (steps: Int32Array, change: readonly number[]) =>
    steps.every((s, axis) => s - change[axis] >= 0 && s - change[axis] < widths[axis])
  let line = 0
  for (const steps of linesOf(widths)) {
    const at = addresses * 2 + line * perLine
    rowParts.forEach(({ axes }, k) => {
      integers[at + k] = begins[k] + offset(axes, widths, steps)
    })
    rows.forEach(({ axes, change }, k) => {
      const from = rowParts.length + k
      integers[at + from] = inside(steps, change) ? begins[from] + offset(axes, widths, steps, change) : tables
    })
    masks.forEach((begin, k) => {
      integers[at + begins.length + k] = begin
    })
    const numbersAt = scalars + line * (1 + scaled.length)
    let stays = 1
    for (const { axes, table } of numberParts) stays -= table[offset(axes, widths, steps)] / rate
    all[numbersAt] = stays
    scaled.forEach(({ axes, change, table }, k) => {
      all[numbersAt + 1 + k] = inside(steps, change) ? table[offset(axes, widths, steps, change)] / rate : 0
    })
    line++
  }
  // The kernel reads bytes: addresses as such, once they are all known.
  for (let k = addresses * 2; k < addresses * 2 + lines * perLine; k++) integers[k] *= 8
}

/** y = P x or, at scale 2, y = 2 P x − y, in plain TypeScript: the oracle of the kernel, the same operations on each number. */
function product(
  all: Float64Array,
  integers: Int32Array,
  layout: StencilLayout,
  x: number,
  y: number,
  sum: number,
  weight: number,
  scale: 1 | 2,
): void {
  const { length, lines, rowDistances, maskedDistances, scalarDistances, diagonalRows, addresses, scalars } = layout
  const masksAt = diagonalRows + rowDistances.length
  const perLine = masksAt + maskedDistances.length
  for (let line = 0; line < lines; line++) {
    const begin = line * length
    const rowsAt = addresses * 2 + line * perLine
    const numbersAt = scalars + line * (1 + maskedDistances.length + scalarDistances.length)
    const plainAt = numbersAt + 1 + maskedDistances.length
    for (let j = 0; j < length; j++) {
      const i = begin + j
      const here = all[x + i]
      if (weight !== 0 || scale === 2) all[sum + i] += weight * here
      let factor = all[numbersAt]
      for (let k = 0; k < diagonalRows; k++) factor += all[integers[rowsAt + k] / 8 + j]
      let value = factor * here
      for (let k = 0; k < rowDistances.length; k++) {
        value += all[integers[rowsAt + diagonalRows + k] / 8 + j] * all[x + i - rowDistances[k]]
      }
      for (let k = 0; k < maskedDistances.length; k++) {
        const coefficient = all[numbersAt + 1 + k] * all[integers[rowsAt + masksAt + k] / 8 + j]
        value += coefficient * all[x + i - maskedDistances[k]]
      }
      for (let k = 0; k < scalarDistances.length; k++) {
        value += all[plainAt + k] * all[x + i - scalarDistances[k]]
      }
      if (scale === 2) value = 2 * value - all[y + i]
      all[y + i] = Math.abs(value) >= flushBelow ? value : 0
    }
  }
}
