/** Random pairs in batches: the compiled filler of `network/compile-random`, for kernels that are not compiled. */
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
}

const layout: RandomLayout = { state: 0, ziggurat: 32 }
const pairsAt = 32 + zigguratBytes
/** A short replicate should not pay for a long one's numbers: batches double from here. */
const firstPairs = 32

let compiled: WebAssembly.Module | undefined

/** Pairs (u, e) of a uniform in (0, 1) and an exponential of mean 1, the same bits as from the stream itself. */
export function makeDraws(): Draws {
  const expImport = { name: 'exp', parameters: [f64Type], results: [f64Type] }
  compiled ??= new WebAssembly.Module(encode([expImport], [fillFunction(layout, 0)]))
  const memory = new WebAssembly.Memory({ initial: 1 })
  writeZiggurat(memory.buffer, layout)
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory, exp } })
  const fill = exports.fill as (from: number, to: number) => void
  const words = new Uint32Array(memory.buffer, layout.state, 8)
  const pairs = new Float64Array(memory.buffer, pairsAt, 2 * batchPairs)
  let [at, end, drawn] = [0, 0, 0]
  return {
    pairs,
    start(stream) {
      words.set(stream.words)
      ;[at, end, drawn] = [0, 0, 0]
    },
    take() {
      if (at === end) {
        const count = Math.min(Math.max(drawn, firstPairs), batchPairs)
        fill(pairsAt, pairsAt + 16 * count)
        drawn += count
        ;[at, end] = [0, 2 * count]
      }
      at += 2
      return at - 2
    },
  }
}
