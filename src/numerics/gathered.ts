/**
 * Padded rows (ELLPACK): entry d of row i is `entries[d][i]`, in column `sources[d][i]`. A chain of reactions has about
 * one entry per reaction in every row, so little is padding, and states may be numbered in any order.
 */
import type { Helpers } from './crew'
import { gatheredKernel } from './gathered-kernel'
import { flushBelow, type StepMatrix, type Transition } from './uniformise'

export interface GatheredMatrix extends StepMatrix {
  /** Lets other threads go: no product after it. */
  release(): void
}

/**
 * An empty matrix; `sources` are the columns of all entries but the main diagonal, any column where there is none. `plain`:
 * the TypeScript twin of the WebAssembly kernel, which gives the same bits, as do any number of `helpers`.
 */
export function gatheredMatrix(
  states: number,
  sources: readonly Int32Array[],
  plain = false,
  helpers?: Helpers,
): GatheredMatrix {
  const rows = states + (states % 2)
  const width = sources.length
  const entriesAt = 3 * rows
  const columnsAt = entriesAt + (width + 1) * rows
  const layout = { rows, width, entries: entriesAt, columns: columnsAt, numbers: columnsAt + (width * rows) / 2 }
  const kernel = plain ? undefined : gatheredKernel(layout, helpers)
  const buffer = kernel?.buffer ?? new ArrayBuffer(layout.numbers * 8)
  const view = (at: number) => new Float64Array(buffer, at * 8, states)
  const vectors = [0, 1, 2].map((k) => view(k * rows)) as unknown as Transition['vectors']
  const entries = Array.from({ length: width + 1 }, (_, d) => view(entriesAt + d * rows))
  const columns = sources.map((source, d) => {
    const bytes = new Int32Array(buffer, columnsAt * 8 + d * rows * 4, states)
    for (let i = 0; i < states; i++) bytes[i] = source[i] * 8
    return bytes
  })
  const twin = (from: number, to: number, sum: number, weight: number, scale: 1 | 2) =>
    product({ entries, columns }, vectors[from], vectors[to], vectors[sum], weight, scale)
  return {
    entries,
    release: () => kernel?.release(),
    transition: {
      states,
      nonzeros: states * entries.length,
      bytes: layout.numbers * 8,
      vectors,
      advance: kernel
        ? (from, to, sum, weight) => kernel.step(from * rows, to * rows, sum * rows, weight)
        : (from, to, sum, weight) => twin(from, to, sum, weight, 1),
      recur: kernel
        ? (from, to, sum, weight) => kernel.recur(from * rows, to * rows, sum * rows, weight)
        : (from, to, sum, weight) => twin(from, to, sum, weight, 2),
    },
  }
}

/** y = P x or, at scale 2, y = 2 P x − y, in plain TypeScript: the oracle of the kernel, the same operations on each number. */
function product(
  { entries, columns }: { entries: readonly Float64Array[]; columns: readonly Int32Array[] },
  x: Float64Array,
  y: Float64Array,
  sum: Float64Array,
  weight: number,
  scale: 1 | 2,
): void {
  if (weight !== 0 || scale === 2) for (let i = 0; i < x.length; i++) sum[i] += weight * x[i]
  for (let i = 0; i < x.length; i++) {
    let value = entries[0][i] * x[i]
    for (let d = 0; d < columns.length; d++) value += entries[d + 1][i] * x[columns[d][i] >> 3]
    if (scale === 2) value = 2 * value - y[i]
    y[i] = Math.abs(value) >= flushBelow ? value : 0
  }
}
