/** Every operation at small shapes, for tests of machines against each other. */
import { stream } from '../rng'
import { normalWeights } from './initial'
import { type Loss, type Ops, type Parameters, sizeOf, type Tensor, type Weights } from './ops'

export interface Case {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly make: (ops: Ops, p: Parameters) => Tensor
  /** Keeps arguments above this. */
  readonly above?: number
}

const one =
  (f: (ops: Ops, a: Tensor) => Tensor): Case['make'] =>
  (ops, { a }) =>
    f(ops, a)
export const cases: Record<string, Case> = {
  matMul: { shapes: { a: [7, 5], b: [5, 13] }, make: (o, { a, b }) => o.matMul(a, b) },
  'matMul, left transposed': { shapes: { a: [5, 7], b: [5, 13] }, make: (o, { a, b }) => o.matMul(a, b, true) },
  'matMul, right transposed': {
    shapes: { a: [7, 5], b: [13, 5] },
    make: (o, { a, b }) => o.matMul(a, b, false, true),
  },
  'matMul, both transposed': { shapes: { a: [5, 7], b: [13, 5] }, make: (o, { a, b }) => o.matMul(a, b, true, true) },
  'matMul of many small': { shapes: { a: [4, 3, 5], b: [4, 5, 2] }, make: (o, { a, b }) => o.matMul(a, b) },
  'matMul of many, right transposed': {
    shapes: { a: [3, 6, 9], b: [3, 11, 9] },
    make: (o, { a, b }) => o.matMul(a, b, false, true),
  },
  'matMul of many small, both transposed': {
    shapes: { a: [3, 2, 3], b: [3, 4, 2] },
    make: (o, { a, b }) => o.matMul(a, b, true, true),
  },
  'add the same shape': { shapes: { a: [3, 7], b: [3, 7] }, make: (o, { a, b }) => o.add(a, b) },
  'add a row': { shapes: { a: [6, 7], b: [7] }, make: (o, { a, b }) => o.add(a, b) },
  'add to a column': { shapes: { a: [6, 1], b: [6, 7] }, make: (o, { a, b }) => o.add(a, b) },
  'add a number': { shapes: { a: [6, 7], b: [] }, make: (o, { a, b }) => o.add(a, b) },
  'add row and column': { shapes: { a: [6, 1], b: [7] }, make: (o, { a, b }) => o.add(a, b) },
  'add in the middle': { shapes: { a: [3, 4, 5], b: [3, 1, 5] }, make: (o, { a, b }) => o.add(a, b) },
  sub: { shapes: { a: [6, 7], b: [6, 1] }, make: (o, { a, b }) => o.sub(a, b) },
  'mul the same shape': { shapes: { a: [3, 7], b: [3, 7] }, make: (o, { a, b }) => o.mul(a, b) },
  'mul a row': { shapes: { a: [6, 7], b: [7] }, make: (o, { a, b }) => o.mul(a, b) },
  'mul by a column': { shapes: { a: [6, 7], b: [6, 1] }, make: (o, { a, b }) => o.mul(a, b) },
  'mul row and column': { shapes: { a: [6, 1], b: [7] }, make: (o, { a, b }) => o.mul(a, b) },
  'mul at both ends': { shapes: { a: [3, 4, 5], b: [1, 4, 1] }, make: (o, { a, b }) => o.mul(a, b) },
  'mul by itself': { shapes: { a: [3, 7] }, make: (o, { a }) => o.mul(a, a) },
  affine: { shapes: { a: [3, 7] }, make: one((o, a) => o.affine(a, -2, 0.5)) },
  sigmoid: { shapes: { a: [3, 7] }, make: one((o, a) => o.sigmoid(a)) },
  tanh: { shapes: { a: [3, 7] }, make: one((o, a) => o.tanh(a)) },
  relu: { shapes: { a: [3, 7] }, make: one((o, a) => o.relu(a)), above: 0.05 },
  gelu: { shapes: { a: [3, 7] }, make: one((o, a) => o.gelu(a)) },
  softplus: { shapes: { a: [3, 7] }, make: one((o, a) => o.softplus(a)) },
  exp: { shapes: { a: [3, 7] }, make: one((o, a) => o.exp(a)) },
  log: { shapes: { a: [3, 7] }, make: one((o, a) => o.log(a)), above: 0.3 },
  square: { shapes: { a: [3, 7] }, make: one((o, a) => o.square(a)) },
  sqrt: { shapes: { a: [3, 7] }, make: one((o, a) => o.sqrt(a)), above: 0.3 },
  reciprocal: { shapes: { a: [3, 7] }, make: one((o, a) => o.reciprocal(a)), above: 0.3 },
  softmax: { shapes: { a: [4, 7] }, make: one((o, a) => o.softmax(a)) },
  logSoftmax: { shapes: { a: [4, 7] }, make: one((o, a) => o.logSoftmax(a)) },
  pick: { shapes: { a: [4, 7] }, make: one((o, a) => o.pick(a, [0, 6, 3, 3])) },
  normalise: { shapes: { a: [4, 7] }, make: one((o, a) => o.normalise(a)) },
  'sum of all': { shapes: { a: [4, 7] }, make: one((o, a) => o.square(o.sum(a))) },
  'sum of the first axis': { shapes: { a: [4, 3, 7] }, make: one((o, a) => o.sum(a, 0)) },
  'sum of the middle axis': { shapes: { a: [4, 3, 7] }, make: one((o, a) => o.sum(a, 1)) },
  'mean of the last axis': { shapes: { a: [4, 3, 7] }, make: one((o, a) => o.mean(a, 2)) },
  reshape: { shapes: { a: [4, 6] }, make: one((o, a) => o.mul(o.reshape(a, [3, 8]), o.reshape(a, [3, 8]))) },
  transpose: { shapes: { a: [2, 3, 4, 5] }, make: one((o, a) => o.transpose(a, [2, 0, 3, 1])) },
  slice: { shapes: { a: [3, 5, 4] }, make: one((o, a) => o.slice(a, 1, 1, 4)) },
  concat: { shapes: { a: [3, 2, 4], b: [3, 1, 4] }, make: (o, { a, b }) => o.concat([a, b, a], 1) },
  gather: { shapes: { a: [5, 7] }, make: one((o, a) => o.gather(a, [4, 0, 4, 2])) },
  'stop half of a product': { shapes: { a: [3, 7] }, make: one((o, a) => o.add(o.stop(a), a)) },
}

export function weightsOf({ shapes, above }: Case): Weights {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      const weight = normalWeights(stream(5, i), shape, 1)
      if (above !== undefined)
        weight.data.forEach((x, j) => {
          weight.data[j] = above + Math.abs(x)
        })
      return [name, weight]
    }),
  )
}

/** A loss that weighs every output differently. */
export const weighed =
  (make: Case['make']): Loss =>
  (ops, parameters) => {
    const y = make(ops, parameters)
    const weights = Float32Array.from({ length: sizeOf(y.shape) }, (_, i) => Math.sin(1 + 2 * i))
    return ops.sum(ops.mul(y, ops.constant(weights, y.shape)))
  }
