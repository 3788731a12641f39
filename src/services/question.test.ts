import { describe, expect, it } from 'vitest'
import type { Study } from '../solvers/study'
import { questionOf } from './question'

const tinyStudy: Study = { version: 1, network: 'species X = 5\nX -> 0, 1', times: [1], seed: 1 }

describe('questionOf', () => {
  it('ignores the number of replicates and where the reader looks, and nothing else', () => {
    const study = { ...tinyStudy, solver: 'ssa', options: { replicates: 10 } }
    const question = questionOf(study)
    expect(questionOf({ ...study, options: { replicates: 20 } })).toBe(question)
    expect(questionOf({ ...study, view: { time: 3 }, title: 'x' })).toBe(question)
    expect(questionOf({ ...study, seed: 2 })).not.toBe(question)
    expect(questionOf({ ...study, times: [2] })).not.toBe(question)
    expect(questionOf({ ...study, observe: ['moments'] })).not.toBe(question)
    expect(questionOf({ ...study, network: 'species X = 6\nX -> 0, 1' })).not.toBe(question)
  })
})
