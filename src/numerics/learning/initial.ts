/** Weights to start from, drawn from our own streams: the same on every backend and machine. */
import type { Stream } from '../rng'
import { variates } from '../variates'
import { sizeOf, type Weight } from './ops'

/** Independent normal numbers. */
export function normalWeights(stream: Stream, shape: readonly number[], deviation: number): Weight {
  const source = variates()
  source.start(stream)
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => deviation * source.normal()) }
}

/** Variance 2 / (inputs + outputs) for a matrix [inputs, outputs] (Glorot & Bengio 2010). */
export function xavier(stream: Stream, shape: readonly [number, number]): Weight {
  return normalWeights(stream, shape, Math.sqrt(2 / (shape[0] + shape[1])))
}

/** The same number everywhere. */
export const constantWeights = (shape: readonly number[], value = 0): Weight => ({
  shape,
  data: new Float32Array(sizeOf(shape)).fill(value),
})
