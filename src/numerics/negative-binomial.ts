/**
 * Mixtures of products of negative binomials over one or two counts, and how their cross-entropy with a law changes with
 * their parameters. A component has mean μ and size r: variance μ + μ²/r, Poisson as r → ∞.
 *
 *     log f(n) = log Γ(n + r) − log Γ(r) − log n! + r log(r/(r + μ)) + n log(μ/(r + μ))
 *
 * Values are carried from the mode outward by the ratio of neighbours, their derivatives by ψ(x + 1) = ψ(x) + 1/x, so
 * that a whole law costs a few operations per count and component.
 */

import { type Cells, type Head, meanOf } from './density-head'
import { exp, quickLog } from './elementary'
import { logGamma } from './statistics'

/** Numbers of one mixture: weights (as logits) of all components, then those of each component, axis by axis. */
export interface Shape {
  readonly components: number
  /**
   * One or two axes: of counts without an end, with log μ and log r for each component; or of counts up to this number, with
   * a logit for each count: a gene is no negative binomial.
   */
  readonly caps: readonly (number | null)[]
  /** A further component, all of it at zero counts; its logit comes last. */
  readonly inflated: boolean
}

const numbersOf = (cap: number | null) => (cap === null ? 2 : cap + 1)

/** How many numbers one mixture has. */
function size({ components, caps, inflated }: Shape): number {
  return components * caps.reduce<number>((sum, cap) => sum + numbersOf(cap), 1) + (inflated ? 1 : 0)
}

// Beyond these a component is a point at zero, or a Poisson law to eight digits, for all that counts can tell.
const [leastLogMean, mostLogMean] = [-12, 16]
const [leastLogSize, mostLogSize] = [-5, 14]

const clamp = (x: number, least: number, most: number) => Math.min(most, Math.max(least, x))

/** ψ(x) for x > 0: asymptotic series beyond 12 (Abramowitz & Stegun 6.3.18), reached by ψ(x) = ψ(x + 1) − 1/x. */
export function digamma(x: number): number {
  let below = 0
  let y = x
  while (y < 12) below += 1 / y++
  const z = 1 / (y * y)
  return quickLog(y) - 0.5 / y - z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132)))) - below
}

/** What one component does along one axis. Its numbers begin at `at`; laws and shares begin at `from` in their arrays. */
interface Line {
  /** The law over n = low … low + width − 1. */
  law(numbers: Float64Array, at: number, low: number, width: number, out: Float64Array, from: number): void
  /** Adds to `grad` minus Σ over n of `share[n]` times the derivatives of log f(n). */
  charge(
    numbers: Float64Array,
    at: number,
    low: number,
    width: number,
    share: Float64Array,
    from: number,
    grad: Float64Array,
  ): void
  /** How log f(n) changes, per count, along a direction in the numbers. */
  change(numbers: Float64Array, at: number, low: number, width: number, direction: Float64Array): Float64Array
}

/** Mean and size, and whether they may move. */
function meanAndSize(numbers: Float64Array, at: number) {
  const [logMean, logSize] = [numbers[at], numbers[at + 1]]
  return {
    mean: exp(clamp(logMean, leastLogMean, mostLogMean)),
    r: exp(clamp(logSize, leastLogSize, mostLogSize)),
    meanMoves: logMean > leastLogMean && logMean < mostLogMean,
    sizeMoves: logSize > leastLogSize && logSize < mostLogSize,
  }
}

const endless: Line = {
  law(numbers, at, low, width, out, from) {
    const { mean, r } = meanAndSize(numbers, at)
    const q = mean / (r + mean)
    const mode = clamp(Math.floor((mean * (r - 1)) / r), low, low + width - 1)
    const logAtZero = r * quickLog(r / (r + mean))
    const top = exp(logGamma(mode + r) - logGamma(r) - logGamma(mode + 1) + logAtZero + mode * quickLog(q))
    const start = from + mode - low
    out[start] = top
    for (let n = mode, f = top, i = start + 1; n + 1 < low + width; n++) {
      f *= ((n + r) * q) / (n + 1)
      out[i++] = f
    }
    for (let n = mode, f = top, i = start - 1; n > low; n--) {
      f *= n / ((n - 1 + r) * q)
      out[i--] = f
    }
  },
  charge(numbers, at, low, width, share, from, grad) {
    const { mean, r, meanMoves, sizeMoves } = meanAndSize(numbers, at)
    let [total, first, psi] = [0, 0, 0]
    let difference = digamma(low + r) - digamma(r)
    for (let i = 0; i < width; i++) {
      const n = low + i
      const s = share[from + i]
      total += s
      first += s * n
      psi += s * difference
      difference += 1 / (n + r)
    }
    if (meanMoves) grad[at] -= ((first - total * mean) * r) / (r + mean)
    if (sizeMoves) grad[at + 1] -= r * (psi + total * (quickLog(r / (r + mean)) + 1) - (first + total * r) / (r + mean))
  },
  change(numbers, at, low, width, direction) {
    const { mean, r, meanMoves, sizeMoves } = meanAndSize(numbers, at)
    const [byMean, bySize] = [meanMoves ? direction[at] : 0, sizeMoves ? direction[at + 1] : 0]
    let difference = digamma(low + r) - digamma(r) + quickLog(r / (r + mean)) + 1
    return Float64Array.from({ length: width }, (_, i) => {
      const n = low + i
      const slope = (byMean * (n - mean) * r) / (r + mean) + bySize * r * (difference - (n + r) / (r + mean))
      difference += 1 / (n + r)
      return slope
    })
  },
}

function ending(cap: number): Line {
  const p = new Float64Array(cap + 1)
  return {
    law(numbers, at, low, width, out, from) {
      softmax(numbers, at, p)
      for (let i = 0; i < width; i++) out[from + i] = p[low + i] ?? 0
    },
    charge(numbers, at, low, width, share, from, grad) {
      softmax(numbers, at, p)
      let total = 0
      for (let i = 0; i < width && low + i <= cap; i++) {
        grad[at + low + i] -= share[from + i]
        total += share[from + i]
      }
      for (let n = 0; n <= cap; n++) grad[at + n] += total * p[n]
    },
    change(numbers, at, low, width, direction) {
      softmax(numbers, at, p)
      const mean = p.reduce((sum, q, n) => sum + q * direction[at + n], 0)
      return Float64Array.from({ length: width }, (_, i) => (low + i <= cap ? direction[at + low + i] - mean : 0))
    },
  }
}

/** The law of these logits. */
export function softmax(numbers: Float64Array, at: number, into: Float64Array): void {
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0; k < into.length; k++) top = Math.max(top, numbers[at + k])
  let sum = 0
  for (let k = 0; k < into.length; k++) sum += into[k] = exp(numbers[at + k] - top)
  for (let k = 0; k < into.length; k++) into[k] /= sum
}

/** Probabilities below this are taken as this: the logarithm of a law that a component cannot reach at all. */
const floor = 1e-300

/** A mixture of this shape. It keeps scratch space: one for each thread of thought. */
export function mixture(shape: Shape): Head {
  const { components: K, caps, inflated } = shape
  const axes = caps.length
  const along = caps.map((cap) => (cap === null ? endless : ending(cap)))
  let lines: Float64Array[] = []
  let shares: Float64Array[] = []
  const weights = new Float64Array(K + 1)
  const held = new Float64Array(K + 1)

  const perComponent = caps.reduce<number>((sum, cap) => sum + numbersOf(cap), 0)
  const logitAt = (k: number) => (k < K ? k : K * (1 + perComponent))
  const placeOf = (k: number, axis: number) => K + k * perComponent + (axis === 0 ? 0 : numbersOf(caps[0]))

  const prepare = (numbers: Float64Array, from: number, low: readonly number[], widths: readonly number[]) => {
    if (!lines[0] || widths.some((w, a) => lines[a].length < K * w)) {
      lines = widths.map((w) => new Float64Array(K * w))
      shares = widths.map((w) => new Float64Array(K * w))
    }
    const count = inflated ? K + 1 : K
    let most = Number.NEGATIVE_INFINITY
    for (let k = 0; k < count; k++) most = Math.max(most, numbers[from + logitAt(k)])
    let sum = 0
    for (let k = 0; k < count; k++) sum += weights[k] = exp(numbers[from + logitAt(k)] - most)
    for (let k = 0; k < count; k++) weights[k] /= sum
    for (let axis = 0; axis < axes; axis++) {
      const width = widths[axis]
      for (let k = 0; k < K; k++)
        along[axis].law(numbers, from + placeOf(k, axis), low[axis], width, lines[axis], k * width)
    }
  }
  const startsAtZero = (low: readonly number[]) => low.every((n) => n === 0)

  const divergence: Head['divergence'] = (numbers, from, { low, widths, p }, grad) => {
    prepare(numbers, from, low, widths)
    for (const share of shares) share.fill(0)
    held.fill(0)
    const atZero = inflated && startsAtZero(low)
    const [A, B = 1] = widths
    const [f, g] = lines
    const [shareA, shareB] = shares
    let loss = 0
    let total = 0
    for (let i = 0, cell = 0; i < A; i++) {
      for (let j = 0; j < B; j++, cell++) {
        const mass = p[cell]
        if (!(mass > 0)) continue
        let q = atZero && cell === 0 ? weights[K] : 0
        if (axes === 1) for (let k = 0; k < K; k++) q += weights[k] * f[k * A + i]
        else for (let k = 0; k < K; k++) q += weights[k] * f[k * A + i] * g[k * B + j]
        if (!(q > floor)) q = floor
        loss += mass * quickLog(mass / q)
        total += mass
        if (!grad) continue
        const ratio = mass / q
        if (atZero && cell === 0) held[K] += ratio * weights[K]
        for (let k = 0; k < K; k++) {
          const share = ratio * weights[k] * f[k * A + i] * (axes === 1 ? 1 : g[k * B + j])
          shareA[k * A + i] += share
          if (axes === 2) shareB[k * B + j] += share
        }
      }
    }
    if (!grad) return loss
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < A; i++) held[k] += shareA[k * A + i]
      for (let axis = 0; axis < axes; axis++) {
        const width = widths[axis]
        along[axis].charge(numbers, from + placeOf(k, axis), low[axis], width, shares[axis], k * width, grad)
      }
    }
    for (let k = 0; k < (inflated ? K + 1 : K); k++) grad[from + logitAt(k)] += weights[k] * total - held[k]
    return loss
  }

  const law: Head['law'] = (numbers, from, low, widths) => {
    prepare(numbers, from, low, widths)
    const [A, B = 1] = widths
    const [f, g] = lines
    const q = new Float64Array(A * B)
    if (inflated && startsAtZero(low)) q[0] = weights[K]
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < A; i++) {
        const outer = weights[k] * f[k * A + i]
        if (axes === 1) q[i] += outer
        else for (let j = 0, at = i * B; j < B; j++, at++) q[at] += outer * g[k * B + j]
      }
    }
    return q
  }

  return {
    size: size(shape),
    divergence,
    law,
    begin: (laws) => begin(laws, shape),
    change(numbers, direction, low, widths) {
      prepare(numbers, 0, low, widths)
      const [A, B = 1] = widths
      const [f, g] = lines
      const mean = weights.reduce((sum, w, k) => sum + (k < K || inflated ? w * direction[logitAt(k)] : 0), 0)
      const slope = new Float64Array(A * B)
      if (inflated && startsAtZero(low)) slope[0] = weights[K] * (direction[logitAt(K)] - mean)
      for (let k = 0; k < K; k++) {
        const [first, second] = widths.map((width, axis) =>
          along[axis].change(numbers, placeOf(k, axis), low[axis], width, direction),
        )
        for (let i = 0, cell = 0; i < A; i++) {
          const [outer, base] = [weights[k] * f[k * A + i], direction[k] - mean + first[i]]
          if (axes === 1) slope[cell++] += outer * base
          else for (let j = 0; j < B; j++, cell++) slope[cell] += outer * g[k * B + j] * (base + second[j])
        }
      }
      return slope
    },
  }
}

/** Numbers to begin with: components spread, in their mean counts, over the means of the laws. */
function begin(laws: readonly Cells[], shape: Shape): Float64Array {
  const { components, caps } = shape
  const numbers = new Float64Array(size(shape))
  const perComponent = caps.reduce<number>((sum, cap) => sum + numbersOf(cap), 0)
  for (const [axis, cap] of caps.entries()) {
    if (cap !== null) continue
    const means = laws.map((law) => quickLog(meanOf(law, axis) + 0.1)).sort((a, b) => a - b)
    for (let k = 0; k < components; k++) {
      // Of pairs the second axis runs the other way, so that products differ.
      const place = axis === 0 ? k : (components - 1 - k + (components >> 1)) % components
      const at = components + k * perComponent + (axis === 0 ? 0 : numbersOf(caps[0]))
      numbers[at] = means[Math.floor(((place + 0.5) / components) * means.length)]
      numbers[at + 1] = quickLog(10)
    }
  }
  return numbers
}
