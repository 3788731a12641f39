/**
 * Diagonal storage. On a box of counts every reaction moves a fixed distance in memory, so its entries lie on one
 * diagonal, and a product is a handful of streams without indices: y[i] = Σ_d c_d[i] · x[i − distance_d].
 */
import { diagonalKernel, lane } from './diagonal-kernel'
import { flushBelow, type StepMatrix, type Transition } from './uniformise'

export interface DiagonalMatrix extends StepMatrix {
  /** Lets another matrix have the memory; nothing of this one may be looked at after it. */
  release(): void
}

/**
 * An empty matrix; entry d of row i stands `distances[d]` before the main diagonal (the first distance must be 0).
 * The WebAssembly SIMD kernel does the products where the host has it; `plain` asks for its TypeScript twin, which
 * gives the same bits.
 */
export function diagonalMatrix(states: number, distances: readonly number[], plain = false): DiagonalMatrix {
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
  const twin = (from: number, to: number, sum: number, weight: number, scale: 1 | 2) =>
    product(numbers, states, distances, entries, vectorAt[from], vectorAt[to], vectorAt[sum], weight, scale)
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
        : (from, to, sum, weight) => twin(from, to, sum, weight, 1),
      recur: kernel
        ? (from, to, sum, weight) => kernel.recur(vectorAt[from], vectorAt[to], vectorAt[sum], firstDiagonal, weight)
        : (from, to, sum, weight) => twin(from, to, sum, weight, 2),
    },
    release: () => kernel?.release(),
  }
}

/**
 * The product in plain TypeScript, y = P x or, at scale 2, y = 2 P x − y: the oracle of the WebAssembly kernel, the same
 * operations on each number.
 */
function product(
  numbers: Float64Array,
  states: number,
  distances: readonly number[],
  entries: readonly Float64Array[],
  x: number,
  y: number,
  sum: number,
  weight: number,
  scale: 1 | 2,
): void {
  if (weight !== 0 || scale === 2) for (let i = 0; i < states; i++) numbers[sum + i] += weight * numbers[x + i]
  for (let i = 0; i < states; i++) {
    let value = entries[0][i] * numbers[x + i]
    for (let d = 1; d < distances.length; d++) value += entries[d][i] * numbers[x + i - distances[d]]
    if (scale === 2) value = 2 * value - numbers[y + i]
    numbers[y + i] = Math.abs(value) >= flushBelow ? value : 0
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
