import { describe, expect, it } from 'vitest'
import type { NamedArray } from '../../numerics/named-array'
import type { ErrorEstimate, Observation } from '../../solvers/contract'
import type { Layer, Panel } from '../figure/figure'
import { comparisons } from './comparison'
import { exactSource, fixtureOutlook, meanOf, meansSource, sampledSource } from './fixture'
import { coarsen, lawAt, shapeOf } from './law'
import { panels } from './panels'
import { read, step } from './reading'
import { errorWords, type Source, timeIndex } from './sources'

const all = [sampledSource(), exactSource(), meansSource()]

function panel(id: string, sources: readonly Source[] = all, outlook = fixtureOutlook): Panel {
  const found = panels(sources, outlook).find((candidate) => candidate.id === id)
  if (!found) throw new Error(`no panel ${id}`)
  return found
}

const layer = <K extends Layer['kind']>(from: Panel, kind: K) =>
  from.layers.filter((candidate): candidate is Extract<Layer, { kind: K }> => candidate.kind === kind)

/** The exact answer as a first picture of it, with an estimate of its error. */
function previewSource(value: number): Source {
  const source = exactSource()
  const error: ErrorEstimate = { kind: 'estimate', value, how: 'preview' }
  const observations = Object.fromEntries(
    Object.entries(source.frame.observations).map(([key, { array }]) => [key, { array, error }]),
  )
  return { ...source, frame: { ...source.frame, observations, preview: true } }
}

describe('panels', () => {
  it('are one per kind of answer, in reading order', () => {
    expect(panels(all, fixtureOutlook).map(({ id }) => id)).toEqual([
      'trajectories',
      'marginal:U',
      'marginal:V',
      'joint',
      'moments',
    ])
    expect(panels([exactSource()], fixtureOutlook).map(({ id }) => id)).toEqual([
      'marginal:U',
      'marginal:V',
      'joint',
      'moments',
    ])
    expect(panels([], fixtureOutlook)).toEqual([])
  })

  it('do not depend on what a solver is called', () => {
    const renamed = all.map((source, k) => ({ ...source, id: `method${k}` }))
    const layers = (sources: readonly Source[]) => panels(sources, fixtureOutlook).map((it) => it.layers)
    expect(layers(renamed)).toEqual(layers(all))
  })

  it('carry where they come from', () => {
    expect(panel('marginal:U').provenance).toMatchObject({ seed: 7, link: fixtureOutlook.link })
    expect(panel('marginal:U').provenance.methods.map(({ error }) => error)).toEqual([
      '± 1 standard error',
      'exact within 5×10⁻¹⁰ (proved)',
    ])
  })

  it('show only the chosen quantities, each in its own colour', () => {
    const outlook = { ...fixtureOutlook, quantities: ['V'] }
    expect(panels(all, outlook).map(({ id }) => id)).toEqual(['trajectories', 'marginal:V', 'joint', 'moments'])
    expect(layer(panel('trajectories', all, outlook), 'steps').map(({ name, ink }) => [name, ink])).toEqual([['V', 1]])
  })
})

describe('trajectories', () => {
  it('leave unfinished parts missing and unstarted replicates out', () => {
    const [u] = layer(panel('trajectories'), 'steps')
    expect(u.paths).toHaveLength(3)
    expect(Array.from(u.paths[2], Number.isNaN)).toEqual([false, false, true, true, true])
  })
})

describe('a marginal', () => {
  it('draws samples as bars with one standard error, and the exact law as a curve with its bound', () => {
    const it5 = panel('marginal:U')
    const [bars] = layer(it5, 'bars')
    const [curve] = layer(it5, 'curve')
    expect(bars.name).toBe('sampled, n = 1,000, ± 1 SE')
    expect(bars.whiskers?.size[12]).toBeCloseTo(Math.sqrt((curve.y[12] * (1 - curve.y[12])) / 1000), 12)
    expect(curve).toMatchObject({ name: 'exact within 5×10⁻¹⁰ (proved)', bound: { norm: 'l1', value: 5e-10 } })
  })

  it('follows the time cursor on an axis that rests', () => {
    const late = panel('marginal:U', all, { ...fixtureOutlook, time: 10 })
    expect(late.x.domain).toEqual(panel('marginal:U').x.domain)
    expect(late.note).toBe('t = 10')
    expect(layer(late, 'curve')[0].y).not.toEqual(layer(panel('marginal:U'), 'curve')[0].y)
  })

  it('says mode, mean and spread in one sentence', () => {
    const mean = meanOf(0, 5)
    expect(panel('marginal:U').summary).toBe(
      `At time 5, U has one likely value, near 11; mean ${mean.toFixed(2)}, standard deviation ${Math.sqrt(mean).toFixed(3)} (law: exact within 5×10⁻¹⁰ (proved)).`,
    )
  })

  it('leaves out times that a run has not reached', () => {
    const source = exactSource()
    source.frame.observations.marginals.array.data.fill(Number.NaN)
    expect(layer(panel('marginal:U', [sampledSource(), source]), 'curve')).toEqual([])
    expect(panels([source], fixtureOutlook).map(({ id }) => id)).not.toContain('marginal:U')
  })
})

describe('moments', () => {
  it('say what their band means, and can say the other', () => {
    const [sd] = layer(panel('moments'), 'band')
    const [se] = layer(panel('moments', all, { ...fixtureOutlook, band: 'SE' }), 'band')
    const mean = meanOf(0, 5)
    expect([sd.meaning, sd.name]).toEqual(['SD', '± 1 SD of single histories'])
    expect([se.meaning, se.name]).toEqual(['SE', '± 1 SE of the mean'])
    expect(sd.high[3] - sd.low[3]).toBeCloseTo(2 * Math.sqrt(mean), 10)
    expect(se.high[3] - se.low[3]).toBeCloseTo(2 * Math.sqrt(mean / 1000), 10)
  })

  it('tell methods apart by their dash: dotted where means come without spread', () => {
    const dashes = new Map(layer(panel('moments'), 'line').map(({ name, dash }) => [name, dash]))
    expect([...dashes.values()]).toEqual(['solid', 'dashed', 'dotted'])
  })

  it('of a single time stand side by side, each a mark with a bar and no line', () => {
    const once = (source: Source): Source => {
      const { moments } = source.frame.observations
      const first = (array: NamedArray) => {
        const [, rows, columns] = array.shape
        const coords = { ...array.coords, time: array.coords.time.slice(-1) }
        return { ...array, coords, shape: [1, rows, columns], data: array.data.slice(-rows * columns) }
      }
      const { error } = moments
      const cut = error.kind === 'sampling' ? { ...error, standardError: first(error.standardError) } : error
      const observation = { ...moments, array: first(moments.array), error: cut } as Observation
      return { ...source, frame: { ...source.frame, observations: { moments: observation } } }
    }
    const sources = [sampledSource(), exactSource()].map(once)
    const [whole] = layer(panel('moments', all), 'line')
    for (const spread of ['SD', 'SE'] as const) {
      const single = panel('moments', sources, { ...fixtureOutlook, band: spread })
      expect([single.x.names, single.note, single.cursor]).toEqual([['U', 'V'], 't = 10', undefined])
      const [sampled, exact] = layer(single, 'points')
      expect(sampled.y[0]).toBe(whole.y[whole.y.length - 1])
      expect(sampled.whiskers?.meaning).toBe(spread)
      // The exact mean has a spread of histories, and no error of sampling.
      expect(exact.whiskers?.meaning).toBe(spread === 'SD' ? 'SD' : undefined)
      expect(Math.abs(Number(sampled.x[0]) - Number(exact.x[0]))).toBeGreaterThan(0.1)
      const error = Math.sqrt(meanOf(0, 10) / 1000)
      expect(sampled.whiskers?.size[0]).toBeCloseTo(spread === 'SD' ? Math.sqrt(meanOf(0, 10)) : error, 8)
      const [low, high] = single.y.domain
      const size = sampled.whiskers?.size[0] ?? 0
      expect(low).toBeLessThanOrEqual(Math.max(0, sampled.y[0] - size))
      expect(high).toBeGreaterThanOrEqual(sampled.y[0] + size)
    }
  })

  it('name no method that has reached no time yet', () => {
    const early = exactSource()
    early.frame.observations.moments.array.data.fill(Number.NaN)
    const names = layer(panel('moments', [sampledSource(), early]), 'line').map(({ name }) => name)
    expect(new Set(names)).toEqual(new Set(['sampled mean']))
  })

  it('say how far the means may be off', () => {
    expect(panel('moments').summary).toMatch(/the mean of U is [\d.]+ ± [\d.]+ .*\(± 1 standard error\)\.$/)
  })

  it('have no SE band where nothing was sampled', () => {
    expect(layer(panel('moments', [exactSource()], { ...fixtureOutlook, band: 'SE' }), 'band')).toEqual([])
  })
})

describe('the joint law', () => {
  it('lies as the axes say, either way round', () => {
    const [heat] = layer(panel('joint'), 'heat')
    const [turned] = layer(panel('joint', all, { ...fixtureOutlook, joint: ['V', 'U'] }), 'heat')
    expect(turned.x).toEqual(heat.y)
    const at = (h: typeof heat, x: number, y: number) => h.values[(x - h.x.from) * h.y.count + (y - h.y.from)]
    expect(at(heat, 12, 4)).toBeGreaterThan(0.01)
    expect(at(turned, 4, 12)).toBe(at(heat, 12, 4))
  })

  it('holds nearly all the probability in sight', () => {
    const [heat] = layer(panel('joint'), 'heat')
    expect(Array.from(heat.values).reduce((a, b) => a + b, 0)).toBeGreaterThan(0.99)
  })

  it('says that it is a preview, and how good', () => {
    const [heat] = layer(panel('joint', [previewSource(0.0068)]), 'heat')
    expect(heat.name).toBe('preview ± 0.007')
  })

  it('says that independent quantities are', () => {
    expect(panel('joint').summary).toBe('Joint distribution of U and V at time 5: V hardly depends on U.')
  })
})

describe('the comparison', () => {
  it('calls honest samples in agreement and says how much sampling explains', () => {
    const [u] = comparisons(all, fixtureOutlook)
    expect(u.verdict).toBe('agree')
    expect(u.distance / u.level).toBeGreaterThan(0.5)
    expect(u.distance / u.level).toBeLessThan(2)
    expect(u.words).toMatch(/^Total variation 0\.\d+, sampling alone explains 0\.\d+: agree$/)
  })

  it('calls samples of another law different, and only when there are enough to tell', () => {
    const wrong = (n: number) => {
      const source = sampledSource(n, 0)
      const { data } = source.frame.observations.marginals.array
      // Every law moved by one count.
      data.copyWithin(1, 0, data.length - 1)
      return comparisons([source, exactSource()], fixtureOutlook)[0].verdict
    }
    expect(wrong(10_000)).toBe('differ')
    expect(wrong(20)).toBe('agree')
  })

  it('allows a preview its own error', () => {
    const source = sampledSource(10_000, 0)
    const { data } = source.frame.observations.marginals.array
    data.copyWithin(1, 0, data.length - 1)
    const verdict = (value: number) => comparisons([source, previewSource(value)], fixtureOutlook)[0].verdict
    expect([verdict(0.001), verdict(0.5)]).toEqual(['differ', 'agree'])
  })

  it('measures two samplings of one law against each other, and tells them apart where they differ', () => {
    const [one, other] = [sampledSource(4000, 0.7), { ...sampledSource(1000, -0.7), id: 'again', title: 'Again' }]
    const [u] = comparisons([one, other], fixtureOutlook)
    expect(u.words).toMatch(/^Again against Sampler: total variation 0\.\d+, sampling alone explains 0\.\d+: agree$/)
    const moved = sampledSource(4000, 0)
    const { data } = moved.frame.observations.marginals.array
    data.copyWithin(1, 0, data.length - 1)
    expect(comparisons([one, { ...moved, id: 'again' }], fixtureOutlook)[0].verdict).toBe('differ')
  })

  it('measures every method against the surest, one line each', () => {
    const beside = { ...sampledSource(), id: 'again', title: 'Again' }
    const found = comparisons([sampledSource(), beside, exactSource()], fixtureOutlook)
    expect(found.map(({ quantity, id }) => [quantity, id])).toEqual([
      ['U', 'sampledOne'],
      ['U', 'again'],
      ['V', 'sampledOne'],
      ['V', 'again'],
    ])
    expect(found[1].words).toMatch(/^Again against Projection: total variation/)
  })

  it('needs two laws, each with an error', () => {
    expect(comparisons([sampledSource()], fixtureOutlook)).toEqual([])
    expect(comparisons([exactSource(), meansSource()], fixtureOutlook)).toEqual([])
  })
})

describe('the shape of a law', () => {
  const law = (p: readonly number[]) => ({ x: Float64Array.from(p, (_, k) => k), p: Float64Array.from(p), width: 1 })

  it('finds two modes with a dip between, and one without', () => {
    expect(shapeOf(law([0.1, 0.3, 0.1, 0.02, 0.1, 0.28, 0.1])).modes).toEqual([1, 5])
    expect(shapeOf(law([0.1, 0.2, 0.19, 0.2, 0.1])).modes).toHaveLength(1)
  })

  it('takes a dip in few samples for noise, and in many for a dip', () => {
    const rough = law([0, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0.1, 0.1, 0.2, 0])
    expect(shapeOf(rough, 20).modes).toHaveLength(1)
    expect(shapeOf(rough, 20_000).modes).toHaveLength(2)
  })

  it('agrees with Poisson’s mean and variance', () => {
    const { array } = exactSource().frame.observations.marginals
    const { mean, sd } = shapeOf(lawAt(array, 4, 1))
    expect(mean).toBeCloseTo(meanOf(1, 10), 8)
    expect(sd ** 2).toBeCloseTo(meanOf(1, 10), 8)
  })
})

describe('errors in words', () => {
  const cases: [ErrorEstimate, string][] = [
    [{ kind: 'exact' }, 'exact'],
    [{ kind: 'bound', norm: 'l1', value: [0, 3.01e-9] }, 'exact within 3.1×10⁻⁹ (proved)'],
    [{ kind: 'estimate', value: 0.02, how: 'step halved' }, 'error about 0.02, estimated: step halved'],
    [{ kind: 'none', why: 'no theory' }, 'error unknown: no theory'],
  ]
  it.each(cases)('%o', (error, words) => expect(errorWords(error, 1)).toBe(words))
})

describe('reading values', () => {
  it('walks by arrow keys along the counts and says what stands there', () => {
    const it5 = panel('marginal:U')
    const start = step(it5, undefined, 'ArrowRight')
    const next = step(it5, start, 'ArrowRight')
    expect(next?.x).toBe((start?.x ?? 0) + 1)
    expect(step(it5, start, 'Home')?.x).toBe(0)
    expect(step(it5, start, 'a')).toBeUndefined()
    expect(read(it5, { x: 11.8, y: 0 })).toMatch(
      /^U = 12: sampled, n = 1,000: 0\.\d+ ± 0\.\d+; exact within 5×10⁻¹⁰ \(proved\): 0\.\d+$/,
    )
  })

  it('walks a heat map in both directions', () => {
    const joint = panel('joint')
    const start = step(joint, { x: 3, y: 4 }, 'ArrowUp')
    expect(start).toEqual({ x: 3, y: 5 })
    expect(read(joint, { x: 12, y: 5 })).toMatch(/^U = 12, V = 5: probability 0\.0\d+$/)
  })

  it('reads trajectories and bands at the nearest output time', () => {
    expect(read(panel('trajectories'), { x: 4.4, y: 0 })).toBe('time = 5: U 12 to 13, first 12; V 5 to 6, first 5')
    expect(read(panel('moments'), { x: 5, y: 0 })).toContain('± 3.5 SD')
  })

  it('finds the nearest output time', () => {
    expect(timeIndex([0, 1, 2, 5, 10], 4)).toBe(3)
    expect(timeIndex([], 4)).toBe(0)
  })
})

describe('while a new answer is on its way', () => {
  const fading = all.map((source) => (source.id === 'exactOne' ? { ...source, faded: true } : source))

  it('the old one is marked on every layer it fills, and no other', () => {
    const layers = panels(fading, fixtureOutlook).flatMap(({ layers }) => layers)
    expect(layers.filter(({ kind }) => kind === 'curve').every(({ faded }) => faded)).toBe(true)
    expect(layers.filter(({ kind }) => kind === 'bars' || kind === 'steps').some(({ faded }) => faded)).toBe(false)
  })

  it('the joint law is the surest that is up to date, unless one was chosen', () => {
    const sampler = sampledSource()
    const joints = { 'joint:U,V': exactSource().frame.observations['joint:U,V'], ...sampler.frame.observations }
    const both = [{ ...sampler, frame: { ...sampler.frame, observations: joints } }, ...fading.slice(1)]
    const shownBy = (outlook = fixtureOutlook) => panel('joint', both, outlook).provenance.methods[0].solver
    expect(shownBy()).toBe('sampledOne')
    expect(shownBy({ ...fixtureOutlook, jointOf: 'exactOne' })).toBe('exactOne')
  })
})

describe('bins', () => {
  const law = { x: Float64Array.of(0, 1, 2, 3, 4), p: Float64Array.of(0.1, 0.2, 0.3, 0.2, 0.2), width: 1 }

  it('merge at multiples of their width and keep the sum', () => {
    const { law: wide, errors } = coarsen(law, Float64Array.of(3, 4, 0, 0, 1), 2)
    expect(Array.from(wide.x)).toEqual([0.5, 2.5, 4.5])
    expect(wide.width).toBe(2)
    expect(wide.p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 15)
    expect(Array.from(errors)).toEqual([5, 0, 1])
  })

  it('never give a smaller error than the binomial one', () => {
    const binomial = (p: number) => Math.sqrt((p * (1 - p)) / 100)
    const { law: wide, errors } = coarsen(law, law.p.map(binomial), 5)
    expect(errors[0]).toBeGreaterThan(binomial(wide.p[0]))
  })

  it('stay single counts where there are few', () => {
    expect(layer(panel('marginal:U'), 'bars')[0].width).toBe(1)
    expect(panel('marginal:U').y.label).toBe('probability')
  })
})
