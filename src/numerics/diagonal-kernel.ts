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

/** `step(x, y, sum, diagonals, weight)`: addresses in doubles of what `Transition.advance` works on. */
export interface DiagonalKernel {
  readonly buffer: ArrayBuffer
  step(x: number, y: number, sum: number, diagonals: number, weight: number): void
}

/** The kernel and its memory; undefined where the host has no WebAssembly SIMD or not that much memory. */
export function diagonalKernel(distances: readonly number[], layout: DiagonalLayout): DiagonalKernel | undefined {
  if (!simd()) return undefined
  const pages = Math.ceil((layout.numbers * 8) / 65536)
  if (pages > 65536) return undefined
  const memory = new WebAssembly.Memory({ initial: pages })
  const bytes = moduleBytes([product('step', distances, layout, false), product('stepAndSum', distances, layout, true)])
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } })
  const { step, stepAndSum } = exports as Record<string, (...addresses: number[]) => void>
  const blocks = layout.length / lane
  return {
    buffer: memory.buffer,
    step(x, y, sum, diagonals, weight) {
      // Reads before x are immediates counted from the margin: they cannot be negative.
      const source = (x - layout.margin) * 8
      if (weight === 0) step(source, y * 8, sum * 8, diagonals * 8, blocks, 0)
      else stepAndSum(source, y * 8, sum * 8, diagonals * 8, blocks, weight)
    },
  }
}

/** Locals of the emitted function: the parameters, then three vectors. */
const [x, y, sum, diagonals, blocks, weight, weights, term, value] = [0, 1, 2, 3, 4, 5, 6, 7, 8]

function product(
  name: string,
  distances: readonly number[],
  { length, margin }: DiagonalLayout,
  adds: boolean,
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
