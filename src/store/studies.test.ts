import { describe, expect, it } from 'vitest'
import { maxBeside, type Study } from '../solvers/study'
import { createStudies, fold } from './studies'

const network = [
  'species U = 3, V = 0',
  'parameter a = 40 in [1, 100]',
  'parameter d = 1',
  '0 -> U, a',
  'U -> 0, d',
  'U -> V, 0.1',
  'V -> 0, 1',
].join('\n')
const first: Study = {
  version: 1,
  network,
  times: { from: 0, to: 10, count: 11 },
  observe: ['moments', 'joint:U,V'],
  solver: 'ssa',
  options: { replicates: 100 },
  seed: 1,
  compare: [{ solver: 'fsp', options: { tolerance: 1e-5 } }],
}
const setUp = (study = first) => createStudies(study).getState

describe('the draft', () => {
  it('keeps the text as the single source of truth', () => {
    const get = setUp()
    get().setParameter('a', 37)
    expect(get().study.network).toContain('parameter a = 37 in [1, 100]')
    expect([...get().reading.problem.parameters]).toEqual([37, 1])
    get().setInitial('V', 12)
    expect([...get().reading.problem.initial]).toEqual([3, 12])
    get().resetParameter('a')
    expect(get().study.network).toContain('parameter a = 40 in [1, 100]')
  })

  it('folds the overrides of a study into its text, and leaves the unknown to be complained about', () => {
    const study = fold({ ...first, parameters: { a: 7, zeta: 1 }, initial: { U: 9 } })
    expect(study.network).toContain('a = 7')
    expect(study.network).toContain('U = 9')
    expect(study).toMatchObject({ parameters: { zeta: 1 } })
    expect(study).not.toHaveProperty('initial')
    const get = setUp()
    get().open(study)
    expect(get().issues[0].path).toBe('parameters.zeta')
    expect(get().good.network).toBe(network)
  })

  it('keeps the last good study while a line is wrong, and says what is wrong beyond the text apart', () => {
    const get = setUp()
    get().setText(`${network}\nU -> W +`)
    expect(get().parsed.network).toBeNull()
    expect(get().parsed.diagnostics.length).toBeGreaterThan(0)
    expect(get().issues).toEqual([])
    expect(get().good.network).toBe(network)
    get().setText(network.replace('0.1', '0.2'))
    expect(get().good).toBe(get().study)
    get().setOption('ssa', 'replicates', -5)
    expect(get().issues[0].path).toBe('options.replicates')
    expect(get().good).not.toBe(get().study)
    get().setOption('ssa', 'replicates', undefined)
    expect(get().issues).toEqual([])
  })

  it('lets joint laws follow the names in the text', () => {
    const get = setUp()
    get().setText(network.replaceAll('V', 'W'))
    expect(get().study.observe).toEqual(['moments', 'joint:U,W'])
    expect(get().issues).toEqual([])
    get().setText('species X = 1\nX -> 0, 1')
    expect(get().study.observe).toEqual(['moments'])
  })

  it('lets methods change places and remembers their options', () => {
    const get = setUp()
    get().setSolver('fsp')
    expect(get().study).toMatchObject({
      solver: 'fsp',
      options: { tolerance: 1e-5 },
      compare: [{ solver: 'ssa', options: { replicates: 100 } }],
    })
    get().setCompare([])
    expect(get().study.compare).toEqual([])
    get().setSolver('ssa')
    expect(get().study.options).toEqual({ replicates: 100 })
    get().setCompare(['fsp', 'ode'])
    get().setOption('fsp', 'tolerance', 1e-6)
    expect(get().study.compare?.[0]).toEqual({ solver: 'fsp', options: { tolerance: 1e-6 } })
    get().setOption('fsp', 'tolerence', 1)
    expect(get().issues[0]).toMatchObject({ path: 'compare.0.options.tolerence' })
  })
})

describe('one method twice', () => {
  const [coarse, fine] = [{ epsilon: 0.08 }, { epsilon: 0.01 }]
  const leaps = () => {
    const get = setUp()
    get().setSolver('tauLeap')
    get().setCompare([])
    get().setOption('tauLeap', 'epsilon', 0.08)
    get().addVariant('tauLeap')
    get().setOption('tauLeap-2', 'epsilon', 0.01)
    return get
  }

  it('begins with the same options and takes others, each lane its own', () => {
    const get = leaps()
    expect(get().study).toMatchObject({ options: coarse, compare: [{ solver: 'tauLeap', options: fine }] })
    expect(get().good).toBe(get().study)
    get().setOption('tauLeap', 'epsilon', 0.05)
    expect(get().study).toMatchObject({ options: { epsilon: 0.05 }, compare: [{ options: fine }] })
    get().setOption('tauLeap-2', 'epsilon', 7)
    expect(get().issues[0]).toMatchObject({ path: 'compare.0.options.epsilon' })
    get().undo()
    get().undo()
    expect(get().study).toMatchObject({ options: coarse, compare: [{ options: fine }] })
  })

  it('can change places, and be taken away one by one', () => {
    const get = leaps()
    get().setSolver('tauLeap-2')
    expect(get().study).toMatchObject({ options: fine, compare: [{ solver: 'tauLeap', options: coarse }] })
    get().setCompare(['tauLeap-2', 'fsp'])
    expect(get().study.compare?.map(({ solver }) => solver)).toEqual(['tauLeap', 'fsp'])
    get().setCompare(['fsp'])
    expect(get().study.compare).toMatchObject([{ solver: 'fsp' }])
  })

  it('stops where a study has no more room', () => {
    const get = leaps()
    for (let k = 0; k < 12; k++) get().addVariant('tauLeap')
    expect(get().study.compare).toHaveLength(maxBeside)
    expect(get().issues).toEqual([])
  })
})

describe('undo', () => {
  it('goes back and forth, and forgets the future after a change', () => {
    const get = setUp()
    get().setSeed(2)
    get().setSeed(3)
    get().undo()
    expect(get().study.seed).toBe(2)
    expect(get()).toMatchObject({ canUndo: true, canRedo: true })
    get().undo()
    get().undo()
    expect(get().study.seed).toBe(1)
    get().redo()
    expect(get().study.seed).toBe(2)
    expect(get().good).toBe(get().study)
    get().setSeed(9)
    get().redo()
    expect(get().study.seed).toBe(9)
    expect(get().canRedo).toBe(false)
  })

  it('takes a gesture as one step, whatever is nested in it', () => {
    const get = setUp()
    get().beginGesture()
    for (let a = 41; a <= 60; a++) {
      get().beginGesture()
      get().setParameter('a', a)
      get().endGesture()
    }
    get().endGesture()
    expect(get().study.network).toContain('a = 60')
    get().undo()
    expect(get().study.network).toBe(network)
    expect(get().canUndo).toBe(false)
    get().redo()
    expect(get().study.network).toContain('a = 60')
  })

  it('has no step for a gesture that changed nothing, nor for looking around', () => {
    const get = setUp()
    get().beginGesture()
    get().setParameter('a', 50)
    get().setParameter('a', 40)
    get().endGesture()
    get().setView({ time: 3 })
    get().setSeed(1)
    expect(get().canUndo).toBe(false)
    expect(get().study.view).toEqual({ time: 3 })
    get().endGesture()
  })

  it('leaves the view where it is', () => {
    const get = setUp()
    get().setSeed(2)
    get().setView({ time: 3 })
    get().undo()
    expect(get().study).toMatchObject({ seed: 1, view: { time: 3 } })
  })

  it('undoes the opening of another study; beginning anew leaves nothing to undo', () => {
    const get = setUp()
    get().open({ ...first, seed: 8 })
    get().undo()
    expect(get().study.seed).toBe(1)
    get().restore({ ...first, seed: 9 })
    expect(get()).toMatchObject({ canUndo: false, canRedo: false })
  })
})
