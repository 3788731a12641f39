import { describe, expect, it } from 'vitest'
import { watchOf } from './events'
import type { Network } from './network'
import { parse } from './parse'
import { eventTex, eventText } from './propensity'
import { conservationLaws, netMatrix } from './structure'

const read = (text: string): Network => {
  const { network, diagnostics } = parse(text)
  expect(diagnostics).toEqual([])
  return network!
}

const reset = 'parameter c = 25\nspecies P = 100, P2 = 0\n2 P <-> P2, 1, 2\n'

describe('events', () => {
  it('are read and written', () => {
    const network = read(`${reset}at t >= c: P = 100, P2 = 0\nat (P2 > 30)*(t < 2*c): P = P + 2*P2, P2 = 0`)
    expect(network.events.map((_, e) => eventText(network, e))).toEqual([
      'at t >= c: P = 100, P2 = 0',
      'at (P2 > 30)*(t < 2*c): P = P + 2*P2, P2 = 0',
    ])
    expect(eventTex(network, 0)).toBe('\\text{at}\\;t\\ge c:\\quad P\\leftarrow 100,\\;P_{2}\\leftarrow 0')
  })

  it('take a condition with its own colon', () => {
    const network = read(`${reset}at P > 3 ? P2 > 1 : P2 > 2: P = 0`)
    expect(eventText(network, 0)).toBe('at P > 3 ? P2 > 1 : P2 > 2: P = 0')
  })

  it('leave the name `at` to the word alone', () => {
    expect(read('species att = 1\natt -> 0, 1').species[0].name).toBe('att')
  })

  it('look at the clock through flags, each with its instant and its side', () => {
    const network = read(
      `${reset}let double = 2*c\nat (c <= t)*(t < double)*(P2 > 30): P = 0\nat 3 > t ? P : t > 4: P = 1`,
    )
    const { triggers, flags } = watchOf(network)
    expect(flags.map(({ from }) => from)).toEqual([true, false, false, true])
    expect(flags.map(({ at }) => at.kind)).toEqual(['parameter', 'let', 'number', 'number'])
    // Two species: flags stand behind them.
    expect(JSON.stringify(triggers[0]).match(/"index":\d/g)).toEqual(['"index":2', '"index":3', '"index":1'])
    expect(triggers[1]).toEqual({
      kind: 'conditional',
      test: { kind: 'species', index: 4 },
      yes: { kind: 'species', index: 0 },
      no: { kind: 'species', index: 5 },
    })
  })

  it('break the conservation laws of what they assign, and of nothing else', () => {
    const closed = 'A <-> B, 1, 1\nC <-> D, 1, 1\n'
    const laws = (text: string) => conservationLaws(read(text)).map(({ coefficients }) => [...coefficients])
    expect(laws(closed)).toEqual([
      [1, 1, 0, 0],
      [0, 0, 1, 1],
    ])
    expect(laws(`${closed}at t > 1: A = 5`)).toEqual([[0, 0, 1, 1]])
  })
})

describe('fixed species', () => {
  it('take part in reactions and keep their counts', () => {
    const network = read('species S = 4 fixed, X = 0\nS + X -> 2 X, 1\n2 S -> X + S, 1')
    expect(network.species[0].fixed).toBe(true)
    expect([...netMatrix(network)]).toEqual([0, 1, 0, 1])
    expect(network.reactions[1].reactants).toEqual([{ species: 0, count: 2 }])
  })

  it('leave their word free as a name', () => {
    const { species, observables } = read('species fixed = 2 fixed, A\nobservable a = fixed\nA -> fixed, 1')
    expect(species[0]).toEqual({ name: 'fixed', initial: 2, fixed: true })
    expect(observables[0].expr).toEqual({ kind: 'species', index: 0 })
  })

  it('are fixed with or without an initial count', () => {
    expect(read('species A fixed, B = 2\nA -> B, 1').species).toEqual([
      { name: 'A', initial: 0, fixed: true },
      { name: 'B', initial: 2 },
    ])
  })
})
