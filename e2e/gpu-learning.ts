/** What a page or Node is asked about the learning kernels in WGSL: see `gpu.spec.ts`. */

import { type Density, logProbability } from '../src/numerics/learning/density'
import { enduring, StepsLost } from '../src/numerics/learning/enduring'
import { gpuBackend } from '../src/numerics/learning/gpu'
import { gpuDevice } from '../src/numerics/learning/gpu-device'
import { maskedDense } from '../src/numerics/learning/masked-dense'
import { cases, weighed, weightsOf } from '../src/numerics/learning/op-cases'
import type { Backend, Loss, Tensor, Weights } from '../src/numerics/learning/ops'
import { ownBackend } from '../src/numerics/learning/own'
import { transformer } from '../src/numerics/learning/transformer'
import { stream } from '../src/numerics/rng'

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return Array.from(a).reduce((most, x, i) => {
    const d = Math.abs(x - b[i]) / (1 + Math.abs(b[i]))
    return d >= most ? d : Number.isNaN(d) ? Number.POSITIVE_INFINITY : most
  }, 0)
}

async function ask(backend: Backend, weights: Weights, test: (typeof cases)[string]) {
  const learner = backend.learner(weights)
  const value = await learner.run((ops, p) => ops.read(test.make(ops, p)))
  const { gradients } = await learner.gradients(weighed(test.make))
  learner.dispose()
  return { value, gradients }
}

/** How far values and gradients of every operation are from the plain twin's. */
export async function operations(): Promise<Record<string, number>> {
  const gpu = await gpuBackend()
  if (!gpu) throw new Error('no adapter')
  const plain = ownBackend({ plain: true })
  const out: Record<string, number> = {}
  for (const [name, test] of Object.entries(cases)) {
    const weights = weightsOf(test)
    const [a, b] = [await ask(gpu, weights, test), await ask(plain, weights, test)]
    out[name] = Math.max(
      far(a.value, b.value),
      ...Object.keys(weights).map((key) => far(a.gradients[key].data, b.gradients[key].data)),
    )
  }
  return out
}

/** Shapes that go other ways than small ones: in parts, in tiles of every size, in more rows of workgroups than one. */
const wide: Readonly<Record<string, (typeof cases)[string]>> = {
  'long inner axis': { shapes: { a: [1100, 45], b: [1100, 50] }, make: (o, { a, b }) => o.matMul(a, b, true) },
  'middling tiles': { shapes: { a: [70, 30], b: [25, 30] }, make: (o, { a, b }) => o.matMul(a, b, false, true) },
  'large tiles': { shapes: { a: [130, 20], b: [20, 70] }, make: (o, { a, b }) => o.matMul(a, b) },
  'a batch of tiles': { shapes: { a: [3, 20, 14], b: [3, 14, 18] }, make: (o, { a, b }) => o.matMul(a, b) },
  'many small': { shapes: { a: [5000, 1, 8], b: [5000, 8, 3] }, make: (o, { a, b }) => o.matMul(a, b) },
  'long sum': { shapes: { a: [9000] }, make: (o, { a }) => o.mean(a) },
  // A tenth, so that rounding of 9000 terms of either sign stays far below what is asked.
  'long sum of columns': { shapes: { a: [9000, 5], b: [5] }, make: (o, { a, b }) => o.affine(o.add(a, b), 0.1, 0) },
  'rows of a table': {
    shapes: { a: [6, 70] },
    make: (o, { a }) =>
      o.gather(
        a,
        Int32Array.from({ length: 8200 }, (_, r) => (r * r) % 6),
      ),
  },
  'long rows': { shapes: { a: [20, 300] }, make: (o, { a }) => o.add(o.softmax(a), o.normalise(a)) },
  'many rows': {
    shapes: { a: [1200, 20] },
    make: (o, { a }) =>
      o.pick(
        a,
        Int32Array.from({ length: 1200 }, (_, r) => r % 20),
      ),
  },
}

const largest = (a: Float32Array) => a.reduce((most, x) => Math.max(most, Math.abs(x)), 0)

/** Relative to the largest: sums are long. */
export async function large(): Promise<Record<string, number>> {
  const gpu = await gpuBackend()
  if (!gpu) throw new Error('no adapter')
  const out: Record<string, number> = {}
  for (const [name, test] of Object.entries(wide)) {
    const weights = weightsOf(test)
    const [a, b] = [await ask(gpu, weights, test), await ask(ownBackend({ plain: true }), weights, test)]
    out[name] = far(a.value, b.value) / (1 + largest(b.value))
    for (const key of Object.keys(weights)) {
      const [g, h] = [a, b].map(({ gradients }) => gradients[key].data)
      out[`${name}, gradient of ${key}`] = far(g, h) / (1 + largest(h))
    }
  }
  return out
}

/** What the device does not do is an error, never a number; and what follows is done. 0 where all is as it should be. */
export async function complaints(): Promise<Record<string, number>> {
  const gpu = await gpuBackend()
  if (!gpu) throw new Error('no adapter')
  const learner = gpu.learner({ a: { shape: [8], data: new Float32Array(8).fill(3) } })
  const fails = async (ask: () => Promise<unknown>) => {
    try {
      await ask()
      return 1
    } catch {
      return 0
    }
  }
  const tooMuch = await fails(() =>
    learner.run((ops, { a }) => {
      const table = (x: Tensor, n: number) => ops.mul(ops.reshape(x, [n, 1]), ops.reshape(x, [1, n]))
      const many = table(table(a, 8), 64)
      // 5 GB, which no device lends in one piece.
      for (let k = 0; k < 80; k++) table(many, 4096)
      return ops.read(a)
    }),
  )
  const thrown = await fails(() =>
    learner.run((ops, { a }) => {
      ops.exp(a)
      throw new Error('a fault of ours')
    }),
  )
  const after = await learner.run((ops, { a }) => ops.read(ops.affine(a, 2, 0)))
  const told: string[] = []
  const lasting = enduring(
    gpu,
    () => ownBackend(),
    (why) => void told.push(why),
  ).learner(densities['masked dense'].initial(stream(4, 0)))
  const loss = lossOf(densities['masked dense'], 8)
  await lasting.step(loss, { rate: 0.01 })
  const opened = await gpuDevice()
  const under = lasting.step(loss, { rate: 0.01 })
  opened?.device.destroy()
  const lost = await under.then(
    () => 1,
    (thrown) => Number(!(thrown instanceof StepsLost)),
  )
  lasting.restart(densities['masked dense'].initial(stream(4, 0)))
  await lasting.step(loss, { rate: 0.01 })
  await opened?.device.lost
  const another = await gpuDevice()
  learner.dispose()
  return {
    'a device that is lost, taken for one that answers': lost,
    'a loss that nobody hears of': told.length - 1,
    'a lost device that is lent again': Number(another === opened || another === undefined),
    'too much memory': tooMuch,
    'a body that throws': thrown,
    'what follows': far(after, new Float32Array(8).fill(6)),
  }
}

const caps = [2, 40, 3]
const densities = {
  'masked dense': maskedDense({ caps, width: 8, layers: 2 }),
  transformer: transformer({ caps, width: 8, heads: 2, layers: 1 }),
}

function lossOf(density: Density, rows: number): Loss {
  const states = Int32Array.from({ length: 3 * rows }, (_, k) => (7 * k + Math.floor(k / 5)) % (caps[k % 3] + 1))
  return (ops, p) => ops.affine(ops.mean(logProbability(density, ops, p, states)), -1, 0)
}

/** Reports of a few steps of AdamW, and how far the weights come from those of our emitted kernels. */
export async function training(steps = 3, rows = 32): Promise<Record<string, number>> {
  const gpu = await gpuBackend()
  if (!gpu) throw new Error('no adapter')
  const out: Record<string, number> = {}
  for (const [name, density] of Object.entries(densities)) {
    const loss = lossOf(density, rows)
    const weights = density.initial(stream(4, 0))
    const [there, here] = [gpu, ownBackend()].map((backend) => backend.learner(weights))
    const settings = { rate: 0.01, clip: 0.5, decay: 0.1 }
    for (let k = 0; k < steps; k++) {
      const [a, b] = [await there.step(loss, settings), await here.step(loss, settings)]
      out[`${name}, loss ${k}`] = Math.abs(a.loss / b.loss - 1)
      out[`${name}, norm ${k}`] = Math.abs(a.gradientNorm / b.gradientNorm - 1)
    }
    const [a, b] = [await there.weights(), await here.weights()]
    const again = gpu.learner(weights)
    for (let k = 0; k < steps; k++) await again.step(loss, settings)
    const [first, second] = [await there.state(), await again.state()]
    out[`${name}, other bits the second time`] = Number(JSON.stringify(first) !== JSON.stringify(second))
    again.dispose()
    out[`${name}, weights`] = Math.max(...Object.keys(a).map((key) => far(a[key].data, b[key].data)))
    there.dispose()
    here.dispose()
  }
  return out
}
