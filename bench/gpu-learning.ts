/**
 * What a step of training takes on a GPU, by our own kernels and by TensorFlow.js, and on our WebAssembly kernels:
 * `node --import SETS_NAVIGATOR_GPU.mjs bench/built.mjs gpu-learning [NAME …]`, where the file named lends Node an adapter
 * as `navigator.gpu`; or `main` in a page. Takes a minute or two.
 */

import { gpuBackend } from '../src/numerics/learning/gpu'
import { maskedDense } from '../src/numerics/learning/masked-dense'
import type { Backend, Learner, Weights } from '../src/numerics/learning/ops'
import { ownBackend } from '../src/numerics/learning/own'
import { tensorflowBackend } from '../src/numerics/learning/tensorflow'
import { stream } from '../src/numerics/rng'
import { poisson } from '../src/numerics/statistics'
import { findAdapter } from '../src/numerics/webgpu'
import { domainOf } from '../src/solvers/design'
import { allAtOnce, densityOf, type Lecture, learn } from '../src/solvers/distilled/student'
import { crossEntropy } from '../src/solvers/nncme/fit'
import { ask } from '../src/solvers/testing'

/** Takes steps, one at a time, and tells what was learnt. */
interface Training {
  step(): Promise<unknown>
  weights(): Promise<Weights>
  end(): void
}
type Case = (backend: Backend) => Training

/** Laws as those that the shipped network of the toggle switch learns from, in shape. */
function lectures(count: number): Lecture[] {
  const law = (mean: number) => {
    const low = Math.max(0, Math.floor(mean - 5 * Math.sqrt(mean)))
    const p = Float64Array.from({ length: Math.ceil(10 * Math.sqrt(mean)) + 4 }, (_, n) => poisson(mean, low + n))
    return { low: [low], widths: [p.length], p }
  }
  return Array.from({ length: count }, (_, k) => {
    const mean = 2 + ((37 * k) % 140)
    const rest = Array.from({ length: 8 }, (_, r) => (mean * (r + 1)) / 5)
    return {
      setting: { parameters: Float64Array.of(1 + (k % 99), 1, 10, 2), initial: Float64Array.of(0, 0) },
      t: (k * 7) % 100,
      conditionals: [
        { i: 0, before: [], law: law(mean), negentropy: 0, weight: 1 },
        ...rest.map((n) => ({ i: 1, before: [Math.round(n)], law: law(2 + 140 - mean), negentropy: 0, weight: 1 })),
      ],
    } as unknown as Lecture
  })
}

const toggle = `species U = 0, V = 0; parameter a = 40 in [1, 100]; parameter bias = 1 in [0.5, 2]; parameter K = 12 in [1, 100]
parameter n = 2 in [1, 4]; 0 -> U, a * bias / (1 + (V/K)^n); 0 -> V, a / (1 + (U/K)^n); U -> 0, 1; V -> 0, 1`

const distilled =
  (batch: number): Case =>
  (backend) => {
    const domain = domainOf(ask(toggle, [100]), 0)
    const variables = [300, 183].map((cap, species) => ({ species, cap }))
    const density = densityOf(domain, variables, { kind: 'dense', width: 96, layers: 3 })
    const schedule = { epochs: 10_000, rate: 0.005, batch, rows: 8 }
    // Epochs of eight steps, so that most steps are none at whose end the state is read.
    const lessons = allAtOnce({ heard: lectures(8 * batch), kept: [] })
    const work = learn(density, domain, lessons, schedule, { streams: (k) => stream(1, k), backend })
    let weights: (() => Promise<Weights>) | undefined
    return {
      async step() {
        const next = await work.next()
        if (next.done) throw new Error('it is over')
        weights = next.value.weights
      },
      weights: async () => (await weights?.()) ?? {},
      end: () => void work.return({}),
    }
  }

const states =
  (caps: readonly number[], batch: number): Case =>
  (backend) => {
    const density = maskedDense({ caps, width: 32, layers: 2 })
    const drawn = Int32Array.from({ length: batch * caps.length }, (_, k) => {
      const cap = caps[k % caps.length]
      return Math.floor(((k * 0.618034) % 1) * (cap + 1))
    })
    const learner: Learner = backend.learner(density.initial(stream(1, 0)))
    const loss = crossEntropy(density, { states: drawn })
    return {
      step: () => learner.step(loss, { rate: 0.01, clip: 5, decay: 0.01 }),
      weights: () => learner.weights(),
      end: () => learner.dispose(),
    }
  }

/** Counts up to six deviations above the means at t = 10. */
const cascade = Array.from({ length: 15 }, (_, i) => {
  const mean = i < 14 ? (10 / 6) * (5 / 6) ** i : 5
  return Math.ceil(mean + 6 * Math.sqrt(mean)) + 4
})

const cases: Readonly<Record<string, Case>> = {
  'distilled toggle, 32': distilled(32),
  'distilled toggle, 128': distilled(128),
  'distilled toggle, 512': distilled(512),
  'nncme toggle, 512': states([79, 79], 512),
  'nncme toggle, 4096': states([79, 79], 4096),
  'nncme cascade 15, 512': states(cascade, 512),
  'nncme cascade 15, 4096': states(cascade, 4096),
}

interface Measured {
  readonly ms: number
  readonly median: number
  readonly dispatches: number
  /** Milliseconds until the last commands of a step were sent. */
  readonly sent: number
  readonly weights: Weights
}

/** What goes to a device: counted from outside, whoever sends it. */
const sent = { dispatches: 0, submits: 0, at: 0 }
function watch(): void {
  const { GPUComputePassEncoder: pass, GPUQueue: queue } = globalThis as unknown as Record<
    string,
    { prototype: Record<string, (...given: unknown[]) => unknown> }
  >
  const { dispatchWorkgroups } = pass.prototype
  const { submit } = queue.prototype
  pass.prototype.dispatchWorkgroups = function (...given) {
    sent.dispatches++
    return dispatchWorkgroups.apply(this, given)
  }
  queue.prototype.submit = function (...given) {
    const out = submit.apply(this, given)
    sent.submits++
    sent.at = performance.now()
    return out
  }
}

/** Steps after which weights are compared; then so many milliseconds, or steps. */
const compared = 5
const [longest, most] = [1500, 60]

async function measure(backend: Backend, make: Case): Promise<Measured> {
  const training = make(backend)
  try {
    for (let k = 0; k < compared; k++) await training.step()
    const weights = await training.weights()
    await training.step()
    const times: number[] = []
    const until: number[] = []
    const before = sent.dispatches
    const begun = performance.now()
    while (times.length < most && (times.length < 3 || performance.now() - begun < longest)) {
      const started = performance.now()
      await training.step()
      times.push(performance.now() - started)
      until.push(sent.at - started)
    }
    const dispatches = Math.round((sent.dispatches - before) / times.length)
    const sorted = [...times].sort((a, b) => a - b)
    const median = sorted[sorted.length >> 1]
    return { ms: sorted[0], median, dispatches, sent: Math.min(...until.filter((ms) => ms > 0)), weights }
  } finally {
    training.end()
  }
}

/** Root mean squares, of the difference over the weights. */
function apart(a: Weights, b: Weights): number {
  let [difference, whole] = [0, 0]
  for (const [name, { data }] of Object.entries(a)) {
    data.forEach((x, i) => {
      difference += (x - b[name].data[i]) ** 2
      whole += x * x
    })
  }
  return Math.sqrt(difference / whole)
}

/** Billions of multiplications with additions in a second, of square matrices; a difference of two counts of products. */
async function flops(backend: Backend, n: number): Promise<number> {
  const learner = backend.learner({ a: { shape: [n, n], data: new Float32Array(n * n).fill(1 / n) } })
  const time = async (products: number) => {
    let least = Number.POSITIVE_INFINITY
    for (let k = 0; k < 4; k++) {
      const started = performance.now()
      await learner.run(async (ops, { a }) => {
        let c = a
        for (let j = 0; j < products; j++) c = ops.matMul(c, a)
        await ops.read(ops.slice(ops.reshape(c, [n * n]), 0, 0, 4))
      })
      least = Math.min(least, performance.now() - started)
    }
    return least
  }
  const [few, many] = [await time(1), await time(9)]
  learner.dispose()
  return (8 * 2 * n ** 3) / ((many - few) * 1e6)
}

export async function main(wanted: readonly string[] = []): Promise<void> {
  const adapter = await findAdapter('any')
  const gpu = adapter ? await gpuBackend() : undefined
  console.log(`adapter: ${JSON.stringify(plainly(adapter?.info))}`)
  if (gpu) watch()
  const theirs = gpu && !wanted.includes('no-tensorflow') ? await twin() : undefined
  const names = wanted.filter((name) => name !== 'no-tensorflow')
  if (gpu && !adapter?.info?.isFallbackAdapter) {
    for (const size of [256, 1024, 4096]) {
      console.log(`matMul ${size}³: ${(await flops(gpu, size)).toFixed(0)} GFLOP/s`)
    }
  }
  console.log(
    'step | backend | ms (least, median) | dispatches | ms until sent | weights apart from wasm’s after 5 steps',
  )
  for (const [name, make] of Object.entries(cases)) {
    if (names.length > 0 && !names.some((part) => name.includes(part))) continue
    const own = await measure(ownBackend(), make)
    console.log(`${name} | wasm | ${own.ms.toFixed(2)}, ${own.median.toFixed(2)} | | |`)
    for (const backend of [gpu, theirs]) {
      if (!backend) continue
      try {
        const { ms, median, dispatches, sent, weights } = await measure(backend, make)
        const far = apart(own.weights, weights).toExponential(1)
        const row = [name, backend.name, `${ms.toFixed(2)}, ${median.toFixed(2)}`, dispatches, sent.toFixed(2), far]
        console.log(row.join(' | '))
      } catch (thrown) {
        console.log(`${name} | ${backend.name} | failed: ${thrown instanceof Error ? thrown.message : thrown}`)
      }
    }
  }
}

async function twin(): Promise<Backend | undefined> {
  try {
    return await tensorflowBackend('webgpu')
  } catch (thrown) {
    console.log(`no TensorFlow.js: ${thrown instanceof Error ? thrown.message : thrown}`)
    return undefined
  }
}

/** The info of an adapter has its names on its prototype. */
function plainly(info: object | undefined): Record<string, unknown> {
  const names = ['vendor', 'architecture', 'device', 'description', 'isFallbackAdapter']
  return Object.fromEntries(names.map((name) => [name, (info as Record<string, unknown> | undefined)?.[name]]))
}
