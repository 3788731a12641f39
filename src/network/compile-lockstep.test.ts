import { describe, expect, it, vi } from 'vitest'
import { fromWords, stream } from '../numerics/rng'
import { lockstep } from './compile-lockstep'
import { alone, read, together } from './walked'

const oscillator = `species Da = 1, Dr = 1
A + Da <-> Dpa, 1, 50; A + Dr <-> Dpr, 1, 100
Da -> Da + Ma, 50; Dpa -> Dpa + Ma, 500; Dr -> Dr + Mr, 0.01; Dpr -> Dpr + Mr, 50
Ma -> Ma + A, 50; Mr -> Mr + R, 5; A + R -> C, 2; C -> R, 1
Ma -> 0, 10; Mr -> 0, 0.5; A -> 0, 1; R -> 0, 0.2`

const models: readonly (readonly [name: string, text: string, times: number[], replicates: number])[] = [
  ['one reaction', 'species X = 40; X -> 0, 1', [0, 0.5, 2, 2, 50], 60],
  ['births and deaths', '0 -> X, 10; X -> 0, 1', [0, 1, 5, 20], 60],
  ['three reactions', 'species X = 3; 0 -> X, 10; X -> 0, 1; 2X -> X, 0.1', [0.1, 5], 60],
  ['cubic propensities', 'species X = 250; 2X -> 3X, 0.03; 3X -> 2X, 1e-4; 0 -> X, 200; X -> 0, 3.5', [1, 4], 19],
  [
    'five, of orders up to four',
    'species A = 90; 3A -> B, 1e-3; 4B -> 2A, 0.1; B -> 3A, 1; 0 -> C, 1; C + A -> A, 0.1',
    [1, 5],
    20,
  ],
  [
    'tables',
    'parameter n = 2.5; 0 -> U, 50/(1 + (V/12)^n); 0 -> V, hillr(U, 12, n)*50; U -> 0, 1; V -> 0, 1',
    [1, 20],
    30,
  ],
  ['an explicit law with a guard', 'species A = 20, B = 3; 2A => B, 3*sqrt(A); B -> A, 1; 0 -> A, 2', [1, 20], 30],
  ['a dead end', 'species A = 11, C = 2; 2A -> B, 1; C -> 0, 3', [0.1, 1, 100], 30],
  ['nothing to do at all', 'species A = 0; A -> 0, 1; 2A -> A, 3', [0, 1], 9],
  [
    'a rate of zero, a species that stays',
    'species A = 5, E = 2 fixed; parameter k = 0; A + E -> E, 1; 0 -> A, k',
    [1],
    20,
  ],
  ['sixteen reactions', oscillator, [0.5, 1], 9],
]

describe('lockstep', () => {
  it.each(models)('gives every replicate the bits of the scalar kernel: %s', (_, text, times, replicates) => {
    const expected = alone(text, times, replicates)
    const many = lockstep(...read(text), times)!
    expect(together(many, replicates)).toEqual(expected)
    // Once more, in memory that has been used, and in other lanes.
    expect(together(many, 5)).toEqual(expected.slice(0, 5))
    many.release()
  })

  it('does so for every number of replicates beside each other, and counts all events', () => {
    const [, text, times] = models[1]
    const expected = alone(text, times, 9)
    for (let n = 1; n <= 9; n++) {
      const many = lockstep(...read(text), times)!
      expect(together(many, n)).toEqual(expected.slice(0, n))
      many.release()
    }
  })

  it('draws as the plain generator where a word falls outside its layer of the ziggurat, and in the tail', () => {
    // 2 % of exponentials leave their layer, 4 in 10 000 the last one: both are among a few ten thousand events.
    const text = 'species X = 1000; 0 -> X, 1000; X -> 0, 1'
    expect(together(lockstep(...read(text), [3, 6])!, 10, 8)).toEqual(alone(text, [3, 6], 10, 8))
  })

  it('compiles nothing when parameters, counts and times change, or names', () => {
    const compiled = vi.spyOn(WebAssembly, 'Module')
    try {
      for (const [name, k] of [
        ['X', 1],
        ['Y', 5],
        ['Z', 25],
      ] as const) {
        const text = `species ${name} = ${3 * k}; parameter k = ${k}; 0 -> ${name}, k/(2 + ${name}); ${name} -> 0, 1; 0 -> ${name}, k`
        const many = lockstep(...read(text), [k, 2 * k])!
        expect(together(many, 9).every((found) => found !== null)).toBe(true)
        many.release()
      }
      expect(compiled).toHaveBeenCalledTimes(1)
    } finally {
      compiled.mockRestore()
    }
  })

  it.each([
    ['a propensity is negative', 'species X = 5; X => 0, X - 2.5; 0 -> X, 0'],
    ['a propensity is infinite', 'species X = 5; X -> 0, 1/(X - 2); 0 -> X, 0'],
    ['a count leaves the table', 'species X = 4090; 0 -> X, 3e3/(1 + 1/(1 + X)); X -> 0, 0'],
    ['a count leaps over the end of the table', 'species X = 4090; 0 -> 5000 X, 3e3/(1 + 1/(1 + X)); X -> 0, 0'],
  ])('ends as odd where %s', (_, text) => {
    const many = lockstep(...read(text), [1000])!
    expect(together(many, 9)).toEqual(Array.from({ length: 9 }, () => null))
    many.release()
  })

  it('ends as odd where rounding leads to a propensity of 0', () => {
    // As in the test of the scalar kernel: with u = 1 − 2⁻⁵³ the descent ends on Z, of which there is none.
    const network = read('species Z = 0; 0 -> A, 0.1; 0 -> B, 0.5; 0 -> C, 1.1; Z -> D, 1')
    const many = lockstep(...network, [10])!
    many.lanes[3].start(fromWords(Uint32Array.of(0, 0, 5, 6, 7, 8, 0xffffffff, 0xffffffff)))
    many.lanes[4].start(stream(1, 1))
    while (many.lanes[3].status === 'going' || many.lanes[4].status === 'going') many.advance()
    expect([many.lanes[3].status, many.lanes[4].status, many.lanes[5].status]).toEqual(['odd', 'done', 'idle'])
    expect(many.lanes[3].events).toBe(0)
    many.release()
  })

  it('tells the state of a lane on its way, and can be made to give it up', () => {
    const many = lockstep(...read('species X = 0, Y = 7; 0 -> X, 2; Y -> Y + X, 1'), [1000])!
    many.lanes[6].start(stream(1, 1))
    expect(many.advance()).toBe(64)
    const [lane] = many.lanes.slice(6)
    expect([...lane.counts, lane.total, lane.events]).toEqual([64, 7, 9, 64])
    expect(lane.time).toBeCloseTo(64 / 9, -1)
    lane.giveUp()
    expect([lane.status, many.advance()]).toEqual(['odd', 0])
    many.release()
  })

  it.each([
    ['events', 'X -> 0, 1; at t >= 1: X = 5'],
    ['time', '0 -> X, 1 + t; X -> 0, 1'],
    ['rates of two species', 'X -> 0, Y; Y -> 0, 1'],
    ['no reaction', 'species X = 1'],
    ['seventeen reactions', `${oscillator}; R -> C, 1`],
    ['combinations alone, whose sum may be −0', 'species A = 4; 2A -> B, 1'],
    ['rate constants at the edge of the doubles', 'species A = 4; A -> B, 1e-250'],
  ])('leaves alone: %s', (_, text) => {
    expect(lockstep(...read(text), [1])).toBeNull()
  })

  it('leaves alone what the machine cannot do', () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    try {
      expect(
        lockstep(...read('0 -> X, 10; X -> 0, 1; X -> 2X, 0.1; 3X -> 0, 1e-3; 0 -> Y, 1; Y + X -> X, 1'), [1]),
      ).toBeNull()
    } finally {
      validate.mockRestore()
    }
  })
})
