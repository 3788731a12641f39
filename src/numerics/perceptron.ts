/**
 * Layers of sums and one bend, in doubles: outputs, and how they change along a direction in the inputs. For asking a
 * small network what it has learnt; it learns elsewhere (`density-fit.ts`).
 */
import { exp } from './elementary'
import type { Stream } from './rng'
import { variates } from './variates'

export interface Perceptron {
  /** Numbers per row of the inputs, of each hidden layer, and of the outputs. */
  readonly widths: readonly number[]
  /** Layer by layer: the matrix, [in][out] with out contiguous, then the biases. */
  readonly weights: Float64Array
}

/** How many weights layers of these widths have. */
export function weightCount(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, out, l) => sum + (widths[l] + 1) * out, 0)
}

/** Weights of variance 1/inputs, the last layer's a hundredth of that, and no biases. */
export function perceptron(widths: readonly number[], source: Stream): Perceptron {
  const weights = new Float64Array(weightCount(widths))
  const draws = variates()
  draws.start(source)
  let at = 0
  for (let l = 0; l + 1 < widths.length; l++) {
    const scale = (l + 2 === widths.length ? 0.1 : 1) / Math.sqrt(widths[l])
    for (let i = 0; i < widths[l] * widths[l + 1]; i++) weights[at++] = scale * draws.normal()
    at += widths[l + 1]
  }
  return { widths, weights }
}

/** Where the biases of the last layer are. */
export function lastBiases({ widths, weights }: Perceptron): Float64Array {
  return weights.subarray(weights.length - widths[widths.length - 1])
}

export interface Pass {
  /** Outputs of rows of inputs. Shared: copy them to keep them. */
  forward(inputs: Float64Array, rows: number): Float64Array
  /** The outputs of one row, and how they change when its inputs change along a direction. */
  change(inputs: Float64Array, direction: Float64Array): { outputs: Float64Array; change: Float64Array }
}

/** Works with this network, whose weights may change between calls. */
export function pass({ widths, weights }: Perceptron): Pass {
  const layers = widths.length - 1
  const starts = widths.map((_, l) => weightCount(widths.slice(0, l + 1)))
  let room = 0
  /** Per layer, [row][unit]: what comes in, and the slope of the bend there. */
  let values: Float64Array[] = []
  let slopes: Float64Array[] = []

  const makeRoom = (rows: number) => {
    if (rows <= room) return
    room = rows
    values = widths.map((width) => new Float64Array(rows * width))
    slopes = widths.map((width) => new Float64Array(rows * width))
  }

  const forward = (inputs: Float64Array, rows: number): Float64Array => {
    makeRoom(rows)
    values[0].set(inputs.subarray(0, rows * widths[0]))
    for (let l = 0; l < layers; l++) {
      multiply(values[l], rows, widths[l], weights, starts[l], widths[l + 1], values[l + 1])
      if (l + 1 < layers) bend(values[l + 1], slopes[l + 1], rows * widths[l + 1])
    }
    return values[layers]
  }

  return {
    forward,
    change(inputs, direction) {
      const outputs = forward(inputs, 1).slice(0, widths[layers])
      let change = direction
      for (let l = 0; l < layers; l++) {
        const next = new Float64Array(widths[l + 1])
        multiply(change, 1, widths[l], weights, starts[l], widths[l + 1], next, false)
        if (l + 1 < layers) for (let i = 0; i < next.length; i++) next[i] *= slopes[l + 1][i]
        change = next
      }
      return { outputs, change }
    },
  }
}

/** x / (1 + e^−x), in place, and its slope. */
function bend(values: Float64Array, slopes: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) {
    const x = values[i]
    const s = 1 / (1 + exp(-x))
    values[i] = x * s
    slopes[i] = s * (1 + x * (1 - s))
  }
}

/** to[row][out] = biases + Σ from[row][in] · matrix[in][out]. */
function multiply(
  from: Float64Array,
  rows: number,
  inner: number,
  weights: Float64Array,
  start: number,
  out: number,
  to: Float64Array,
  biased = true,
): void {
  const biases = start + inner * out
  for (let row = 0; row < rows; row++) {
    const at = row * out
    for (let j = 0; j < out; j++) to[at + j] = biased ? weights[biases + j] : 0
    let i = 0
    for (; i + 3 < inner; i += 4) {
      const x0 = from[row * inner + i]
      const x1 = from[row * inner + i + 1]
      const x2 = from[row * inner + i + 2]
      const x3 = from[row * inner + i + 3]
      let w = start + i * out
      for (let j = 0; j < out; j++, w++) {
        to[at + j] += x0 * weights[w] + x1 * weights[w + out] + x2 * weights[w + 2 * out] + x3 * weights[w + 3 * out]
      }
    }
    for (; i < inner; i++) {
      const x = from[row * inner + i]
      for (let j = 0, w = start + i * out; j < out; j++, w++) to[at + j] += x * weights[w]
    }
  }
}
