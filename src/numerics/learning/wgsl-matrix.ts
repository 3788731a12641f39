/** Products of matrices in WGSL: tiles through the memory of a workgroup, and one number per invocation for small ones. */
import { all, each, type Made, type Program, program } from './wgsl'

/** What products are asked with: addresses, sizes, strides in bytes, and how much of k a part has. */
const parameters = {
  ...all('place', 'a', 'b', 'c'),
  ...all('count', 'batch', 'm', 'n', 'k'),
  ...all('stride', 'aRow', 'aColumn', 'bRow', 'bColumn', 'aStep', 'bStep'),
  ...all('count', 'chunk'),
}
type Sizes = Record<keyof typeof parameters, number>

const adds = { to: 'c', floats: ({ batch, m, n }: Sizes) => batch * m * n } as const
const ends = (given: Sizes): Made => ({ at: given.c, floats: adds.floats(given), columns: given.n })
/** Rows of the left and columns of the right matrix that each of 16 × 16 invocations has, in both directions. */
export type Block = 1 | 2 | 4
export const side = 16
const depth = 16

/** c[part, batch, m, n] (+)= a · b over a part of k each. */
function tiled(block: Block): Program {
  const tile = side * block
  const wide = tile + 1
  const blocks = Array.from({ length: block }, (_, q) => q)
  const load = (into: string, from: string, first: string, limit: string, along: string, over: string) => {
    const element = (q: number) => `{
      let e = lane + ${256 * q}u;
      let across = ${along} == 1u;
      let d = select(e / ${tile}u, e % ${depth}u, across);
      let w = select(e % ${tile}u, e / ${depth}u, across);
      var value = 0.0;
      if (${first} + w < ${limit} && k + d < end) { value = heap[${from} + (${first} + w) * ${over} + (k + d) * ${along}]; }
      ${into}[d * ${wide}u + w] = value;
    }`
    return blocks.map(element).join('\n    ')
  }
  const sums = blocks.flatMap((i) => blocks.map((j) => `s${i}${j}`))
  return program({
    parameters,
    size: side * side,
    around: `var<workgroup> left: array<f32, ${depth * wide}>;
var<workgroup> right: array<f32, ${depth * wide}>;`,
    body: `  let z = tile.z % p.batch;
  let part = tile.z / p.batch;
  let x = lane % ${side}u;
  let y = lane / ${side}u;
  let row = tile.y * ${tile}u;
  let column = tile.x * ${tile}u;
  let one = a + z * p.aStep;
  let two = b + z * p.bStep;
  let end = min(p.k, (part + 1u) * p.chunk);
  ${sums.map((s) => `var ${s} = 0.0;`).join(' ')}
  for (var k = part * p.chunk; k < end; k += ${depth}u) {
    ${load('left', 'one', 'row', 'p.m', 'p.aColumn', 'p.aRow')}
    ${load('right', 'two', 'column', 'p.n', 'p.bRow', 'p.bColumn')}
    workgroupBarrier();
    for (var d = 0u; d < ${depth}u; d++) {
      let at = d * ${wide}u;
      ${blocks.map((q) => `let l${q} = left[at + y + ${side * q}u];`).join(' ')}
      ${blocks.map((q) => `let r${q} = right[at + x + ${side * q}u];`).join(' ')}
      ${blocks.flatMap((i) => blocks.map((j) => `s${i}${j} += l${i} * r${j};`)).join(' ')}
    }
    workgroupBarrier();
  }
  let base = tile.z * p.m * p.n;
  ${blocks
    .flatMap((i) =>
      blocks.map(
        (j) => `if (row + y + ${side * i}u < p.m && column + x + ${side * j}u < p.n) {
    let at = base + (row + y + ${side * i}u) * p.n + column + x + ${side * j}u;
    put(c, at, column + x + ${side * j}u, before(c + at) + s${i}${j});
  }`,
      ),
    )
    .join('\n  ')}`,
    grid: ({ batch, m, n, k, chunk }) => [Math.ceil(n / tile), Math.ceil(m / tile), batch * Math.ceil(k / chunk)],
    adds,
    ends,
  })
}

export const matrixPrograms: Readonly<Record<`tiled${Block}` | 'multiplyEach', Program>> = {
  tiled1: tiled(1),
  tiled2: tiled(2),
  tiled4: tiled(4),
  multiplyEach: program({
    parameters,
    body: `  if (i >= p.batch * p.m * p.n) { return; }
  let j = i % p.n;
  let row = (i / p.n) % p.m;
  let z = i / (p.n * p.m);
  let one = a + z * p.aStep + row * p.aRow;
  let two = b + z * p.bStep + j * p.bColumn;
  var sum = 0.0;
  for (var k = 0u; k < p.k; k++) { sum += heap[one + k * p.aColumn] * heap[two + k * p.bRow]; }
  put(c, i, j, before(c + i) + sum);`,
    grid: (given) => each(adds.floats(given)),
    adds,
    ends,
  }),
}
