/** Programs by rows: softmax and its kin, sums, tables; and what moves numbers about. */
import { across, all, each, functionsOf, type Program, program, spread } from './wgsl'

const size = 64
/** How many invocations share a row may be one of these. */
export const lanesOf = (columns: number) => (columns <= 8 ? 4 : columns <= 32 ? 16 : 64)
export type Lanes = ReturnType<typeof lanesOf>
export const allLanes: readonly Lanes[] = [4, 16, 64]

/** `columns`: 0 for invocations beyond the last row, `t` the number within the row. */
function rowwise<P extends { readonly rows: 'count'; readonly columns: 'count' }>(
  lanes: Lanes,
  definition: Pick<Parameters<typeof program<P>>[0], 'parameters' | 'body' | 'adds'>,
): Program {
  return program({
    ...definition,
    size,
    around: `${functionsOf('f32')}${across(lanes, size)}`,
    body: `  let t = lane % ${lanes}u;
  let r = group * ${size / lanes}u + lane / ${lanes}u;
  let columns = select(0u, p.columns, r < p.rows);
${definition.body}`,
    grid: ({ rows }) => spread(Math.ceil((rows * lanes) / size)),
  })
}

const over = (lanes: Lanes, body: string) => `for (var c = t; c < columns; c += ${lanes}u) { ${body} }`
/** logZ of the row of x at `from`. */
const logSum = (lanes: Lanes) => `  var most = -3.4e38;
  ${over(lanes, 'most = max(most, heap[source + c]);')}
  most = largest(lane, most);
  var sum = 0.0;
  ${over(lanes, 'sum += exponential(heap[source + c] - most);')}
  let logZ = most + log(max(total(lane, sum), 1e-37));`

const [rows, columns] = ['count', 'count'] as const
const whole = (given: { readonly rows: number; readonly columns: number }) => given.rows * given.columns

export const rowPrograms = (lanes: Lanes): Readonly<Record<string, Program>> => {
  const softmax = (value: string) =>
    rowwise(lanes, {
      parameters: { x: 'place', y: 'place', rows, columns },
      body: `  let source = x + r * p.columns;
  let goal = y + r * p.columns;
${logSum(lanes)}
  ${over(lanes, `heap[goal + c] = ${value};`)}`,
    })
  const gradient = (term: string, slope: string) =>
    rowwise(lanes, {
      parameters: { y: 'place', dy: 'place', dx: 'place', rows, columns },
      body: `  let at = r * p.columns;
  var part = 0.0;
  ${over(lanes, `part += ${term};`)}
  let sum = total(lane, part);
  ${over(lanes, `heap[dx + at + c] = before(dx + at + c) + ${slope};`)}`,
      adds: { to: 'dx', floats: whole },
    })
  return {
    softmax: softmax('exponential(heap[source + c] - logZ)'),
    logSoftmax: softmax('heap[source + c] - logZ'),
    softmaxGradient: gradient('heap[y + at + c] * heap[dy + at + c]', 'heap[y + at + c] * (heap[dy + at + c] - sum)'),
    logSoftmaxGradient: gradient('heap[dy + at + c]', 'heap[dy + at + c] - exponential(heap[y + at + c]) * sum'),
    pick: rowwise(lanes, {
      parameters: { x: 'place', index: 'place', y: 'place', z: 'place', rows, columns },
      body: `  let source = x + r * p.columns;
${logSum(lanes)}
  if (t == 0u && r < p.rows) {
    heap[z + r] = logZ;
    heap[y + r] = heap[source + u32(heap[index + r])] - logZ;
  }`,
    }),
    pickGradient: rowwise(lanes, {
      parameters: { x: 'place', index: 'place', z: 'place', dy: 'place', dx: 'place', rows, columns },
      body: `  let at = r * p.columns;
  let row = min(r, p.rows - 1u);
  let g = heap[dy + row];
  let logZ = heap[z + row];
  let chosen = u32(heap[index + row]);
  ${over(
    lanes,
    `let rest = select(0.0, 1.0, c == chosen) - exponential(heap[x + at + c] - logZ);
    heap[dx + at + c] = before(dx + at + c) + g * rest;`,
  )}`,
      adds: { to: 'dx', floats: whole },
    }),
    normalise: rowwise(lanes, {
      parameters: { x: 'place', y: 'place', inverse: 'place', rows, columns, share: 'number', epsilon: 'number' },
      body: `  let source = x + r * p.columns;
  let goal = y + r * p.columns;
  var sum = 0.0;
  ${over(lanes, 'sum += heap[source + c];')}
  let mean = total(lane, sum) * p.share;
  var squares = 0.0;
  ${over(lanes, 'let d = heap[source + c] - mean; squares += d * d;')}
  let scale = 1.0 / sqrt(total(lane, squares) * p.share + p.epsilon);
  if (t == 0u && r < p.rows) { heap[inverse + r] = scale; }
  ${over(lanes, 'heap[goal + c] = (heap[source + c] - mean) * scale;')}`,
    }),
    normaliseGradient: rowwise(lanes, {
      parameters: { y: 'place', inverse: 'place', dy: 'place', dx: 'place', rows, columns, share: 'number' },
      body: `  let at = r * p.columns;
  var parts = vec2<f32>(0.0);
  ${over(lanes, 'let d = heap[dy + at + c]; parts += vec2<f32>(d, d * heap[y + at + c]);')}
  let plain = total(lane, parts.x) * p.share;
  let along = total(lane, parts.y) * p.share;
  let scale = heap[inverse + min(r, p.rows - 1u)];
  ${over(
    lanes,
    `heap[dx + at + c] = before(dx + at + c) + scale * (heap[dy + at + c] - plain - heap[y + at + c] * along);`,
  )}`,
      adds: { to: 'dx', floats: whole },
    }),
    sumRows: rowwise(lanes, {
      parameters: { x: 'place', y: 'place', rows, columns, scale: 'number' },
      body: `  var part = 0.0;
  ${over(lanes, 'part += heap[x + r * p.columns + c];')}
  let sum = total(lane, part);
  if (t == 0u && r < p.rows) { heap[y + r] = before(y + r) + p.scale * sum; }`,
      adds: { to: 'y', floats: (given) => given.rows },
    }),
  }
}

const copied = {
  ...all('place', 'source', 'goal'),
  ...all('count', 'n0', 'n1', 'n2', 'n3'),
  ...all('stride', 'f0', 'f1', 'f2', 'f3', 't0', 't1', 't2', 't3'),
}
type Copied = Record<keyof typeof copied, number>
const volume = ({ n0, n1, n2, n3 }: Copied) => n0 * n1 * n2 * n3

/** Whether the copies lie side by side, in their order. */
const isDense = ({ n1, n2, n3, t0, t1, t2, t3 }: Copied) =>
  t3 === 4 && t2 === 4 * n3 && t1 === t2 * n2 && t0 === t1 * n1

const copy = (add: boolean) =>
  program({
    parameters: copied,
    body: `  if (i >= p.n0 * p.n1 * p.n2 * p.n3) { return; }
  let l = i % p.n3;
  let q = i / p.n3;
  let k = q % p.n2;
  let rest = q / p.n2;
  let j = rest % p.n1;
  let h = rest / p.n1;
  let x = heap[source + h * p.f0 + j * p.f1 + k * p.f2 + l * p.f3];
  let e = h * p.t0 + j * p.t1 + k * p.t2 + l * p.t3;
  put(goal, e, l, ${add ? 'before(goal + e) + x' : 'x'});`,
    grid: (given) => each(volume(given)),
    ends: (given) => (isDense(given) ? { at: given.goal, floats: volume(given), columns: given.n3 } : undefined),
    ...(add && { adds: { to: 'goal', floats: volume } as const }),
  })

/** Columns, as many as a cache line's sector holds, and parts of the middle axis that a workgroup of `reduce` has. */
export const wide = 8
const deep = 32
/** Columns and parts of the rows that a workgroup of `scatterAdd` has. */
const [broad, parts] = [64, 4]

export const movingPrograms: Readonly<Record<string, Program>> = {
  copy: copy(false),
  copyAdd: copy(true),
  /** y[outer, inner] += scale · Σ x[outer, middle, inner]; a part of `chunk` of the middle each, side by side in y. */
  reduce: program({
    parameters: {
      x: 'place',
      y: 'place',
      outer: 'count',
      middle: 'count',
      inner: 'count',
      scale: 'number',
      chunk: 'count',
    },
    size: wide * deep,
    around: `var<workgroup> pool: array<f32, ${wide * deep}>;`,
    body: `  let across = (p.inner + ${wide - 1}u) / ${wide}u;
  let column = (group % across) * ${wide}u + lane % ${wide}u;
  let rest = group / across;
  let o = rest % p.outer;
  let part = rest / p.outer;
  let end = min(p.middle, (part + 1u) * p.chunk);
  var sum = 0.0;
  if (column < p.inner) {
    for (var m = part * p.chunk + lane / ${wide}u; m < end; m += ${deep}u) {
      sum += heap[x + (o * p.middle + m) * p.inner + column];
    }
  }
  pool[lane] = sum;
  workgroupBarrier();
  if (lane < ${wide}u && column < p.inner && part * p.chunk < p.middle) {
    for (var d = 1u; d < ${deep}u; d++) { sum += pool[lane + d * ${wide}u]; }
    let at = y + (part * p.outer + o) * p.inner + column;
    heap[at] = before(at) + p.scale * sum;
  }`,
    grid: ({ outer, middle, inner, chunk }) => spread(Math.ceil(inner / wide) * outer * Math.ceil(middle / chunk)),
    adds: { to: 'y', floats: ({ outer, inner }) => outer * inner },
  }),
  /** The same for a short middle axis. */
  reduceFew: program({
    parameters: { x: 'place', y: 'place', outer: 'count', middle: 'count', inner: 'count', scale: 'number' },
    body: `  if (i >= p.outer * p.inner) { return; }
  let source = x + (i / p.inner) * p.middle * p.inner + i % p.inner;
  var sum = 0.0;
  for (var m = 0u; m < p.middle; m++) { sum += heap[source + m * p.inner]; }
  heap[y + i] = before(y + i) + p.scale * sum;`,
    grid: ({ outer, inner }) => each(outer * inner),
    adds: { to: 'y', floats: ({ outer, inner }) => outer * inner },
  }),
  /** y[outer, middle, inner] += scale · x[outer, inner]. */
  spread: program({
    parameters: { x: 'place', y: 'place', outer: 'count', middle: 'count', inner: 'count', scale: 'number' },
    body: `  if (i >= p.outer * p.middle * p.inner) { return; }
  let o = i / (p.middle * p.inner);
  put(y, i, 0u, before(y + i) + p.scale * heap[x + o * p.inner + i % p.inner]);`,
    grid: ({ outer, middle, inner }) => each(outer * middle * inner),
    // Its columns are nobody's: a row cannot join.
    ends: ({ y, outer, middle, inner }) => ({ at: y, floats: outer * middle * inner, columns: 0 }),
    adds: { to: 'y', floats: ({ outer, middle, inner }) => outer * middle * inner },
  }),
  gather: program({
    parameters: { table: 'place', index: 'place', y: 'place', rows: 'count', columns: 'count' },
    body: `  if (i >= p.rows * p.columns) { return; }
  let r = i / p.columns;
  let c = i % p.columns;
  put(y, i, c, heap[table + u32(heap[index + r]) * p.columns + c]);`,
    grid: (given) => each(whole(given)),
    ends: ({ y, rows, columns }) => ({ at: y, floats: rows * columns, columns }),
  }),
  /** Every entry looks for its rows, in their order. A part of `chunk` rows each, side by side in the table. */
  scatterAdd: program({
    parameters: {
      x: 'place',
      index: 'place',
      table: 'place',
      rows: 'count',
      columns: 'count',
      entries: 'count',
      chunk: 'count',
    },
    size: broad * parts,
    around: `var<workgroup> pool: array<f32, ${broad * parts}>;`,
    body: `  let across = (p.columns + ${broad - 1}u) / ${broad}u;
  let c = (group % across) * ${broad}u + lane % ${broad}u;
  let rest = group / across;
  let entry = rest % p.entries;
  let part = rest / p.entries;
  let end = min(p.rows, (part + 1u) * p.chunk);
  var sum = 0.0;
  if (c < p.columns) {
    for (var r = part * p.chunk + lane / ${broad}u; r < end; r += ${parts}u) {
      if (u32(heap[index + r]) == entry) { sum += heap[x + r * p.columns + c]; }
    }
  }
  pool[lane] = sum;
  workgroupBarrier();
  if (lane < ${broad}u && c < p.columns && part * p.chunk < p.rows) {
    for (var d = 1u; d < ${parts}u; d++) { sum += pool[lane + d * ${broad}u]; }
    let at = table + (part * p.entries + entry) * p.columns + c;
    heap[at] = before(at) + sum;
  }`,
    grid: ({ rows, columns, entries, chunk }) => spread(Math.ceil(columns / broad) * entries * Math.ceil(rows / chunk)),
    adds: { to: 'table', floats: ({ columns, entries }) => columns * entries },
  }),
}
