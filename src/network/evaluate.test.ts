import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from './arbitrary'
import { combinations, evaluators } from './evaluate'
import type { Expr, Network } from './network'
import { parse } from './parse'

const read = (text: string): Network => parse(text).network!
const defaults = (network: Network) => network.parameters.map((one) => one.value)

/** Value of one expression of t, a = 2 and the count A = 5 at time 3. */
function value(expression: string): number {
  const network = read(`species A = 5\nparameter a = 2\nobservable x = ${expression}`)
  return evaluators(network, defaults(network)).quantities[1]([5], 3)
}

describe('evaluators', () => {
  it.each([
    ['1 - 2 - 3', -4],
    ['2/4/2', 0.25],
    ['2^3^2', 512],
    ['-2^2', -4],
    ['2^-1', 0.5],
    ['(1 < 2) + (2 <= 2) + (1 > 2) + (2 >= 3) + (1 == 1) + (1 != 1)', 3],
    ['A > 4 ? t : a', 3],
    ['A > 5 ? t : a', 2],
    ['0 ? 1 : 2', 2],
    ['a*A + t', 13],
    ['sqrt(16) + abs(-3) + floor(2.7) + floor(-0.5)', 8],
    ['min(4, a, 3) + max(1, a, A)', 7],
    ['pow(a, 10)', 1024],
    ['log10(1000)', 3],
    ['2*pi', 2 * Math.PI],
    ['A/0', Number.POSITIVE_INFINITY],
  ])('%s is %d', (expression, expected) => {
    expect(value(expression)).toBe(expected)
  })

  it.each([
    ['exp(1)', Math.E],
    ['log(a)', Math.LN2],
    ['sin(t)', Math.sin(3)],
    ['cos(t)', Math.cos(3)],
    ['tanh(0.5)', Math.tanh(0.5)],
    ['hill(A, 10, a)', 25 / 125],
    ['hillr(A, 10, a)', 100 / 125],
    ['mm(A, 8, 15)', 2],
  ])('%s is close to %d', (expression, expected) => {
    // 4 units in the last place: each function and operation is good to one.
    expect(Math.abs(value(expression) / expected - 1)).toBeLessThan(4 * Number.EPSILON)
  })

  it('saturates at no molecules and at many', () => {
    expect(['hill(0, 3, 2)', 'hillr(0, 3, 2)', 'mm(0, 3, 2)'].map(value)).toEqual([0, 1, 0])
    expect(value('hill(1e5, 3, 400)')).toBe(1)
    expect(value('hillr(1e5, 3, 400)')).toBe(0)
  })

  it('counts combinations of reactants under mass action', () => {
    const network = read('parameter k = 10\nA + 2 B + 3 C -> 0, k\n0 -> A, k')
    const { propensities, rates } = evaluators(network, defaults(network))
    expect(propensities[0]([2, 5, 6], 0)).toBe(10 * 2 * 10 * 20)
    expect(propensities[0]([2, 1, 6], 0)).toBe(0)
    expect(propensities[0]([2, 5, 2], 0)).toBe(0)
    expect(propensities[1]([0, 0, 0], 0)).toBe(10)
    expect(rates[0]([2, 5, 6], 0)).toBe(10)
  })

  it('reads combinations from Pascal’s triangle', () => {
    let row = [1n]
    for (let x = 0; x <= 50; x++) {
      for (let n = 0; n <= 20; n++) {
        const exact = row[n] ?? 0n
        expect(combinations(x, n)).toBe(Number(exact))
      }
      row = [1n, ...row.slice(1).map((entry, i) => entry + row[i]), 1n]
    }
  })

  it('gives combinations that are never negative and never jump between counts', () => {
    for (const n of [2, 3, 7]) {
      for (let x = 0; x < 10; x += 0.01) {
        expect(combinations(x, n)).toBeGreaterThanOrEqual(0)
        // The slope of C(x, n) below 10 is under 200.
        expect(Math.abs(combinations(x + 0.01, n) - combinations(x, n))).toBeLessThan(2)
      }
    }
  })

  it('guards explicit propensities exactly where a count would become negative', () => {
    const { propensities } = evaluators(read('2 A + B => A + B, 7\nA => 2 A, 5\nA + B => 0, 3'), [])
    expect(propensities.map((rule) => rule([0, 0], 0))).toEqual([0, 5, 0])
    expect(propensities.map((rule) => rule([1, 0], 0))).toEqual([7, 5, 0])
    expect(propensities.map((rule) => rule([1, 1], 0))).toEqual([7, 5, 3])
  })

  it('evaluates a let once, however often it is read', () => {
    // Each doubles the one before: 2^400 evaluations if they were copied.
    const chain = Array.from({ length: 400 }, (_, i) => `let x${i + 1} = x${i} + x${i}`).join('\n')
    const network = read(`species A\nlet x0 = A\n${chain}\nobservable y = x400\nobservable z = x0 + t`)
    const { quantities } = evaluators(network, [])
    expect(quantities[1]([3], 0)).toBe(3 * 2 ** 400)
    expect(quantities[2]([4], 1)).toBe(5)
    expect(quantities[1]([1], 0)).toBe(2 ** 400)
  })

  it('reads parameters when it is built', () => {
    const network = read('parameter k = 1\n0 -> A, k')
    const values = Float64Array.of(4)
    const { propensities } = evaluators(network, values)
    values[0] = 9
    expect(propensities[0]([0], 0)).toBe(4)
  })

  it('agrees with a tree walk on random networks', () => {
    fc.assert(
      fc.property(
        arbitraryNetwork,
        fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }),
        fc.nat(9),
        (network, x, t) => {
          const walked = network.reactions.map((reaction) => walk(network, reaction.rate, x, t))
          const { rates } = evaluators(network, defaults(network))
          rates.forEach((rate, r) => {
            const got = rate(x, t)
            // The elementary functions differ from the engine's in the last digits, and a chain of them amplifies that.
            if (usesElementary(network, network.reactions[r].rate)) return
            expect(got).toBe(walked[r])
          })
        },
      ),
      { seed: 3, numRuns: 500 },
    )
  })
})

/** The plainest meaning of the expressions that need no elementary function. */
function walk(network: Network, e: Expr, x: readonly number[], t: number): number {
  const of = (part: Expr) => walk(network, part, x, t)
  switch (e.kind) {
    case 'number':
      return e.value
    case 'species':
      return x[e.index]
    case 'parameter':
      return network.parameters[e.index].value
    case 'let':
      return of(network.lets[e.index].expr)
    case 'time':
      return t
    case 'unary':
      return -of(e.of)
    case 'conditional':
      return of(e.test) ? of(e.yes) : Number.isNaN(of(e.test)) ? of(e.yes) : of(e.no)
    case 'call': {
      const [a, b, c] = e.args.map(of)
      if (e.name === 'mm') return b / (1 + c / a)
      if (e.name === 'min' || e.name === 'max') return Math[e.name](a, b)
      return e.name === 'sqrt' || e.name === 'abs' || e.name === 'floor' ? Math[e.name](a) : Number.NaN
    }
    case 'binary': {
      const [a, b] = [of(e.left), of(e.right)]
      const results: Record<string, number> = {
        '+': a + b,
        '-': a - b,
        '*': a * b,
        '/': a / b,
        '<': Number(a < b),
        '<=': Number(a <= b),
        '>': Number(a > b),
        '>=': Number(a >= b),
        '==': Number(a === b),
        '!=': Number(a !== b),
      }
      return results[e.op] ?? Number.NaN
    }
  }
}

function usesElementary(network: Network, e: Expr): boolean {
  const uses = (part: Expr) => usesElementary(network, part)
  switch (e.kind) {
    case 'let':
      return uses(network.lets[e.index].expr)
    case 'unary':
      return uses(e.of)
    case 'binary':
      return e.op === '^' || uses(e.left) || uses(e.right)
    case 'conditional':
      return uses(e.test) || uses(e.yes) || uses(e.no)
    case 'call':
      return !['sqrt', 'abs', 'floor', 'min', 'max', 'mm'].includes(e.name) || e.args.some(uses)
    default:
      return false
  }
}
