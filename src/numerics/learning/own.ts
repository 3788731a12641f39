/** Our own backend: the tape over emitted WebAssembly, or over its plain twin. Synchronous inside; nothing to load. */
import { pow } from '../elementary'
import { copyOut, graph, margin, type Node } from './graph'
import { plainMachine, simdMachine } from './kernels'
import {
  adamDefaults,
  type Backend,
  decays,
  type Learner,
  type Loss,
  type Parameters,
  type StepSettings,
  sizeOf,
  type Weights,
} from './ops'
import { operations } from './tape'

/** Arrays that each parameter has: itself, its gradient, and the two moments of Adam. */
const copies = 4

/** What every learner of this thread uses: counted together, so that a test sees one that nobody disposed of. */
const live = new Set<() => { tensors: number; bytes: number }>()

/** The fastest that runs here. `plain` asks for the twin without WebAssembly. */
export function ownBackend(options: { readonly plain?: boolean } = {}): Backend {
  return {
    name: options.plain || !simdMachine() ? 'plain' : 'wasm',
    learner: (weights) => learner(weights, options.plain ?? false),
    memory() {
      const all = [...live].map((used) => used())
      return {
        tensors: all.reduce((sum, { tensors }) => sum + tensors, 0),
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    },
  }
}

function learner(initial: Weights, plain: boolean): Learner {
  const machine = (plain ? undefined : simdMachine()) ?? plainMachine()
  const { heap, kernels } = machine
  // Matrices first: they are what decays.
  const names = [...Object.keys(initial)].sort((a, b) => Number(decays(initial[b])) - Number(decays(initial[a])))
  const starts: Record<string, number> = {}
  let [length, decaying] = [0, 0]
  for (const name of names) {
    starts[name] = length
    length += Math.ceil(sizeOf(initial[name].shape) / 4) * 4
    if (decays(initial[name])) decaying = length
  }
  const bytes = 4 * length
  // The first vector of the memory is scratch: sums end there.
  const [weightsAt, gradientsAt, meansAt, squaresAt] = [0, 1, 2, 3].map((k) => 16 + k * bytes)
  const arena = 16 + copies * bytes
  heap.reserve(arena + margin)
  const g = graph(machine, arena)
  const ops = operations(g)
  const nodes: Record<string, Node> = Object.fromEntries(
    names.map((name) => {
      const at = 4 * starts[name]
      return [name, g.node(weightsAt + at, initial[name].shape, true, gradientsAt + at)]
    }),
  )
  const used = () => ({ tensors: copies * names.length + g.used().tensors, bytes: copies * bytes + g.used().bytes })
  live.add(used)
  let steps = 0

  const fill = (at: number, weights: Weights) => {
    for (const name of names) {
      const { data, shape } = weights[name] ?? {}
      if (shape?.join() !== initial[name].shape.join()) {
        throw new RangeError(`weights "${name}": expected ${initial[name].shape.join('×')}, got ${shape?.join('×')}`)
      }
      heap.floats.set(data, at / 4 + starts[name])
    }
  }
  const restart = (weights: Weights) => {
    fill(weightsAt, weights)
    heap.floats.fill(0, meansAt / 4, meansAt / 4 + 2 * length)
    steps = 0
  }
  restart(initial)

  /** Leaves the gradients in their place; returns the loss. */
  const differentiate = (loss: Loss): number => {
    heap.floats.fill(0, gradientsAt / 4, gradientsAt / 4 + length)
    g.recording = true
    try {
      const root = loss(ops, nodes as Parameters)
      g.backward(root)
      return heap.floats[(root as Node).at / 4]
    } finally {
      g.recording = false
      g.clear()
    }
  }
  const squaredNorm = () =>
    names.reduce((sum, name) => {
      kernels.sumSquares(gradientsAt + 4 * starts[name], 0, sizeOf(initial[name].shape))
      return sum + heap.floats[0]
    }, 0)

  const step = async (loss: Loss, settings: StepSettings) => {
    const { rate, beta1, beta2, epsilon, decay, clip } = { ...adamDefaults, ...settings }
    const value = differentiate(loss)
    const gradientNorm = Math.sqrt(squaredNorm())
    const scale = gradientNorm > clip ? clip / gradientNorm : 1
    steps++
    const rateNow = rate / (1 - pow(beta1, steps))
    const spread = 1 / Math.sqrt(1 - pow(beta2, steps))
    const moments = [scale, beta1, 1 - beta1, beta2, 1 - beta2, rateNow, spread, epsilon]
    const update = (from: number, to: number, shrink: number) => {
      const at = [weightsAt, gradientsAt, meansAt, squaresAt].map((start) => start + 4 * from)
      kernels.adam(...at, to - from, ...moments, shrink)
    }
    update(0, decaying, rate * decay)
    update(decaying, length, 0)
    return { loss: value, gradientNorm }
  }

  const plainArrays = (from: number): Weights =>
    Object.fromEntries(
      names.map((name) => {
        const { shape } = initial[name]
        const at = from + 4 * starts[name]
        return [name, { shape, data: copyOut(machine, { at, shape }) }]
      }),
    )

  return {
    step,
    async gradients(loss) {
      const value = differentiate(loss)
      return { value, gradients: plainArrays(gradientsAt) }
    },
    async run(body) {
      try {
        return await body(ops, nodes as Parameters)
      } finally {
        g.clear()
      }
    },
    weights: async () => plainArrays(weightsAt),
    restart,
    state: async () => ({
      weights: plainArrays(weightsAt),
      means: plainArrays(meansAt),
      squares: plainArrays(squaresAt),
      steps,
    }),
    restore(state) {
      fill(weightsAt, state.weights)
      fill(meansAt, state.means)
      fill(squaresAt, state.squares)
      steps = state.steps
    },
    dispose() {
      live.delete(used)
    },
  }
}
