/**
 * What runs under the tape: some forty kernels on one memory. Addresses and strides are in bytes, lengths in floats; every
 * array begins at a multiple of 16 bytes and may be read, and where the kernel says so written, up to the next one. Here
 * they are twice: emitted as WebAssembly SIMD, and plainly, as its oracle and for hosts without SIMD. A third set, in
 * `gpu.ts`, only notes what is to be done, until something is read.
 */
import { moduleBytes } from '../wasm-bytes'
import { type Descent, descend } from './descent'
import type { StepReport } from './ops'
import { plainKernels } from './plain'
import type { Product } from './product'
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
  readonly kernels: Kernels
  /** Products of matrices by a way of its own, instead of panels. */
  readonly product?: Product
  /** Make the memory at least this long. */
  reserve(bytes: number): void
  /** Set numbers between runs. */
  write(at: number, data: Float32Array): void
  /** So many floats, and what fills their last vector, in the order of the kernels' calls. */
  fill(at: number, floats: number, value: number): void
  /** Copies, where that may cost nothing, because it waits for what is added to the copy. */
  duplicate?(from: number, to: number, floats: number): void
  /** Numbers from outside, floats or integers, for one run: where they lie. `allocate` makes room for so many. */
  bring(data: ArrayLike<number>, kind: 'floats' | 'integers', allocate: (floats: number) => number): number
  read(at: number, floats: number): Promise<Float32Array>
  /** A step of Adam along the gradients that stand in memory. Reports a loss that stands there, too. */
  descend(descent: Descent): Promise<StepReport>
  /** The run is over: what was brought for it, and calls that nobody has read from, may be forgotten. */
  clear(): void
  dispose(): void
}

/** A machine whose memory is at hand. */
export interface NearMachine extends Machine {
  readonly heap: Heap
}

const page = 65536
const bodies = [...matrixKernels, ...rowKernels, ...elementwiseKernels]

let module: WebAssembly.Module | undefined | null

/** The emitted kernels; undefined where the host has no WebAssembly SIMD. */
export function simdMachine(): NearMachine | undefined {
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
  return near(heap, exports as Record<string, Kernel>)
}

/** The same in TypeScript: about twenty times as slow. */
export function plainMachine(): NearMachine {
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
  return near(heap, plainKernels(heap))
}

function near(heap: Heap, kernels: Kernels): NearMachine {
  return {
    heap,
    kernels,
    reserve: heap.reserve,
    write(at, data) {
      heap.floats.set(data, at / 4)
    },
    fill(at, floats, value) {
      heap.floats.fill(value, at / 4, at / 4 + 4 * Math.ceil(floats / 4))
    },
    bring(data, kind, allocate) {
      const at = allocate(data.length)
      heap[kind].set(data, at / 4)
      return at
    },
    read: async (at, floats) => heap.floats.slice(at / 4, at / 4 + floats),
    descend: async (descent) => descend(heap, kernels, descent),
    clear() {},
    dispose() {},
  }
}
