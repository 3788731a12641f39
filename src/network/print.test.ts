import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from './arbitrary'
import type { Network } from './network'
import { parse } from './parse'
import { print } from './print'

/** A printed network stands on other lines. */
const withoutLines = (network: Network) => ({
  ...network,
  reactions: network.reactions.map(({ line: _, ...reaction }) => reaction),
  events: network.events.map(({ line: _, ...event }) => event),
})

describe('print', () => {
  it('writes what parses to the same network', () => {
    fc.assert(
      fc.property(arbitraryNetwork, (network) => {
        const text = print(network)
        const read = parse(text)
        expect(
          read.diagnostics.filter((one) => one.severity === 'error'),
          text,
        ).toEqual([])
        expect(withoutLines(read.network!), text).toStrictEqual(withoutLines(network))
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  it('is stable: printing what was printed and parsed changes nothing', () => {
    fc.assert(
      fc.property(arbitraryNetwork, (network) => {
        const text = print(network)
        expect(print(parse(text).network!)).toBe(text)
      }),
      { seed: 2, numRuns: 300 },
    )
  })

  it('sets parentheses where they change the tree, and nowhere else', () => {
    const rates = [
      'a - (b - c)',
      'a - b - c',
      'a/(b*c)',
      'a/b*c',
      '(-a)^2',
      '-a^2',
      'a^-b^c',
      '(a^b)^c',
      '-(a*b)',
      '-a*b',
      'a + (b + c)',
      '(a < b)*c',
      '(a < b) == (b < c)',
      '(a ? b : c) ? a : b',
      'a ? b : c ? a : b',
      'a < b ? a : b + c',
      '--a',
      'min(a, b ? a : c)',
    ]
    for (const rate of rates) {
      const text = `species A = 0\n\nparameter a = 1\nparameter b = 2\nparameter c = 3\n\n0 -> A, ${rate}\n`
      expect(print(parse(text).network!)).toBe(text)
    }
  })

  it('declares a thousand species on short lines', () => {
    const species = Array.from({ length: 1000 }, (_, s) => ({ name: `S${s}`, initial: s }))
    const text = print({ species, parameters: [], lets: [], observables: [], reactions: [], events: [] })
    expect(parse(text).network!.species).toEqual(species)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(120)
  })

  it('writes reversible reactions as one statement', () => {
    const text = 'species A = 5, B = 0\n\nbind: 2 A <-> B, 1, 2\nA <=> B, A, B\n'
    expect(print(parse(text).network!)).toBe(text)
  })
})
