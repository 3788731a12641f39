import { describe, expect, it } from 'vitest'
import { bessel, chebyshev } from './chebyshev'
import { diagonalMatrix } from './diagonal'
import type { Advance, Flow, Propagator } from './propagator'
import { mass, uniformisation } from './uniformise'

/** Births at `births`, deaths at `deaths` each, on 0 … n − 1; what is born beyond is lost. */
function chain(n: number, births: number, deaths: number): Flow {
  const { entries, transition } = diagonalMatrix(n, [0, 1, -1])
  const rate = births + deaths * (n - 1)
  for (let i = 0; i < n; i++) {
    entries[0][i] = 1 - (births + deaths * i) / rate
    if (i > 0) entries[1][i] = births / rate
    if (i < n - 1) entries[2][i] = (deaths * (i + 1)) / rate
  }
  return { transition, rate, width: 3, forEachExit() {} }
}

function carry(propagator: Propagator, flow: Flow, h: number, tolerance: number): Advance {
  const work = propagator.advance(flow, h, { tolerance, allowed: Number.POSITIVE_INFINITY })
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

function poisson(mean: number, n: number): Float64Array {
  const p = new Float64Array(n)
  p[0] = Math.exp(-mean)
  for (let i = 1; i < n; i++) p[i] = (p[i - 1] * mean) / i
  return p
}

function l1(p: ArrayLike<number>, q: ArrayLike<number>): number {
  return Array.from(p, (value, i) => Math.abs(value - q[i])).reduce((a, b) => a + b, 0)
}

describe('bessel', () => {
  it('has the printed values of e^(−z) I_k(z)', () => {
    // Abramowitz & Stegun, tables 9.8 and 9.9.
    expect(bessel(1).weights[0]).toBeCloseTo(0.4657596077, 9)
    expect(bessel(1).weights[1]).toBeCloseTo(0.2079104154, 9)
    expect(bessel(10).weights[0]).toBeCloseTo(0.1278333372, 9)
    expect(bessel(10).weights[1]).toBeCloseTo(0.121262681, 8)
  })

  it('integrates them, as small steps do', () => {
    for (const z of [0.3, 5, 80]) {
      const steps = 4000
      const { integrals } = bessel(z)
      for (const k of [0, 1, 4, 20]) {
        // Simpson's rule; at 0 only the first is not 0.
        let sum = k === 0 ? 1 : 0
        for (let s = 1; s <= steps; s++) {
          sum += (s === steps ? 1 : s % 2 ? 4 : 2) * (bessel((z * s) / steps).weights[k] ?? 0)
        }
        const simpson = (sum * z) / steps / 3
        expect(Math.abs(integrals[k] - simpson), `z ${z}, k ${k}`).toBeLessThan(1e-8 * z)
      }
    }
  })
})

describe('chebyshev', () => {
  it('carries a law near rest as uniformisation does, in a third of the products or less, and no further off than it says', () => {
    const h = 20
    const [fast, plain] = [chain(120, 40, 1), chain(120, 40, 1)]
    // Poisson of mean 30, on its way to 40.
    for (const { transition } of [fast, plain]) transition.vectors[0].set(poisson(30, 120))
    const quick = carry(chebyshev(), fast, h, 1e-9)
    const slow = carry(uniformisation(), plain, h, 1e-14)
    const distance = l1(fast.transition.vectors[0], plain.transition.vectors[0])
    expect(quick.error).toBeGreaterThan(0)
    expect(quick.error).toBeLessThanOrEqual(1e-9)
    expect(distance).toBeLessThan(quick.error + quick.rounding + 1e-12)
    expect(quick.products).toBeLessThan(slow.products / 3)
    // By another way: immigration and death from a Poisson law stay Poisson.
    const mean = 40 - 10 * Math.exp(-h)
    expect(l1(fast.transition.vectors[0], poisson(mean, 120))).toBeLessThan(2e-9)
  })

  it('says no less than it is off by, whatever is asked', () => {
    for (const tolerance of [1e-2, 1e-4, 1e-6, 1e-8]) {
      const [fast, plain] = [chain(60, 12, 1), chain(60, 12, 1)]
      for (const { transition } of [fast, plain]) transition.vectors[0].set(poisson(9, 60))
      const { error, rounding } = carry(chebyshev(), fast, 3, tolerance)
      carry(uniformisation(), plain, 3, 1e-14)
      const distance = l1(fast.transition.vectors[0], plain.transition.vectors[0])
      expect(error).toBeGreaterThan(0)
      expect(distance, `asked ${tolerance}`).toBeLessThan(error + rounding + 1e-13)
    }
  })

  it('leaves drifting probability to uniformisation', () => {
    // Births alone, from one state: terms grow as fast as they can.
    const [fast, plain] = [chain(400, 10, 0), chain(400, 10, 0)]
    for (const { transition } of [fast, plain]) transition.vectors[0][0] = 1
    const { error } = carry(chebyshev(), fast, 20, 1e-9)
    carry(uniformisation(), plain, 20, 1e-9)
    expect(error).toBe(0)
    // Both are below the true law by what they cut off, 1e-9 at most each.
    expect(l1(fast.transition.vectors[0], plain.transition.vectors[0])).toBeLessThan(2e-9)
    expect(mass(fast.transition.vectors[0])).toBeGreaterThan(0.999)
  })

  it('leaves to uniformisation what rounding would spoil', () => {
    const flow = chain(120, 40, 1)
    flow.transition.vectors[0].set(poisson(30, 120))
    expect(carry(chebyshev(), flow, 20, 1e-13).error).toBe(0)
  })
})
