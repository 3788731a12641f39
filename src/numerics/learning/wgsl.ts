/**
 * Kernels as programs in WGSL (https://www.w3.org/TR/WGSL/): one heap, one block of numbers per call. A place is an index
 * into the heap; one below zero counts from the heap's end.
 */

/** A number of a call: an address in bytes (also of vectors of four floats), bytes of a stride, a whole number, a float. */
export type Kind = 'place' | 'vector' | 'stride' | 'count' | 'number'
export type Grid = readonly [x: number, y: number, z: number]

export interface Program {
  readonly kinds: readonly Kind[]
  /** Its elements are vectors of four floats. */
  readonly vectors: boolean
  /** The text, of a program that does these things besides. */
  code(tails: readonly Tail[]): string
  /** The addresses among the numbers of a call. */
  places(numbers: readonly number[]): readonly number[]
  /** Workgroups for the numbers of a call. */
  grid(numbers: readonly number[]): Grid
  /** For programs that add: which number is the address they add to, and how many floats there they add to, all of them. */
  readonly adds?: { readonly to: number; floats(numbers: readonly number[]): number }
  /** For programs that others may join: what they make, number by number. */
  ends?(numbers: readonly number[]): Made | undefined
  /** How a call of this program is done by one that makes what this one goes by. `past`: see `before`. */
  joins?(numbers: readonly number[], made: Made, past: number): Tail | undefined
}

/** An array of so many floats, in rows of `columns`. */
export interface Made {
  readonly at: number
  readonly floats: number
  readonly columns: number
}

/** What is done to each number `v` after it is made: the `e`-th of all, in a column. */
export interface Tail {
  /** In WGSL; `$0`, `$1` … are where `places` begin. */
  readonly value: string
  readonly places: readonly number[]
  /** The address of the array of results. */
  readonly to: number
}

interface Definition<P> {
  readonly parameters: P
  /** Invocations of a workgroup. */
  readonly size?: number
  /** Declarations outside of the main function. */
  readonly around?: string
  /**
   * The main function's body. It knows each place by its name, other numbers as members of `p`, `group` as the number of
   * the workgroup, `lane` within it, and `i`, the number of the invocation. Programs that add read what was there by
   * `before(at)`. Those that others may join write by `put(to, e, column, value)`.
   */
  readonly body: string
  grid(given: { readonly [K in keyof P]: number }): Grid
  readonly adds?: { readonly to: keyof P & string; floats(given: { readonly [K in keyof P]: number }): number }
  ends?(given: { readonly [K in keyof P]: number }): Made | undefined
  readonly joins?: Program['joins']
}

const wordOf: Record<Kind, string> = { place: 'i32', vector: 'i32', stride: 'u32', count: 'u32', number: 'f32' }
const most = 65535

/** So many workgroups, in rows where there are more than a row may have; the last row may have some too many. */
export const spread = (groups: number): Grid => [Math.min(groups, most), Math.max(1, Math.ceil(groups / most)), 1]

/** A workgroup for so many invocations each. */
export const each = (invocations: number, size = 64): Grid => spread(Math.ceil(invocations / size))

/** Each of these names is a parameter of one kind. */
export const all = <N extends string>(kind: Kind, ...names: N[]) =>
  Object.fromEntries(names.map((name) => [name, kind])) as Record<N, Kind>

export function program<P extends Readonly<Record<string, Kind>>>(definition: Definition<P>): Program {
  const { parameters, size = 64, around = '', body, grid, adds, ends, joins } = definition
  const names = Object.keys(parameters)
  const vectors = Object.values(parameters).includes('vector')
  const element = vectors ? 'vec4<f32>' : 'f32'
  const fields = [...names.map((name) => `${name}: ${wordOf[parameters[name]]}`), 'past: i32']
  const kinds = Object.values(parameters)
  const placesAt = names.flatMap((_, k) => (kinds[k] === 'place' || kinds[k] === 'vector' ? [k] : []))
  const code = (tails: readonly Tail[]) => `struct Given { ${[...fields, ...tails.flatMap(wordsOf)].join(', ')} }
@group(0) @binding(0) var<storage, read_write> heap: array<${element}>;
@group(0) @binding(1) var<uniform> p: Given;
fn place(at: i32) -> u32 { return u32(select(at, at + i32(arrayLength(&heap)), at < 0)); }
${adds ? before(element) : ''}
${around}
${ends ? put(tails) : ''}
@compute @workgroup_size(${size})
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) tile: vec3<u32>,
  @builtin(num_workgroups) tiles: vec3<u32>,
) {
  let group = tile.x + tile.y * tiles.x;
  let i = group * ${size}u + lane;
${placesAt.map((k) => `  let ${names[k]} = place(p.${names[k]});`).join('\n')}
${body}
}`
  const given: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]))
  const named = (numbers: readonly number[]) => {
    for (let k = 0; k < names.length; k++) given[names[k]] = numbers[k]
    return given as { [K in keyof P]: number }
  }
  return {
    kinds,
    vectors,
    code,
    places: (numbers) => placesAt.map((k) => numbers[k]),
    grid: (numbers) => grid(named(numbers)),
    ...(adds && { adds: { to: names.indexOf(adds.to), floats: (numbers) => adds.floats(named(numbers)) } }),
    ...(ends && { ends: (numbers) => ends(named(numbers)) }),
    ...(joins && { joins }),
  }
}

const wordsOf = ({ places }: Tail, k: number) => [...places.map((_, j) => `tail${k}_${j}: i32`), `tail${k}: i32`]

/** Writes a number, and what follows from it. */
const put = (tails: readonly Tail[]) => `${tails.length ? functionsOf('f32') : ''}
fn put(to: u32, e: u32, column: u32, value: f32) {
  heap[to + e] = value;
  var v = value;
${tails
  .map(({ value }, k) => {
    const inPlace = value.replace(/\$(\d)/g, (_, j) => `place(p.tail${k}_${j})`)
    return `  v = ${inPlace};\n  heap[place(p.tail${k}) + e] = v;`
  })
  .join('\n')}
}`

/** What `past` says of sums that begin at zero. */
export const fromZero = -(2 ** 31)
/** What is added to: what lies there, or so many elements further, or zero. */
const before = (element: string) => `fn before(at: u32) -> ${element} {
  if (p.past == i32(${fromZero})) { return ${element}(0.0); }
  return heap[u32(i32(at) + p.past)];
}`

/** Functions of one number or four: `T` stands for the type. */
const functions = `
fn exponential(x: T) -> T { return select(exp(clamp(x, T(-87.0), T(88.7))), T(0.0), x < T(-87.0)); }
fn logistic(x: T) -> T { return 1.0 / (1.0 + exponential(-x)); }
/** As the emitted kernels have it at 0. */
fn logarithm(x: T) -> T { return select(log(x), T(-88.029691931), x == T(0.0)); }
/** By its series where the quotient would cancel. */
fn tangent(x: T) -> T {
  let e = exponential(-2.0 * abs(x));
  let s = x * x;
  let near = x * (1.0 + s * (-1.0 / 3.0 + s * (2.0 / 15.0 + s * (-17.0 / 315.0))));
  return select(sign(x) * (1.0 - e) / (1.0 + e), near, abs(x) < T(0.2));
}
fn geluArgument(x: T) -> T { return 1.5957691216057308 * (x + 0.044715 * x * x * x); }
fn geluSlope(x: T) -> T {
  let s = logistic(geluArgument(x));
  return s + x * s * (1.0 - s) * 1.5957691216057308 * (1.0 + 3.0 * 0.044715 * x * x);
}
`
export const functionsOf = (type: 'f32' | 'vec4<f32>') => functions.replace(/\bT\b/g, type)

/** Sums and maxima over the `lanes` invocations of a row, of `size` in a workgroup: every one of them gets it. */
export const across = (lanes: number, size: number) => {
  const tree = (name: string, join: string) => `
fn ${name}(lane: u32, value: f32) -> f32 {
  pool[lane] = value;
  for (var s = ${lanes / 2}u; s > 0u; s = s / 2u) {
    workgroupBarrier();
    if (lane % ${lanes}u < s) { pool[lane] = ${join}; }
  }
  workgroupBarrier();
  let all = pool[lane - lane % ${lanes}u];
  workgroupBarrier();
  return all;
}`
  return `var<workgroup> pool: array<f32, ${size}>;
${tree('total', 'pool[lane] + pool[lane + s]')}
${tree('largest', 'max(pool[lane], pool[lane + s])')}`
}
