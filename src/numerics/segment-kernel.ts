/** The product of `segments.ts` in WebAssembly SIMD: one module for every layout, whose tables lie in its memory. */
import { assembleCrew, type Crew, type Helpers } from './crew'
import { flushBelow } from './uniformise'
import { double, empty, type FunctionBody, moduleBytes, mostPages, op, signed, type, unsigned } from './wasm-bytes'

/** Addresses in doubles: vectors x, y, sum; diagonal, lines. */
type Addresses = readonly [number, number, number, number, number]

/** Rows that one thread does: where its stretches and its rows lie, in bytes, and how many rows there are. */
export interface SegmentShare {
  readonly stretches: number
  readonly table: number
  readonly rows: number
}

export interface SegmentKernel {
  /** A memory of at least so many bytes. Views of an earlier one may be gone. */
  room(bytes: number): ArrayBufferLike
  /** A share for this thread alone, or one for each. */
  product(addresses: Addresses, shares: readonly SegmentShare[], weight: number): void
  /** y = 2 P x − y instead of y = P x. */
  recur(addresses: Addresses, shares: readonly SegmentShare[], weight: number): void
  /** Threads that there are to share a product. */
  readonly threads: number
  /** Lets other threads go: no shared product after it. */
  release(): void
}

/** Undefined where the host has no WebAssembly SIMD. With `helpers`, products may be shared with other threads. */
export function segmentKernel(helpers?: Helpers): SegmentKernel | undefined {
  const functions = [product('step', false), product('stepAndSum', true), product('recur', true, true)]
  if (!WebAssembly.validate(moduleBytes(functions))) return undefined
  const shared = helpers ? sharedMemory() : undefined
  const memory = shared ?? new WebAssembly.Memory({ initial: 1 })
  const module = new WebAssembly.Module(moduleBytes(functions, shared !== undefined))
  const own = new WebAssembly.Instance(module, { host: { memory } }).exports as Record<
    string,
    (...numbers: number[]) => void
  >
  let crew: Crew | undefined
  const call = (name: string, addresses: Addresses, shares: readonly SegmentShare[], weight: number) => {
    const at = addresses.map((address) => address * 8)
    const numbers = shares.map(({ stretches, table, rows }) => [...at, stretches, table, rows, weight])
    if (numbers.length === 1 || !helpers) {
      own[name](...numbers[0])
      return
    }
    crew ??= assembleCrew(helpers, module, memory, own)
    crew.run(name, numbers)
  }
  return {
    room(size) {
      const missing = Math.ceil((size - memory.buffer.byteLength) / 65536)
      if (missing > 0) memory.grow(missing)
      return memory.buffer
    },
    product: (addresses, shares, weight) => call(weight === 0 ? 'step' : 'stepAndSum', addresses, shares, weight),
    recur: (addresses, shares, weight) => call('recur', addresses, shares, weight),
    threads: shared && helpers ? helpers.others + 1 : 1,
    release() {
      crew?.release()
      crew = undefined
    },
  }
}

/** A memory that grows and is shared; undefined where the host cannot set that many addresses aside. */
function sharedMemory(): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true })
  } catch {
    return undefined
  }
}

/** Locals: nine parameters, then pointers p (target), q (source), c (coefficients), and what a stretch needs. */
const [x, y, sum, diagonal, lines, stretch, row, rows, weight] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const [p, q, c, count, end, factors, value, weights, factor, single] = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
/** Bytes of a stretch and of a row; where their fields lie. */
const stretchBytes = 24
const field = { to: 8, from: 12, line: 16, length: 20 }
const rowBytes = 12

const get = (local: number) => [...op.get, ...unsigned(local)]
const set = (local: number) => [...op.set, ...unsigned(local)]
const number = (value: number) => [...op.i32.const, ...signed(value)]
const add = (...parts: number[][]) => [...parts.flat(), ...op.i32.add]
const advance = (local: number, by: number) => [...add(get(local), number(by)), ...set(local)]
const int = (base: number, at: number) => [...get(base), ...op.i32.load, 2, ...unsigned(at)]
const pair = (address: number[]) => [...address, ...op.v128.load, 3, 0]
const one = (address: number[]) => [...address, ...op.f64.load, 3, 0]
const keepPair = (address: number[], ...what: number[][]) => [...address, ...what.flat(), ...op.v128.store, 3, 0]
const keepOne = (address: number[], ...what: number[][]) => [...address, ...what.flat(), ...op.f64.store, 3, 0]
const when = (condition: number[], ...then: number[][]) => [...condition, ...op.if, empty, ...then.flat(), ...op.end]
/** Repeats while the condition, computed after each round, is not 0. */
const repeat = (condition: number[], ...body: number[][]) => [
  ...op.loop,
  empty,
  ...body.flat(),
  ...condition,
  ...op.branchIf,
  0,
  ...op.end,
]
/** A loop over `count` pairs, none if there are none. */
const pairs = (...body: number[][]) => when(get(count), repeat(get(count), ...body, advance(count, -1)))

function product(name: string, adds: boolean, recurs = false): FunctionBody {
  const two = [...op.f64.const, ...double(2)]
  const [px, py, psum, pdiagonal] = [x, y, sum, diagonal].map((base) => add(get(base), get(p)))
  const tiny = [...op.f64.const, ...double(flushBelow), ...op.f64x2.splat]
  // y = diagonal · x over the row, or twice that less what is there, and sum += weight · x.
  const main = [
    ...int(row, 0),
    ...set(p),
    ...int(row, 4),
    ...number(1),
    ...op.i32.shiftRight,
    ...set(count),
    ...pairs(
      [...pair(px), ...set(value)],
      adds ? keepPair(psum, pair(psum), get(weights), get(value), [...op.f64x2.mul], [...op.f64x2.add]) : [],
      keepPair(
        py,
        pair(pdiagonal),
        get(value),
        [...op.f64x2.mul],
        recurs ? [...two, ...op.f64x2.splat, ...op.f64x2.mul, ...pair(py), ...op.f64x2.sub] : [],
      ),
      advance(p, 16),
    ),
    ...when(
      [...int(row, 4), ...number(1), ...op.i32.and],
      [...one(px), ...set(single)],
      adds ? keepOne(psum, one(psum), get(weight), get(single), [...op.f64.mul], [...op.f64.add]) : [],
      keepOne(
        py,
        one(pdiagonal),
        get(single),
        [...op.f64.mul],
        recurs ? [...two, ...op.f64.mul, ...one(py), ...op.f64.sub] : [],
      ),
    ),
  ]
  const onePair = keepPair(
    get(p),
    pair(get(p)),
    [...get(factors), ...pair(get(c)), ...op.f64x2.mul],
    pair(get(q)),
    [...op.f64x2.mul],
    [...op.f64x2.add],
  )
  const lastOne = keepOne(
    get(p),
    one(get(p)),
    [...get(factor), ...one(get(c)), ...op.f64.mul],
    one(get(q)),
    [...op.f64.mul],
    [...op.f64.add],
  )
  const oneStretch = [
    ...get(stretch),
    ...op.f64.load,
    3,
    0,
    ...(recurs ? [...two, ...op.f64.mul] : []),
    ...op.tee,
    ...unsigned(factor),
    ...op.f64x2.splat,
    ...set(factors),
    ...add(get(y), int(stretch, field.to)),
    ...set(p),
    ...add(get(x), int(stretch, field.from)),
    ...set(q),
    ...add(get(lines), int(stretch, field.line)),
    ...set(c),
    ...int(stretch, field.length),
    ...number(1),
    ...op.i32.shiftRight,
    ...set(count),
    ...pairs(onePair, advance(p, 16), advance(q, 16), advance(c, 16)),
    ...when([...int(stretch, field.length), ...number(1), ...op.i32.and], lastOne),
    ...advance(stretch, stretchBytes),
  ]
  // What a pair writes beyond the end of a row is the next row's, which is still to be computed.
  const flush = [
    ...add(get(y), int(row, 0)),
    ...set(p),
    ...add(int(row, 4), number(1)),
    ...number(1),
    ...op.i32.shiftRight,
    ...set(count),
    ...pairs(
      [...pair(get(p)), ...set(value)],
      keepPair(get(p), get(value), [...get(value), ...op.f64x2.abs], tiny, [...op.f64x2.ge], [...op.v128.and]),
      advance(p, 16),
    ),
  ]
  return {
    name,
    parameters: [...new Array<number>(8).fill(type.i32), type.f64],
    locals: [...new Array<number>(5).fill(type.i32), ...new Array<number>(3).fill(type.v128), type.f64, type.f64],
    code: [
      ...get(weight),
      ...op.f64x2.splat,
      ...set(weights),
      ...when(
        get(rows),
        repeat(
          get(rows),
          main,
          add(get(stretch), int(row, 8)),
          set(end),
          when(
            [...get(stretch), ...get(end), ...op.i32.notEqual],
            repeat([...get(stretch), ...get(end), ...op.i32.notEqual], oneStretch),
          ),
          flush,
          advance(row, rowBytes),
          advance(rows, -1),
        ),
      ),
    ],
  }
}
