/**
 * A model whose weights stay as they are, asked without a promise: numbers for many rows at once, and how a number made of
 * them changes with the inputs. On our own tape, to the same bits in every engine.
 */
import { copyOut, graph, margin, type Node } from './graph'
import { plainMachine, simdMachine } from './kernels'
import { type Asking, type Ops, type Parameters, sizeOf, type Tensor, type Weights } from './ops'
import { operations } from './tape'

export interface Asked extends Asking {
  numbers(body: (ops: Ops, parameters: Parameters) => Tensor): Float32Array
  /** Derivatives of a single number by an input of this shape. */
  slope(
    input: ArrayLike<number>,
    shape: readonly number[],
    body: (ops: Ops, parameters: Parameters, input: Tensor) => Tensor,
  ): Float32Array
}

export function asked(weights: Weights): Asked {
  const machine = simdMachine() ?? plainMachine()
  const { heap } = machine
  // The first vector of the memory is scratch: sums end there.
  let end = 16
  const places = Object.entries(weights).map(([name, { shape, data }]) => {
    const at = end
    end += 16 * Math.ceil(sizeOf(shape) / 4)
    return { name, shape, data, at }
  })
  heap.reserve(end + margin)
  const g = graph(machine, end)
  const ops = operations(g)
  const parameters: Parameters = Object.fromEntries(
    places.map(({ name, shape, data, at }) => {
      heap.floats.set(data, at / 4)
      return [name, g.node(at, shape, false)]
    }),
  )
  return {
    async run(body) {
      try {
        return await body(ops, parameters)
      } finally {
        g.clear()
      }
    },
    numbers(body) {
      try {
        return copyOut(machine, body(ops, parameters) as Node)
      } finally {
        g.clear()
      }
    },
    slope(input, shape, body) {
      g.recording = true
      try {
        const place = ops.constant(input, shape) as Node
        const node = g.node(place.at, shape, true)
        g.backward(body(ops, parameters, node))
        return copyOut(machine, { at: g.gradientOf(node), shape })
      } finally {
        g.recording = false
        g.clear()
      }
    },
  }
}
