/** The compiled leaps against the plain ones: the same counts, work and failures, to the bit. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../numerics/rng'
import type { Problem } from '../contract'
import type { Sampler } from '../ensemble'
import { ask } from '../testing'
import { compiledLeaper } from './compiled'
import { type LeapOptions, leaper } from './kernel'

const models: Readonly<Record<string, readonly [text: string, times: number[]]>> = {
  'births and deaths': ['species X = 100; 0 -> X, 1000; X -> 0, 1', [0, 0.5, 3]],
  'decaying–dimerising': [
    'species S1 = 10000; S1 -> 0, 1; 2 S1 -> S2, 0.002; S2 -> 2 S1, 0.5; S2 -> S3, 0.04',
    [1, 10, 30],
  ],
  'few beside many: critical reactions': [
    'species G = 1, M = 5000; G <-> H, 2, 3; H -> H + M, 4000; M -> 0, 1; M + M -> 0, 1e-5',
    [1, 4],
  ],
  'expressions, guards and three at a time': [
    `species A = 4000, B = 2000; A => B, A*(2 + sin(A/500)); B => A, B; 3A -> 3B, 1e-7
    A + 2B -> 3A, 1e-7; 0 -> A, 500/(1 + B/1000)`,
    [0.2, 1],
  ],
  'a fall to nothing': ['species A = 3000; A -> 0, 2; 2A -> 0, 0.001', [1, 5, 50]],
  'nothing to begin with': ['species A = 0; A -> 0, 1', [0, 5]],
}
const methods = ['trapezoidal', 'midpoint', 'explicit'] as const

/** All that is to be seen of a replicate, or the failure it ended with. */
function walk(sampler: Sampler, replicate: number) {
  try {
    sampler.start(stream(5, replicate))
    while (!sampler.advance());
  } catch (thrown) {
    return (thrown as Error).message
  }
  const { time, events, recorded, records, counters } = sampler.place
  return { time, events, recorded, records: records.slice(), counters: { ...counters } }
}

const both = (problem: Problem, more: Partial<LeapOptions> = {}) => {
  const options: LeapOptions = { method: 'trapezoidal', epsilon: 0.03, criticalCount: 10, share: 1, ...more }
  return [compiledLeaper(problem, options)!, leaper(problem, options)]
}

describe.each(Object.entries(models))('%s', (name, [text, times]) => {
  it.each(methods)('are leapt alike by the %s leap', (method) => {
    let leaps = 0
    for (const [epsilon, share] of [
      [0.03, 1],
      [0.1, 0.5],
    ]) {
      const [fast, slow] = both(ask(text, times), { method, epsilon, share })
      for (let replicate = 0; replicate < 5; replicate++) {
        expect(walk(fast, replicate)).toEqual(walk(slow, replicate))
        leaps += fast.place.counters?.leaps ?? 0
      }
    }
    if (!name.startsWith('nothing')) expect(leaps).toBeGreaterThan(20)
  })
})

it.each([
  ['becomes negative', 'species X = 900; X => 0, X - 300.5', [100]],
  ['grows without limit', 'species X = 1000; X -> 2X, 3; 2X -> 3X, 1e-3', [1e9]],
  ['is none to begin with', 'species X = 5; X => 0, X - 7', [1]],
])('end with the same words where a propensity %s', (_, text, times) => {
  const [fast, slow] = both(ask(text, times as number[]))
  const ended = walk(slow, 0)
  expect(typeof ended).toBe('string')
  expect(walk(fast, 0)).toBe(ended)
})

it('compile nothing when rates, counts, times and options change', () => {
  const text = (k: number) => `species X = ${100 * k}; 0 -> X, ${1000 * k}; X -> 0, ${k}`
  for (const k of [1, 2, 3]) {
    const [fast, slow] = both(ask(text(k), [k, 2 * k]), { epsilon: 0.02 * k, criticalCount: 5 * k })
    expect(walk(fast, k)).toEqual(walk(slow, k))
  }
})
