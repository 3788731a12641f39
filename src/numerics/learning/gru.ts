/**
 * A gated recurrent unit (Cho et al. 2014, arXiv 1406.1078) that reads the variables one after the other; inputs and
 * outputs are each variable's own, the recurrence is shared.
 */
import { biasOf, codes, dependenceOf, freeOf } from './codes'
import type { Density } from './density'
import { constantWeights, normalWeights } from './initial'
import { type ConservedSum, keepSums } from './kept-sums'
import type { Tensor, Weights } from './ops'

export interface GruShape {
  readonly caps: readonly number[]
  /** Width of the narrowest features of each variable's laws: see `countBasis`. */
  readonly widest?: readonly number[]
  readonly sums?: readonly ConservedSum[]
  readonly context?: number
  readonly width: number
}

export function gru({ caps, widest, sums = [], context = 0, width }: GruShape): Density {
  const N = caps.length
  const code = codes(caps, widest)
  return {
    caps,
    bases: code.bases,
    kept: keepSums(caps, sums),
    context,
    biasOf,
    dependenceOf,
    freeOf,
    initial(stream) {
      const weights: Record<string, Weights[string]> = {
        first: normalWeights(stream, [1, width], 0.3),
        gates: normalWeights(stream, [width, 2 * width], 1 / Math.sqrt(width)),
        gateOffsets: constantWeights([2 * width]),
        fresh: normalWeights(stream, [width, width], 1 / Math.sqrt(width)),
        freshOffsets: constantWeights([width]),
      }
      if (context > 0) weights.given = normalWeights(stream, [context, width], 1 / Math.sqrt(context))
      for (let i = 0; i < N; i++) {
        Object.assign(weights, code.outputWeights(i, width))
        if (i < N - 1) Object.assign(weights, code.inputWeights(stream, i, 3 * width, 1))
      }
      return weights
    },
    start(ops, p, rows, given) {
      let i = 0
      const zero = ops.constant(new Float32Array(rows), [rows, 1])
      let h: Tensor = ops.tanh(ops.add(given ? ops.matMul(given, p.given) : zero, p.first))
      return {
        logits: () => code.output(ops, p, i, rows, h),
        take(counts) {
          const x = code.input(ops, p, i, counts)
          const part = (a: Tensor, k: number) => ops.slice(a, 1, k * width, (k + 1) * width)
          const gates = ops.sigmoid(
            ops.add(ops.add(ops.matMul(h, p.gates), ops.slice(x, 1, 0, 2 * width)), p.gateOffsets),
          )
          const [keep, read] = [part(gates, 0), part(gates, 1)]
          const recurrent = ops.add(ops.matMul(ops.mul(read, h), p.fresh), p.freshOffsets)
          const fresh = ops.tanh(ops.add(recurrent, part(x, 2)))
          // keep · h + (1 − keep) · fresh
          h = ops.add(fresh, ops.mul(keep, ops.sub(h, fresh)))
          i++
        },
      }
    },
  }
}
