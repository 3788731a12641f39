import { describe, expect, it } from 'vitest'
import type { WatchedStep } from '../../analysis/learnt-law'
import { binomial, poisson } from '../../numerics/statistics'
import { csv } from '../figure/csv'
import { landing, lawWords, samplePanel, sampleSentence } from './sample-panel'

/** N drawn from Poisson's law of mean 6, and of those a share of 0.25 is U: in closed form. */
const [N, U] = [7, 2]
const steps: WatchedStep[] = [
  {
    species: 'N',
    low: 0,
    p: Float64Array.from({ length: 40 }, (_, n) => poisson(6, n)),
    uniform: 0.7,
    count: N,
    logQ: Math.log(poisson(6, N)),
  },
  {
    species: 'U',
    low: 0,
    p: Float64Array.from({ length: 8 }, (_, n) => binomial(N, 0.25, n)),
    uniform: 0.6,
    count: U,
    logQ: Math.log(poisson(6, N) * binomial(N, 0.25, U)),
  },
]
const provenance = { version: '0', seed: 1, methods: [], link: () => '' }

describe('a count of a sample', () => {
  it('is named with what came before it', () => {
    expect([lawWords(steps, 0), lawWords(steps, 1)]).toEqual(['N', 'U given N = 7'])
    const many = Array.from({ length: 7 }, (_, k) => ({ ...steps[0], species: `S${k}` }))
    expect(lawWords(many, 6)).toBe('S6 given 2 before, S2 = 7, S3 = 7, S4 = 7, S5 = 7')
  })

  it('is where the uniform number falls', () => {
    for (const step of steps) {
      const { from, to } = landing(step)
      expect(step.uniform).toBeGreaterThan(from)
      expect(step.uniform).toBeLessThan(to)
      expect(to - from).toBeCloseTo(step.p[step.count], 14)
    }
  })

  it('is told in a sentence with its numbers', () => {
    expect(sampleSentence(steps, 1)).toBe(
      'U given N = 7: the uniform number 0.6 falls between 0.4449 and 0.7564, so U = 2, which has probability 0.3115. The state so far has ln q = −3.149.',
    )
  })

  it('stands out among the bars of its law, and is in the file', () => {
    const panel = samplePanel(steps, 1, ['N', 'U'], provenance, 3)
    const [law, chosen] = panel.layers
    if (law.kind !== 'bars' || chosen.kind !== 'bars') throw new Error('no bars')
    expect(Array.from(law.y).reduce((a, b) => a + b, 0) + chosen.y[0]).toBeCloseTo(1, 12)
    expect([chosen.x[0], chosen.y[0], chosen.ink]).toEqual([2, binomial(7, 0.25, 2), 1])
    expect(csv(panel)).toContain('chosen: U = 2')
  })
})
