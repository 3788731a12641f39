/**
 * Smooth functions of a count: cubic B-splines (de Boor 1978) whose knots are neighbouring numbers among small counts
 * (and near the largest) and about 0.7 √n apart in between, as the width of Poisson's law grows. A logarithm of a probability that is a
 * combination of them has one free number per bump it can have, not one per count: fewer samples fix it.
 */
import { factor, solveFactored } from '../dense'
import { exp, log } from '../elementary'

export interface CountBasis {
  /** Functions. */
  readonly size: number
  /** Counts 0…cap. */
  readonly counts: number
  /** [size, counts]; every column sums to 1. */
  readonly values: Float32Array
}

/** Up to this many counts each has a function of its own. */
const fewCounts = 12
/** Knots are neighbours up to here. */
const dense = 6
const spacing = 0.7
const degree = 3

/** `widest`: no two knots are further apart than this, for laws that are narrower than Poisson's. */
export function countBasis(cap: number, widest = Number.POSITIVE_INFINITY): CountBasis {
  const counts = cap + 1
  if (counts <= fewCounts) return each(counts)
  const inner = knots(cap, Math.max(1, widest))
  if (inner.length > 0.7 * counts) return each(counts)
  const ends = Array(degree).fill(0)
  const all = [...ends.map(() => 0), ...inner, ...ends.map(() => cap)]
  const size = all.length - degree - 1
  const values = new Float32Array(size * counts)
  for (let n = 0; n < counts; n++) {
    bumps(all, n).forEach((value, r) => {
      values[r * counts + n] = value
    })
  }
  return { size, counts, values }
}

/** A function for each count. */
function each(counts: number): CountBasis {
  const values = new Float32Array(counts * counts)
  for (let n = 0; n < counts; n++) values[n * counts + n] = 1
  return { size: counts, counts, values }
}

/** Dense at both ends, where a law may be cut off. */
function knots(cap: number, widest: number): number[] {
  const lower = [0]
  const upper = [cap]
  const step = (n: number) => Math.min(widest, n < dense ? 1 : spacing * Math.sqrt(n))
  for (;;) {
    const [last, first] = [lower[lower.length - 1], upper[upper.length - 1]]
    const up = step(last) <= step(cap - first)
    const next = up ? last + step(last) : first - step(cap - first)
    // The stretch in the middle is not a sliver.
    if (up ? next + 0.5 * (next - last) > first : next - 0.5 * (first - next) < last)
      return [...lower, ...upper.reverse()]
    if (up) lower.push(next)
    else upper.push(next)
  }
}

/** All B-splines at x, by the recursion of Cox and de Boor. */
function bumps(at: readonly number[], x: number): number[] {
  const last = at[at.length - 1]
  let now: number[] = at
    .slice(1)
    .map((end, i) => (at[i] < end && at[i] <= x && (x < end || (x === last && end === last)) ? 1 : 0))
  for (let d = 1; d <= degree; d++) {
    now = now.slice(1).map((right, i) => {
      const [rise, fall] = [at[i + d] - at[i], at[i + d + 1] - at[i + 1]]
      return (rise > 0 ? ((x - at[i]) / rise) * now[i] : 0) + (fall > 0 ? ((at[i + d + 1] - x) / fall) * right : 0)
    })
  }
  return now
}

/** Coefficients whose combination is closest to ln(frequency), by maximum likelihood with a slight ridge. */
export function fitLogLaw(basis: CountBasis, frequencies: ArrayLike<number>): Float64Array {
  const { size: R, counts: K } = basis
  const total = Array.from(frequencies).reduce((sum, f) => sum + f, 0)
  const target = Float64Array.from({ length: K }, (_, n) => frequencies[n] / total)
  const c = start(basis, target)
  const p = new Float64Array(K)
  const pivots = new Int32Array(R)
  const objective = () => softmaxInto(p, basis, c, target) + (0.5 * ridge * squared(c)) / total
  let best = objective()
  for (let iteration = 0; iteration < 60; iteration++) {
    const { gradient, hessian } = derivatives(basis, p, target, c, ridge / total)
    const move = gradient.slice()
    if (!factor(hessian, R, pivots)) break
    solveFactored(hessian, R, pivots, move)
    const decrement = move.reduce((sum, m, r) => sum + m * gradient[r], 0)
    if (decrement < 1e-12) break
    const from = c.slice()
    for (let share = 1; share > 1e-4; share /= 2) {
      for (let r = 0; r < R; r++) c[r] = from[r] - share * move[r]
      const value = objective()
      if (value <= best - 0.1 * share * decrement) {
        best = value
        break
      }
    }
  }
  // Adding the same to all coefficients changes nothing.
  const middle = c.reduce((sum, x) => sum + x, 0) / R
  return c.map((x) => x - middle)
}

/** Pseudo-observations that pull a coefficient to the mean of all. */
const ridge = 0.02

const squared = (c: Float64Array) => c.reduce((sum, x) => sum + x * x, 0)

/** Each function takes the logarithm of the probability round its peak. */
function start({ size, counts, values }: CountBasis, target: Float64Array): Float64Array {
  const c = Float64Array.from({ length: size }, (_, r) => {
    let [mass, weight] = [0, 0]
    for (let n = 0; n < counts; n++) {
      mass += values[r * counts + n] * target[n]
      weight += values[r * counts + n]
    }
    return log(Math.max(mass / weight, 1e-7))
  })
  const middle = c.reduce((sum, x) => sum + x, 0) / size
  return c.map((x) => x - middle)
}

/** p = softmax(c · B); returns the cross-entropy of the target. */
function softmaxInto(p: Float64Array, { size, counts, values }: CountBasis, c: Float64Array, target: Float64Array) {
  p.fill(0)
  for (let r = 0; r < size; r++) for (let n = 0; n < counts; n++) p[n] += c[r] * values[r * counts + n]
  const largest = p.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const logZ = largest + log(p.reduce((sum, x) => sum + exp(x - largest), 0))
  let entropy = 0
  for (let n = 0; n < counts; n++) {
    entropy -= target[n] * (p[n] - logZ)
    p[n] = exp(p[n] - logZ)
  }
  return entropy
}

function derivatives(
  { size: R, counts: K, values: B }: CountBasis,
  p: Float64Array,
  target: Float64Array,
  c: Float64Array,
  penalty: number,
) {
  const expected = new Float64Array(R)
  const gradient = new Float64Array(R)
  const hessian = new Float64Array(R * R)
  for (let r = 0; r < R; r++) {
    gradient[r] = penalty * c[r]
    for (let n = 0; n < K; n++) {
      expected[r] += p[n] * B[r * K + n]
      gradient[r] += (p[n] - target[n]) * B[r * K + n]
    }
  }
  for (let r = 0; r < R; r++) {
    for (let s = 0; s <= r; s++) {
      let sum = -expected[r] * expected[s] + (r === s ? penalty : 0)
      for (let n = 0; n < K; n++) if (B[r * K + n] !== 0) sum += p[n] * B[r * K + n] * B[s * K + n]
      hessian[r * R + s] = sum
      hessian[s * R + r] = sum
    }
  }
  return { gradient, hessian }
}
