import { describe, expect, it } from 'vitest'
import { at, namedArray } from '../numerics/named-array'
import { biasOfMarginals, biasOfMoments } from './bias'
import { summarise } from './summary'
import { addReplicate, emptyTally, merge, type Tally } from './tally'
import { ask } from './testing'

const law = (counts: number[], ...p: number[]) =>
  namedArray(
    [
      ['time', [1]],
      ['quantity', ['X']],
      ['count', counts],
    ],
    Float64Array.from(p),
  )

describe('what a step costs', () => {
  it('of moments: twice the change, with its sign, and the noise of both', () => {
    const axes = [
      ['time', [1]],
      ['moment', ['mean', 'variance']],
      ['quantity', ['X']],
    ] as const
    const array = (...data: number[]) => namedArray(axes, Float64Array.from(data))
    const bias = biasOfMoments(array(10, 5), array(9, 7), [array(3, 0), array(4, 1)], 'halved')
    expect([...bias.value.data]).toEqual([2, -4])
    expect([...bias.noise.data]).toEqual([10, 2])
  })

  it('of laws: twice the l1 distance, in the wider cells of the two', () => {
    const sizes = [100, 400] as const
    const narrow = law([0, 1, 2, 3, 4], 0.1, 0.2, 0.3, 0.2, 0.2)
    expect(biasOfMarginals(narrow, law([0, 2, 4], 0.3, 0.5, 0.2), sizes, '').value.data[0]).toBeCloseTo(0, 12)
    const { value, noise } = biasOfMarginals(law([0, 2], 0.5, 0.5), narrow, sizes, '')
    expect(value.data[0]).toBeCloseTo(2 * (0.2 + 0 + 0.2), 12)
    // E|p̂ − q̂| = √(2/π · p(1 − p)(1/n + 1/m)) in every cell.
    const pooled = [(50 + 120) / 500, (50 + 200) / 500, 80 / 500]
    const expected = pooled.reduce((sum, p) => sum + Math.sqrt((2 / Math.PI) * p * (1 - p) * (1 / 100 + 1 / 400)), 0)
    expect(noise.data[0]).toBeCloseTo(2 * expected, 12)
  })

  it('real counts: moments of what they are, laws of what they round to, the same bits in any split', () => {
    const problem = ask('species X = 3; X -> 0, 1', [1], { moments: true, marginals: true, joints: [] })
    const values = Array.from({ length: 40 }, (_, i) => 3 + 2.3 * Math.sin(1 + i * i))
    const tallyOf = (chosen: number[]): Tally => {
      const tally = emptyTally(problem, { how: 'halved', real: true })
      for (const value of chosen) {
        addReplicate(tally, Float64Array.of(value), Float64Array.of(Math.max(0, Math.round(value))))
        if (tally.approximation) addReplicate(tally.approximation.halved, Float64Array.of(value), Float64Array.of(3))
        tally.counters.steps = (tally.counters.steps ?? 0) + 2
      }
      return tally
    }
    const whole = summarise(problem, tallyOf(values))
    const parts = [0, 1, 2].map((k) => tallyOf(values.filter((_, i) => i % 3 === k)))
    expect(summarise(problem, merge(parts))).toEqual(whole)
    expect(summarise(problem, merge(parts.toReversed()))).toEqual(whole)
    const mean = values.reduce((a, b) => a + b, 0) / 40
    const { moments, marginals } = whole.observations
    expect(at(moments.array, { time: 1, moment: 'mean', quantity: 'X' })).toBeCloseTo(mean, 12)
    const fives = values.filter((value) => Math.round(value) === 5).length
    expect(at(marginals.array, { time: 1, quantity: 'X', count: 5 })).toBe(fives / 40)
    expect(whole.diagnostics.steps).toBe(80)
    expect(moments.error).toMatchObject({ kind: 'sampling', bias: { how: 'halved' } })
  })
})
