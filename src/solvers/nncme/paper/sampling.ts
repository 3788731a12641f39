/** Where the papers' modes look, and the weights that make up for it. */
import { exp, log } from '../../../numerics/elementary'
import type { Nade } from '../../../numerics/learning/nade'
import { grow, type Tree } from '../../../numerics/learning/nade-tree'
import { type Proposal, tameWeights } from '../../../numerics/learning/proposal'
import type { Variates } from '../../../numerics/variates'

export type Sampling =
  | { readonly kind: 'plain' }
  /** A share of the samples is even over the box. */
  | { readonly kind: 'mixture'; readonly share: number; readonly reweighted: boolean }
  | Proposal

/** Draw `samples` states into the tree. */
export function draw(net: Nade, tree: Tree, source: Variates, sampling: Sampling, samples: number): void {
  const even = sampling.kind === 'mixture' ? Math.round(sampling.share * samples) : 0
  const proposal = sampling.kind === 'tempered' || sampling.kind === 'diffusive' ? sampling : undefined
  grow(net, tree, source, { samples: samples - even, even, proposal })
}

/** Weights of the leaves that `draw` made: they sum to 1, and make averages over leaves averages over q. */
export function weigh(tree: Tree, weights: Float64Array, sampling: Sampling): void {
  const { size, drawn, even, logQ, logDrawn, logEven } = tree.leaves
  let [samples, evenly] = [0, 0]
  for (let u = 0; u < size; u++) {
    samples += drawn[u] + even[u]
    evenly += even[u]
  }
  for (let u = 0; u < size; u++) weights[u] = (drawn[u] + even[u]) / samples
  if (sampling.kind === 'plain' || (sampling.kind === 'mixture' && !sampling.reweighted)) return
  if (sampling.kind === 'mixture') {
    // q over the mixture, never above 1/(1 − share): nothing to tame.
    const share = evenly / samples
    for (let u = 0; u < size; u++) weights[u] /= 1 - share + share * exp(logEven[u] - logQ[u])
  } else {
    const ratios = new Float64Array(samples)
    for (let u = 0, k = 0; u < size; u++) for (let c = 0; c < drawn[u]; c++) ratios[k++] = logQ[u] - logDrawn[u]
    tameWeights(ratios)
    for (let u = 0, k = 0; u < size; u++) {
      weights[u] = 0
      for (let c = 0; c < drawn[u]; c++) weights[u] += ratios[k++]
    }
  }
  let sum = 0
  for (let u = 0; u < size; u++) sum += weights[u]
  for (let u = 0; u < size; u++) weights[u] /= sum
}

/** How many samples of equal weight would tell as much: (Σw)²/Σw² over samples, a leaf's being shared by its own. */
export function effectiveSize({ leaves: { size, drawn, even } }: Tree, weights: Float64Array): number {
  let squares = 0
  for (let u = 0; u < size; u++) squares += (weights[u] * weights[u]) / (drawn[u] + even[u])
  return 1 / squares
}

/** ln x, at least that of the smallest target a step may have. */
export const logFloored = (x: number, least: number): number => log(x > least ? x : least)
