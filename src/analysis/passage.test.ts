import { describe, expect, it } from 'vitest'
import { quantities } from '../network/network'
import { ask } from '../solvers/testing'
import { complete } from './complete'
import { firstPassage, type Passage } from './passage'

/** When `condition` first holds. */
function passage(text: string, condition: string, times: number[] = []): Passage {
  const problem = ask(`${text}; observable hit = ${condition}`, times)
  return complete(firstPassage(problem, quantities(problem.network).indexOf('hit')))
}

const sis = (people: number, r: number, ill: number) =>
  `species I = ${ill}, S = ${people - ill}; S + I -> 2I, ${r / people}; I -> S, 1`
const pool = (birth: number, death: number, x: number) => `species X = ${x}; 0 -> X, ${birth}; X -> 0, ${death}`
const schloegl = (x: number) => `species X = ${x}
  2X => 3X, 0.015 * X * (X - 1); 0 -> X, 200
  3X => 2X, (1e-4 / 6) * X * (X - 1) * (X - 2); X -> 0, 3.5`

describe('mean first passage', () => {
  // Sums over one axis in 30-digit arithmetic; two-dimensional ones by sparse LU on fixed boxes.
  const known: [what: string, text: string, condition: string, mean: number][] = [
    ['an epidemic ends: 20 people', sis(20, 2, 10), 'I == 0', 68.0078786251181],
    ['50 people, from one ill', sis(50, 1.5, 1), 'I == 0', 31.7440372589345],
    ['50 people, all ill', sis(50, 1.5, 50), 'I == 0', 106.356244323938],
    ['50 people, from one ill, R = 2', sis(50, 2, 1), 'I == 0', 5826.27674505434],
    ['50 people, from 25', sis(50, 2, 25), 'I == 0', 12221.5234879689],
    ['100 people, from one ill', sis(100, 1.5, 1), 'I == 0', 737.089607021739],
    ['100 people', sis(100, 1.5, 33), 'I == 0', 2379.21289585991],
    ['immigration and death up to 20', pool(1, 0.1, 0), 'X >= 20', 624.214284418178],
    ['from 10', pool(1, 0.1, 10), 'X >= 20', 605.084009538178],
    ['from 10 to 25 at tenfold rates', pool(10, 1, 10), 'X >= 25', 2409.89704229604],
    ['a rare one', pool(1, 0.025, 40), 'X >= 80', 118500186.629254],
    ['extinction of one', 'species X = 1; X -> 2X, 0.1; X -> 0, 0.11', 'X == 0', 23.9789527279837],
    ['extinction of ten', 'species X = 10; X -> 2X, 0.1; X -> 0, 0.11', 'X == 0', 109.865730640168],
    ['pairs annihilate', 'species X = 100; 2X -> 0, 1', 'X == 0', 1.37634435862039],
    ['Schlögl (a), up', schloegl(82), 'X >= 563', 50307.8615],
    ['Schlögl (a), down', schloegl(563), 'X <= 82', 178100.491],
    ['Schlögl (a), to its saddle', schloegl(563), 'X <= 256', 79894.721],
    [
      'a toggle switches',
      'parameter b = 0.4; species A = 18; 0 -> A, b / (b + B); A -> 0, 0.05; 0 -> B, b / (b + A); B -> 0, 0.05',
      'B - A >= 10',
      940.173712,
    ],
  ]
  for (const [what, text, condition, mean] of known) {
    it(what, () => {
      const found = passage(text, condition)
      expect(found.mean / mean).toBeCloseTo(1, 8)
      expect(found.change).toBeLessThan(1e-9)
    })
  }

  it('is 0 from within the target', () => {
    expect(passage(pool(1, 1, 5), 'X >= 5', [0, 1])).toMatchObject({ mean: 0, reached: Float64Array.of(1, 1) })
  })

  it('says where the target may never be reached', () => {
    expect(() => passage(sis(20, 2, 10), 'I == 20')).toThrow(/never reached/)
  })
})

describe('law of the first passage', () => {
  // Uniformisation with the target absorbing; published: Kuwahara & Mura 2008, doi:10.1063/1.2987701.
  it('gives rare events their probability', () => {
    for (const [level, p] of [
      [65, 2.29066182e-3],
      [70, 1.67621137e-4],
      [75, 8.41705759e-6],
      [80, 2.985960812e-7],
    ]) {
      const { reached, missing } = passage(pool(1, 0.025, 40), `X >= ${level}`, [100])
      expect(reached[0] / p).toBeCloseTo(1, 7)
      expect(missing[0]).toBeLessThan(1e-12)
    }
  })

  it('has the mean that elimination finds', () => {
    const times = Array.from({ length: 2001 }, (_, k) => k / 10)
    const { mean, reached } = passage(pool(10, 1, 2), 'X >= 12', times)
    let area = 0
    for (let k = 0; k < 2000; k++) area += (2 - reached[k] - reached[k + 1]) / 20
    expect(area / mean).toBeCloseTo(1, 3)
  })
})
