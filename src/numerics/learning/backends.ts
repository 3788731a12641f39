/** Which backend trains: the one place that knows all of them. */
import { findAdapter } from '../webgpu'
import { type Alarm, enduring, StepsLost } from './enduring'
import { gpuBackend } from './gpu'
import type { Backend, Learner, Weights } from './ops'
import { ownBackend } from './own'

/**
 * `wasm`: our own kernels; `webgpu`: the same on a GPU; `fastest` of the two: what a few steps say; `plain`: kernels without
 * WebAssembly; `tensorflow`: TensorFlow.js on a GPU, which knows nothing of ours.
 */

export type BackendName = 'wasm' | 'webgpu' | 'fastest' | 'tensorflow' | 'plain'

export interface Chosen {
  readonly backend: Backend
  /** Why it is not the one that was asked for, or what was measured. */
  readonly told?: string
}

/** What `fastest` is measured by: steps of the real model. */
export interface Trial {
  readonly weights: Weights
  step(learner: Learner): Promise<unknown>
  now(): number
}

/** Lends the backend that is asked for, or the next best; `onLoss` is told when a device is lost under way. */
export async function chooseBackend(
  name: BackendName,
  trial: Trial | undefined,
  onLoss: (why: string) => void,
): Promise<Chosen> {
  if (name === 'plain') return { backend: ownBackend({ plain: true }) }
  const own = ownBackend()
  if (name === 'wasm') return { backend: own }
  const gpu = await onGpu(name === 'tensorflow' ? tensorflow : gpuBackend, onLoss)
  if (!gpu) return { backend: own, told: `no GPU lends itself to a page here: trained by ${own.name}` }
  if (name !== 'fastest' || !trial) return { backend: gpu }
  const [ours, theirs] = [await timed(own, trial), await timed(gpu, trial)]
  const told = `a step takes ${ours.toPrecision(2)} ms by ${own.name}, ${theirs.toPrecision(2)} ms by ${gpu.name}`
  return { backend: ours <= theirs ? own : gpu, told }
}

/** What is lent on a GPU, with ours to go on by; undefined where there is no adapter. */
async function onGpu(
  lend: () => Promise<Backend | undefined>,
  onLoss: (why: string) => void,
): Promise<Backend | undefined> {
  const gpu = await inTime(lend())
  return gpu && enduring(gpu, () => ownBackend(), onLoss, alarm)
}

/** The library is only fetched where there is an adapter. */
async function tensorflow(): Promise<Backend | undefined> {
  if (!(await findAdapter('any'))) return undefined
  const { tensorflowBackend } = await import('./tensorflow')
  return tensorflowBackend('webgpu')
}

/** Seconds that a device may take for one step: a software adapter needs some, and as many more to compile the first. */
const patience = 60

/** Timers are the host's, where it has any. */
function alarm(): Alarm {
  const { setTimeout, clearTimeout } = globalThis as {
    setTimeout?(call: () => void, ms: number): unknown
    clearTimeout?(timer: unknown): void
  }
  let timer: unknown
  const rings = new Promise<never>((_, reject) => {
    timer = setTimeout?.(() => reject(new Error(`it has not answered for ${patience} s`)), 1000 * patience)
  })
  return { rings, stop: () => clearTimeout?.(timer) }
}

/** Undefined where it comes to nothing. */
async function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
  const { rings, stop } = alarm()
  try {
    return await Promise.race([asked, rings])
  } catch {
    return undefined
  } finally {
    stop()
  }
}

/** Steps that are not counted, for compilers to warm up, and those of which the fastest counts. */
const [warming, counted] = [2, 3]

/** Milliseconds of a step; infinitely many where the device is lost on the way. */
async function timed(backend: Backend, { weights, step, now }: Trial): Promise<number> {
  const learner = backend.learner(weights)
  try {
    for (let k = 0; k < warming; k++) await step(learner)
    let fastest = Number.POSITIVE_INFINITY
    for (let k = 0; k < counted; k++) {
      const started = now()
      await step(learner)
      fastest = Math.min(fastest, now() - started)
    }
    return fastest
  } catch (thrown) {
    if (thrown instanceof StepsLost) return Number.POSITIVE_INFINITY
    throw thrown
  } finally {
    learner.dispose()
  }
}
