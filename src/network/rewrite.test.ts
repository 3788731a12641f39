import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from './arbitrary'
import { parse } from './parse'
import { print } from './print'
import { setInitial, setParameter, setRange, shortNumber } from './rewrite'

const text = `species U=30 ,V # two
\tparameter a  =  -40 in [ 1,100 ]; param b = 1e3,c=2 # k = 5\r
0 -> U , a*b*c; U+W -> X, 1
`

describe('setParameter', () => {
  it('changes the number and nothing else', () => {
    expect(setParameter(text, 'a', 37)).toBe(text.replace('-40', '37'))
    expect(setParameter(text, 'b', -0.25)).toBe(text.replace('1e3', '-0.25'))
    expect(setParameter(text, 'c', 1e-9)).toBe(text.replace('c=2', 'c=1e-9'))
  })

  it('leaves a text without the parameter as it is', () => {
    expect(setParameter(text, 'k', 3)).toBe(text)
    expect(setParameter(text, 'U', 3)).toBe(text)
  })

  it('gives a value to a parameter without one', () => {
    expect(setParameter('parameter k\n', 'k', 3)).toBe('parameter k = 3\n')
  })

  it('works while other lines are wrong', () => {
    expect(setParameter('A -> \nparameter k = 1\nq q q', 'k', 2)).toBe('A -> \nparameter k = 2\nq q q')
  })

  it('refuses what is not a number', () => {
    expect(() => setParameter(text, 'a', Number.NaN)).toThrow(RangeError)
  })

  it('reads back what it wrote, to twelve digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e308, min: -1e308 }), (value) => {
        const read = parse(setParameter(text, 'a', value)).spans.parameters.get('a')!.value
        expect(Math.abs(read - value)).toBeLessThanOrEqual(1e-11 * Math.abs(value))
      }),
      { seed: 10 },
    )
  })

  it('changes only that parameter of any network', () => {
    fc.assert(
      fc.property(arbitraryNetwork, fc.nat(1000), (network, value) => {
        const before = print(network)
        for (const { name } of network.parameters) {
          const changed = parse(setParameter(before, name, value)).network!
          const parameters = network.parameters.map((one) => (one.name === name ? { ...one, value } : one))
          expect(changed).toStrictEqual({ ...parse(before).network!, parameters })
        }
      }),
      { seed: 11, numRuns: 100 },
    )
  })
})

describe('setInitial', () => {
  it('changes the number, or writes it', () => {
    expect(setInitial(text, 'U', 7)).toBe(text.replace('30', '7'))
    expect(setInitial(text, 'V', 7)).toBe(text.replace(',V', ',V = 7'))
    expect(setInitial('species S fixed, R = 2 fixed', 'S', 7)).toBe('species S = 7 fixed, R = 2 fixed')
    expect(setInitial('species S fixed, R = 2 fixed', 'R', 7)).toBe('species S fixed, R = 7 fixed')
  })

  it('declares a species that only reacts, and keeps the order', () => {
    const changed = setInitial(text, 'X', 7)
    expect(changed).toBe(text.replace('# two\n', '# two\nspecies W, X = 7\n'))
    expect(parse(changed).network!.species.map((one) => one.name)).toEqual(['U', 'V', 'W', 'X'])
    expect(setInitial('# note\nA -> B, 1', 'B', 2)).toBe('species A, B = 2\n# note\nA -> B, 1')
  })

  it('leaves a text without the species as it is', () => {
    expect(setInitial(text, 'Q', 7)).toBe(text)
    expect(setInitial(text, 'a', 7)).toBe(text)
  })

  it('refuses what is not a count', () => {
    expect(() => setInitial(text, 'U', 1.5)).toThrow(RangeError)
    expect(() => setInitial(text, 'U', -1)).toThrow(RangeError)
  })
})

describe('setRange', () => {
  it('writes, replaces and removes', () => {
    expect(setRange(text, 'a', { min: 0.1, max: 9, step: 0.1, log: true })).toBe(
      text.replace('in [ 1,100 ]', 'in [0.1, 9] step 0.1 log'),
    )
    expect(setRange(text, 'b', { min: 0, max: 2000, log: false })).toBe(text.replace('1e3', '1e3 in [0, 2000]'))
    expect(setRange(text, 'a', null)).toBe(text.replace(' in [ 1,100 ]', ''))
    expect(setRange(text, 'q', null)).toBe(text)
  })
})

describe('shortNumber', () => {
  it('drops what binary fractions add', () => {
    expect([0.1 + 0.2, 1 / 3, 1e21, 37, 5e-324].map(shortNumber)).toEqual([
      '0.3',
      '0.333333333333',
      '1e21',
      '37',
      '5e-324',
    ])
  })
})
