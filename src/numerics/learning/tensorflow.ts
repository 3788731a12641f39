/**
 * The same operations on TensorFlow.js: the twin of our own engine, and the way to a GPU. Loaded when first asked for. Only
 * operations that every one of its backends has, forwards and backwards, are used: rows of tables are found by one-hot
 * matrices instead of `gather`, whose gradient the wasm backend lacks, and nothing is drawn by it (`tf.multinomial` is
 * wrong on two of its backends). On `wasm` transposed products are made by transposing first: see `patch`.
 */
import type * as Core from '@tensorflow/tfjs-core'
import { pow } from '../elementary'
import {
  adamDefaults,
  type Backend,
  decays,
  type Learner,
  type Loss,
  type Ops,
  type Parameters,
  type StepSettings,
  type Tensor,
  type Weights,
} from './ops'

type Tf = typeof Core
export type TensorflowBackend = 'cpu' | 'wasm' | 'webgpu'

/** Undefined where this host cannot run it: no adapter, or no WebAssembly SIMD. */
export async function tensorflowBackend(kind: TensorflowBackend): Promise<Backend | undefined> {
  const tf = await import('@tensorflow/tfjs-core')
  await import('@tensorflow/tfjs-core/dist/register_all_gradients')
  if (kind === 'cpu') await import('@tensorflow/tfjs-backend-cpu')
  else if (kind === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  else {
    await import('@tensorflow/tfjs-backend-wasm')
    // Its threads break in minified bundles, and bring nothing on two cores.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  }
  if (!(await tf.setBackend(kind))) return undefined
  await tf.ready()
  if (kind === 'wasm') patch(tf)
  return {
    name: `tensorflow ${kind}`,
    learner: (weights) => learner(tf, weights),
    memory() {
      const { numTensors, numBytes } = tf.memory()
      return { tensors: numTensors, bytes: numBytes }
    },
  }
}

let patched = false

/** The wasm backend multiplies transposed matrices, as every gradient does, twelve times more slowly than others. */
function patch(tf: Tf): void {
  if (patched) return
  patched = true
  const name = 'BatchMatMul'
  const original = tf.getKernel(name, 'wasm').kernelFunc
  const transposed = tf.getKernel('Transpose', 'wasm').kernelFunc
  tf.unregisterKernel(name, 'wasm')
  tf.registerKernel({
    kernelName: name,
    backendName: 'wasm',
    kernelFunc(call) {
      const made: Core.TensorInfo[] = []
      const flip = (x: Core.TensorInfo) => {
        const perm = x.shape.map((_, i) => i)
        perm.splice(-2, 2, x.shape.length - 1, x.shape.length - 2)
        const y = transposed({ inputs: { x }, attrs: { perm }, backend: call.backend }) as Core.TensorInfo
        made.push(y)
        return y
      }
      const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean }
      const { a, b } = call.inputs as Record<'a' | 'b', Core.TensorInfo>
      const inputs = { a: transposeA ? flip(a) : a, b: transposeB ? flip(b) : b }
      const attrs = { transposeA: false, transposeB: false }
      const out = original({ inputs, attrs, backend: call.backend })
      for (const { dataId } of made) (call.backend as Core.KernelBackend).disposeData(dataId)
      return out
    },
  })
}

function operations(tf: Tf): Ops {
  const of = (a: Tensor) => a as Core.Tensor
  const oneHot = (index: ArrayLike<number>, depth: number) => {
    const data = new Float32Array(index.length * depth)
    for (let r = 0; r < index.length; r++) data[r * depth + index[r]] = 1
    return tf.tensor2d(data, [index.length, depth])
  }
  const logistic = (a: Core.Tensor) => tf.sigmoid(a)
  return {
    constant: (data, shape) => tf.tensor(Float32Array.from(data), [...shape]),
    read: async (a) => Float32Array.from(await of(a).data()),
    matMul: (a, b, transposeA, transposeB) => tf.matMul(of(a), of(b), transposeA, transposeB),
    add: (a, b) => tf.add(of(a), of(b)),
    sub: (a, b) => tf.sub(of(a), of(b)),
    mul: (a, b) => tf.mul(of(a), of(b)),
    affine: (a, scale, shift) => tf.add(tf.mul(of(a), scale), shift),
    sigmoid: (a) => logistic(of(a)),
    tanh: (a) => tf.tanh(of(a)),
    relu: (a) => tf.relu(of(a)),
    gelu(a) {
      const x = of(a)
      const cubic = tf.add(tf.mul(tf.square(x), 0.044715), 1)
      return tf.mul(x, logistic(tf.mul(tf.mul(x, 2 * Math.sqrt(2 / Math.PI)), cubic)))
    },
    softplus: (a) => tf.softplus(of(a)),
    exp: (a) => tf.exp(of(a)),
    log: (a) => tf.log(of(a)),
    square: (a) => tf.square(of(a)),
    sqrt: (a) => tf.sqrt(of(a)),
    reciprocal: (a) => tf.div(1, of(a)),
    softmax: (a) => tf.softmax(of(a)),
    logSoftmax: (a) => tf.logSoftmax(of(a)),
    pick: (a, index) => tf.sum(tf.mul(tf.logSoftmax(of(a)), oneHot(index, a.shape[a.shape.length - 1])), -1),
    normalise(a, epsilon = 1e-5) {
      const centred = tf.sub(of(a), tf.mean(of(a), -1, true))
      const variance = tf.mean(tf.square(centred), -1, true)
      return tf.div(centred, tf.sqrt(tf.add(variance, epsilon)))
    },
    sum: (a, axis) => tf.sum(of(a), axis),
    mean: (a, axis) => tf.mean(of(a), axis),
    reshape: (a, shape) => tf.reshape(of(a), [...shape]),
    transpose: (a, permutation) => tf.transpose(of(a), [...permutation]),
    slice(a, axis, from, to) {
      const begin = a.shape.map((_, i) => (i === axis ? from : 0))
      const size = a.shape.map((n, i) => (i === axis ? to - from : n))
      return tf.slice(of(a), begin, size)
    },
    concat: (parts, axis) => tf.concat(parts.map(of), axis),
    gather: (table, index) => tf.matMul(oneHot(index, table.shape[0]), of(table)),
    // Detached by a gradient of its own: `tf.clone` alone would pass it on.
    stop: (a) =>
      tf.customGrad((x) => ({ value: tf.clone(x as Core.Tensor), gradFunc: (dy) => tf.zerosLike(dy as Core.Tensor) }))(
        of(a),
      ),
  }
}

function learner(tf: Tf, initial: Weights): Learner {
  const ops = operations(tf)
  const names = Object.keys(initial)
  const variables = (make: (name: string) => Core.Tensor) =>
    Object.fromEntries(names.map((name) => [name, tf.tidy(() => tf.variable(make(name), true))]))
  const tensorOf = ({ shape, data }: Weights[string]) => tf.tensor(data, [...shape])
  const weights = variables((name) => tensorOf(initial[name]))
  const zeros = (name: string) => tf.zeros([...initial[name].shape])
  const means = variables(zeros)
  const squares = variables(zeros)
  let steps = 0
  const list = names.map((name) => weights[name])

  const differentiate = (loss: Loss) =>
    tf.variableGrads(() => loss(ops, weights as unknown as Parameters) as Core.Scalar, list)

  /** Of all weights, zero where the loss does not depend on one. */
  const gradientOf = (grads: Core.NamedTensorMap, name: string) =>
    grads[weights[name].name] ?? tf.zerosLike(weights[name])

  async function step(loss: Loss, settings: StepSettings) {
    const { rate, beta1, beta2, epsilon, decay, clip } = { ...adamDefaults, ...settings }
    const kept = tf.tidy(() => {
      const { value, grads } = differentiate(loss)
      // Pair by pair: of more tensors than a shader may bind (eight), `addN` on webgpu makes zeros, and says nothing.
      const squared = names.map((name) => tf.sum(tf.square(gradientOf(grads, name))))
      const norm = tf.sqrt(squared.reduce((sum, term) => tf.add(sum, term)))
      return { value, norm, ...Object.fromEntries(names.map((name) => [`g:${name}`, gradientOf(grads, name)])) }
    }) as Record<string, Core.Tensor>
    const [value, gradientNorm] = [(await kept.value.data())[0], (await kept.norm.data())[0]]
    const scale = gradientNorm > clip ? clip / gradientNorm : 1
    steps++
    const rateNow = rate / (1 - pow(beta1, steps))
    const spread = 1 / Math.sqrt(1 - pow(beta2, steps))
    tf.tidy(() => {
      for (const name of names) {
        const [w, m, v, g] = [weights[name], means[name], squares[name], tf.mul(kept[`g:${name}`], scale)]
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)))
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)))
        const move = tf.div(tf.mul(m, rateNow), tf.add(tf.mul(tf.sqrt(v), spread), epsilon))
        const shrink = decays(initial[name]) ? rate * decay : 0
        w.assign(tf.sub(tf.mul(w, 1 - shrink), move))
      }
    })
    tf.dispose(kept)
    return { loss: value, gradientNorm }
  }

  const plainArrays = async (arrays: Record<string, Core.Tensor>): Promise<Weights> => {
    const entries = names.map(async (name) => {
      const data = Float32Array.from(await arrays[name].data())
      return [name, { shape: initial[name].shape, data }] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  return {
    step,
    async gradients(loss) {
      const kept = tf.tidy(() => {
        const { value, grads } = differentiate(loss)
        return { '': value, ...Object.fromEntries(names.map((name) => [name, gradientOf(grads, name)])) }
      }) as Record<string, Core.Tensor>
      const value = (await kept[''].data())[0]
      const gradients = await plainArrays(kept)
      tf.dispose(kept)
      return { value, gradients }
    },
    async run(body) {
      tf.engine().startScope()
      try {
        return await body(ops, weights as unknown as Parameters)
      } finally {
        tf.engine().endScope()
      }
    },
    weights: () => plainArrays(weights),
    restart(next) {
      tf.tidy(() => {
        for (const name of names) {
          weights[name].assign(tensorOf(next[name]))
          means[name].assign(zeros(name))
          squares[name].assign(zeros(name))
        }
      })
      steps = 0
    },
    async state() {
      const [w, m, s] = await Promise.all([weights, means, squares].map(plainArrays))
      return { weights: w, means: m, squares: s, steps }
    },
    restore(state) {
      tf.tidy(() => {
        for (const name of names) {
          weights[name].assign(tensorOf(state.weights[name]))
          means[name].assign(tensorOf(state.means[name]))
          squares[name].assign(tensorOf(state.squares[name]))
        }
      })
      steps = state.steps
    },
    dispose() {
      for (const all of [weights, means, squares]) tf.dispose(all)
    },
  }
}
