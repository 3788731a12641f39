/**
 * Diagonal storage. On a box of counts every reaction moves a fixed distance in memory, so its entries lie on one
 * diagonal, and a product is a handful of streams without indices: y[i] = Σ_d c_d[i] · x[i − distance_d].
 */
import { diagonalKernel, lane } from './diagonal-kernel'
import { flushBelow, type StepMatrix, type Transition } from './uniformise'

/**
 * An empty matrix; entry d of row i stands `distances[d]` before the main diagonal (the first distance must be 0).
 * The WebAssembly SIMD kernel does the products where the host has it; `plain` asks for its TypeScript twin, which
 * gives the same bits.
 */
export function diagonalMatrix(states: number, distances: readonly number[], plain = false): StepMatrix {
  const length = roundUp(states, lane)
  // Vectors have a margin of zeros on both sides, so that no read needs a test.
  const margin = roundUp(Math.max(...distances.map(Math.abs)), lane)
  const padded = length + 2 * margin
  const layout = { numbers: 3 * padded + distances.length * length, length, margin }
  const kernel = plain ? undefined : diagonalKernel(distances, layout)
  const buffer = kernel?.buffer ?? new ArrayBuffer(layout.numbers * 8)
  const view = (at: number) => new Float64Array(buffer, at * 8, states)
  const vectorAt = [margin, padded + margin, 2 * padded + margin]
  const firstDiagonal = 3 * padded
  const entries = distances.map((_, d) => view(firstDiagonal + d * length))
  const numbers = new Float64Array(buffer)
  return {
    entries,
    transition: {
      states,
      nonzeros: states * distances.length,
      bytes: layout.numbers * 8,
      vectors: vectorAt.map(view) as unknown as Transition['vectors'],
      advance: kernel
        ? (from, to, sum, weight) => kernel.step(vectorAt[from], vectorAt[to], vectorAt[sum], firstDiagonal, weight)
        : (from, to, sum, weight) =>
            product(numbers, states, distances, entries, vectorAt[from], vectorAt[to], vectorAt[sum], weight),
    },
  }
}

/** The product in plain TypeScript: the oracle of the WebAssembly kernel, the same operations on each number. */
function product(
  numbers: Float64Array,
  states: number,
  distances: readonly number[],
  entries: readonly Float64Array[],
  x: number,
  y: number,
  sum: number,
  weight: number,
): void {
  if (weight !== 0) for (let i = 0; i < states; i++) numbers[sum + i] += weight * numbers[x + i]
  const main = entries[0]
  for (let i = 0; i < states; i++) numbers[y + i] = main[i] * numbers[x + i]
  for (let d = 1; d < distances.length; d++) {
    const values = entries[d]
    const source = x - distances[d]
    for (let i = 0; i < states; i++) numbers[y + i] += values[i] * numbers[source + i]
  }
  for (let i = 0; i < states; i++) if (!(Math.abs(numbers[y + i]) >= flushBelow)) numbers[y + i] = 0
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
