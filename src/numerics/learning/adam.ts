/** First-order descent on flat parameters. */

export interface Adam {
  /** Move the parameters against a gradient. */
  step(parameters: Float64Array, gradient: Float64Array, rate: number): void
  /** What it remembers, as numbers, and to go on from there. */
  memory(): Float64Array
  restore(memory: Float64Array): void
}

/** Adam with β = 0.9, 0.999 and ε = 1e-8 (Kingma & Ba 2015, doi:10.48550/arXiv.1412.6980), for so many parameters. */
export function adam(size: number): Adam {
  const mean = new Float64Array(size)
  const square = new Float64Array(size)
  let [ofMean, ofSquare] = [1, 1]
  return {
    step(parameters, gradient, rate) {
      ofMean *= 0.9
      ofSquare *= 0.999
      for (let p = 0; p < size; p++) {
        const g = gradient[p]
        mean[p] = 0.9 * mean[p] + 0.1 * g
        square[p] = 0.999 * square[p] + 0.001 * g * g
        parameters[p] -= (rate * (mean[p] / (1 - ofMean))) / (Math.sqrt(square[p] / (1 - ofSquare)) + 1e-8)
      }
    },
    memory: () => Float64Array.of(ofMean, ofSquare, ...mean, ...square),
    restore(memory) {
      ;[ofMean, ofSquare] = memory
      mean.set(memory.subarray(2, 2 + size))
      square.set(memory.subarray(2 + size))
    },
  }
}

/** Scale a vector down to this Euclidean length if it is longer. Returns the length it had. */
export function clip(gradient: Float64Array, longest: number): number {
  let square = 0
  for (let p = 0; p < gradient.length; p++) square += gradient[p] * gradient[p]
  const length = Math.sqrt(square)
  if (length > longest) for (let p = 0; p < gradient.length; p++) gradient[p] *= longest / length
  return length
}
