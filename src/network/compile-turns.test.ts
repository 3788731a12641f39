import { describe, expect, it, vi } from 'vitest'
import { fromWords, stream } from '../numerics/rng'
import { compile } from './compile'
import { turns } from './compile-turns'
import { alone, read, together } from './walked'

const chain = (n: number) =>
  ['species S1 = 100', '0 -> S1, 20', ...Array.from({ length: n - 2 }, (_, i) => `S${i + 1} -> S${i + 2}, 1`)]
    .concat(`S${n - 1} -> 0, 1`)
    .join('\n')

/** Everything reads X. */
const hub = Array.from({ length: 45 }, (_, i) => `X + A${i} <-> X + B${i}, 0.1, ${1 + i / 7}`).join('\n')

/** Exchange between eight species by reactions of up to two partners, a few with rates that saturate. */
function randomNetwork(reactions: number): string {
  const source = stream(17, reactions)
  const species = () => `S${Math.floor(8 * source.uniform())}`
  const rate = () => (0.2 + source.uniform()).toPrecision(3)
  const lines = Array.from({ length: reactions }, () => {
    const kind = source.uniform()
    const [a, b] = [species(), species()]
    if (kind < 0.2) return `${a} => ${b}, ${rate()}*${a}/(1 + ${kind < 0.1 ? a : b})`
    if (kind < 0.6) return `${a} -> ${b}, ${rate()}`
    return kind < 0.8 ? `${a} + ${b} -> ${species()} + ${species()}, 0.05` : `2 ${a} -> ${a} + ${b}, 0.05`
  })
  return `species ${Array.from({ length: 8 }, (_, s) => `S${s} = ${9 * s}`).join(', ')}\n${lines.join('\n')}`
}

const models: readonly (readonly [name: string, text: string, times: number[], replicates: number])[] = [
  ['one reaction', 'species X = 40; X -> 0, 1', [0, 0.5, 2, 2, 50], 60],
  ['two', '0 -> X, 10; X -> 0, 1', [0, 1, 5, 20], 60],
  ['three', 'species X = 3; 0 -> X, 10; X -> 0, 1; 2X -> X, 0.1', [0.1, 5], 60],
  [
    'five, of orders up to four',
    'species A = 90; 3A -> B, 1e-3; 4B -> 2A, 0.1; B -> 3A, 1; 0 -> C, 1; C + A -> A, 0.1',
    [1, 5],
    20,
  ],
  ['a dead end, where sums are −0', 'species A = 11; 2A -> B, 1', [0.1, 1, 100], 50],
  ['nothing to do at all', 'species A = 0; A -> 0, 1; 2A -> A, 3; B -> A, 1; 2B -> A, 1', [0, 1], 9],
  [
    'tables and counts beyond them',
    'species A = 4090; 0 -> A, 3e3/(1 + 1000/(1 + A)); A -> 0, 0.1*A/(1 + A)',
    [0.2, 1],
    9,
  ],
  [
    'conditions, lets and every function',
    `species A = 30, B = 5; parameter k = 0.7
    let s = A + B; let w = k^2 + 1; let f = s < 20 ? exp(-s/w) : tanh(log(s + 1)) + abs(sin(s))
    0 -> A, 10*f; A -> B, f/(1 + cos(B)^2); B -> 0, pow(1 + A, 0.3)/(1 + log10(1 + s))
    A + B -> A, (A > B) + 0.1*(A != B) + 0.2*(A == B) + 0.01*(A <= B)*(s >= 3)
    A -> 0, max(mm(B, 3, 2)*(B > 0 ? 1 : 0), floor(hill(A, k*30, 3)))*0.1`,
    [1, 10],
    30,
  ],
  [
    'explicit laws with guards',
    'species A = 20; A + 2B => 3A, 5; A => 2B, 3*A; 3A => B, sqrt(A*B)/2; B => 0, min(B, 4)',
    [0.5, 2, 10],
    30,
  ],
  [
    'a species that stays, a rate of zero',
    'species A = 5, E = 2 fixed; parameter k = 0; A + E -> E, 1; 0 -> A, k',
    [1],
    20,
  ],
  ['a chain of 100', chain(100), [1, 5], 12],
  ['a hub of 90', `species X = 3${Array.from({ length: 45 }, (_, i) => `, A${i} = 2`).join('')}\n${hub}`, [0.5, 3], 12],
]

describe('by turns', () => {
  it.each(models)('gives every replicate the bits of the scalar kernel: %s', (_, text, times, replicates) => {
    const expected = alone(text, times, replicates)
    const many = turns(...read(text), times)!
    expect(together(many, replicates)).toEqual(expected)
    // Once more, in memory that has been used, and in other lanes.
    expect(together(many, 5)).toEqual(expected.slice(0, 5))
    many.release()
  })

  it('does so for random networks, whether or not all leaves are at one depth', () => {
    for (const reactions of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 33]) {
      const text = randomNetwork(reactions)
      const many = turns(...read(text), [0.3, 1])!
      expect(together(many, 9, reactions), text).toEqual(alone(text, [0.3, 1], 9, reactions))
      many.release()
    }
  })

  it('does so for every number of replicates beside each other, and counts all events', () => {
    const [, text, times] = models[1]
    const expected = alone(text, times, 9)
    for (let n = 1; n <= 9; n++) {
      const many = turns(...read(text), times)!
      expect(together(many, n)).toEqual(expected.slice(0, n))
      many.release()
    }
  })

  it('never fires a reaction of propensity 0, when rounding leads there', () => {
    // As in the test of the scalar kernel: with u = 1 − 2⁻⁵³ the descent ends on Z, of which there is none.
    const text = 'species Z = 0; 0 -> A, 0.1; 0 -> B, 0.5; 0 -> C, 1.1; Z -> D, 1'
    const unlucky = () => fromWords(Uint32Array.of(0, 0, 5, 6, 7, 8, 0xffffffff, 0xffffffff))
    const walker = compile(...read(text), [10])!
    walker.start(unlucky())
    while (walker.advance() === 'going');
    const many = turns(...read(text), [10])!
    const [lane] = many.lanes
    lane.start(unlucky())
    while (lane.status === 'going') many.advance()
    expect(lane.status).toBe('done')
    expect([...lane.records, lane.events]).toEqual([...walker.records, walker.events])
    many.release()
  })

  it.each([
    ['negative', 'species X = 5; X => 0, X - 2.5; 0 -> X, 0'],
    ['infinite', 'species X = 5; X -> 0, 1/(X - 2); 0 -> X, 0'],
  ])('ends as odd where a propensity is %s', (_, text) => {
    const many = turns(...read(text), [1000])!
    expect(together(many, 9)).toEqual(Array.from({ length: 9 }, () => null))
    many.release()
  })

  it('compiles nothing when parameters, counts and times change, or names', () => {
    const compiled = vi.spyOn(WebAssembly, 'Module')
    try {
      for (const [name, k] of [
        ['X', 1],
        ['Y', 5],
      ] as const) {
        const text = `species ${name} = ${3 * k}; parameter k = ${k}; 0 -> ${name}, k/(3 + ${name}); ${name} -> 0, 1`
        const many = turns(...read(text), [k, 2 * k])!
        expect(together(many, 9)).toEqual(alone(text, [k, 2 * k], 9))
        many.release()
      }
      // One scalar, one by turns.
      expect(compiled).toHaveBeenCalledTimes(2)
    } finally {
      compiled.mockRestore()
    }
  })

  it('tells the state of a lane on its way, and can be made to give it up', () => {
    const many = turns(...read('species X = 0, Y = 7; 0 -> X, 2; Y -> Y + X, 1'), [1000])!
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
    ['no reaction', 'species X = 1'],
  ])('leaves alone: %s', (_, text) => {
    expect(turns(...read(text), [1])).toBeNull()
  })
})
