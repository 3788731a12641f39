/**
 * Dense layers with masks (MADE: Germain et al. 2015, arXiv 1502.03509; NADE: Larochelle & Murray 2011): each variable
 * has hidden units of its own that see the variables before it. Instead of multiplying by masks, what a count gives to
 * later variables is added to them when it becomes known.
 */
import { biasOf, codes, dependenceOf, freeOf } from './codes'
import type { Density } from './density'
import { constantWeights, normalWeights, xavier } from './initial'
import { type ConservedSum, keepSums } from './kept-sums'
import type { Tensor, Weights } from './ops'

export interface DenseShape {
  readonly caps: readonly number[]
  /** Width of the narrowest features of each variable's laws: see `countBasis`. */
  readonly widest?: readonly number[]
  readonly sums?: readonly ConservedSum[]
  readonly context?: number
  /** Hidden units per variable and layer. */
  readonly width: number
  /** Hidden layers ≥ 1; those after the first add to what comes before. */
  readonly layers: number
}

export function maskedDense({ caps, widest, sums = [], context = 0, width, layers }: DenseShape): Density {
  const N = caps.length
  const code = codes(caps, widest)
  const sees = (i: number) => i > 0 || context > 0
  return {
    caps,
    bases: code.bases,
    kept: keepSums(caps, sums),
    context,
    biasOf,
    dependenceOf,
    freeOf,
    initial(stream) {
      const weights: Record<string, Weights[string]> = {}
      if (context > 0) weights.given = normalWeights(stream, [context, N * width], 1 / Math.sqrt(context))
      for (let i = 0; i < N; i++) {
        Object.assign(weights, code.outputWeights(i, sees(i) ? width : 0))
        if (i < N - 1) Object.assign(weights, code.inputWeights(stream, i, (N - 1 - i) * width, 1 / Math.sqrt(N - 1)))
        if (!sees(i)) continue
        weights[`offset${i}`] = normalWeights(stream, [width], 0.3)
        for (let l = 1; l < layers; l++) {
          weights[`dense${i}.${l}`] = xavier(stream, [width, width])
          weights[`offset${i}.${l}`] = constantWeights([width])
        }
      }
      return weights
    },
    start(ops, p, rows, given) {
      let i = 0
      /** What the variables so far gave to those from i on: [rows, (N − i) · width]. */
      let sums: Tensor | undefined = given && ops.matMul(given, p.given)
      const hidden = (): Tensor | undefined => {
        if (!sums) return undefined
        let h = ops.gelu(ops.add(ops.slice(sums, 1, 0, width), p[`offset${i}`]))
        for (let l = 1; l < layers; l++) {
          const more = ops.add(ops.matMul(h, p[`dense${i}.${l}`]), p[`offset${i}.${l}`])
          h = ops.add(h, ops.gelu(more))
        }
        return h
      }
      return {
        logits: () => code.output(ops, p, i, rows, hidden()),
        take(counts) {
          const more = code.input(ops, p, i, counts)
          sums = sums ? ops.add(ops.slice(sums, 1, width, (N - i) * width), more) : more
          i++
        },
      }
    },
  }
}
