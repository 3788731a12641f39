import { describe, expect, it } from 'vitest'
import { poisson, zScore } from '../../numerics/statistics'
import type { Observe, Solution } from '../../solvers/contract'
import { method as projection } from '../../solvers/fsp/solve'
import { solvers } from '../../solvers/registry'
import { method as sampling } from '../../solvers/ssa/solve'
import { ask, finish, lend } from '../../solvers/testing'
import { csv } from '../figure/csv'
import type { Layer, Panel } from '../figure/figure'
import { paperOf, svg } from '../figure/svg'
import { askedOf, viewsText } from './asked'
import { exactSource, fixtureOutlook, fixtureTimes, meanOf, sampledSource } from './fixture'
import { panels } from './panels'
import { read } from './reading'
import { remembering } from './remember'
import type { Outlook, Source } from './sources'
import { viewOfPanel, views } from './views'

const everything = (asked: Partial<Outlook['asked']> = {}): Outlook => ({
  ...fixtureOutlook,
  asked: { views: views.map(({ id }) => id), margin: 0, ...asked },
})

function view(id: string, sources: readonly Source[], outlook: Outlook = everything()): Panel {
  const found = panels(sources, outlook).find((panel) => panel.id === `view:${id}`)
  if (!found) throw new Error(`no view ${id}`)
  return found
}

const layers = <K extends Layer['kind']>(panel: Panel, kind: K) =>
  panel.layers.filter((layer): layer is Extract<Layer, { kind: K }> => layer.kind === kind)

const source = (id: string, { observations, diagnostics }: Solution, faded = false): Source => ({
  id,
  title: id,
  seed: 1,
  faded,
  frame: { observations, diagnostics, warnings: [], done: 1, phase: '' },
})

const grid = (to: number, count: number) => Array.from({ length: count }, (_, k) => (to * k) / (count - 1))

async function sampled(text: string, times: number[], observe: Partial<Observe>, n: number): Promise<Source> {
  const options = { ...solvers.ssa.options.defaults, replicates: n, trajectories: observe.trajectories ? n : 0 }
  return source('ssa', await finish(sampling, ask(text, times, observe), options as never, lend(8)))
}

describe('views', () => {
  const all = [sampledSource(), exactSource()]

  it('are shown when asked for, in the order asked', () => {
    expect(panels(all, fixtureOutlook).filter(({ id }) => viewOfPanel(id))).toEqual([])
    const outlook = everything({ views: ['phase', 'quantiles', 'nonsense'] })
    expect(panels(all, outlook).flatMap(({ id }) => viewOfPanel(id)?.id ?? [])).toEqual(['phase', 'quantiles'])
    expect(panels([], outlook)).toEqual([])
  })

  it('are carried by the study', () => {
    const study = {
      version: 1,
      network: '',
      times: [],
      view: { ...viewsText(['a', 'b']), of: 'U', level: 3, margin: -1 },
    }
    expect(askedOf(study as never)).toEqual({ views: ['a', 'b'], quantity: 'U', level: 3, margin: 0 })
    expect(viewsText([])).toEqual({ views: undefined })
    expect(askedOf({ version: 1, network: '', times: [] })).toEqual({ views: [], margin: 0 })
  })

  it.each(views.map(({ id }) => id))('%s has a sentence, a table and a picture', (id) => {
    const panel = view(id, all)
    expect(panel.summary).toMatch(/^.{10,}\.$/)
    expect(csv(panel)).toContain('# seed')
    const picture = svg(panel, paperOf(89))
    expect(picture).toContain('<svg')
    expect(picture).not.toContain('NaN')
  })

  it('say why they are empty', () => {
    expect(view('autocorrelation', [exactSource()]).summary).toBe('Needs sampled paths: choose a method that samples.')
    // The fixture's paths are read at uneven times.
    expect(view('spectrum', all).note).toMatch(/needs/)
    expect(view('phase', all, { ...everything(), joint: ['U', 'U'] }).note).toBe('needs two quantities')
  })
})

describe('quantile bands', () => {
  it('are the quantiles of Poisson laws', () => {
    const [wide] = layers(view('quantiles', [exactSource()], { ...everything(), quantities: ['U'] }), 'band')
    const at = (mean: number, share: number) => {
      let [count, sum] = [0, poisson(mean, 0)]
      while (sum < share) sum += poisson(mean, ++count)
      return count
    }
    expect([...wide.low]).toEqual(fixtureTimes.map((t) => at(meanOf(0, t), 0.05)))
    expect([...wide.high]).toEqual(fixtureTimes.map((t) => at(meanOf(0, t), 0.95)))
    expect(wide).toMatchObject({ meaning: 'quantiles', name: '5 % to 95 %' })
  })

  it('come from the surest law that is up to date', () => {
    const stale = { ...exactSource(), faded: true }
    expect(view('quantiles', [sampledSource(), exactSource()]).note).toBe('Projection')
    expect(view('quantiles', [sampledSource(), stale]).note).toBe('Sampler')
  })

  it('are read as an interval', () => {
    expect(read(view('quantiles', [exactSource()]), { x: 10, y: 0 })).toContain('25 % to 75 %: 10 to 14')
  })
})

describe('the law over time', () => {
  it('stands on its times, and its table holds probabilities', () => {
    const panel = view('ridges', [exactSource()], everything({ quantity: 'V' }))
    const [ridge] = layers(panel, 'ridges')
    expect([...ridge.at]).toEqual(fixtureTimes)
    // Ridges reach above the last time, where no time is.
    expect(panel.y.last).toBe(fixtureTimes.at(-1))
    const row = csv(panel)
      .split('\n')
      .find((line) => line.startsWith('V,4,10,'))
    expect(Number(row?.split(',')[3])).toBeCloseTo(poisson(meanOf(1, 10), 4), 12)
    expect(ridge.errors).toBeUndefined()
    expect(layers(view('ridges', [sampledSource()]), 'ridges')[0].errors).toHaveLength(5)
  })
})

describe('the chance of zero', () => {
  // Kendall 1948: one ancestor's line is extinct by t with (μ(e − 1)/(λe − μ)), e = e^((λ−μ)t); five are independent.
  const [birth, death, ancestors] = [1, 0.9, 5]
  const times = [1, 3, 6]
  const text = `species X = ${ancestors}; X -> 2X, ${birth}; X -> 0, ${death}`
  const extinct = times.map((t) => {
    const e = Math.exp((birth - death) * t)
    return ((death * (e - 1)) / (birth * e - death)) ** ancestors
  })

  it('is that of linear birth and death, sampled and projected', async () => {
    const options = { ...solvers.fsp.options.defaults, tolerance: 1e-6 }
    const exact = await finish(projection, ask(text, times, { marginals: true }), options as never, lend())
    const sources = [await sampled(text, times, { marginals: true }, 20_000), source('fsp', exact)]
    const panel = view('zero', sources, { ...everything(), quantities: ['X'], time: 6 })
    const [samples, computed] = layers(panel, 'line')
    const [doubt, bound] = layers(panel, 'band')
    times.forEach((_, t) => {
      expect(zScore(samples.y[t], extinct[t], (doubt.high[t] - doubt.low[t]) / 2)).toBeLessThan(4.5)
      expect(Math.abs(computed.y[t] - extinct[t])).toBeLessThan(1e-6)
      expect(bound.low[t]).toBeLessThanOrEqual(extinct[t])
      expect(bound.high[t]).toBeGreaterThanOrEqual(extinct[t])
    })
    expect(bound.meaning).toBe('bound')
    expect(panel.summary).toMatch(/^At time 6, the chance that X is 0 is 0\.\d+ ± 0\.00\d+/)
  })
})

describe('views of paths', async () => {
  const text = 'species Off = 1; Off <-> On, 0.3, 0.7'
  const paths = await sampled(text, grid(50, 501), { trajectories: true }, 200)
  const outlook = { ...everything({ quantity: 'On' }), quantities: ['On'], palette: ['Off', 'On'] }

  it('draw the memory of the telegraph, e^−(k₁+k₂)τ', () => {
    const panel = view('autocorrelation', [paths], outlook)
    const [line] = layers(panel, 'line')
    const [band] = layers(panel, 'band')
    for (const lag of [5, 10, 20]) {
      expect(line.x[lag]).toBeCloseTo(lag / 10, 12)
      expect(zScore(line.y[lag], Math.exp(-lag / 10), (band.high[lag] - band.low[lag]) / 2)).toBeLessThan(4.5)
    }
    expect(panel.note).toBe('200 paths, t ≥ 25')
    expect(panel.provenance.methods[0].error).toBe('± 1 standard error, from 200 paths')
  })

  it('say how many stays were not seen to end, and how fine the grid is', () => {
    const panel = view('dwell', [paths], outlook)
    expect(panel.note).toMatch(/^\d+ above \(\d+ censored\), \d+ below \(\d+\)$/)
    expect(panel.summary).toContain('seen at output times only, 0.1 apart')
    expect(layers(panel, 'steps').map(({ name }) => name)).toEqual(['above', 'below'])
  })

  it('count switches, whose shares add up to one', () => {
    const [bars] = layers(view('switching', [paths], outlook), 'bars')
    expect(Array.from(bars.y).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('take the level that is asked for', () => {
    expect(view('passage', [paths], outlook).title).toBe('First passage of On across 0.5')
    const never = view('passage', [paths], { ...outlook, asked: { ...outlook.asked, level: 2 } })
    expect(never.note).toBe('200 paths, 200 never (censored)')
  })
})

describe('remembering', () => {
  it('computes once for the same question, however often it is asked', () => {
    let computed = 0
    const twice = remembering((_: string, values: Float64Array) => {
      computed++
      return values[0] * 2
    })
    expect([twice('a', Float64Array.of(1)), twice('a', Float64Array.of(1)), twice('b', Float64Array.of(1))]).toEqual([
      2, 2, 2,
    ])
    expect(computed).toBe(2)
    expect(twice('a', Float64Array.of(3))).toBe(6)
    expect(computed).toBe(3)
  })
})
