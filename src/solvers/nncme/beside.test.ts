import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import type { Frame, Solution } from '../contract'
import { ask, lend } from '../testing'
import { momentsOfPaths } from './beside'
import { nncme } from './index'
import { method } from './solve'

describe('beside a training', () => {
  it('stand the moments of the independent paths, with the error of so many', () => {
    const problem = ask('species X = 0, Y = 0; X -> Y, 1; observable s = X + Y', [1, 2])
    // Four paths [replicate, time, species].
    const paths = Int32Array.from([1, 0, 2, 1, 3, 0, 2, 1, 5, 0, 2, 1, 7, 0, 2, 1])
    const { moments, paths: n } = momentsOfPaths(problem, paths)!
    expect(n).toBe(4)
    const value = (moment: string, quantity: string, time: number) => at(moments.array, { time, moment, quantity })
    expect([value('mean', 'X', 1), value('variance', 'X', 1), value('mean', 's', 2)]).toEqual([4, 5, 3])
    const { error } = moments
    if (error.kind !== 'sampling') throw new Error('no error')
    expect(error.bias).toBeUndefined()
    expect(at(error.standardError, { time: 1, moment: 'mean', quantity: 'X' })).toBeCloseTo(Math.sqrt(5 / 4), 12)
    // Fourth central moment (81 + 1 + 1 + 81)/4 = 41.
    expect(at(error.standardError, { time: 1, moment: 'variance', quantity: 'X' })).toBeCloseTo(
      Math.sqrt((41 - 25) / 4),
      12,
    )
  })

  it('the law in the midst of a step is shown, and changes nothing', async () => {
    const problem = ask('0 -> X, 5; X -> Y, 1; Y -> 0, 1', [1, 2], { moments: true, marginals: true, joints: [[0, 1]] })
    const options = { ...nncme.options.defaults, replicates: 500, updates: 20, width: 8, layers: 1, check: 100 }
    let clock = 0
    const follow = async (now?: () => number): Promise<{ frames: Frame[]; solution: Solution }> => {
      const run = { ...lend(1, () => true), now }
      const work = method.solve(problem, options, run)
      const frames: Frame[] = []
      let next = await work.next()
      for (; !next.done; next = await work.next()) frames.push(next.value())
      return { frames, solution: next.value }
    }
    const [timed, plain] = [await follow(() => ++clock), await follow()]
    expect(timed.solution).toEqual(plain.solution)
    expect(plain.frames.every(({ now }) => now === undefined)).toBe(true)
    const shown = timed.frames.flatMap(({ now }) => (now ? [now] : []))
    expect([...new Set(shown.map(({ time }) => time))]).toEqual([1, 2])
    for (const { time, observations } of [shown[0], shown[shown.length - 1]]) {
      const { array, error } = observations['joint:X,Y']
      expect(array.coords.time).toEqual([time])
      expect(array.data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
      expect(error).toEqual({ kind: 'none', why: 'it is still learning' })
    }
    expect(timed.solution.independent?.paths).toBe(1000)
  })
})
