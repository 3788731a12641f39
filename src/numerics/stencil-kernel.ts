/** The product of a stencil in WebAssembly SIMD, written for one set of distances: two numbers at a time along a line. */
import { assembleCrew, type Helpers } from './crew'
import { simd } from './diagonal-kernel'
import type { StencilLayout } from './stencil'
import { flushBelow } from './uniformise'
import { double, empty, type FunctionBody, moduleBytes, mostPages, op, signed, type, unsigned } from './wasm-bytes'

export interface StencilKernel {
  readonly buffer: ArrayBufferLike
  /** All lines, or some of them; addresses in doubles. */
  step(x: number, y: number, sum: number, weight: number, lines?: Lines): void
  /** The same of 2 P x − y, for which the sum grows whatever the weight. */
  recur(x: number, y: number, sum: number, weight: number, lines?: Lines): void
  /** Lets other threads go; the kernel must not be used again. */
  release(): void
}

/** Which lines, from which on. */
export interface Lines {
  readonly first: number
  readonly count: number
}

/**
 * The kernel and its memory; undefined where the host has no WebAssembly SIMD or not that much memory. With `helpers`
 * other threads do a share of the lines each.
 */
export function stencilKernel(layout: StencilLayout, helpers?: Helpers): StencilKernel | undefined {
  if (!simd()) return undefined
  const pages = Math.ceil((layout.numbers * 8) / 65536)
  if (pages > mostPages) return undefined
  const shared = helpers !== undefined
  const memory = new WebAssembly.Memory({ initial: pages, maximum: shared ? pages : undefined, shared })
  const bytes = moduleBytes(
    [lineLoop('step', layout, false), lineLoop('stepAndSum', layout, true), lineLoop('recur', layout, true, true)],
    shared,
  )
  const module = new WebAssembly.Module(bytes)
  const exports = new WebAssembly.Instance(module, { host: { memory } }).exports as Record<
    string,
    (...numbers: number[]) => void
  >
  const { length, margin, addresses, scalars, rowDistances, maskedDistances, scalarDistances, diagonalRows } = layout
  const rowBytes = 4 * (diagonalRows + rowDistances.length + maskedDistances.length)
  const scalarBytes = 8 * (1 + maskedDistances.length + scalarDistances.length)
  const crew = helpers ? assembleCrew(helpers, module, memory, exports) : undefined
  const threads = (helpers?.others ?? 0) + 1
  const work = (name: string, x: number, y: number, sum: number, weight: number, lines?: Lines) => {
    const { first: begin, count: all } = lines ?? { first: 0, count: layout.lines }
    const share = (k: number, of: number) => {
      const first = begin + Math.floor((k * all) / of)
      const count = begin + Math.floor(((k + 1) * all) / of) - first
      const along = first * length
      // Reads before x are immediates counted from the margin: they cannot be negative.
      const vectors = [(x + along - margin) * 8, (y + along) * 8, (sum + along) * 8]
      return [count, ...vectors, addresses * 8 + first * rowBytes, scalars * 8 + first * scalarBytes, weight]
    }
    if (crew)
      crew.run(
        name,
        Array.from({ length: threads }, (_, k) => share(k, threads)),
      )
    else exports[name](...share(0, 1))
  }
  return {
    buffer: memory.buffer,
    step: (x, y, sum, weight, lines) => work(weight === 0 ? 'step' : 'stepAndSum', x, y, sum, weight, lines),
    recur: (x, y, sum, weight, lines) => work('recur', x, y, sum, weight, lines),
    release: () => crew?.release(),
  }
}

/** Parameters of the emitted function. */
const [lines, x, y, sum, rowsAt, scalarsAt, weight] = [0, 1, 2, 3, 4, 5, 6]

const get = (local: number) => [...op.get, ...unsigned(local)]
const set = (local: number) => [...op.set, ...unsigned(local)]
const move = (local: number, by: number) => [
  ...get(local),
  ...op.i32.const,
  ...signed(by),
  ...op.i32.add,
  ...set(local),
]

/** What a pair of numbers, or the single one at the end of an odd line, is worked with. */
const pairs = {
  load: (at: number) => [...op.v128.load, 3, ...unsigned(at)],
  store: (at: number) => [...op.v128.store, 3, ...unsigned(at)],
  add: op.f64x2.add,
  sub: op.f64x2.sub,
  mul: op.f64x2.mul,
  two: [...op.f64.const, ...double(2), ...op.f64x2.splat],
}
const singles = {
  load: (at: number) => [...op.f64.load, 3, ...unsigned(at)],
  store: (at: number) => [...op.f64.store, 3, ...unsigned(at)],
  add: op.f64.add,
  sub: op.f64.sub,
  mul: op.f64.mul,
  two: [...op.f64.const, ...double(2)],
}

function lineLoop(name: string, layout: StencilLayout, adds: boolean, recurs = false): FunctionBody {
  const { length, margin, rowDistances, maskedDistances, scalarDistances, diagonalRows } = layout
  const rowCount = diagonalRows + rowDistances.length + maskedDistances.length
  const scalarCount = 1 + maskedDistances.length + scalarDistances.length
  const count = 7
  const row = (k: number) => count + 1 + k
  // Numbers of the line as scalars and as vectors; then the weight, and two values on the way.
  const single = (k: number) => count + 1 + rowCount + k
  const lastSingle = single(scalarCount)
  const vector = (k: number) => lastSingle + 1 + k
  const weights = vector(scalarCount)
  const [here, value] = [weights + 1, weights + 2]

  const element = (two: boolean) => {
    const { load, store, add, sub, mul, two: twice } = two ? pairs : singles
    const number = two ? vector : single
    const keep = two ? value : lastSingle
    const main = [...get(x), ...load(margin * 8)]
    return [
      ...(two ? [...main, ...set(here)] : []),
      ...(adds
        ? [
            ...get(sum),
            ...get(sum),
            ...load(0),
            ...get(two ? weights : weight),
            ...(two ? get(here) : main),
            ...mul,
            ...add,
            ...store(0),
          ]
        : []),
      ...get(number(0)),
      ...Array.from({ length: diagonalRows }, (_, k) => [...get(row(k)), ...load(0), ...add]).flat(),
      ...(two ? get(here) : main),
      ...mul,
      ...rowDistances.flatMap((distance, k) => [
        ...get(row(diagonalRows + k)),
        ...load(0),
        ...get(x),
        ...load((margin - distance) * 8),
        ...mul,
        ...add,
      ]),
      ...maskedDistances.flatMap((distance, k) => [
        ...get(number(1 + k)),
        ...get(row(diagonalRows + rowDistances.length + k)),
        ...load(0),
        ...mul,
        ...get(x),
        ...load((margin - distance) * 8),
        ...mul,
        ...add,
      ]),
      ...scalarDistances.flatMap((distance, k) => [
        ...get(number(1 + maskedDistances.length + k)),
        ...get(x),
        ...load((margin - distance) * 8),
        ...mul,
        ...add,
      ]),
      ...(recurs ? [...twice, ...mul, ...get(y), ...load(0), ...sub] : []),
      ...set(keep),
      ...get(y),
      ...(two
        ? [
            ...get(value),
            ...get(value),
            ...op.f64x2.abs,
            ...op.f64.const,
            ...double(flushBelow),
            ...op.f64x2.splat,
            ...op.f64x2.ge,
            ...op.v128.and,
          ]
        : [
            ...get(keep),
            ...op.f64.const,
            ...double(0),
            ...get(keep),
            ...op.f64.abs,
            ...op.f64.const,
            ...double(flushBelow),
            ...op.f64.ge,
            ...op.select,
          ]),
      ...store(0),
    ]
  }
  const advance = (bytes: number) => [
    ...[x, y, sum].flatMap((pointer) => move(pointer, bytes)),
    ...Array.from({ length: rowCount }, (_, k) => move(row(k), bytes)).flat(),
  ]
  const loop = (counter: number, code: readonly number[]) => [
    ...op.loop,
    empty,
    ...code,
    ...move(counter, -1),
    ...get(counter),
    ...op.branchIf,
    0,
    ...op.end,
  ]
  const line = [
    ...Array.from({ length: rowCount }, (_, k) => [
      ...get(rowsAt),
      ...op.i32.load,
      2,
      ...unsigned(4 * k),
      ...set(row(k)),
    ]).flat(),
    ...Array.from({ length: scalarCount }, (_, k) => [
      ...get(scalarsAt),
      ...op.f64.load,
      3,
      ...unsigned(8 * k),
      ...op.tee,
      ...unsigned(single(k)),
      ...op.f64x2.splat,
      ...set(vector(k)),
    ]).flat(),
    ...op.i32.const,
    ...signed(Math.floor(length / 2)),
    ...set(count),
    ...loop(count, [...element(true), ...advance(16)]),
    ...(length % 2 ? [...element(false), ...advance(8)] : []),
    ...move(rowsAt, 4 * rowCount),
    ...move(scalarsAt, 8 * scalarCount),
  ]
  return {
    name,
    parameters: [type.i32, type.i32, type.i32, type.i32, type.i32, type.i32, type.f64],
    locals: [
      type.i32,
      ...new Array(rowCount).fill(type.i32),
      ...new Array(scalarCount + 1).fill(type.f64),
      ...new Array(scalarCount + 3).fill(type.v128),
    ],
    code: [...get(weight), ...op.f64x2.splat, ...set(weights), ...loop(lines, line)],
  }
}
