/**
 * Dense matrix exponential by scaling and squaring of a Taylor polynomial: the oracle for small chains. Of a generator
 * with its diagonal shifted to be non-negative, every number in it is ≥ 0, so nothing cancels.
 */
import { exp } from './elementary'
import type { Advance, Ask, Flow, Propagator } from './propagator'
import { mass } from './uniformise'

/** e^A of an n×n row-major matrix whose off-diagonal entries are ≥ 0 (a generator times a time). */
export function expm(a: Float64Array, n: number): Float64Array {
  const steps = exponentiate(a, n)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same, yielding every few milliseconds. */
function* exponentiate(a: Float64Array, n: number): Generator<void, Float64Array, void> {
  let shift = 0
  for (let i = 0; i < n; i++) shift = Math.max(shift, -a[i * n + i])
  const halvings = Math.max(0, Math.ceil(Math.log2(2 * shift + 1)))
  const scale = 2 ** -halvings
  const b = Float64Array.from(a, (value, k) => (k % (n + 1) === 0 ? value + shift : value) * scale)
  let power = identity(n)
  let result = identity(n)
  // Of a matrix with norm ≤ 1 the terms fall below one part in 2^53 of the first by the twentieth.
  for (let k = 1; k <= 24; k++) {
    power = (yield* multiply(power, b, n)).map((value) => value / k)
    if (power.every((value, i) => result[i] + value === result[i])) break
    result = result.map((value, i) => value + power[i])
  }
  const decay = exp(-shift * scale)
  result = result.map((value) => value * decay)
  for (let k = 0; k < halvings; k++) result = yield* multiply(result, result, n)
  return result
}

function identity(n: number): Float64Array {
  const id = new Float64Array(n * n)
  for (let i = 0; i < n; i++) id[i * n + i] = 1
  return id
}

/** Multiplications between two looks at the clock: some milliseconds. */
const stretch = 4e6

function* multiply(a: Float64Array, b: Float64Array, n: number): Generator<void, Float64Array, void> {
  const c = new Float64Array(n * n)
  const look = Math.max(1, Math.floor(stretch / n ** 2))
  for (let i = 0; i < n; i++) {
    if (i % look === look - 1) yield
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]
      if (left === 0) continue
      for (let j = 0; j < n; j++) c[i * n + j] += left * b[k * n + j]
    }
  }
  return c
}

/**
 * The dense exponential as a propagator, for few states. Kept for the next call of the same length. Nothing cancels in
 * it; the rounding bound grows with each squaring, as the worst case does.
 */
export function denseExponential(): Propagator {
  let known: { flow: Flow; h: number; power: Float64Array } | undefined
  return {
    reach: () => Number.POSITIVE_INFINITY,
    *advance(flow: Flow, h: number, { allowed }: Ask): Generator<void, Advance, void> {
      const { transition, rate, forEachRate, forEachExit } = flow
      const n = transition.states
      const [law] = transition.vectors
      if (known?.flow !== flow || known.h !== h) {
        if (!forEachRate) throw new TypeError('the dense exponential needs the rates')
        const q = new Float64Array(n * n)
        forEachRate((from, to, a) => {
          q[to * n + from] += a * h
          q[from * n + from] -= a * h
        })
        forEachExit((from, a) => {
          q[from * n + from] -= a * h
        })
        known = { flow, h, power: yield* exponentiate(q, n) }
      }
      const { power } = known
      const next = new Float64Array(n)
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) next[i] += power[i * n + j] * law[j]
      const start = mass(law)
      law.set(next)
      // Every squaring doubles the relative error of what it squares and adds that of a sum of n products.
      const squarings = Math.max(0, Math.ceil(Math.log2(2 * rate * h + 1)))
      const rounding = 2 ** squarings * (n + 30) * 2 ** -53
      return { kept: start - mass(law) <= allowed, products: 1, cut: 0, error: 0, rounding }
    },
  }
}
