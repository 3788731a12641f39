/** Exact laws on a reflecting box, by uniformisation on a table: what the papers' modes are compared with. */
import { evaluators } from '../src/network/evaluate'
import type { Problem } from '../src/solvers/contract'

export interface BoxLaw {
  readonly caps: readonly number[]
  /** [states], the last species running fastest. */
  readonly p: Float64Array
}

/** P(n, t) at each time, from the problem's initial counts or from `start`. Rates that read time: see `stiffest`. */
export function boxLaws(
  problem: Problem,
  caps: readonly number[],
  times: readonly number[],
  start?: Float64Array,
): BoxLaw[] {
  const { network, parameters, initial } = problem
  const { propensities } = evaluators(network, parameters)
  const S = caps.length
  const stride = caps.map((_, s) => caps.slice(s + 1).reduce((product, cap) => product * (cap + 1), 1))
  const states = caps.reduce((product, cap) => product * (cap + 1), 1)
  const x = new Float64Array(S)
  const from: number[] = []
  const to: number[] = []
  const rate: number[] = []
  const out = new Float64Array(states)
  for (let k = 0; k < states; k++) {
    for (let s = 0; s < S; s++) x[s] = Math.floor(k / stride[s]) % (caps[s] + 1)
    network.reactions.forEach(({ net }, r) => {
      if (net.some(({ species, count }) => x[species] + count < 0 || x[species] + count > caps[species])) return
      const a = propensities[r](x, 0)
      if (!(a > 0)) return
      from.push(k)
      to.push(k + net.reduce((sum, { species, count }) => sum + count * stride[species], 0))
      rate.push(a)
      out[k] += a
    })
  }
  const [source, target, flow] = [Int32Array.from(from), Int32Array.from(to), Float64Array.from(rate)]
  const fastest = out.reduce((a, b) => Math.max(a, b), 1e-300)
  let p: Float64Array = start ? start.slice() : new Float64Array(states)
  if (!start) p[initial.reduce((sum, count, s) => sum + count * stride[s], 0)] = 1
  let now = 0
  return times.map((time) => {
    // Slices of 50 expected events: e⁻⁵⁰ is far from underflow, and 130 terms leave less than 1e-20.
    for (let left = time - now; left > 0; ) {
      const h = Math.min(left, 50 / fastest)
      p = slice(p, h * fastest)
      left -= h
    }
    now = time
    return { caps, p: p.slice() }
  })

  function slice(start: Float64Array, mean: number): Float64Array {
    let term = start
    let weight = Math.exp(-mean)
    const sum = start.map((value) => weight * value)
    for (let k = 1; k < mean + 12 * Math.sqrt(mean) + 25; k++) {
      const next = new Float64Array(states)
      for (let i = 0; i < states; i++) next[i] = term[i] * (1 - out[i] / fastest)
      for (let e = 0; e < source.length; e++) next[target[e]] += (term[source[e]] * flow[e]) / fastest
      term = next
      weight *= mean / k
      for (let i = 0; i < states; i++) sum[i] += weight * term[i]
    }
    return sum
  }
}

/** P(n_s = m) of a law on a box. */
export function marginal({ caps, p }: BoxLaw, s: number): Float64Array {
  const stride = caps.slice(s + 1).reduce((product, cap) => product * (cap + 1), 1)
  const out = new Float64Array(caps[s] + 1)
  for (let k = 0; k < p.length; k++) out[Math.floor(k / stride) % (caps[s] + 1)] += p[k]
  return out
}

export function mean(law: ArrayLike<number>): number {
  let sum = 0
  for (let m = 0; m < law.length; m++) sum += m * law[m]
  return sum
}
