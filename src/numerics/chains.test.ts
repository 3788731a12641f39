import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { convergence, effectiveSize, normalQuantile } from './chains'
import { stream } from './rng'
import { variates } from './variates'

interface Case {
  readonly chains: number[][]
  readonly rHat: number
  readonly essBulk: number
  readonly essTail: number
}

const path = new URL('../../reference/inference/chains.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Case>

describe('convergence', () => {
  it.each(Object.entries(cases))('agrees with another program: %s', (_, { chains, ...numbers }) => {
    const found = convergence(chains.map((chain) => Float64Array.from(chain)))
    for (const key of ['rHat', 'essBulk', 'essTail'] as const) {
      expect(Math.abs(found[key] / numbers[key] - 1)).toBeLessThan(1e-7)
    }
  })

  it('finds the effective size of an autoregressive chain', () => {
    // N (1 − ρ)/(1 + ρ). The estimate's relative standard deviation over seeds was measured as 4 %.
    const rho = 0.8
    const draw = variates()
    draw.start(stream(5, 0))
    const chains = Array.from({ length: 4 }, () => {
      let x = draw.normal()
      return Float64Array.from({ length: 10_000 }, () => {
        x = rho * x + Math.sqrt(1 - rho * rho) * draw.normal()
        return x
      })
    })
    expect(Math.abs(effectiveSize(chains) / ((40_000 * (1 - rho)) / (1 + rho)) - 1)).toBeLessThan(0.18)
  })

  it('has no number for a chain that never moves', () => {
    expect(convergence([new Float64Array(50), new Float64Array(50)]).essBulk).toBeNaN()
  })
})

describe('normalQuantile', () => {
  it.each([
    [0.975, 1.959963984540054],
    [0.5, 0],
    [0.01, -2.3263478740408408],
    [1e-10, -6.361340902404056],
  ])('of %f', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1.2e-9 * Math.max(1, Math.abs(z)))
  })
})
