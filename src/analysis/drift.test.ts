import { describe, expect, it } from 'vitest'
import { namedArray } from '../numerics/named-array'
import type { Observation } from '../solvers/contract'
import { driftOf, inErrors } from './drift'

/** Means of U and V with their errors at each time; variances are of no concern. */
function moments(times: number[], means: number[][], errors?: number[][]): Observation {
  const axes = [
    ['time', times],
    ['moment', ['mean', 'variance']],
    ['quantity', ['U', 'V']],
  ] as const
  const rows = (list: number[][]) => Float64Array.from(list.flatMap((row) => [...row, 99, 99]))
  const error = errors
    ? ({ kind: 'sampling', standardError: namedArray(axes, rows(errors)) } as const)
    : ({ kind: 'exact' } as const)
  return { array: namedArray(axes, rows(means)), error }
}

describe('the drift of means', () => {
  const samples = moments(
    [1, 2, 3],
    [
      [10, 5],
      [12, 0],
      [14, 7],
    ],
    [
      [0.3, 0.1],
      [0.4, 0],
      [0.5, 0.1],
    ],
  )

  it('is in errors of the samples where the answer has none, and in both where it has', () => {
    const exact = driftOf(
      moments(
        [2, 3],
        [
          [12.8, 0],
          [Number.NaN, Number.NaN],
        ],
      ),
      samples,
    )
    expect(exact?.times).toEqual([2, 3])
    const z = inErrors(exact!)
    expect(z[0]).toBeCloseTo(2, 12)
    expect([z[1], z[2]]).toEqual([0, Number.NaN])
    const both = driftOf(moments([1], [[10.5, 5]], [[0.4, 0.1]]), samples)
    // √(0.3² + 0.4²) = 0.5.
    expect(inErrors(both!)[0]).toBeCloseTo(1, 12)
  })

  it('is infinite where something moved that never does, and nothing against what is no sample', () => {
    expect(inErrors(driftOf(moments([2], [[12, 1]]), samples)!)[1]).toBe(Number.POSITIVE_INFINITY)
    expect(driftOf(samples, moments([1], [[1, 1]]))).toBeUndefined()
  })
})
