/**
 * Reverse-mode differentiation over the kernels: operations run at once and note how gradients flow back. All arrays of
 * a run come from an arena that is emptied at its end: nothing is allocated per step once it is wide enough.
 */
import { sumsAndProducts } from './broadcast'
import type { Graph, Node } from './graph'
import { type Ops, sizeOf } from './ops'
import { matMul } from './product'
import { functionsOfRows } from './rows'
import { views } from './views'

export function operations(graph: Graph): Ops {
  return {
    constant(data, shape) {
      if (data.length !== sizeOf(shape)) {
        throw new RangeError(`constant: ${data.length} numbers for ${shape.join('×')}`)
      }
      return graph.node(graph.bring(data, 'floats'), shape, false)
    },
    read: (a) => graph.read((a as Node).at, sizeOf(a.shape)),
    matMul: matMul(graph),
    ...sumsAndProducts(graph),
    ...functionsOfRows(graph),
    ...views(graph),
  }
}
