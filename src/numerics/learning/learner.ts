/** Parameters on a machine: they, their gradients and the moments of Adam lie in front, the arena of the tape behind. */
import { type Blocks, descend } from './descent'
import { graph, margin, type Node } from './graph'
import type { Machine, NearMachine } from './kernels'
import { type Apart, type Backend, decays, type Learner, type Loss, type Parameters, sizeOf, type Weights } from './ops'
import { operations } from './tape'

/** Arrays that each parameter has: itself, its gradient, and the two moments of Adam. */
const copies = 4

interface Used {
  readonly tensors: number
  readonly bytes: number
}

/** Learners that use a machine each. `live` counts what they hold: a test sees one that nobody disposed of. */
export function backendOn(name: string, machine: () => Machine, live: Set<() => Used>): Backend {
  return {
    name,
    learner: (weights, parts) => learner(machine(), weights, live, parts),
    memory() {
      const all = [...live].map((used) => used())
      return {
        tensors: all.reduce((sum, { tensors }) => sum + tensors, 0),
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    },
  }
}

/** Matrices first: they are what decays. The first vector of the memory is scratch. */
function layOut(initial: Weights): { readonly names: string[]; readonly blocks: Blocks } {
  const names = [...Object.keys(initial)].sort((a, b) => Number(decays(initial[b])) - Number(decays(initial[a])))
  const arrays: { from: number; size: number }[] = []
  let [length, decaying] = [0, 0]
  for (const name of names) {
    const size = sizeOf(initial[name].shape)
    arrays.push({ from: length, size })
    length += Math.ceil(size / 4) * 4
    if (decays(initial[name])) decaying = length
  }
  const [weights, gradients, means, squares] = [0, 1, 2, 3].map((k) => 16 + k * 4 * length)
  return { names, blocks: { weights, gradients, means, squares, length, decaying, arrays } }
}

function learner(machine: Machine, initial: Weights, live: Set<() => Used>, parts = 1): Learner {
  const { names, blocks } = layOut(initial)
  const { length, arrays } = blocks
  // Gradients of further parts lie behind.
  const spare = 16 + copies * 4 * length
  const arena = spare + (parts - 1) * 4 * length
  machine.reserve(arena + margin)
  const g = graph(machine, arena)
  const ops = operations(g)
  const nodes: Record<string, Node> = Object.fromEntries(
    names.map((name, k) => {
      const at = 4 * arrays[k].from
      return [name, g.node(blocks.weights + at, initial[name].shape, true, blocks.gradients + at)]
    }),
  )
  const used = () => ({ tensors: copies * names.length + g.used().tensors, bytes: arena - 16 + g.used().bytes })
  live.add(used)
  let steps = 0

  const set = (at: number, weights: Weights) => {
    const block = new Float32Array(length)
    names.forEach((name, k) => {
      const { data, shape } = weights[name] ?? {}
      if (shape?.join() !== initial[name].shape.join()) {
        throw new RangeError(`weights "${name}": expected ${initial[name].shape.join('×')}, got ${shape?.join('×')}`)
      }
      block.set(data, arrays[k].from)
    })
    machine.write(at, block)
  }
  const restart = (weights: Weights) => {
    set(blocks.weights, weights)
    machine.write(blocks.means, new Float32Array(2 * length))
    steps = 0
  }
  restart(initial)

  /** The gradients are in their place, and the loss where `then` is told, until it returns. */
  const differentiate = <T>(loss: Loss, then: (loss: number) => T, gradients = blocks.gradients): T => {
    for (const [k, name] of names.entries()) nodes[name].gradient = gradients + 4 * arrays[k].from
    machine.fill(gradients, length, 0)
    g.recording = true
    try {
      const root = loss(ops, nodes as Parameters) as Node
      g.backward(root)
      return then(root.at)
    } finally {
      g.recording = false
      g.clear()
    }
  }
  const plainArrays = async (from: number): Promise<Weights> => {
    const block = await machine.read(from, length)
    const entries = names.map((name, k) => {
      const { from, size } = arrays[k]
      return [name, { shape: initial[name].shape, data: block.slice(from, from + size) }] as const
    })
    return Object.fromEntries(entries)
  }

  const apart = (near: NearMachine): Apart => {
    const block = (at: number) => near.heap.floats.subarray(at / 4, at / 4 + length)
    const blockOf = (k: number) => (k === 0 ? blocks.gradients : spare + (k - 1) * 4 * length)
    return {
      length,
      copyWeights: (into) => into.set(block(blocks.weights)),
      setWeights: (from) => near.write(blocks.weights, from),
      make: (k, loss) => differentiate(loss, (at) => near.heap.floats[at / 4], blockOf(k)),
      copyGradient: (k, into) => into.set(block(blockOf(k))),
      setGradient: (k, from) => near.write(blockOf(k), from),
      descend(count, settings) {
        for (let k = 1; k < count; k++) near.kernels.addScaled(blockOf(k), blocks.gradients, length, 1)
        // Where the loss lies nobody asks.
        const descent = { blocks, loss: blocks.weights, settings, steps: ++steps }
        return descend(near.heap, near.kernels, descent).gradientNorm
      },
    }
  }

  return {
    ...(parts > 1 && 'heap' in machine && { apart: apart(machine as NearMachine) }),
    step: async (loss, settings) =>
      differentiate(loss, (at) => machine.descend({ blocks, loss: at, settings, steps: ++steps })),
    async gradients(loss) {
      const [value, gradients] = await differentiate(loss, (at) =>
        Promise.all([machine.read(at, 1), plainArrays(blocks.gradients)]),
      )
      return { value: value[0], gradients }
    },
    async run(body) {
      try {
        return await body(ops, nodes as Parameters)
      } finally {
        g.clear()
      }
    },
    weights: () => plainArrays(blocks.weights),
    restart,
    async state() {
      const [weights, means, squares] = await Promise.all(
        [blocks.weights, blocks.means, blocks.squares].map(plainArrays),
      )
      return { weights, means, squares, steps }
    },
    restore(state) {
      set(blocks.weights, state.weights)
      set(blocks.means, state.means)
      set(blocks.squares, state.squares)
      steps = state.steps
    },
    dispose() {
      live.delete(used)
      machine.dispose()
    },
  }
}
