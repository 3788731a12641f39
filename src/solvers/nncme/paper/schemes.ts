/**
 * One update of the parameters from weighted samples and their rewards: the first-order rule of Tang, Weng & Zhang 2023
 * (doi:10.1038/s42256-023-00632-6), and the natural gradient of arXiv:2512.10309, whose dual solve costs B³ and not P³.
 *
 * Samples are the leaves of a tree: R_u rewards, w_u weights that sum to 1 (multiplicities over B, times importance),
 * g_u = ∇ ln q(n_u). What the papers write with B samples of equal weight is the same with fewer leaves of unequal weight.
 */
import { factorCholesky, solveCholesky } from '../../../numerics/cholesky'
import { padded } from '../../../numerics/inner-products'
import { type Adam, adam, clip } from '../../../numerics/learning/adam'
import type { Nade } from '../../../numerics/learning/nade'
import { type Tree, treeGradient, treeGram } from '../../../numerics/learning/nade-tree'

export interface Rule {
  /** Move the parameters. Returns the length of the step's direction, before it is clipped. */
  update(net: Nade, tree: Tree, rewards: Float64Array, weights: Float64Array, rate: number): number
  /** What it remembers from update to update, where it does. */
  readonly descent?: Pick<Adam, 'memory' | 'restore'>
}

/** Σ_u w_u R_u: the baseline. Without it the mean of the gradient is the same and its noise larger. */
export function weightedMean(rewards: Float64Array, weights: Float64Array, size: number): number {
  let mean = 0
  for (let u = 0; u < size; u++) mean += weights[u] * rewards[u]
  return mean
}

/** F = Σ_u w_u (R_u − R̄) g_u, the score gradient (Williams 1992, doi:10.1007/BF00992696), into `out`. */
export function scoreGradient(
  net: Nade,
  tree: Tree,
  rewards: Float64Array,
  weights: Float64Array,
  out: Float64Array,
): void {
  const size = tree.leaves.size
  const mean = weightedMean(rewards, weights, size)
  const coefficients = new Float64Array(size)
  for (let u = 0; u < size; u++) coefficients[u] = weights[u] * (rewards[u] - mean)
  treeGradient(net, tree, coefficients, out)
}

/** The longest gradient that is followed as it is. */
const longest = 1

/** Adam along F, clipped to length 1. */
export function firstOrder(parameters: number): Rule {
  const descent = adam(parameters)
  const gradient = new Float64Array(parameters)
  return {
    descent,
    update(net, tree, rewards, weights, rate) {
      scoreGradient(net, tree, rewards, weights, gradient)
      const length = clip(gradient, longest)
      descent.step(net.parameters, gradient, rate)
      return length
    },
  }
}

export interface Looks {
  /**
   * Gradients less their mean. Over q that mean is 0 but for noise. Over other samples it is not, and without this the step
   * takes the mean reward for something to be learnt: it then is no Gauss–Newton step of half the variance of R.
   */
  readonly centred: boolean
  /** Rewards further from their mean than so many nats count as that. */
  readonly most: number
}

const asTheirs: Looks = { centred: false, most: Number.POSITIVE_INFINITY }

/**
 * θ ← θ − rate·(OᵀO + λI)⁻¹F with O = diag(√w) G. Since F = Oᵀr with r_u = √w_u (R_u − R̄), the step is
 * Oᵀ(OOᵀ + λI)⁻¹r: one system as large as there are leaves, made of inner products, and one sum of gradients. The paper
 * writes the same step as [F − Oᵀ(OOᵀ + λI)⁻¹OF]/λ, which loses digits to the difference when λ is small.
 */
export function naturalGradient(
  parameters: number,
  capacity: number,
  damping: number,
  { centred, most }: Looks = asTheirs,
): Rule {
  const direction = new Float64Array(parameters)
  let matrix = new Float64Array(0)
  return {
    update(net, tree, rewards, weights, rate) {
      const size = tree.leaves.size
      const n = padded(size)
      if (matrix.length < n * n) matrix = new Float64Array(Math.min(padded(capacity), 2 * n) ** 2)
      const mean = weightedMean(rewards, weights, size)
      const roots = new Float64Array(n)
      const solution = new Float64Array(n)
      for (let u = 0; u < size; u++) {
        roots[u] = Math.sqrt(weights[u])
        solution[u] = roots[u] * Math.max(-most, Math.min(most, rewards[u] - mean))
      }
      treeGram(net, tree, matrix, n)
      if (centred) centre(matrix, n, size, weights)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) matrix[i * n + j] *= roots[i] * roots[j]
        matrix[i * n + i] += damping
      }
      if (!factorCholesky(matrix, n)) return Number.NaN
      solveCholesky(matrix, n, solution)
      let sum = 0
      for (let u = 0; u < size; u++) {
        solution[u] *= roots[u]
        sum += solution[u]
      }
      if (centred) for (let u = 0; u < size; u++) solution[u] -= weights[u] * sum
      treeGradient(net, tree, solution, direction)
      let square = 0
      for (let p = 0; p < parameters; p++) {
        square += direction[p] * direction[p]
        net.parameters[p] -= rate * direction[p]
      }
      return Math.sqrt(square)
    },
  }
}

/** Inner products of gradients, lower triangle, into those of gradients less their weighted mean. */
function centre(gram: Float64Array, n: number, size: number, weights: Float64Array): void {
  const means = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      means[i] += weights[j] * gram[i * n + j]
      means[j] += weights[i] * gram[i * n + j]
    }
    means[i] += weights[i] * gram[i * n + i]
  }
  const whole = weightedMean(means, weights, size)
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) gram[i * n + j] += whole - means[i] - means[j]
}
