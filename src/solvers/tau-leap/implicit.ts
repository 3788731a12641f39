/**
 * The implicit leap (Rathinam, Petzold, Cao & Gillespie 2003, doi:10.1063/1.1627296):
 * X = x + Σ_r nu_r (P_r − tau·a_r(x) + tau·a_r(X)) with P_r Poisson of mean tau·a_r(x), solved for a real-valued X by
 * Newton's method; the bracket, rounded, is how often r fires.
 */
import { factor, solveFactored } from '../../numerics/dense'
import type { LeapNetwork } from '../leap'

/** How often each reaction fires, given its Poisson number, into `fired`; false where there is no answer. */
export type ImplicitLeap = (
  x: Float64Array,
  t: number,
  a: Float64Array,
  free: Uint8Array,
  poisson: Float64Array,
  tau: number,
  fired: Float64Array,
) => boolean

const iterations = 25
/** In molecules, or as a share of a count: rounding to whole firings comes after. */
const tolerance = 1e-4

export function implicitLeap(net: LeapNetwork): ImplicitLeap {
  const { species: S, reactions: R, from, changed, by } = net
  const at = new Float64Array(S)
  const floored = new Float64Array(S)
  const ahead = new Float64Array(R)
  const shifted = new Float64Array(R)
  const rest = new Float64Array(S)
  const matrix = new Float64Array(S * S)
  const pivots = new Int32Array(S)

  /** Propensities of the free reactions at a real-valued state, none of them below 0. */
  const evaluate = (x: Float64Array, t: number, free: Uint8Array, out: Float64Array) => {
    for (let s = 0; s < S; s++) floored[s] = Math.max(0, x[s])
    for (let r = 0; r < R; r++) out[r] = free[r] ? Math.max(0, net.propensity(r, floored, t)) : 0
  }
  /** −∂/∂X of what must vanish is 1 − tau Σ nu ∂a/∂X, by differences. */
  const differentiate = (t: number, free: Uint8Array, tau: number) => {
    for (let j = 0; j < S; j++) {
      const was = at[j]
      const shift = 1e-6 * Math.max(1, was)
      at[j] = was + shift
      evaluate(at, t, free, shifted)
      at[j] = was
      for (let i = 0; i < S; i++) matrix[i * S + j] = i === j ? 1 : 0
      for (let r = 0; r < R; r++) {
        const slope = (shifted[r] - ahead[r]) / shift
        if (slope === 0) continue
        for (let i = from[r]; i < from[r + 1]; i++) matrix[changed[i] * S + j] -= tau * by[i] * slope
      }
    }
  }
  return (x, t, a, free, poisson, tau, fired) => {
    at.set(x)
    for (let round = 0; round < iterations; round++) {
      evaluate(at, t, free, ahead)
      for (let s = 0; s < S; s++) rest[s] = x[s] - at[s]
      for (let r = 0; r < R; r++) {
        fired[r] = free[r] ? poisson[r] + tau * (ahead[r] - a[r]) : 0
        for (let i = from[r]; i < from[r + 1]; i++) rest[changed[i]] += by[i] * fired[r]
      }
      differentiate(t, free, tau)
      if (!factor(matrix, S, pivots)) return false
      solveFactored(matrix, S, pivots, rest)
      let moved = 0
      for (let s = 0; s < S; s++) {
        at[s] += rest[s]
        moved = Math.max(moved, Math.abs(rest[s]) / Math.max(1, Math.abs(at[s])))
      }
      if (!(moved < Number.POSITIVE_INFINITY)) return false
      if (moved > tolerance) continue
      evaluate(at, t, free, ahead)
      for (let r = 0; r < R; r++) {
        if (free[r]) fired[r] = Math.max(0, Math.round(poisson[r] + tau * (ahead[r] - a[r])))
      }
      return true
    }
    return false
  }
}
