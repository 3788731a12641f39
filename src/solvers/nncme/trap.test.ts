/** Absorbing sets: probabilities of having come there against closed forms, and against projection. */
import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { ask, finish, lend } from '../testing'
import { type NncmeOptions, nncme } from './index'
import { method } from './solve'
import { whyNoTrap, withTrap } from './trap'

const times = [0, 0.5, 1, 2]
const births = '0 -> X, 2; observable there = X >= 3'
/** P(three births by t) at rate 2. */
const there = (t: number) => 1 - Math.exp(-2 * t) * (1 + 2 * t + (2 * t) ** 2 / 2)

describe('a trap', () => {
  it.each(['forward-kl', 'reverse-kl', 'natural-gradient', 'tdvp'] as const)(
    'keeps what comes, by %s',
    async (scheme) => {
      const forward = scheme === 'forward-kl'
      const options: NncmeOptions = {
        ...{
          ...nncme.options.defaults,
          scheme,
          trap: 'X >= 3',
          width: 8,
          check: 100,
          smoothing: 1e-3,
          replicates: 10_000,
        },
        ...(forward
          ? {}
          : { samples: 1000, step: 0.02, each: scheme === 'reverse-kl' ? 40 : 10, sampling: 'onward', damping: 1e-5 }),
      }
      const { observations, diagnostics, artifact } = await finish(method, ask(births, times), options, lend(3))
      for (const time of times) {
        const p = at(observations.moments.array, { time, moment: 'mean', quantity: 'there' })
        // Counting 10,000 states: 4.5 errors of 0.005. The papers' schemes add what their start and samples cost.
        expect(Math.abs(p - there(time)), `t = ${time}`).toBeLessThan(forward ? 0.023 : 0.04)
      }
      expect(at(observations.moments.array, { time: 2, moment: 'mean', quantity: 'X' })).toBeLessThan(3.1)
      // The exact law that the solver checks itself by has the trap, too.
      expect(diagnostics.hellinger).toBeLessThan(0.1)
      expect(artifact?.notes.trap).toBe('X >= 3')
      expect(nncme.answers?.(artifact!, ask(births, times))).toBe(false)
    },
  )

  it('says where its text is wrong', () => {
    const problem = ask(births, times)
    expect(whyNoTrap(problem, '')).toBeUndefined()
    expect(whyNoTrap(problem, 'X >= 3')).toBeUndefined()
    expect(whyNoTrap(problem, 'X >= Y')).toMatch(/^column 6 of the trap: .*Y/)
    expect(nncme.supports(problem, { ...nncme.options.defaults, trap: 'X >= Y' })).toMatchObject({ ok: false })
    expect(withTrap(problem, ' ')).toBe(problem)
  })
})
