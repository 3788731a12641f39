/** What operations are made of: an arena of arrays, and notes of how gradients go back. */
import type { Machine, NearMachine } from './kernels'
import { sizeOf, type Tensor } from './ops'

/** Addresses in bytes. A gradient is made, filled with zeros, when first needed. */
export interface Node extends Tensor {
  readonly at: number
  readonly differentiable: boolean
  gradient: number
  /** The gradient is that of another node, too: it is copied before anything is added. */
  shared?: boolean
}

export interface Graph extends Pick<Machine, 'kernels' | 'product' | 'fill' | 'read'> {
  /** Whether operations note how to go back. */
  recording: boolean
  /** A node whose numbers are kept elsewhere. */
  node(at: number, shape: readonly number[], differentiable: boolean, gradient?: number): Node
  /** A new node, differentiable if one of those it is made from is. Its numbers are not set. */
  fresh(shape: readonly number[], ...from: Node[]): Node
  /** Room for so many floats until the arena is cleared. */
  allocate(floats: number): number
  zeros(floats: number): number
  /** Numbers from outside. */
  bring(data: ArrayLike<number>, kind: 'floats' | 'integers'): number
  /** Room that is free again when `body` returns; gradients must not be made inside. */
  scratch(body: () => void): void
  /** The address of a node's gradient, which may be added to. */
  gradientOf(node: Node): number
  /** Add the gradient of a node whose turn this is, as it stands, to that of another of the same size. */
  hand(dy: number, to: Node): void
  /** How gradients go back through y, if any arrives and any is wanted. */
  note(y: Node, body: (dy: number) => void): void
  /** Run back from a single number. */
  backward(loss: Tensor): void
  /** Forget everything since the last time. */
  clear(): void
  /** Bytes used since then, and the tensors there. */
  used(): { readonly bytes: number; readonly tensors: number }
}

/** Bytes of so many floats, up to the next whole vector. */
export const bytesOf = (floats: number) => Math.ceil(floats / 4) * 16
/** Floats of an array with what fills its last vector. */
export const padded = ({ shape }: Tensor) => bytesOf(sizeOf(shape)) / 4
/** Kernels read up to two vectors beyond the end of a row. */
export const margin = 64

/** `base`: where the arena begins, in bytes; what lies before is the caller's. */
export function graph(machine: Machine, base: number): Graph {
  let end = base
  let tensors = 0
  let back: (() => void)[] = []
  const allocate = (floats: number) => {
    const at = end
    end += bytesOf(floats)
    machine.reserve(end + margin)
    return at
  }
  const zeros = (floats: number) => {
    const at = allocate(floats)
    machine.fill(at, floats, 0)
    return at
  }
  const self: Graph = {
    kernels: machine.kernels,
    product: machine.product,
    fill: machine.fill,
    read: machine.read,
    recording: false,
    node: (at, shape, differentiable, gradient = -1) => ({ at, shape, differentiable, gradient }),
    fresh(shape, ...from) {
      tensors++
      return self.node(allocate(sizeOf(shape)), shape, self.recording && from.some((n) => n.differentiable))
    },
    allocate,
    zeros,
    bring: (data, kind) => machine.bring(data, kind, allocate),
    scratch(body) {
      const start = end
      body()
      end = start
    },
    gradientOf(n) {
      if (n.gradient < 0) n.gradient = zeros(sizeOf(n.shape))
      else if (n.shared) {
        const own = allocate(sizeOf(n.shape))
        machine.duplicate?.(n.gradient, own, sizeOf(n.shape))
        n.gradient = own
        n.shared = false
      }
      return n.gradient
    },
    hand(dy, to) {
      // Nothing is added to dy any more, so that it may be the other's as well.
      if (machine.duplicate && to.gradient < 0) Object.assign(to, { gradient: dy, shared: true })
      else machine.kernels.addScaled(dy, self.gradientOf(to), padded(to), 1)
    },
    note(y, body) {
      if (y.differentiable) back.push(() => y.gradient >= 0 && body(y.gradient))
    },
    backward(loss) {
      const root = loss as Node
      if (sizeOf(root.shape) !== 1) throw new RangeError(`a loss is one number, not ${root.shape.join('×')}`)
      machine.fill(self.gradientOf(root), 1, 1)
      for (let i = back.length - 1; i >= 0; i--) back[i]()
    },
    clear() {
      end = base
      tensors = 0
      back = []
      machine.clear()
    },
    used: () => ({ bytes: end - base, tensors }),
  }
  return self
}

/** The numbers of a node, copied out. */
export function copyOut({ heap }: NearMachine, { at, shape }: Pick<Node, 'at' | 'shape'>): Float32Array {
  return heap.floats.slice(at / 4, at / 4 + sizeOf(shape))
}
