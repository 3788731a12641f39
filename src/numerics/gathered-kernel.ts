/** The product of padded rows in WebAssembly SIMD, written for one number of entries per row: two rows at a time. */
import { assembleCrew, type Helpers } from './crew'
import { simd } from './diagonal-kernel'
import { flushBelow } from './uniformise'
import { double, empty, type FunctionBody, moduleBytes, mostPages, op, signed, type, unsigned } from './wasm-bytes'

/** Where the numbers lie, in doubles from the start of the memory. */
export interface GatheredLayout {
  /** Rows, rounded up to an even number. */
  readonly rows: number
  /** Entries of a row off the main diagonal. */
  readonly width: number
  /** All entries, those of the main diagonal first; then columns, as 32-bit distances in bytes from the start of a vector. */
  readonly entries: number
  readonly columns: number
  readonly numbers: number
}

export interface GatheredKernel {
  readonly buffer: ArrayBufferLike
  /** Addresses in doubles. */
  step(x: number, y: number, sum: number, weight: number): void
  /** y = 2 P x − y instead of y = P x. */
  recur(x: number, y: number, sum: number, weight: number): void
  /** Lets other threads go: no product after it. */
  release(): void
}

/**
 * The kernel and its memory; undefined where the host has no WebAssembly SIMD or not that much memory. With `helpers`
 * other threads do a share of the rows each.
 */
export function gatheredKernel(layout: GatheredLayout, helpers?: Helpers): GatheredKernel | undefined {
  const pages = Math.ceil((layout.numbers * 8) / 65536)
  if (!simd() || pages > mostPages) return undefined
  const shared = helpers !== undefined
  const memory = new WebAssembly.Memory({ initial: pages, maximum: shared ? pages : undefined, shared })
  const functions = [
    rowLoop('step', layout, false),
    rowLoop('stepAndSum', layout, true),
    rowLoop('recur', layout, true, true),
  ]
  const module = new WebAssembly.Module(moduleBytes(functions, shared))
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  const own = exports as Record<string, (...numbers: number[]) => void>
  const crew = helpers ? assembleCrew(helpers, module, memory, own) : undefined
  const threads = (helpers?.others ?? 0) + 1
  const pairs = layout.rows / 2
  const call = (name: string, x: number, y: number, sum: number, weight: number) => {
    const share = (k: number) => {
      const first = Math.floor((k * pairs) / threads)
      const count = Math.floor(((k + 1) * pairs) / threads) - first
      const [entries, columns] = [layout.entries * 8 + first * 16, layout.columns * 8 + first * 8]
      return [x * 8, ...[x, y, sum].map((vector) => vector * 8 + first * 16), entries, columns, count, weight]
    }
    if (crew) {
      crew.run(
        name,
        Array.from({ length: threads }, (_, k) => share(k)),
      )
    } else own[name](...share(0))
  }
  return {
    buffer: memory.buffer,
    step: (x, y, sum, weight) => call(weight === 0 ? 'step' : 'stepAndSum', x, y, sum, weight),
    recur: (x, y, sum, weight) => call('recur', x, y, sum, weight),
    release: () => crew?.release(),
  }
}

/** Locals: the parameters (`x` the vector's start, `here` its first row that is this thread's), then three vectors. */
const [x, here, y, sum, entries, columns, count, weight, weights, term, value] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

function rowLoop(name: string, { rows, width }: GatheredLayout, adds: boolean, recurs = false): FunctionBody {
  const get = (local: number) => [...op.get, ...unsigned(local)]
  const set = (local: number) => [...op.set, ...unsigned(local)]
  const load = (base: number, at = 0) => [...get(base), ...op.v128.load, 3, ...unsigned(at)]
  const store = [...op.v128.store, 3, 0]
  const move = (local: number, by: number) => [
    ...get(local),
    ...op.i32.const,
    ...signed(by),
    ...op.i32.add,
    ...set(local),
  ]
  /** Address of the number that row 0 or 1 of the pair reads for entry d. */
  const source = (d: number, row: number) => [
    ...get(x),
    ...get(columns),
    ...op.i32.load,
    2,
    ...unsigned(d * rows * 4 + row * 4),
    ...op.i32.add,
  ]
  const gathered = (d: number) => [
    ...load(entries, (d + 1) * rows * 8),
    ...source(d, 1),
    ...source(d, 0),
    ...op.v128.load64Zero,
    3,
    0,
    ...op.v128.load64Lane,
    3,
    0,
    1,
    ...op.f64x2.mul,
    ...op.f64x2.add,
  ]
  return {
    name,
    parameters: [...new Array<number>(7).fill(type.i32), type.f64],
    locals: [type.v128, type.v128, type.v128],
    code: [
      ...get(weight),
      ...op.f64x2.splat,
      ...set(weights),
      ...get(count),
      ...op.if,
      empty,
      ...op.loop,
      empty,
      ...load(here),
      ...set(term),
      ...(adds
        ? [...get(sum), ...load(sum), ...get(weights), ...get(term), ...op.f64x2.mul, ...op.f64x2.add, ...store]
        : []),
      ...load(entries),
      ...get(term),
      ...op.f64x2.mul,
      ...Array.from({ length: width }, (_, d) => gathered(d)).flat(),
      ...(recurs
        ? [...op.f64.const, ...double(2), ...op.f64x2.splat, ...op.f64x2.mul, ...load(y), ...op.f64x2.sub]
        : []),
      ...set(value),
      ...get(y),
      ...get(value),
      ...get(value),
      ...op.f64x2.abs,
      ...op.f64.const,
      ...double(flushBelow),
      ...op.f64x2.splat,
      ...op.f64x2.ge,
      ...op.v128.and,
      ...store,
      ...[here, y, sum, entries].flatMap((pointer) => move(pointer, 16)),
      ...move(columns, 8),
      ...move(count, -1),
      ...get(count),
      ...op.branchIf,
      0,
      ...op.end,
      ...op.end,
    ],
  }
}
