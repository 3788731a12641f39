/**
 * The kernels under the tape, twice: emitted as WebAssembly SIMD, and plainly, as its oracle and for hosts without
 * SIMD. Both work on one memory: addresses and strides are in bytes, lengths in floats; every array begins at a multiple
 * of 16 bytes and may be read, and where the kernel says so written, up to the next one.
 */
import { moduleBytes } from '../wasm-bytes'
import { plainKernels } from './plain'
import { elementwiseKernels } from './simd-elementwise'
import { matrixKernels } from './simd-matrix'
import { rowKernels } from './simd-rows'

type Kernel = (...numbers: number[]) => void
export type Kernels = Readonly<Record<string, Kernel>>

export interface Heap {
  readonly floats: Float32Array
  readonly integers: Int32Array
  /** Make the memory at least this long. Views of it are new afterwards. */
  reserve(bytes: number): void
}

export interface Machine {
  readonly heap: Heap
  readonly kernels: Kernels
}

const page = 65536
const bodies = [...matrixKernels, ...rowKernels, ...elementwiseKernels]

let module: WebAssembly.Module | undefined | null

/** The emitted kernels; undefined where the host has no WebAssembly SIMD. */
export function simdMachine(): Machine | undefined {
  if (module === undefined) {
    const bytes = moduleBytes(bodies)
    module = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null
  }
  if (!module) return undefined
  const memory = new WebAssembly.Memory({ initial: 16 })
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  const views = () => ({ floats: new Float32Array(memory.buffer), integers: new Int32Array(memory.buffer) })
  let now = views()
  const heap: Heap = {
    get floats() {
      return now.floats
    },
    get integers() {
      return now.integers
    },
    reserve(bytes) {
      const missing = Math.ceil(bytes / page) - memory.buffer.byteLength / page
      if (missing <= 0) return
      memory.grow(missing)
      now = views()
    },
  }
  return { heap, kernels: exports as Record<string, Kernel> }
}

/** The same in TypeScript: about twenty times as slow. */
export function plainMachine(): Machine {
  const views = (buffer: ArrayBuffer) => ({ floats: new Float32Array(buffer), integers: new Int32Array(buffer) })
  let now = views(new ArrayBuffer(16 * page))
  const heap: Heap = {
    get floats() {
      return now.floats
    },
    get integers() {
      return now.integers
    },
    reserve(bytes) {
      if (bytes <= now.floats.byteLength) return
      const wider = views(new ArrayBuffer(page * Math.ceil((1.5 * bytes) / page)))
      wider.floats.set(now.floats)
      now = wider
    },
  }
  return { heap, kernels: plainKernels(heap) }
}
