/** The product of matrices on the tape: packed panels for large ones, one call for many small ones. */
import type { Graph, Node } from './graph'
import type { Ops } from './ops'
import { panelWidth } from './simd-matrix'

/** Where a matrix lies, and its strides in floats. */
export interface Operand {
  readonly at: number
  readonly row: number
  readonly column: number
  /** To the next matrix of a batch. */
  readonly step: number
}

/** c[batch, m, n] (+)= a · b, of sizes [batch, m, n, k]. */
export type Product = (a: Operand, b: Operand, c: number, sizes: readonly number[], add: boolean) => void

const plain = (at: number, rows: number, columns: number): Operand => ({
  at,
  row: columns,
  column: 1,
  step: rows * columns,
})
const flip = (o: Operand): Operand => ({ ...o, row: o.column, column: o.row })

/** Below so many multiplications a product of a batch is not worth packing. */
const smallProduct = 512

function byPanels(graph: Graph): Product {
  const { kernels } = graph
  /** c[M, N] (+)= a · b, each operand with its strides in floats. */
  const product = (a: Operand, b: Operand, c: number, m: number, n: number, k: number, add: boolean) => {
    graph.scratch(() => {
      const panel = graph.allocate(panelWidth * k)
      for (let j = 0; j < n; j += panelWidth) {
        const columns = Math.min(panelWidth, n - j)
        kernels.pack(b.at + 4 * j * b.column, 4 * b.row, 4 * b.column, panel, k, columns)
        kernels.multiply(a.at, 4 * a.row, 4 * a.column, panel, c + 4 * j, 4 * n, m, k, columns, add ? 1 : 0)
      }
    })
  }
  return (a, b, c, [batch, m, n, k], add) => {
    if (batch > 1 && m * n * k < smallProduct) {
      const steps = [4 * a.step, 4 * b.step]
      const strides = [4 * a.row, 4 * a.column, 4 * b.row, 4 * b.column]
      kernels.multiplyMany(a.at, b.at, c, batch, ...steps, m, n, k, ...strides, add ? 1 : 0)
      return
    }
    for (let z = 0; z < batch; z++) {
      product({ ...a, at: a.at + 4 * z * a.step }, { ...b, at: b.at + 4 * z * b.step }, c + 4 * z * m * n, m, n, k, add)
    }
  }
}

export function matMul(graph: Graph): Ops['matMul'] {
  const products = graph.product ?? byPanels(graph)
  return (x, y, transposeA = false, transposeB = false) => {
    const [a, b] = [x as Node, y as Node]
    const rank = a.shape.length
    const batch = rank === 3 ? a.shape[0] : 1
    const [aRows, aColumns] = a.shape.slice(-2)
    const [bRows, bColumns] = b.shape.slice(-2)
    const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
    const [kb, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns]
    if (rank !== b.shape.length || k !== kb || (rank === 3 && b.shape[0] !== batch)) {
      throw new RangeError(`matMul: shapes ${a.shape.join('×')} and ${b.shape.join('×')} do not fit`)
    }
    const left = transposeA ? flip(plain(a.at, aRows, aColumns)) : plain(a.at, aRows, aColumns)
    const right = transposeB ? flip(plain(b.at, bRows, bColumns)) : plain(b.at, bRows, bColumns)
    const out = graph.fresh(rank === 3 ? [batch, m, n] : [m, n], a, b)
    products(left, right, out.at, [batch, m, n, k], false)
    graph.note(out, (dy) => {
      const d = plain(dy, m, n)
      if (a.differentiable) {
        // dA = dC · Bᵀ, or its transpose B · dCᵀ where A is stored transposed
        if (transposeA) products(right, flip(d), graph.gradientOf(a), [batch, k, m, n], true)
        else products(d, flip(right), graph.gradientOf(a), [batch, m, k, n], true)
      }
      if (b.differentiable) {
        if (transposeB) products(flip(d), left, graph.gradientOf(b), [batch, n, k, m], true)
        else products(flip(left), d, graph.gradientOf(b), [batch, k, n, m], true)
      }
    })
    return out
  }
}
