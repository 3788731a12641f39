import { describe, expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import { evaluators } from './evaluate'
import { enclosures } from './interval'
import { parse } from './parse'

/** A rate as the text gives it, with its enclosure: X = 3. */
function rateOf(expression: string) {
  const { network, diagnostics } = parse(`species X = 3; parameter k = 2; let s = sin(k*t); 0 -> X, ${expression}`)
  if (!network) throw new Error(diagnostics[0].message)
  const values = network.parameters.map(({ value }) => value)
  const [value] = evaluators(network, values).rates
  const enclose = enclosures(network, values)
  return {
    at: (t: number) => value([3], t),
    bounds: (from: number, to: number) => enclose(network.reactions[0].rate, [3], from, to),
  }
}

describe('enclosures', () => {
  it.each([
    '1 + sin(t)',
    '2 - cos(3*t - 1)*exp(-t/5)',
    's*s + s^2 - s^3',
    '(t - 4)^2 + (t - 4)^3',
    '(2 + s)^(t/3)',
    '1/(1 + t) - 1/(t - 20)',
    't < 5 ? X*t : 10 - t',
    '(t >= 2)*(t <= 3) + (t == 2) + (t != 3)',
    'abs(t - 3)*min(t, 4) + max(s, t/2)',
    'sqrt(1 + t)*log(2 + t) - log10(1 + t) + floor(t)',
    'tanh(t - 4) + hill(t, 3, 4) - hillr(1 + t, k, 2) + mm(t, 2, 3)',
    'pow(t, 1.5) - pow(1 + t, -2)',
    '-X*(t - k)/(1 + t*t)',
  ])('hold every value of %s', (expression) => {
    const { at, bounds } = rateOf(expression)
    const source = stream(5, 0)
    for (let i = 0; i < 400; i++) {
      const from = 8 * source.uniform()
      const to = from + 4 * source.uniform() ** 4
      const [low, high] = bounds(from, to)
      for (let j = 0; j <= 20; j++) {
        const value = at(from + (j / 20) * (to - from))
        const slack = 1e-12 * (1 + Math.abs(value))
        expect(value).toBeGreaterThanOrEqual(low - slack)
        expect(value).toBeLessThanOrEqual(high + slack)
      }
    }
  })

  it('close in on the value as the window shrinks', () => {
    for (const expression of ['1 + sin(t)', 's*s + s^2', 't < 5 ? X*t : 10 - t', '1/(1 + t)']) {
      const { at, bounds } = rateOf(expression)
      const [low, high] = bounds(2, 2 + 1e-6)
      expect(high - low).toBeLessThan(1e-4)
      expect(Math.abs(high - at(2))).toBeLessThan(1e-4)
    }
  })

  it('are infinite where the value may be', () => {
    expect(rateOf('1/(t - 1)').bounds(0, 2)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(rateOf('1/t').bounds(0, 2)).toEqual([0.5, Number.POSITIVE_INFINITY])
    expect(rateOf('sqrt(t - 1)').bounds(0, 2)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })

  it('know the crests of waves', () => {
    expect(rateOf('sin(t)').bounds(1, 2)[1]).toBe(1)
    expect(rateOf('sin(t)').bounds(4, 5)[0]).toBe(-1)
    expect(rateOf('cos(t)').bounds(6, 6.5)[1]).toBe(1)
    expect(rateOf('sin(t)').bounds(0, 1)[1]).toBeLessThan(0.85)
  })
})
