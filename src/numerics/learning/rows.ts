/** Functions of single numbers and of rows on the tape. */
import { type Graph, type Node, padded } from './graph'
import { type Indices, type Ops, sizeOf, type Tensor } from './ops'
import { type CurveName, curves } from './simd-elementwise'

type Rows = Pick<Ops, CurveName | 'softmax' | 'logSoftmax' | 'pick' | 'normalise' | 'gather'>

export function functionsOfRows(graph: Graph): Rows {
  const { kernels } = graph

  const curve =
    (name: CurveName) =>
    (x: Tensor): Tensor => {
      const a = x as Node
      const out = graph.fresh(a.shape, a)
      const n = padded(a)
      kernels[name](a.at, out.at, n)
      graph.note(out, (dy) => kernels[`${name}Gradient`](a.at, out.at, dy, graph.gradientOf(a), n))
      return out
    }

  const rowsOf = (shape: readonly number[]) => [sizeOf(shape.slice(0, -1)), shape[shape.length - 1]] as const

  const byRows = (name: 'softmax' | 'logSoftmax') => (x: Tensor) => {
    const a = x as Node
    const out = graph.fresh(a.shape, a)
    const [rows, columns] = rowsOf(a.shape)
    kernels[name](a.at, out.at, rows, columns)
    graph.note(out, (dy) => kernels[`${name}Gradient`](out.at, dy, graph.gradientOf(a), rows, columns))
    return out
  }

  const integers = (index: Indices) => graph.bring(index, 'integers')

  return {
    ...(Object.fromEntries((Object.keys(curves) as CurveName[]).map((name) => [name, curve(name)])) as Record<
      CurveName,
      (a: Tensor) => Tensor
    >),
    softmax: byRows('softmax'),
    logSoftmax: byRows('logSoftmax'),
    pick(x, index) {
      const a = x as Node
      const [rows, columns] = rowsOf(a.shape)
      const out = graph.fresh([rows], a)
      const [at, logZ] = [integers(index), graph.allocate(rows)]
      kernels.pick(a.at, at, out.at, logZ, rows, columns)
      graph.note(out, (dy) => kernels.pickGradient(a.at, at, logZ, dy, graph.gradientOf(a), rows, columns))
      return out
    },
    normalise(x, epsilon = 1e-5) {
      const a = x as Node
      const out = graph.fresh(a.shape, a)
      const [rows, columns] = rowsOf(a.shape)
      const inverse = graph.allocate(rows)
      kernels.normalise(a.at, out.at, inverse, rows, columns, 1 / columns, epsilon)
      graph.note(out, (dy) =>
        kernels.normaliseGradient(out.at, inverse, dy, graph.gradientOf(a), rows, columns, 1 / columns),
      )
      return out
    },
    gather(x, index) {
      const table = x as Node
      const columns = table.shape[1]
      const out = graph.fresh([index.length, columns], table)
      const at = integers(index)
      kernels.gather(table.at, at, out.at, index.length, columns)
      graph.note(out, (dy) =>
        kernels.scatterAdd(dy, at, graph.gradientOf(table), index.length, columns, table.shape[0]),
      )
      return out
    },
  }
}
