/** Random pairs in batches: the compiled filler of `network/compile-random`, for kernels of large networks. */
import { batchPairs } from '../../network/compile-kernel'
import { fillFunction, type RandomLayout, writeZiggurat, zigguratBytes } from '../../network/compile-random'
import { encode, f64Type } from '../../network/compile-wasm'
import { exp } from '../../numerics/elementary'
import type { Stream } from '../../numerics/rng'

export interface Draws {
  /** Go on from a stream's state. */
  start(stream: Stream): void
  /** Index in `pairs` of the next uniform; the exponential follows it. */
  take(): number
  readonly pairs: Float64Array
  /** Holds everything, so that compiled code can go on drawing where this has stopped: see `drawsLayout`. */
  readonly memory: WebAssembly.Memory
  /** Make room for so many bytes of somebody else's in the memory, from `drawsLayout.end` on. */
  reserve(bytes: number): void
}

const cells = 32 + zigguratBytes

/**
 * Byte addresses. `at`, `to`: where the next pair lies and where pairs end; `drawn`: pairs drawn for this stream, at
 * most `largest`, from which the size of the next batch follows.
 */
export const drawsLayout = {
  state: 0,
  ziggurat: 32,
  at: cells,
  to: cells + 4,
  drawn: cells + 8,
  pairs: cells + 16,
  end: cells + 16 + 16 * batchPairs,
  /** A short replicate should not pay for a long one's numbers: batches double from the first size. */
  first: 32,
  largest: batchPairs,
} as const satisfies RandomLayout & Record<string, number>

let compiled: WebAssembly.Module | undefined

/** Pairs (u, e) of a uniform in (0, 1) and an exponential of mean 1, the same bits as from the stream itself. */
export function makeDraws(): Draws {
  const { state, at, to, drawn, pairs: pairsAt, end, first, largest } = drawsLayout
  const expImport = { name: 'exp', parameters: [f64Type], results: [f64Type] }
  compiled ??= new WebAssembly.Module(encode([expImport], [fillFunction(drawsLayout, 0)]))
  const memory = new WebAssembly.Memory({ initial: 1 })
  writeZiggurat(memory.buffer, drawsLayout)
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory, exp } })
  const fill = exports.fill as (from: number, to: number) => void
  // Growing a memory moves it: what looks at it has to look again.
  let cell = new Int32Array(memory.buffer)
  let pairs = new Float64Array(memory.buffer, pairsAt, 2 * batchPairs)
  return {
    memory,
    get pairs() {
      return pairs
    },
    reserve(bytes) {
      const missing = end + bytes - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / 65536))
      cell = new Int32Array(memory.buffer)
      pairs = new Float64Array(memory.buffer, pairsAt, 2 * batchPairs)
    },
    start(stream) {
      cell.set(stream.words, state / 4)
      cell[at / 4] = pairsAt
      cell[to / 4] = pairsAt
      cell[drawn / 4] = 0
    },
    take() {
      if (cell[at / 4] === cell[to / 4]) {
        const count = Math.max(first, cell[drawn / 4])
        fill(pairsAt, pairsAt + 16 * count)
        cell[at / 4] = pairsAt
        cell[to / 4] = pairsAt + 16 * count
        cell[drawn / 4] = Math.min(largest, cell[drawn / 4] + count)
      }
      const next = (cell[at / 4] - pairsAt) / 8
      cell[at / 4] += 16
      return next
    },
  }
}
