import { describe, expect, it } from 'vitest'
import type { Network } from './network'
import { quantities } from './network'
import { parse } from './parse'
import { exprText, propensityText } from './propensity'

function read(text: string): Network {
  const { network, diagnostics } = parse(text)
  expect(diagnostics, text).toEqual([])
  return network!
}

it('reads a text once, however many ask, and lets go of old ones', () => {
  const text = (k: number) => `0 -> A, ${k}; A -> 0, 1`
  const first = parse(text(1))
  expect(parse(text(1))).toBe(first)
  for (let k = 2; k < 8; k++) parse(text(k))
  expect(parse(text(1))).not.toBe(first)
  expect(parse(text(1))).toEqual(first)
})

const names = (list: readonly { readonly name: string }[]) => list.map((one) => one.name)
const firstRate = (rate: string) => {
  const network = parse(`parameter a = 1, b = 2, c = 3\n0 -> A, ${rate}`).network!
  return exprText(network, network.reactions[0].rate)
}

const toggle = `# Two repressors, each shutting off the other's promoter.
species U = 0, V = 0
parameter a = 40 in [1, 100]          # a range makes a slider
parameter K = 12 in [1, 100] log      # a logarithmic one
parameter n = 2

birth_U: 0 -> U, a / (1 + (V/K)^n)
0 -> V, a / (1 + (U/K)^n)
U -> 0, 1
V -> 0, 1

observable total = U + V
`

describe('parse', () => {
  it('reads the toggle switch', () => {
    const network = read(toggle)
    expect(network.species).toEqual([
      { name: 'U', initial: 0 },
      { name: 'V', initial: 0 },
    ])
    expect(network.parameters).toEqual([
      { name: 'a', value: 40, range: { min: 1, max: 100, log: false } },
      { name: 'K', value: 12, range: { min: 1, max: 100, log: true } },
      { name: 'n', value: 2 },
    ])
    expect(names(network.reactions)).toEqual(['birth_U', 'r2', 'r3', 'r4'])
    expect(network.reactions.map((one) => [one.named, one.line])).toEqual([
      [true, 7],
      [false, 8],
      [false, 9],
      [false, 10],
    ])
    expect(network.reactions[0].net).toEqual([{ species: 0, count: 1 }])
    expect(quantities(network)).toEqual(['U', 'V', 'total'])
  })

  it('says where the numbers stand', () => {
    const text = 'species A = 10, B\nparameter k = -0.5 in [-1, 1], j = 1e3\nA -> B, j'
    const { spans } = parse(text)
    const piece = ({ offset, length }: { offset: number; length: number }) => text.slice(offset, offset + length)
    expect([...spans.parameters].map(([name, span]) => [name, piece(span), span.value])).toEqual([
      ['k', '-0.5', -0.5],
      ['j', '1e3', 1000],
    ])
    expect([...spans.initial].map(([name, span]) => [name, piece(span)])).toEqual([['A', '10']])
  })

  it('orders species as declared, then by first occurrence', () => {
    expect(names(read('D -> C, 1\nspecies B\nC + A -> 0, 1; species A').species)).toEqual(['B', 'A', 'D', 'C'])
  })

  it('reads every form of a statement', () => {
    const network = read(
      [
        'param k = 1, j = +2 in [0, 4] step 0.5; species X = 1e2',
        'let half = k/2; let quarter = half/2',
        '2X + Y <-> 3 X, k, j',
        'both: X <=> ∅, k*X, quarter',
        'X+X->0,t\r\nX => 2X, k ; # the end',
        'observable twice = 2*X, thrice = 3*X\r',
      ].join('\n'),
    )
    expect(network.parameters[1]).toEqual({ name: 'j', value: 2, range: { min: 0, max: 4, step: 0.5, log: false } })
    expect(network.species).toEqual([
      { name: 'X', initial: 100 },
      { name: 'Y', initial: 0 },
    ])
    expect(names(network.lets)).toEqual(['half', 'quarter'])
    expect(names(network.observables)).toEqual(['twice', 'thrice'])
    expect(network.reactions.map(({ name, law, pair, line }) => [name, law, pair, line])).toEqual([
      ['r1', 'mass-action', 0, 3],
      ['r2', 'mass-action', 0, 3],
      ['both', 'explicit', 2, 4],
      ['both_reverse', 'explicit', 2, 4],
      ['r5', 'mass-action', undefined, 5],
      ['r6', 'explicit', undefined, 6],
    ])
    expect(network.reactions[0].reactants).toEqual([
      { species: 0, count: 2 },
      { species: 1, count: 1 },
    ])
    expect(network.reactions[0].net).toEqual([
      { species: 0, count: 1 },
      { species: 1, count: -1 },
    ])
    expect(network.reactions[4].reactants).toEqual([{ species: 0, count: 2 }])
    expect(propensityText(network, 3)).toBe('quarter')
  })

  it('takes a range as even where it cannot be logarithmic', () => {
    const { network, diagnostics } = parse('parameter k = 0.5 in [0, 2] step 0.1 log\n0 -> A, k')
    expect(network?.parameters[0].range).toEqual({ min: 0, max: 2, step: 0.1, log: false })
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['warning'])
  })

  it('lets rates and observables read what is declared below them', () => {
    expect(read('0 -> A, k*x\nobservable y = x + A\nlet x = 2*k\nparameter k = 1').reactions).toHaveLength(1)
  })

  it('keeps automatic names apart from given ones', () => {
    const network = read('r2: A -> 0, 1\nA -> 0, 2\nx: A <-> B, 1, 1\nx_reverse: B -> 0, 1')
    expect(names(network.reactions)).toEqual(['r2', 'r2_', 'x', 'x_reverse_', 'x_reverse'])
  })

  it('binds operators as mathematics does', () => {
    expect(firstRate('((a))+(b*c)')).toBe('a + b*c')
    expect(firstRate('a-(b-c)-1')).toBe('a - (b - c) - 1')
    expect(firstRate('-a^2')).toBe('-a^2')
    expect(firstRate('(-a)^2*1')).toBe('(-a)^2*1')
    expect(firstRate('a^b^c')).toBe('a^b^c')
    expect(firstRate('2^-a')).toBe('2^-a')
    expect(firstRate('a<b?a:b<c?b:c')).toBe('a < b ? a : b < c ? b : c')
    expect(firstRate('a<-1?a:+b')).toBe('a < -1 ? a : b')
    expect(firstRate('min(a, b, c)')).toBe('min(min(a, b), c)')
    expect(firstRate('.5e1 + 2. + pi + t')).toBe('5 + 2 + pi + t')
  })
})
