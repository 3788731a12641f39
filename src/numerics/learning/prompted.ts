/**
 * Dense layers that are given a prompt: what a law depends on besides counts. The prompt goes through layers of its own,
 * once for all rows that share it; each variable then has layers that see it and the counts before (NADE: Larochelle &
 * Murray 2011; masks as in MADE, Germain et al. 2015, arXiv 1502.03509, are not needed: what a count gives to later
 * variables is added when it becomes known).
 */
import { biasOf, codes, dependenceOf, freeOf } from './codes'
import type { Density } from './density'
import { constantWeights, normalWeights } from './initial'
import { type ConservedSum, keepSums } from './kept-sums'
import type { Ops, Parameters, Tensor, Weights } from './ops'

export interface PromptedShape {
  readonly caps: readonly number[]
  /** Width of the narrowest features of each variable's laws: see `countBasis`. */
  readonly widest?: readonly number[]
  readonly sums?: readonly ConservedSum[]
  /** Numbers of a prompt. */
  readonly context: number
  /** Units of a layer. */
  readonly width: number
  /** Layers of the prompt after its first; each adds to what comes before. */
  readonly layers: number
}

export function prompted({ caps, widest, sums = [], context, width, layers }: PromptedShape): Density {
  const N = caps.length
  const code = codes(caps, widest, true)
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
      const layer = (name: string, inputs: number) => {
        weights[name] = normalWeights(stream, [inputs, width], 1 / Math.sqrt(inputs))
        weights[`${name}.offset`] = constantWeights([width])
      }
      layer('given', context)
      for (let l = 1; l <= layers; l++) layer(`trunk${l}`, width)
      for (let i = 0; i < N; i++) {
        layer(`enter${i}`, width)
        layer(`more${i}`, width)
        Object.assign(weights, code.outputWeights(i, width))
        if (i < N - 1) Object.assign(weights, code.inputWeights(stream, i, width, 1))
      }
      return weights
    },
    start(ops, p, rows, given) {
      if (!given) throw new RangeError('this density needs a prompt')
      const groups = given.shape[0]
      const share = Int32Array.from({ length: rows }, (_, r) => Math.floor((r * groups) / rows))
      let trunk = ops.gelu(dense(ops, p, 'given', given)) // [groups, width]
      for (let l = 1; l <= layers; l++) trunk = ops.add(trunk, ops.gelu(dense(ops, p, `trunk${l}`, trunk)))
      let i = 0
      let seen: Tensor | undefined // [rows, width]
      return {
        logits() {
          const own = dense(ops, p, `enter${i}`, trunk)
          const spread = rows === groups ? own : ops.gather(own, share)
          const first = ops.gelu(seen ? ops.add(spread, seen) : spread)
          const hidden = ops.add(first, ops.gelu(dense(ops, p, `more${i}`, first)))
          return code.output(ops, p, i, rows, hidden)
        },
        take(counts) {
          const more = code.input(ops, p, i, counts)
          seen = seen ? ops.add(seen, more) : more
          i++
        },
      }
    },
  }
}

const dense = (ops: Ops, p: Parameters, name: string, x: Tensor): Tensor =>
  ops.add(ops.matMul(x, p[name]), p[`${name}.offset`])
