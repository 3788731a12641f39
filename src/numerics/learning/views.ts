/** Reordering on the tape: what only moves numbers. */
import type { Graph, Node } from './graph'
import { type Ops, sizeOf } from './ops'
import { rowMajor } from './shapes'

/** What `copy` wants to move a block of up to four axes, strides in bytes. */
function strided(sizes: readonly number[], from: readonly number[], to: readonly number[]) {
  const ahead = 4 - sizes.length
  const pad = (numbers: readonly number[], value: number) => [...Array(ahead).fill(value), ...numbers]
  return {
    sizes: pad(sizes, 1),
    from: pad(from, 0).map((s) => 4 * s),
    to: pad(to, 0).map((s) => 4 * s),
  }
}

/** A stretch of one axis as a block [1, outer, stretch, inner] of the whole array. */
function band(shape: readonly number[], axis: number, from: number, to: number) {
  const outer = sizeOf(shape.slice(0, axis))
  const inner = sizeOf(shape.slice(axis + 1))
  return {
    sizes: [1, 1, outer, (to - from) * inner],
    whole: [0, 0, 4 * shape[axis] * inner, 4],
    offset: 4 * from * inner,
  }
}

export function views(graph: Graph): Pick<Ops, 'reshape' | 'transpose' | 'slice' | 'concat' | 'stop'> {
  const { kernels } = graph
  return {
    reshape(x, shape) {
      const a = x as Node
      if (sizeOf(shape) !== sizeOf(a.shape)) {
        throw new RangeError(`reshape: ${a.shape.join('×')} to ${shape.join('×')}`)
      }
      const out = graph.node(a.at, shape, graph.recording && a.differentiable)
      graph.note(out, (dy) => graph.hand(dy, a))
      return out
    },
    transpose(x, permutation) {
      const a = x as Node
      const shape = permutation.map((p) => a.shape[p])
      const out = graph.fresh(shape, a)
      const own = rowMajor(a.shape)
      const block = strided(
        shape,
        permutation.map((p) => own[p]),
        rowMajor(shape),
      )
      kernels.copy(a.at, out.at, ...block.sizes, ...block.from, ...block.to)
      graph.note(out, (dy) => kernels.copyAdd(dy, graph.gradientOf(a), ...block.sizes, ...block.to, ...block.from))
      return out
    },
    slice(x, axis, from, to) {
      const a = x as Node
      const shape = a.shape.map((n, i) => (i === axis ? to - from : n))
      const out = graph.fresh(shape, a)
      const { sizes, whole, offset } = band(a.shape, axis, from, to)
      const own = rowMajor(sizes).map((s) => 4 * s)
      kernels.copy(a.at + offset, out.at, ...sizes, ...whole, ...own)
      graph.note(out, (dy) => kernels.copyAdd(dy, graph.gradientOf(a) + offset, ...sizes, ...own, ...whole))
      return out
    },
    concat(parts, axis) {
      const nodes = parts as readonly Node[]
      const length = nodes.reduce((sum, { shape }) => sum + shape[axis], 0)
      const shape = nodes[0].shape.map((n, i) => (i === axis ? length : n))
      const out = graph.fresh(shape, ...nodes)
      let from = 0
      for (const part of nodes) {
        const to = from + part.shape[axis]
        const { sizes, whole, offset } = band(shape, axis, from, to)
        const own = rowMajor(sizes).map((s) => 4 * s)
        kernels.copy(part.at, out.at + offset, ...sizes, ...own, ...whole)
        graph.note(out, (dy) => {
          if (part.differentiable) kernels.copyAdd(dy + offset, graph.gradientOf(part), ...sizes, ...whole, ...own)
        })
        from = to
      }
      return out
    },
    stop: (a) => graph.node((a as Node).at, a.shape, false),
  }
}
