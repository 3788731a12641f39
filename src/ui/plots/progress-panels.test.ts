import { describe, expect, it } from 'vitest'
import { namedArray } from '../../numerics/named-array'
import type { Frame } from '../../solvers/contract'
import type { Layer } from '../figure/figure'
import { exactSource, fixtureOutlook, fixtureTimes, meanOf, sampledSource } from './fixture'
import { panels } from './panels'
import type { Source } from './sources'

/** A method in training that has come to time 2, whose means are high by a quarter of a count. */
function pupil(more: Partial<Frame> = {}): Source {
  const { frame } = exactSource()
  const reached = fixtureTimes.indexOf(2)
  const upTo = (key: string, by: number) => {
    const { array } = frame.observations[key]
    const size = array.data.length / fixtureTimes.length
    const data = array.data.map((v, k) => (Math.floor(k / size) > reached ? Number.NaN : k < size ? v : v + by))
    return { array: { ...array, data }, error: { kind: 'none', why: 'it is still learning' } as const }
  }
  return {
    id: 'pupil',
    title: 'Pupil',
    seed: 1,
    frame: {
      ...frame,
      done: 0.4,
      diagnostics: { updates: 1200 },
      observations: { moments: upTo('moments', 0.25), 'joint:U,V': upTo('joint:U,V', 0) },
      training: namedArray([
        ['update', [1, 2]],
        ['measure', ['loss', 'gradientNorm']],
      ]),
      ...more,
    },
  }
}

const panel = (id: string, ...sources: Source[]) => panels(sources, fixtureOutlook).find((one) => one.id === id)
const curves = (list: readonly Layer[] = []) =>
  list.filter((one): one is Extract<Layer, { kind: 'curve' }> => one.kind === 'curve')

describe('the drift of means', () => {
  it('is in standard errors of the samples, as far as the training has come', () => {
    const made = panel('drift', pupil(), sampledSource(1000))
    expect(made?.note).toBe('against Sampler, n = 1,000')
    const U = curves(made?.layers).find(({ name }) => name.startsWith('U, Pupil'))
    for (const t of [1, 2]) {
      const standardError = Math.sqrt(meanOf(0, t) / 1000)
      expect(U?.y[fixtureTimes.indexOf(t)]).toBeCloseTo(0.25 / standardError, 9)
    }
    expect(Number.isNaN(U?.y[fixtureTimes.indexOf(5)])).toBe(true)
    expect(made?.summary).toMatch(/^Pupil: furthest off is V at time 1, by 0\.25 ± 0\.0562 \(4\.45 standard errors\)/)
  })

  it('is against the method’s own paths where no ensemble is larger', () => {
    const { frame } = sampledSource(4000)
    const own = pupil({ independent: { moments: frame.observations.moments, paths: 4000 } })
    expect(panel('drift', own)?.note).toBe('against 4,000 independent paths')
    expect(panel('drift', own, sampledSource(1000))?.note).toBe('against 4,000 independent paths')
    expect(panel('drift', own, sampledSource(9000))?.note).toBe('against Sampler, n = 9,000')
    expect(panel('drift', pupil())).toBeUndefined()
    expect(panel('drift', exactSource(), sampledSource())).toBeUndefined()
  })
})

describe('the joint law now', () => {
  it('is the latest that is learnt, until a step shows its own', () => {
    expect(panel('joint-now', pupil())?.note).toBe('t = 2, the latest that is learnt, after 1,200 updates')
    const { array } = exactSource().frame.observations['joint:U,V']
    const [size, row] = [array.data.length / fixtureTimes.length, fixtureTimes.indexOf(5)]
    const here = {
      ...array,
      shape: [1, ...array.shape.slice(1)],
      coords: { ...array.coords, time: [5] },
      data: array.data.slice(row * size, (row + 1) * size),
    }
    const error = { kind: 'none', why: 'it is still learning' } as const
    const now = { time: 5, observations: { 'joint:U,V': { array: here, error } } }
    const made = panel('joint-now', pupil({ now }), exactSource())
    expect(made?.note).toBe('t = 5, in training, after 1,200 updates')
    expect(made?.summary).toContain('Pupil, in training')
    const [heat] = made?.layers ?? []
    if (heat?.kind !== 'heat') throw new Error('no map')
    expect(Math.max(...heat.values)).toBeCloseTo(Math.max(...here.data), 12)
  })

  it('goes when the training is over', () => {
    expect(panel('joint-now', pupil({ done: 1 }))).toBeUndefined()
  })
})
