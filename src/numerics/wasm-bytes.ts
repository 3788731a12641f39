/** Just enough of the WebAssembly binary format (webassembly.github.io/spec/core/binary) to write a kernel by hand. */

export const type = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/** Instructions, as the bytes before their immediates. */
export const op = {
  loop: [0x03],
  if: [0x04],
  end: [0x0b],
  branchIf: [0x0d],
  get: [0x20],
  set: [0x21],
  tee: [0x22],
  select: [0x1b],
  i32: {
    load: [0x28],
    const: [0x41],
    notEqual: [0x47],
    add: [0x6a],
    sub: [0x6b],
    and: [0x71],
    shiftRight: [0x76],
  },
  v128: {
    load: [0xfd, 0x00],
    store: [0xfd, 0x0b],
    and: [0xfd, 0x4e],
    /** One double into the first half, the other 0; and into the half whose number follows, over an address and a vector. */
    load64Zero: [0xfd, 0x5d],
    load64Lane: [0xfd, 0x57],
  },
  /** Followed by the sixteen bytes of the result, by their numbers among those of both arguments. */
  shuffle: [0xfd, 0x0d],
  f64: { load: [0x2b], store: [0x39], const: [0x44], ge: [0x66], abs: [0x99], add: [0xa0], sub: [0xa1], mul: [0xa2] },
  f64x2: {
    splat: [0xfd, 0x14],
    ge: [0xfd, 0x4c],
    abs: [0xfd, 0xec, 0x01],
    add: [0xfd, 0xf0, 0x01],
    sub: [0xfd, 0xf1, 0x01],
    mul: [0xfd, 0xf2, 0x01],
    div: [0xfd, 0xf3, 0x01],
  },
} as const

/** Block type of a loop or block that takes and leaves nothing. */
export const empty = 0x40

/** An unsigned LEB128 number. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

/** A signed LEB128 number below 2^31 in size. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = rest & 127
    rest >>= 7
    if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) return [...bytes, low]
    bytes.push(low + 128)
  }
}

/** The eight bytes of a double. */
export function double(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)]
}

export interface FunctionBody {
  readonly name: string
  readonly parameters: readonly number[]
  /** Types of the locals after the parameters, one entry each. */
  readonly locals: readonly number[]
  /** Instructions, without the closing `end`. */
  readonly code: readonly number[]
}

/** Pages that 32 bits can address. */
export const mostPages = 65536

/**
 * A module that imports the memory `host.memory`, which may be `shared`, and exports these functions, none of which
 * returns a value.
 */
export function moduleBytes(functions: readonly FunctionBody[], shared = false): Uint8Array<ArrayBuffer> {
  const limits = shared ? [0x03, 1, ...unsigned(mostPages)] : [0x00, 1]
  const signature = ({ parameters }: FunctionBody) => [0x60, ...vector(parameters.map((p) => [p])), 0]
  const body = ({ locals, code }: FunctionBody) => {
    const bytes = [...vector(locals.map((local) => [1, local])), ...code, ...op.end]
    return [...unsigned(bytes.length), ...bytes]
  }
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, functions.map(signature)),
    ...section(2, [[...text('host'), ...text('memory'), 0x02, ...limits]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]),
    ),
    ...section(10, functions.map(body)),
  ])
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const bytes = vector(items)
  return [id, ...unsigned(bytes.length), ...bytes]
}

function text(ascii: string): number[] {
  return vector([...ascii].map((letter) => [letter.charCodeAt(0)]))
}
