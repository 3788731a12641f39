/** A step of Adam (AdamW with decay) over all weights at once. */
import { pow } from '../elementary'
import type { Heap, Kernels } from './kernels'
import { adamDefaults, type StepReport, type StepSettings } from './ops'

/** Where weights, their gradients and both moments lie: four blocks of the same layout. */
export interface Blocks {
  readonly weights: number
  readonly gradients: number
  readonly means: number
  readonly squares: number
  /** Floats of each block; the first `decaying` of them decay. */
  readonly length: number
  readonly decaying: number
  /** Where in a block each array begins, and its size: arrays are padded to vectors. */
  readonly arrays: readonly { readonly from: number; readonly size: number }[]
}

export interface Descent {
  readonly blocks: Blocks
  /** Where the loss is. */
  readonly loss: number
  readonly settings: StepSettings
  /** How many steps this one makes. */
  readonly steps: number
}

/** What a step multiplies by. */
export function factors({ settings, steps }: Descent) {
  const { rate, beta1, beta2, epsilon, decay, clip } = { ...adamDefaults, ...settings }
  const rateNow = rate / (1 - pow(beta1, steps))
  const spread = 1 / Math.sqrt(1 - pow(beta2, steps))
  return { clip, moments: [beta1, 1 - beta1, beta2, 1 - beta2, rateNow, spread, epsilon], shrink: rate * decay }
}

/** On a memory that is at hand; its first float is scratch. */
export function descend({ floats }: Heap, kernels: Kernels, descent: Descent): StepReport {
  const { blocks, loss } = descent
  const { clip, moments, shrink } = factors(descent)
  const squaredNorm = blocks.arrays.reduce((sum, { from, size }) => {
    kernels.sumSquares(blocks.gradients + 4 * from, 0, size)
    return sum + floats[0]
  }, 0)
  const gradientNorm = Math.sqrt(squaredNorm)
  const scale = gradientNorm > clip ? clip / gradientNorm : 1
  const update = (from: number, to: number, by: number) => {
    const { weights, gradients, means, squares } = blocks
    const at = [weights, gradients, means, squares].map((start) => start + 4 * from)
    kernels.adam(...at, to - from, scale, ...moments, by)
  }
  update(0, blocks.decaying, shrink)
  update(blocks.decaying, blocks.length, 0)
  return { loss: floats[loss / 4], gradientNorm }
}
