import { describe, expect, it } from 'vitest'
import { parse } from '../../network/parse'
import { chebyshev } from '../../numerics/chebyshev'
import { diagonalMatrix } from '../../numerics/diagonal'
import { uniformisation } from '../../numerics/uniformise'
import { productsFor, reversible } from './series'

const kind = (text: string, band: number) => {
  const { network } = parse(text)
  return network && reversible(network, band)
}

describe('products foretold', () => {
  it('for one part and for many, by either series, are those that are made', () => {
    // Five hundred molecules that change places: A -> B, B -> A. Λ is 500.
    const [n, rate] = [500, 500]
    for (const [make, kind] of [
      [uniformisation, undefined],
      [chebyshev, 'yes'],
    ] as const) {
      for (const parts of [1, 5, 40]) {
        const { transition, entries } = diagonalMatrix(n + 1, [0, 1, -1])
        for (let i = 0; i <= n; i++) entries[1][i] = (n - i + 1) / rate
        for (let i = 0; i <= n; i++) entries[2][i] = (i + 1) / rate
        transition.vectors[0][n / 2] = 1
        const propagator = make()
        let made = 0
        for (let part = 0; part < parts; part++) {
          const flow = { transition, rate, width: 3, forEachExit() {} }
          const work = propagator.advance(flow, 8 / parts, { tolerance: 1e-7 / parts, allowed: 1 })
          let step = work.next()
          while (!step.done) step = work.next()
          made += step.value.products
        }
        const told = productsFor(rate * 8, parts, kind, false)
        expect(made / told).toBeGreaterThan(0.6)
        expect(made / told).toBeLessThan(1.7)
      }
    }
  })

  it('tells by the reactions whether the shorter series will hold', () => {
    expect(kind('0 -> X, 1; X -> 0, 1', 1)).toBe('yes')
    expect(kind('0 -> X, 1; X -> 0, 1; 0 -> Y, X; Y -> 0, 1', 40)).toBe('perhaps')
    expect(kind('0 -> 3X, 1; X -> 0, 1; 0 -> Y, X; Y -> 0, 1', 40)).toBe('no')
  })
})
