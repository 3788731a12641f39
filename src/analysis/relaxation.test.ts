import { describe, expect, it } from 'vitest'
import { at } from '../numerics/named-array'
import { ask } from '../solvers/testing'
import { complete } from './complete'
import { firstPassage } from './passage'
import { quasiStationaryLaw, relaxation } from './relaxation'

const schloegl = (up: string, constant: number, down: string, decay: number) => `
  2X => 3X, ${up} * X * (X - 1); 0 -> X, ${constant}
  3X => 2X, ${down} * X * (X - 1) * (X - 2); X -> 0, ${decay}`

describe('spectral gap', () => {
  // Dense and shift-inverse eigenvalues from other programs, to their printed digits.
  const known: [what: string, text: string, gap: number, digits: number][] = [
    ['immigration and death: the death rate', '0 -> X, 20; X -> 0, 0.7', 0.7, 10],
    ['two states', 'species A = 1; A <-> B, 0.3, 0.9', 1.2, 12],
    ['Schlögl (a)', schloegl('0.015', 200, '(1e-4 / 6)', 3.5), 2.549665e-5, 6],
    ['Schlögl (b)', schloegl('0.18', 2200, '2.5e-4', 37.5), 0.16212572, 8],
    ['Schlögl (b2)', schloegl('0.18', 2250, '2.5e-4', 37.5), 0.167986814, 8],
    ['Schlögl (c)', schloegl('2.676', 108.102, '0.040', 37.881), 0.761457635, 8],
    // Card 8.1 (c): counts up to 85, the upper end reflecting.
    [
      'Schlögl (c), counts up to 85',
      '0 => X, X < 85 ? 2.676 * X * (X - 1) + 108.102 : 0; X => 0, 0.04 * X * (X - 1) * (X - 2) + 37.881 * X',
      0.761489836,
      9,
    ],
    ['Schlögl (d), b = 1', schloegl('(3 / 25)', 6.25, '(0.6 / 625)', 2.95), 2.98966e-3, 5],
    ['Schlögl (d), b = 2', schloegl('(3 / 25)', 12.5, '(0.6 / 625)', 2.95), 4.313199e-3, 6],
    [
      'toggle of Einkemmer, Mangott & Prugger',
      'parameter b = 0.4; 0 -> A, b / (b + B); A -> 0, 0.05; 0 -> B, b / (b + A); B -> 0, 0.05',
      2.895817424e-3,
      9,
    ],
    [
      'toggle of the pacmensl tests',
      `0 -> x, 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y^3);   x -> 0, 3.8e-4
      0 -> y, 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x^2.1); y -> 0, 3.8e-4`,
      1.375595e-6,
      6,
    ],
  ]
  for (const [what, text, gap, digits] of known) {
    it(what, () => {
      const found = complete(relaxation(ask(text, [])))
      expect(found.residual).toBeLessThan(1e-5)
      expect(found.gap / gap).toBeCloseTo(1, digits)
    })
  }

  it('says that a slowest mode swings', () => {
    const { residual } = complete(relaxation(ask('species A = 1; A -> B, 1; B -> C, 1; C -> A, 1', [])))
    expect(residual).toBeGreaterThan(1e-3)
  })

  it('refuses rates that change with time', () => {
    expect(() => complete(relaxation(ask('0 -> X, 1 + sin(t); X -> 0, 1', [])))).toThrow(/change with time/)
  })
})

describe('switching rates', () => {
  it('are those of the two passages, where a switch is slow', () => {
    const found = complete(relaxation(ask(schloegl('0.015', 200, '(1e-4 / 6)', 3.5), [])))
    const { halves } = found
    expect(halves.sharpness).toBeGreaterThan(0.999)
    const low = at(halves.moments, { time: 0, moment: 'mean', quantity: 'X' }) < 256 ? 0 : 1
    // Card 8.1 (a): P(n ≤ 256) = 0.2202606320; the committor is 1/2 within a few counts of there, where nothing stands.
    expect(halves.weights[low]).toBeCloseTo(0.220260632, 4)
    // Mean times from peak to peak, by elimination: 50307.8615 up, 178100.491 down. They exceed 1/rate by what crossing
    // takes, about one part in the ratio of the gap to the next rate: 3e-4 here.
    expect(1 / halves.rates[low] / 50307.8615).toBeCloseTo(1, 3)
    expect(1 / halves.rates[1 - low] / 178100.491).toBeCloseTo(1, 3)
    expect(halves.rates[0] + halves.rates[1]).toBeCloseTo(found.gap, 12)
  })

  it('are not pretended where the slowest mode is a slope', () => {
    // Of a Poisson law the slowest mode is n − m itself: between the halves lies 2/π of its variance.
    const { halves } = complete(relaxation(ask('0 -> X, 400; X -> 0, 1', [])))
    expect(halves.sharpness).toBeCloseTo(2 / Math.PI, 1)
    const sum = halves.marginals.data.reduce((a, b) => a + b, 0)
    expect(sum).toBeCloseTo(1, 8)
  })
})

describe('quasi-stationary law', () => {
  it('of linear birth and death is geometric, and dies at the difference of the rates', () => {
    // Kendall: λ < μ, from any number; P(n) ∝ (λ/μ)^(n−1).
    const { rate, marginals, moments } = complete(quasiStationaryLaw(ask('species X = 3; X -> 2X, 0.5; X -> 0, 1', [])))
    expect(rate).toBeCloseTo(0.5, 8)
    for (const n of [1, 2, 10]) expect(at(marginals, { time: 0, quantity: 'X', count: n })).toBeCloseTo(0.5 ** n, 8)
    expect(at(moments, { time: 0, moment: 'mean', quantity: 'X' })).toBeCloseTo(2, 7)
  })

  it('of an epidemic dies at the rate at which its late survival falls', () => {
    const text = 'species I = 10, S = 10; S + I -> 2I, 0.1; I -> S, 1; observable over = I == 0'
    const { rate, residual, change } = complete(quasiStationaryLaw(ask(text, [])))
    const { reached } = complete(firstPassage(ask(text, [60, 160]), 2))
    expect(Math.log((1 - reached[0]) / (1 - reached[1])) / 100 / rate).toBeCloseTo(1, 10)
    expect(residual).toBeLessThan(1e-11)
    expect(change).toBe(0)
  })

  it('needs a way out', () => {
    expect(() => complete(quasiStationaryLaw(ask('0 -> X, 3; X -> 0, 1', [])))).toThrow(/at rest/)
  })
})
