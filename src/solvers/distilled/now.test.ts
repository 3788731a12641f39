import { describe, expect, it } from 'vitest'
import type { Frame, Solution } from '../contract'
import { ask, lend } from '../testing'
import { distilled } from './index'
import { method } from './solve'

describe.each(['dense', 'transformer'] as const)('a %s student in the midst of its learning', (network) => {
  it('is looked at now and then, which changes nothing', async () => {
    const problem = ask('0 -> X, 4; X -> Y, 1; Y -> 0, 1', [1, 3], { moments: true, joints: [[0, 1]] })
    const sizes = { looks: 2, heldOut: 1, epochs: 80, width: 8, layers: 1, components: 2, rows: 4 }
    const options = { ...distilled.options.defaults, ...sizes, network }
    let clock = 0
    const follow = async (now?: () => number): Promise<{ frames: Frame[]; solution: Solution }> => {
      const work = method.solve(problem, options, { ...lend(1, () => true), now })
      const frames: Frame[] = []
      let next = await work.next()
      for (; !next.done; next = await work.next()) frames.push(next.value())
      return { frames, solution: next.value }
    }
    const [timed, plain] = [await follow(() => ++clock), await follow()]
    expect(timed.solution).toEqual(plain.solution)
    expect(plain.frames.some(({ now }) => now)).toBe(false)
    const shown = timed.frames.flatMap(({ now }) => (now ? [now] : []))
    const laws = new Set(shown.map(({ observations }) => observations['joint:X,Y'].array.data.join()))
    expect(laws.size).toBeGreaterThan(1)
    const { time, observations } = shown[shown.length - 1]
    const { array, error } = observations['joint:X,Y']
    expect([time, error.kind]).toEqual([3, 'none'])
    expect(array.data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6)
  })
})
