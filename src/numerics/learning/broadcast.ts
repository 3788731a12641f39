/** Sums and products of arrays of different shapes on the tape, and sums over axes. */
import { type Graph, type Node, padded } from './graph'
import { type Ops, sizeOf, type Tensor } from './ops'
import { broadcastShape, collapse, rowMajor } from './shapes'

interface Pair {
  readonly pairs: string
  readonly splat: string
}
const sums: Pair = { pairs: 'add', splat: 'addSplat' }
const timesPairs: Pair = { pairs: 'multiplyPairs', splat: 'multiplySplat' }
const timesAdd: Pair = { pairs: 'multiplyPairsAdd', splat: 'multiplySplatAdd' }

/** Two operands of a commutative operation, the larger first, and the shape of both together. */
function wider(a: Node, b: Node): readonly [Node, Node, readonly number[]] {
  const shape = broadcastShape(a.shape, b.shape)
  return sizeOf(a.shape) >= sizeOf(b.shape) ? [a, b, shape] : [b, a, shape]
}

export function sumsAndProducts(graph: Graph): Pick<Ops, 'add' | 'sub' | 'mul' | 'affine' | 'sum' | 'mean'> {
  const { kernels } = graph
  const { reduceTo, expand, both, combine } = broadcasting(graph)

  const add = (x: Tensor, y: Tensor): Tensor => {
    const [a, b, shape] = wider(x as Node, y as Node)
    const out = graph.fresh(shape, a, b)
    both(sums, a, b, shape, out.at)
    graph.note(out, (dy) => {
      if (a.differentiable) reduceTo(dy, shape, a)
      if (b.differentiable) reduceTo(dy, shape, b)
    })
    return out
  }

  const mul = (x: Tensor, y: Tensor): Tensor => {
    const [a, b, shape] = wider(x as Node, y as Node)
    const out = graph.fresh(shape, a, b)
    both(timesPairs, a, b, shape, out.at)
    graph.note(out, (dy) => {
      const through = (target: Node, other: Node) => {
        if (sizeOf(target.shape) === sizeOf(shape)) {
          combine(timesAdd, dy, other, shape, graph.gradientOf(target))
          return
        }
        graph.gradientOf(target)
        graph.scratch(() => {
          const product = graph.allocate(sizeOf(shape))
          combine(timesPairs, dy, other, shape, product)
          reduceTo(product, shape, target)
        })
      }
      if (a.differentiable) through(a, b)
      if (b.differentiable) through(b, a)
    })
    return out
  }

  const affine = (x: Tensor, scale: number, shift: number): Tensor => {
    const a = x as Node
    const out = graph.fresh(a.shape, a)
    const n = padded(a)
    kernels.affine(a.at, out.at, n, scale, shift)
    graph.note(out, (dy) => kernels.addScaled(dy, graph.gradientOf(a), n, scale))
    return out
  }

  const total = (a: Node, axis: number | undefined, scale: number): Tensor => {
    const [outer, middle, inner] =
      axis === undefined
        ? [1, sizeOf(a.shape), 1]
        : [sizeOf(a.shape.slice(0, axis)), a.shape[axis], sizeOf(a.shape.slice(axis + 1))]
    const out = graph.fresh(axis === undefined ? [] : a.shape.filter((_, i) => i !== axis), a)
    graph.fill(out.at, sizeOf(out.shape), 0)
    if (inner === 1) kernels.sumRows(a.at, out.at, outer, middle, scale)
    else kernels.reduce(a.at, out.at, outer, middle, inner, scale)
    graph.note(out, (dy) => {
      const goal = graph.gradientOf(a)
      if (kernels.spread) {
        kernels.spread(dy, goal, outer, middle, inner, scale)
        return
      }
      graph.scratch(() => {
        const wide = expand(graph.node(dy, [outer, 1, inner], false), [outer, middle, inner])
        kernels.addScaled(wide, goal, padded(a), scale)
      })
    })
    return out
  }

  return {
    add,
    sub: (a, b) => add(a, affine(b, -1, 0)),
    mul,
    affine,
    sum: (a, axis) => total(a as Node, axis, 1),
    mean: (a, axis) => total(a as Node, axis, 1 / (axis === undefined ? sizeOf(a.shape) : a.shape[axis])),
  }
}

function broadcasting(graph: Graph) {
  const { kernels } = graph

  /** Add a gradient of the wider shape to one that was broadcast to it: sum over the repeated axes, run by run. */
  const reduceTo = (dy: number, shape: readonly number[], target: Node) => {
    const runs = collapse(shape, target.shape)
    let at = dy
    let sizes = runs.map(({ size }) => size)
    const repeated = runs.map(({ repeated: r }, i) => (r ? i : -1)).filter((i) => i >= 0)
    if (repeated.length === 0) {
      graph.hand(dy, target)
      return
    }
    // The gradient is made before the scratch: it must stay.
    const goal = graph.gradientOf(target)
    graph.scratch(() =>
      repeated.reverse().forEach((axis, done) => {
        const last = done === repeated.length - 1
        const outer = sizeOf(sizes.slice(0, axis))
        const inner = sizeOf(sizes.slice(axis + 1))
        const to = last ? goal : graph.zeros(outer * inner)
        if (inner === 1) kernels.sumRows(at, to, outer, sizes[axis], 1)
        else kernels.reduce(at, to, outer, sizes[axis], inner, 1)
        at = to
        sizes = sizes.map((n, i) => (i === axis ? 1 : n))
      }),
    )
  }

  /** A copy of a node at a wider shape. */
  const expand = (a: Node, shape: readonly number[]): number => {
    const runs = collapse(shape, a.shape)
    if (runs.length > 4) throw new RangeError(`cannot repeat ${a.shape.join('×')} to ${shape.join('×')}`)
    const to = graph.allocate(sizeOf(shape))
    const sizes = [...Array(4 - runs.length).fill(1), ...runs.map(({ size }) => size)]
    const own = rowMajor(sizes.map((n, i) => (runs[i - 4 + runs.length]?.repeated ? 1 : n)))
    const from = own.map((s, i) => (runs[i - 4 + runs.length]?.repeated ? 0 : 4 * s))
    kernels.copy(a.at, to, ...sizes, ...from, ...rowMajor(sizes).map((s) => 4 * s))
    return to
  }

  /** y (+)= a ∘ b at the shape of both together, where a has that shape already. */
  const combine = (names: Pair, a: number, b: Node, shape: readonly number[], y: number) => {
    const runs = collapse(shape, b.shape)
    const n = sizeOf(shape)
    const [first, second] = runs
    if (runs.length <= 1 && !first?.repeated) kernels[names.pairs](a, b.at, y, 1, n, 0, 0)
    else if (runs.length === 1) kernels[names.splat](a, b.at, y, 1, n, 0, 0)
    else if (runs.length === 2 && first.repeated) {
      kernels[names.pairs](a, b.at, y, first.size, second.size, 4 * second.size, 0)
    } else if (runs.length === 2 && second.repeated) {
      kernels[names.splat](a, b.at, y, first.size, second.size, 4 * second.size, 4)
    } else {
      graph.scratch(() => kernels[names.pairs](a, expand(b, shape), y, 1, n, 0, 0))
    }
  }

  /** The same, where neither may have that shape. */
  const both = (names: Pair, a: Node, b: Node, shape: readonly number[], y: number) => {
    if (sizeOf(a.shape) === sizeOf(shape)) {
      combine(names, a.at, b, shape, y)
      return
    }
    const [column, row] = [a, b].map((node) => collapse(shape, node.shape))
    if (column.length === 2 && row.length === 2 && column[1].repeated && row[0].repeated) {
      kernels[names.splat](b.at, a.at, y, row[0].size, row[1].size, 0, 4)
    } else if (column.length === 2 && row.length === 2 && column[0].repeated && row[1].repeated) {
      kernels[names.splat](a.at, b.at, y, row[0].size, row[1].size, 0, 4)
    } else graph.scratch(() => combine(names, expand(a, shape), b, shape, y))
  }

  return { reduceTo, expand, both, combine }
}
