import { describe, expect, it } from 'vitest'
import { lanesOf } from './lanes'
import { solvers } from './registry'
import type { Study } from './study'

const study: Study = {
  version: 1,
  network: 'X -> 0, 1',
  times: [1],
  solver: 'tauLeap',
  options: { replicates: 100 },
  compare: [{ solver: 'fsp' }, { solver: 'tauLeap', options: { replicates: 100, epsilon: 0.08 } }],
}

describe('the lanes of a study', () => {
  it('have a key each, also where one method stands there again', () => {
    expect(lanesOf(study).map(({ id }) => id)).toEqual(['tauLeap', 'fsp', 'tauLeap-2'])
    expect(lanesOf({ ...study, solver: undefined, compare: undefined }).map(({ id }) => id)).toEqual(['ssa'])
    // A lane's key could otherwise be taken for a method's.
    expect(Object.keys(solvers).filter((id) => id.includes('-'))).toEqual([])
  })

  it('are told apart by what differs, the default written out, and by nothing where they are alone', () => {
    expect(lanesOf(study).map(({ title }) => title)).toEqual([
      'Tau-leaping · ε 0.03',
      'State-space projection',
      'Tau-leaping · ε 0.08',
    ])
    const ssa = (variant: string, replicates?: number) => ({ solver: 'ssa', options: { variant, replicates } })
    const words = (...compare: Study['compare'] & object) =>
      lanesOf({ ...study, ...ssa('direct'), compare }).map(({ variant }) => variant)
    expect(words(ssa('rejection'))).toEqual(['direct', 'rejection'])
    expect(words(ssa('rejection', 50_000))).toEqual(['replicates 10,000, direct', 'replicates 50,000, rejection'])
    // Until an option is changed there is only the place.
    expect(words(ssa('direct'))).toEqual(['no. 1', 'no. 2'])
    expect(words(ssa('rejection'), ssa('direct'))).toEqual(['direct, no. 1', 'rejection', 'direct, no. 3'])
  })

  it('carry the whole question and nothing of each other', () => {
    const [, , second] = lanesOf({ ...study, title: 'two', view: { time: 1 }, seed: 4 })
    expect(second.study).toEqual({
      version: 1,
      network: 'X -> 0, 1',
      times: [1],
      seed: 4,
      solver: 'tauLeap',
      options: { replicates: 100, epsilon: 0.08 },
    })
  })
})
