/** The product of a diagonal matrix in WebAssembly SIMD, written for one set of diagonals. */
import { flushBelow } from './uniformise'
import { double, empty, type FunctionBody, moduleBytes, op, signed, type, unsigned } from './wasm-bytes'

/** Where the numbers lie, in doubles from the start of the memory. */
export interface DiagonalLayout {
  /** Total. */
  readonly numbers: number
  /** Length of a vector and of a diagonal: a multiple of `lane`. */
  readonly length: number
  /** Zeros on both sides of a vector. */
  readonly margin: number
}

/** A product works on this many numbers at a time. */
export const lane = 4

/** Addresses in doubles of what `Transition.advance` works on: vectors x, y and sum, and the diagonals. */
export interface DiagonalKernel {
  readonly buffer: ArrayBuffer
  step(x: number, y: number, sum: number, diagonals: number, weight: number): void
  /** y = 2 P x − y instead of y = P x. */
  recur(x: number, y: number, sum: number, diagonals: number, weight: number): void
  /** Lets another kernel have the memory: no product, and no look at its numbers, after it. */
  release(): void
}

/** Boxes grow through the same sizes again and again while rates change: their modules are kept, the newest of them. */
const modules = new Map<string, WebAssembly.Module>()
const mostModules = 64
/** Memories that were let go. A fresh one costs an address range of gigabytes, and soon a collection of garbage. */
const spare: WebAssembly.Memory[] = []
const mostSpare = 2
const largestSpare = 1 << 26

/** The kernel and its memory; undefined where the host has no WebAssembly SIMD or not that much memory. */
export function diagonalKernel(distances: readonly number[], layout: DiagonalLayout): DiagonalKernel | undefined {
  if (!simd()) return undefined
  const pages = Math.ceil((layout.numbers * 8) / 65536)
  if (pages > 65536) return undefined
  const memory = memoryOf(pages)
  const { exports } = new WebAssembly.Instance(moduleOf(distances, layout), { host: { memory } })
  const { step, stepAndSum, recur } = exports as Record<string, (...addresses: number[]) => void>
  const blocks = layout.length / lane
  // Reads before x are immediates counted from the margin: they cannot be negative.
  const source = (x: number) => (x - layout.margin) * 8
  return {
    buffer: memory.buffer,
    step(x, y, sum, diagonals, weight) {
      if (weight === 0) step(source(x), y * 8, sum * 8, diagonals * 8, blocks, 0)
      else stepAndSum(source(x), y * 8, sum * 8, diagonals * 8, blocks, weight)
    },
    recur: (x, y, sum, diagonals, weight) => recur(source(x), y * 8, sum * 8, diagonals * 8, blocks, weight),
    release() {
      if (spare.length < mostSpare && memory.buffer.byteLength <= largestSpare) spare.push(memory)
    },
  }
}

/** Zeros. */
function memoryOf(pages: number): WebAssembly.Memory {
  const memory = spare.pop()
  if (!memory) return new WebAssembly.Memory({ initial: pages })
  const missing = pages - memory.buffer.byteLength / 65536
  if (missing > 0) memory.grow(missing)
  new Uint8Array(memory.buffer).fill(0)
  return memory
}

function moduleOf(distances: readonly number[], layout: DiagonalLayout): WebAssembly.Module {
  const key = [layout.length, layout.margin, ...distances].join()
  const known = modules.get(key)
  if (known) return known
  const made = new WebAssembly.Module(
    moduleBytes([
      product('step', distances, layout, false),
      product('stepAndSum', distances, layout, true),
      product('recur', distances, layout, true, true),
    ]),
  )
  const [oldest] = modules.keys()
  if (modules.size >= mostModules && oldest !== undefined) modules.delete(oldest)
  modules.set(key, made)
  return made
}

/** Locals of the emitted function: the parameters, then three vectors. */
const [x, y, sum, diagonals, blocks, weight, weights, term, value] = [0, 1, 2, 3, 4, 5, 6, 7, 8]

function product(
  name: string,
  distances: readonly number[],
  { length, margin }: DiagonalLayout,
  adds: boolean,
  recurs = false,
): FunctionBody {
  const get = (local: number) => [...op.get, ...unsigned(local)]
  const set = (local: number) => [...op.set, ...unsigned(local)]
  // Alignment is a hint and all that the base address of a shifted read can promise is that of a double.
  const load = (base: number, at: number) => [...get(base), ...op.v128.load, 3, ...unsigned(at * 8)]
  const store = (at: number) => [...op.v128.store, 3, ...unsigned(at * 8)]
  const advance = (local: number, by: number) => [
    ...get(local),
    ...op.i32.const,
    ...signed(by),
    ...op.i32.add,
    ...set(local),
  ]
  const tiny = [...op.f64.const, ...double(flushBelow), ...op.f64x2.splat]
  const two = [...op.f64.const, ...double(2), ...op.f64x2.splat]
  const half = (at: number) => [
    ...load(x, at + margin),
    ...set(term),
    ...(adds
      ? [...get(sum), ...load(sum, at), ...get(weights), ...get(term), ...op.f64x2.mul, ...op.f64x2.add, ...store(at)]
      : []),
    ...load(diagonals, at),
    ...get(term),
    ...op.f64x2.mul,
    ...distances
      .slice(1)
      .flatMap((distance, d) => [
        ...load(diagonals, (d + 1) * length + at),
        ...load(x, margin - distance + at),
        ...op.f64x2.mul,
        ...op.f64x2.add,
      ]),
    ...(recurs ? [...two, ...op.f64x2.mul, ...load(y, at), ...op.f64x2.sub] : []),
    ...set(value),
    ...get(y),
    ...get(value),
    ...get(value),
    ...op.f64x2.abs,
    ...tiny,
    ...op.f64x2.ge,
    ...op.v128.and,
    ...store(at),
  ]
  return {
    name,
    parameters: [type.i32, type.i32, type.i32, type.i32, type.i32, type.f64],
    locals: [type.v128, type.v128, type.v128],
    code: [
      ...get(weight),
      ...op.f64x2.splat,
      ...set(weights),
      ...op.loop,
      empty,
      ...half(0),
      ...half(2),
      ...[x, y, sum, diagonals].flatMap((pointer) => advance(pointer, lane * 8)),
      ...advance(blocks, -1),
      ...get(blocks),
      ...op.branchIf,
      0,
      ...op.end,
    ],
  }
}

/** Whether the host validates a function that splats a double. */
export function simd(): boolean {
  const probe = {
    name: 'probe',
    parameters: [type.f64],
    locals: [type.v128],
    code: [...op.get, 0, ...op.f64x2.splat, ...op.set, 1],
  }
  return WebAssembly.validate(moduleBytes([probe]))
}
