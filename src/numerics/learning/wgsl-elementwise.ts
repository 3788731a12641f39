/** Programs over whole arrays, four numbers at a time, and over pairs of arrays; and the last ones of a step. */
import type { CurveName } from './simd-elementwise'
import { across, each, fromZero, functionsOf, type Program, program } from './wgsl'

/** Values at x; slopes at x where the value is y. `T` stands for the type. */
const curves: Record<CurveName, readonly [value: string, slope: string]> = {
  sigmoid: ['logistic(x)', 'y * (1.0 - y)'],
  tanh: ['tangent(x)', '1.0 - y * y'],
  relu: ['max(x, T(0.0))', 'select(T(0.0), T(1.0), x > T(0.0))'],
  gelu: ['x * logistic(geluArgument(x))', 'geluSlope(x)'],
  softplus: ['max(x, T(0.0)) + log(1.0 + exponential(-abs(x)))', 'logistic(x)'],
  exp: ['exponential(x)', 'y'],
  log: ['logarithm(x)', '1.0 / x'],
  square: ['x * x', '2.0 * x'],
  sqrt: ['sqrt(x)', '0.5 / y'],
  reciprocal: ['1.0 / x', '-y * y'],
}
const around = functionsOf('vec4<f32>')
const inFours = (code: string) => code.replace(/\bT\b/g, 'vec4<f32>')
/** The same of one number, the arguments renamed. */
const alone = (code: string, names: Readonly<Record<string, string>>) =>
  code.replace(/\bT\b/g, 'f32').replace(/\b[xy]\b/g, (name) => `(${names[name]})`)
const padded = (floats: number) => 4 * Math.ceil(floats / 4)
const vectors = ({ n }: { readonly n: number }) => each(n / 4)
const inside = '  if (i >= p.n / 4u) { return; }\n'

const ofCurves = Object.entries(curves).flatMap(([name, [value, slope]]): [string, Program][] => [
  [
    name,
    program({
      parameters: { source: 'vector', goal: 'vector', n: 'count' },
      around,
      body: `${inside}  let x = heap[source + i];\n  heap[goal + i] = ${inFours(value)};`,
      grid: vectors,
      joins([x, to, n], { at, floats }) {
        if (x === at && n === padded(floats)) return { value: alone(value, { x: 'v' }), places: [], to }
      },
    }),
  ],
  [
    `${name}Gradient`,
    program({
      parameters: { source: 'vector', value: 'vector', dy: 'vector', dx: 'vector', n: 'count' },
      around,
      body: `${inside}  let x = heap[source + i];
  let y = heap[value + i];
  heap[dx + i] = before(dx + i) + heap[dy + i] * (${inFours(slope)});`,
      grid: vectors,
      joins([x, y, dy, to, n], { at, floats }, past) {
        if (dy !== at || n !== padded(floats) || past !== fromZero) return
        const value = `v * (${alone(slope, { x: 'heap[$0 + e]', y: 'heap[$1 + e]' })})`
        return { value, places: [x, y], to }
      },
      adds: { to: 'dx', floats: ({ n }) => n },
    }),
  ],
])

/** y (+)= a ∘ b by rows: a begins a row every `aRow`, b every `bRow` bytes; `splat`: b has one number per row. */
function pairs(join: string, splat: boolean, add: boolean): Program {
  return program({
    parameters: {
      a: 'place',
      b: 'place',
      y: 'place',
      rows: 'count',
      columns: 'count',
      aRow: 'stride',
      bRow: 'stride',
    },
    body: `  if (i >= p.rows * p.columns) { return; }
  let r = i / p.columns;
  let c = i % p.columns;
  let value = heap[a + r * p.aRow + c] ${join} heap[b + r * p.bRow${splat ? '' : ' + c'}];
  put(y, i, c, ${add ? 'before(y + i) + ' : ''}value);`,
    grid: ({ rows, columns }) => each(rows * columns),
    ends: ({ y, rows, columns }) => ({ at: y, floats: rows * columns, columns }),
    ...(!splat && { joins: joinsPairs(join, add) }),
    ...(add && { adds: { to: 'y', floats: ({ rows, columns }) => rows * columns } as const }),
  })
}

const joinsPairs =
  (join: string, add: boolean): Program['joins'] =>
  ([a, b, to, rows, columns, aRow, bRow], { at, floats, columns: own }, past) => {
    if (rows * columns !== floats || (add && past !== fromZero)) return
    if (rows > 1) {
      const row = a === at && columns === own && aRow === 4 * columns && bRow === 0
      return row ? { value: `v ${join} heap[$0 + column]`, places: [b], to } : undefined
    }
    if (a === at || b === at) return { value: `v ${join} heap[$0 + e]`, places: [a === at ? b : a], to }
  }

/** What a workgroup of `squares` sums up. */
export const stretch = 4096

export const elementwisePrograms: Readonly<Record<string, Program>> = {
  ...Object.fromEntries(ofCurves),
  affine: program({
    parameters: { x: 'vector', y: 'vector', n: 'count', scale: 'number', shift: 'number' },
    body: `${inside}  heap[y + i] = p.scale * heap[x + i] + p.shift;`,
    grid: vectors,
  }),
  addScaled: program({
    parameters: { x: 'vector', y: 'vector', n: 'count', scale: 'number' },
    body: `${inside}  heap[y + i] = before(y + i) + p.scale * heap[x + i];`,
    grid: vectors,
    adds: { to: 'y', floats: ({ n }) => n },
  }),
  fill: program({
    parameters: { y: 'place', n: 'count', value: 'number' },
    body: '  if (i < p.n) { heap[y + i] = p.value; }',
    grid: ({ n }) => each(n),
  }),
  add: pairs('+', false, false),
  addSplat: pairs('+', true, false),
  multiplyPairs: pairs('*', false, false),
  multiplySplat: pairs('*', true, false),
  multiplyPairsAdd: pairs('*', false, true),
  multiplySplatAdd: pairs('*', true, true),
  /** Squares summed over stretches of x: a table of [from, size] says which. */
  squares: program({
    parameters: { x: 'place', table: 'place', sums: 'place', stretches: 'count' },
    size: 256,
    around: across(256, 256),
    body: `  let source = x + u32(heap[table + 2u * group]);
  let size = u32(heap[table + 2u * group + 1u]);
  var sum = 0.0;
  for (var k = lane; k < size; k += 256u) { sum += heap[source + k] * heap[source + k]; }
  sum = total(lane, sum);
  if (lane == 0u) { heap[sums + group] = sum; }`,
    grid: ({ stretches }) => [stretches, 1, 1],
  }),
  /** Into the first vector: the stamp, the gradient's norm, the loss, and what shortens the gradient. */
  report: program({
    parameters: { sums: 'place', loss: 'place', n: 'count', stamp: 'number', clip: 'number' },
    size: 256,
    around: across(256, 256),
    body: `  var sum = 0.0;
  for (var k = lane; k < p.n; k += 256u) { sum += heap[sums + k]; }
  let norm = sqrt(total(lane, sum));
  if (lane == 0u) {
    heap[0] = p.stamp;
    heap[1] = norm;
    heap[2] = heap[loss];
    heap[3] = select(1.0, p.clip / norm, norm > p.clip);
  }`,
    grid: () => [1, 1, 1],
  }),
  adam: program({
    parameters: {
      weights: 'vector',
      gradients: 'vector',
      means: 'vector',
      squares: 'vector',
      n: 'count',
      decaying: 'count',
      beta1: 'number',
      rest1: 'number',
      beta2: 'number',
      rest2: 'number',
      rate: 'number',
      spread: 'number',
      epsilon: 'number',
      shrink: 'number',
    },
    body: `${inside}  let g = heap[0].w * heap[gradients + i];
  let m = p.beta1 * heap[means + i] + p.rest1 * g;
  let v = p.beta2 * heap[squares + i] + p.rest2 * g * g;
  heap[means + i] = m;
  heap[squares + i] = v;
  let kept = heap[weights + i] * (1.0 - select(0.0, p.shrink, i < p.decaying / 4u));
  heap[weights + i] = kept - p.rate * m / (sqrt(v) * p.spread + p.epsilon);`,
    grid: vectors,
  }),
}
