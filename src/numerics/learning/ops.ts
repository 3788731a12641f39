/**
 * What models are written against: some twenty operations on tensors of single-precision numbers, and what a backend
 * does with a function made of them (value, gradients, a step of Adam). A model is defined once and runs on every
 * backend: our own tape on WebAssembly (`own.ts`), or TensorFlow.js.
 *
 *     const backend = ownBackend()
 *     const learner = backend.learner({ w: xavier(stream, [3, 1]) })
 *     for (let k = 0; k < 100; k++) {
 *       await learner.step((ops, { w }) => {
 *         const x = ops.constant(inputs, [200, 3])
 *         const residual = ops.sub(ops.matMul(x, w), ops.constant(targets, [200, 1]))
 *         return ops.mean(ops.square(residual))
 *       }, { rate: 0.01 })
 *     }
 *     const { w } = await learner.weights()
 *     learner.dispose()
 */

/** Belongs to the run of a backend that made it, and is gone afterwards. Rows last: [batch, features]. */
export interface Tensor {
  readonly shape: readonly number[]
}

/** Whole numbers, one per row. They carry no gradient. */
export type Indices = ArrayLike<number>

/** A plain array with its shape: how weights travel and are kept. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}
export type Weights = Readonly<Record<string, Weight>>
export type Parameters = Readonly<Record<string, Tensor>>

export interface Ops {
  constant(data: ArrayLike<number>, shape: readonly number[]): Tensor
  /** Copied out; call it within `run`, the tensor is gone later. */
  read(a: Tensor): Promise<Float32Array>

  /** [M, K]·[K, N], or batches [B, M, K]·[B, K, N]; a transposed operand is stored [K, M] or [N, K]. */
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor
  /** With broadcasting, as everywhere: shapes are aligned at their ends, lengths of 1 are repeated. */
  add(a: Tensor, b: Tensor): Tensor
  sub(a: Tensor, b: Tensor): Tensor
  mul(a: Tensor, b: Tensor): Tensor
  /** scale · a + shift. */
  affine(a: Tensor, scale: number, shift: number): Tensor

  sigmoid(a: Tensor): Tensor
  tanh(a: Tensor): Tensor
  relu(a: Tensor): Tensor
  /** The form with tanh. */
  gelu(a: Tensor): Tensor
  softplus(a: Tensor): Tensor
  exp(a: Tensor): Tensor
  log(a: Tensor): Tensor
  square(a: Tensor): Tensor
  sqrt(a: Tensor): Tensor
  reciprocal(a: Tensor): Tensor

  /** Over the last axis. Mask by adding a constant of −10³⁰ where nothing may be. */
  softmax(a: Tensor): Tensor
  logSoftmax(a: Tensor): Tensor
  /** logSoftmax(a)[r, index[r]] for a of shape [R, K]: shape [R]. */
  pick(a: Tensor, index: Indices): Tensor
  /** Mean 0 and variance 1 over the last axis: layer normalisation without its gain and bias. */
  normalise(a: Tensor, epsilon?: number): Tensor
  /** Over one axis, which disappears, or over all. */
  sum(a: Tensor, axis?: number): Tensor
  mean(a: Tensor, axis?: number): Tensor

  reshape(a: Tensor, shape: readonly number[]): Tensor
  /** Axis i of the result is axis permutation[i] of a; rank at most 4. */
  transpose(a: Tensor, permutation: readonly number[]): Tensor
  /** Elements from ≤ i < to of one axis. */
  slice(a: Tensor, axis: number, from: number, to: number): Tensor
  concat(parts: readonly Tensor[], axis: number): Tensor
  /** Rows of a table [V, D]: [index.length, D]. */
  gather(table: Tensor, index: Indices): Tensor
  /** The same numbers; gradients end here. */
  stop(a: Tensor): Tensor
}

/** A function to minimise: one number. */
export type Loss = (ops: Ops, parameters: Parameters) => Tensor

export interface StepSettings {
  readonly rate: number
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  /** Decoupled decay of matrices (not of rows and lists): in a step they shrink by the share rate · decay. */
  readonly decay?: number
  /** The gradient is scaled down to this norm if it is longer. */
  readonly clip?: number
}

export interface StepReport {
  readonly loss: number
  /** Before clipping. */
  readonly gradientNorm: number
}

/** All that later steps depend on: weights, both moments of Adam, and how many steps were taken. */
export interface LearnerState {
  readonly weights: Weights
  readonly means: Weights
  readonly squares: Weights
  readonly steps: number
}

/** Whoever can be asked with weights as they are. One call at a time: await each before the next. */
export interface Asking {
  /** Use the operations without gradients; all tensors made within are freed at its end. */
  run<T>(body: (ops: Ops, parameters: Parameters) => Promise<T> | T): Promise<T>
}

/** Gradients of the parts of a step, each on its own, as blocks of numbers that are the same on every thread. */
export interface Apart {
  /** Numbers of a block. */
  readonly length: number
  copyWeights(into: Float32Array): void
  /** The optimiser knows nothing of it. */
  setWeights(block: Float32Array): void
  /** Makes the gradient of the k-th part, and returns its loss. */
  make(k: number, loss: Loss): number
  copyGradient(k: number, into: Float32Array): void
  setGradient(k: number, block: Float32Array): void
  /** A step along the sum of the first `count` gradients, added in their order. Returns the gradient's norm. */
  descend(count: number, settings: StepSettings): number
}

/** Parameters with the state of their optimiser. */
export interface Learner extends Asking {
  /** Present where parts were asked for, and the memory is at hand. */
  readonly apart?: Apart
  /** One step of Adam (AdamW with `decay`). */
  step(loss: Loss, settings: StepSettings): Promise<StepReport>
  gradients(loss: Loss): Promise<{ readonly value: number; readonly gradients: Weights }>
  weights(): Promise<Weights>
  /** Replace the weights; shapes must be the same. The optimiser starts anew. */
  restart(weights: Weights): void
  state(): Promise<LearnerState>
  /** Go on from a state, to the same bits. */
  restore(state: LearnerState): void
  dispose(): void
}

export interface Backend {
  readonly name: string
  /** `parts`: gradients of so many parts of a step can be made, each on its own. */
  learner(weights: Weights, parts?: number): Learner
  /** Tensors and bytes that are alive. */
  memory(): { readonly tensors: number; readonly bytes: number }
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)

/** Whether an array decays: a matrix of more than one row. */
export const decays = ({ shape }: Weight): boolean => shape.length > 1 && shape[0] > 1

export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, clip: Number.POSITIVE_INFINITY }
