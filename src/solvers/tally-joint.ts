/** Joint histograms of a tally: how large they are, and how they grow and add up. */
import type { JointTally, Tally } from './tally'

/** Cells of one joint law at all times: 8 MB. */
export const maxJointCells = 2 ** 21
/** Whether a value has a cell of its own. */
export const countable = (value: number) => value >= 0 && Number.isSafeInteger(value)

export function addJoint(tally: Tally, joint: JointTally, k: number, a: number, b: number): void {
  if (!countable(a) || !countable(b)) {
    joint.missed[k]++
    return
  }
  if (a > joint.rowMost || b > joint.columnMost || joint.rows === 0) reshape(tally, joint, a, b)
  const row = Math.floor(a / joint.rowWidth)
  joint.hits[(k * joint.rows + row) * joint.columns + Math.floor(b / joint.columnWidth)]++
}

/** Make room for values up to `a` and `b`: a larger table while there is room, then wider cells. */
export function reshape(tally: Tally, joint: JointTally, a: number, b: number): void {
  const old = { ...joint }
  joint.rowMost = Math.max(a, joint.rowMost)
  joint.columnMost = Math.max(b, joint.columnMost)
  Object.assign(joint, jointShape(tally.times, joint.rowMost, joint.columnMost))
  if (joint.rows === old.rows && joint.columns === old.columns && joint.rowWidth === old.rowWidth) {
    if (joint.columnWidth === old.columnWidth) return
  }
  joint.hits = new Uint32Array(tally.times * joint.rows * joint.columns)
  pour(old, joint, tally.times)
}

/** The shape depends on the largest values alone, so that it is the same in whatever order they came. */
export function jointShape(times: number, rowMost: number, columnMost: number) {
  const room = (most: number) => 2 ** Math.ceil(Math.log2(Math.max(16, most + 1)))
  let [rows, columns, rowWidth, columnWidth] = [room(rowMost), room(columnMost), 1, 1]
  while (times * rows * columns > maxJointCells && rows * columns > 1) {
    if (rows >= columns) {
      rows /= 2
      rowWidth *= 2
    } else {
      columns /= 2
      columnWidth *= 2
    }
  }
  return { rows, columns, rowWidth, columnWidth }
}

/** Add the hits of one joint histogram to another that covers it. */
export function pour(from: JointTally, to: JointTally, times: number): void {
  const { rows, columns, hits } = from
  const { hits: sums } = to
  // Widths are powers of two; this runs over millions of cells for every picture of an ensemble on several threads.
  const rowShift = Math.log2(to.rowWidth / from.rowWidth)
  const columnShift = Math.log2(to.columnWidth / from.columnWidth)
  // Beyond the largest values there is nothing.
  const [usedRows, usedColumns] = [
    usedCells(rows, from.rowMost, from.rowWidth),
    usedCells(columns, from.columnMost, from.columnWidth),
  ]
  for (let k = 0; k < times; k++) {
    for (let i = 0; i < usedRows; i++) {
      const source = (k * rows + i) * columns
      const target = (k * to.rows + (i >>> rowShift)) * to.columns
      for (let j = 0; j < usedColumns; j++) sums[target + (j >>> columnShift)] += hits[source + j]
    }
  }
}

/** Cells up to the largest value: beyond it there is nothing. */
const usedCells = (cells: number, most: number, width: number) => Math.min(cells, Math.floor(most / width) + 1)
