import { describe, expect, it } from 'vitest'
import type { Solution } from '../contract'
import type { FspOptions } from './index'
import { law, moment, problem, solve } from './trial'

const atRest = (text: string, options: Partial<FspOptions>): Promise<Solution> =>
  solve(problem(text, [0]), { horizon: 'stationary', tolerance: 1e-6, ...options })

function estimate({ observations: { marginals } }: Solution): number {
  if (marginals.error.kind !== 'estimate') throw new Error(`an estimate was expected, not ${marginals.error.kind}`)
  return marginals.error.value
}

function apart(p: readonly number[], q: readonly number[]): number {
  let sum = 0
  for (let n = 0; n < Math.max(p.length, q.length); n++) sum += Math.abs((p[n] ?? 0) - (q[n] ?? 0))
  return sum
}

function poisson(mean: number, count: number): number[] {
  const p = [Math.exp(-mean)]
  for (let n = 1; n < count; n++) p.push((p[n - 1] * mean) / n)
  return p
}

const fork = `0 -> U, 8 / (1 + V); U -> 0, 1; 0 -> V, 8 / (1 + U); V -> 0, 1`
const gene = 'species G = 1; G -> H, 0.3; H -> G, 0.2; H -> H + M, 10; M -> 0, 1'
const pairs = '0 -> 2X, 4; X + Y -> 0, 0.1; 0 -> Y, 3; X -> Y, 0.5; Y -> 0, 0.5'

describe('law at rest, followed', () => {
  it('agrees with the elimination within both errors', async () => {
    for (const [text, quantities] of [
      [fork, ['U', 'V']],
      [gene, ['H', 'M']],
      [pairs, ['X', 'Y']],
    ] as const) {
      const [exact, followed] = [
        await atRest(text, { states: 'box', tolerance: 1e-9 }),
        await atRest(text, { states: 'window' }),
      ]
      expect(followed.notes?.states).toBe('window: followed to rest')
      expect(estimate(followed)).toBeLessThanOrEqual(1e-6)
      for (const q of quantities) {
        expect(apart(law(followed, q, 0), law(exact, q, 0)), `${q} of ${text}`).toBeLessThan(estimate(followed) + 1e-9)
      }
    }
  })

  it('is what is done where an elimination would take long: stages of a line, which are independent at rest', async () => {
    const text = '0 -> A, 10; A -> B, 1; B -> C, 1.25; C -> 0, 0.8'
    const solution = await atRest(text, { tolerance: 1e-3 })
    expect(solution.notes?.states).toBe('window: followed to rest')
    expect(estimate(solution)).toBeLessThanOrEqual(1e-3)
    for (const [name, mean] of [
      ['A', 10],
      ['B', 8],
      ['C', 12.5],
    ] as const) {
      const off = apart(law(solution, name, 0), poisson(mean, 60))
      expect(off, name).toBeLessThan(estimate(solution))
    }
  })

  it('ends where nothing happens any more, and stays where nothing ever did', async () => {
    const dead = await atRest('species X = 3, Y = 2; X -> 0, 1; Y -> X, 2', { states: 'window' })
    expect(law(dead, 'X', 0)[0]).toBeCloseTo(1, 6)
    const still = await atRest('species A = 2, B = 0; B -> A, 1', { states: 'window' })
    expect(law(still, 'A', 0)).toEqual([0, 0, 1])
    expect(estimate(still)).toBe(0)
  })

  it('gives the same bits however often it is asked to yield, in frames that only go forward', async () => {
    const asked = problem(gene, [0, 1], ['moments', 'marginals'])
    const options = { horizon: 'stationary', states: 'window', tolerance: 1e-4 } as const
    let done = 0
    let frames = 0
    const watched = await solve(asked, options, (frame) => {
      expect(frame.done).toBeGreaterThanOrEqual(done)
      done = frame.done
      frames++
    })
    expect(frames).toBeGreaterThan(10)
    expect(watched).toEqual(await solve(asked, options))
    expect(moment(watched, 'mean', 'M', 0)).toBe(moment(watched, 'mean', 'M', 1))
  })

  it('says how many states growth without end takes', async () => {
    const failure = await atRest('0 -> X, 1; 0 -> Y, 1; Y -> 0, 1', { maxStates: 500 }).catch((e) => e)
    expect(failure).toMatchObject({ code: 'states', message: expect.stringContaining('holds 500') })
  })
})
