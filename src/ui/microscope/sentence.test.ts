import { describe, expect, it } from 'vitest'
import { watchLeaps } from '../../analysis/leap-microscope'
import { watch } from '../../analysis/microscope'
import { ask } from '../../solvers/testing'
import { assignedBefore, leapSentence, limitWords, sentenceOf } from './sentence'

describe('a step in words', () => {
  it('says how long, which, when and what changes', () => {
    const problem = ask('species X = 20; death: X -> 0, 0.1', [10])
    const { steps } = watch(problem, 1, 0)
    expect(sentenceOf(problem.network, steps[0])).toMatch(
      /^After a wait of 0\.\d+, death \(X → ∅\) fires at t = 0\.\d+: X falls from 20 to 19\.$/,
    )
  })

  it('says when a draw is thinned out', () => {
    const problem = ask('0 -> X, 9*(1 + sin(6*t))', [10])
    const { steps } = watch(problem, 1, 0)
    const thinned = steps.find(({ fires }) => !fires)
    expect(thinned && sentenceOf(problem.network, thinned)).toContain(
      'beyond its rate of that moment: nothing happens.',
    )
  })

  it('says what an event of the network has set', () => {
    const problem = ask('0 -> X, 3; at t >= 2: X = 50', [10])
    const reel = watch(problem, 1, 0)
    const index = reel.steps.findIndex(({ counts }) => counts[0] === 50)
    expect(assignedBefore(reel, index, problem.network)).toEqual([`X from ${reel.steps[index - 1].after[0]} to 50`])
    expect(assignedBefore(reel, 0, problem.network)).toEqual([])
  })
})

describe('a leap in words', () => {
  const problem = ask('species S = 10000; S -> 0, 1; 0 -> S, 50', [1, 2])
  const options = { method: 'explicit', epsilon: 0.03, criticalCount: 10 } as const
  const { steps } = watchLeaps(problem, options, 1, 0)

  it('says how far, how many and what limited it', () => {
    expect(leapSentence(problem.network, steps[0])).toMatch(
      /^A leap of 0\.0\d+ to t = 0\.0\d+: \d+ firings of 2 reactions\. Limited by the propensities: /,
    )
    const output = steps.find(({ limit }) => limit === 'output')
    expect(output && limitWords(output)).toBe('an output time')
    expect(limitWords({ ...steps[0], limit: 'event' })).toContain('one by one')
  })
})
