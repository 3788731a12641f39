/** Counting on the device: from the recorded counts of a batch to histograms, as WGSL. */
import { builder } from '../../network/evaluate'
import type { Expr, Network } from '../../network/network'
import type { Problem } from '../contract'
import { laneSize, maxCount } from './limits'

/** constant + Σ coefficients[s] · x_s, all of them whole. */
export interface Form {
  readonly constant: number
  readonly coefficients: readonly number[]
}

/** Every quantity as a whole linear form; null where some observable is none, or may not fit 32 bits. */
export function wholeForms({ network, parameters }: Problem): Form[] | null {
  const forms = [
    ...network.species.map((_, index) => linear(network, parameters, { kind: 'species', index })),
    ...network.observables.map(({ expr }) => linear(network, parameters, expr)),
  ]
  return forms.every((form) => form !== null && fits(form)) ? (forms as Form[]) : null
}

const fits = ({ constant, coefficients }: Form): boolean =>
  coefficients.reduce((sum, c) => sum + Math.abs(c) * maxCount, Math.abs(constant)) < 2 ** 31 &&
  [constant, ...coefficients].every(Number.isInteger)

function linear(network: Network, parameters: ArrayLike<number>, e: Expr): Form | null {
  const S = network.species.length
  const constants = builder(network, parameters)
  const fixed = (constant: number): Form => ({ constant, coefficients: Array<number>(S).fill(0) })
  const scaled = (form: Form, by: number): Form => ({
    constant: form.constant * by,
    coefficients: form.coefficients.map((c) => c * by),
  })
  const added = (a: Form, b: Form): Form => ({
    constant: a.constant + b.constant,
    coefficients: a.coefficients.map((c, s) => c + b.coefficients[s]),
  })
  const isFixed = ({ coefficients }: Form) => coefficients.every((c) => c === 0)
  const shared: (Form | null)[] = []
  const form = (part: Expr): Form | null => {
    switch (part.kind) {
      case 'number':
      case 'parameter':
        return fixed(constants(part)([], 0))
      case 'species':
        return { constant: 0, coefficients: Array.from({ length: S }, (_, s) => (s === part.index ? 1 : 0)) }
      case 'let':
        if (shared[part.index] === undefined) shared[part.index] = form(network.lets[part.index].expr)
        return shared[part.index]
      case 'unary': {
        const of = form(part.of)
        return of && scaled(of, -1)
      }
      case 'binary': {
        const [a, b] = [form(part.left), form(part.right)]
        if (!a || !b) return null
        if (part.op === '+') return added(a, b)
        if (part.op === '-') return added(a, scaled(b, -1))
        if (part.op === '*' && isFixed(a)) return scaled(b, a.constant)
        return part.op === '*' && isFixed(b) ? scaled(a, b.constant) : null
      }
      default:
        return null
    }
  }
  return form(e)
}

/** The programs `span`, `marginals` and `joint` over records [time, species, lane]. */
export function reduceText(forms: readonly Form[], S: number, T: number): string {
  const value = ({ constant, coefficients }: Form): string =>
    coefficients.reduce((sum, c, s) => (c === 0 ? sum : `${sum} + ${c} * count(k, ${s}u, lane)`), String(constant))
  const Q = forms.length
  return `
struct Shape { lanes: u32, row: u32, a: u32, b: u32, rows: u32, columns: u32, height: u32, breadth: u32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> records: array<i32>;
@group(0) @binding(2) var<storage, read_write> extents: array<atomic<i32>, ${2 * Q}>;
@group(0) @binding(3) var<storage, read_write> hits: array<atomic<u32>>;

fn count(k: u32, s: u32, lane: u32) -> i32 {
  return records[(k * ${S}u + s) * shape.lanes + lane];
}

fn value(q: u32, k: u32, lane: u32) -> i32 {
  switch (q) {
${forms.map((form, q) => `    case ${q}u: { return ${value(form)}; }`).join('\n')}
    default: { return 0; }
  }
}

// The largest and the smallest value of each quantity.
@compute @workgroup_size(${laneSize})
fn span(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= shape.lanes) { return; }
  for (var q = 0u; q < ${Q}u; q++) {
    var most = value(q, 0u, id.x);
    var least = most;
    for (var k = 1u; k < ${T}u; k++) {
      let v = value(q, k, id.x);
      most = max(most, v);
      least = min(least, v);
    }
    atomicMax(&extents[q], most);
    atomicMin(&extents[${Q}u + q], least);
  }
}

// hits: [quantity, time, value]
@compute @workgroup_size(${laneSize})
fn marginals(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= shape.lanes) { return; }
  for (var q = 0u; q < ${Q}u; q++) {
    atomicAdd(&hits[(q * ${T}u + id.y) * shape.row + u32(value(q, id.y, id.x))], 1u);
  }
}

// hits: [time, cell of a, cell of b]; a cell is \`height\` values of a by \`breadth\` values of b
@compute @workgroup_size(${laneSize})
fn joint(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= shape.lanes) { return; }
  let row = u32(value(shape.a, id.y, id.x)) / shape.height;
  let column = u32(value(shape.b, id.y, id.x)) / shape.breadth;
  atomicAdd(&hits[(id.y * shape.rows + row) * shape.columns + column], 1u);
}
`
}
