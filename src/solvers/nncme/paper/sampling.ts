/** Where the papers' modes look, and the weights that make up for it. */
import { exp, log } from '../../../numerics/elementary'
import type { Nade } from '../../../numerics/learning/nade'
import { grow, sortStates, stateOf, type Tree } from '../../../numerics/learning/nade-tree'
import { type Proposal, tameWeights } from '../../../numerics/learning/proposal'
import type { Variates } from '../../../numerics/variates'

export type Sampling =
  | { readonly kind: 'plain' }
  /** A share of the samples is even over the box. */
  | { readonly kind: 'mixture'; readonly share: number; readonly reweighted: boolean }
  /** Samples go on by as many reactions as a coin of this share falls on its face in a row, and are not reweighted. */
  | { readonly kind: 'onward'; readonly share: number; readonly even: number }
  /** All states of the box, weighed by their probabilities: what infinitely many samples would say, for small boxes. */
  | { readonly kind: 'every' }
  | Proposal

/** One reaction from a state, changed in place; false where none can happen. */
export type Move = (counts: Int32Array, source: Variates) => boolean

/** Draw `samples` states into the tree. */
export function draw(
  net: Nade,
  tree: Tree,
  source: Variates,
  sampling: Sampling,
  samples: number,
  move: Move = () => false,
): void {
  if (sampling.kind === 'every') {
    const given = everyState(net)
    grow(net, tree, source, { samples: given.length / net.caps.length, given })
    return
  }
  if (sampling.kind === 'onward') {
    grow(net, tree, source, { samples, proposal: { kind: 'spread', share: sampling.even / net.caps.length } })
    const given = sortStates(goOn(tree, net.caps.length, source, sampling.share, move), net.caps)
    grow(net, tree, source, { samples, given })
    return
  }
  const even = sampling.kind === 'mixture' ? Math.round(sampling.share * samples) : 0
  const proposal = sampling.kind === 'tempered' || sampling.kind === 'diffusive' ? sampling : undefined
  grow(net, tree, source, { samples: samples - even, even, proposal })
}

/** The states of the leaves, each as often as it was drawn [samples, L], some of them reactions later. */
function goOn(tree: Tree, L: number, source: Variates, share: number, move: Move): Int32Array {
  const { size, drawn } = tree.leaves
  const counts = new Int32Array(L)
  const states: number[] = []
  for (let u = 0; u < size; u++) {
    for (let k = 0; k < drawn[u]; k++) {
      stateOf(tree, u, counts)
      while (source.uniform() < share && move(counts, source));
      states.push(...counts)
    }
  }
  return Int32Array.from(states)
}

/** All states of a box, or those of a fixed total, in lexicographic order. */
function everyState({ caps, total }: Nade): Int32Array {
  let states: number[][] = [[]]
  caps.forEach((cap) => {
    states = states.flatMap((before) => Array.from({ length: cap + 1 }, (_, m) => [...before, m]))
  })
  return Int32Array.from(states.filter((x) => total === undefined || x.reduce((a, b) => a + b, 0) === total).flat())
}

/** Whether averages over the weights of `weigh` are averages over q. */
export const overQ = (sampling: Sampling): boolean =>
  sampling.kind !== 'onward' && (sampling.kind !== 'mixture' || sampling.reweighted)

/** Weights of the leaves that `draw` made: they sum to 1, and make averages over leaves averages over q where `overQ`. */
export function weigh(tree: Tree, weights: Float64Array, sampling: Sampling): void {
  const { size, drawn, even, logQ, logDrawn, logEven } = tree.leaves
  if (sampling.kind === 'every') {
    for (let u = 0; u < size; u++) weights[u] = exp(logQ[u])
    return
  }
  let [samples, evenly] = [0, 0]
  for (let u = 0; u < size; u++) {
    samples += drawn[u] + even[u]
    evenly += even[u]
  }
  for (let u = 0; u < size; u++) weights[u] = (drawn[u] + even[u]) / samples
  if (sampling.kind === 'plain' || !overQ(sampling)) return
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
