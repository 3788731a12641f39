import { describe, expect, it } from 'vitest'
import { poisson } from '../../numerics/statistics'
import type { Observe } from '../../solvers/contract'
import { method as projection } from '../../solvers/fsp/solve'
import { solvers } from '../../solvers/registry'
import { method as sampling } from '../../solvers/ssa/solve'
import type { Study } from '../../solvers/study'
import { ask, finish, lend } from '../../solvers/testing'
import { csv, table } from '../figure/csv'
import type { Layer, Panel } from '../figure/figure'
import { paperOf, svg } from '../figure/svg'
import { exactSource, fixtureOutlook, meanOf, sampledSource } from './fixture'
import { smooth } from './joint'
import { panels } from './panels'
import { read } from './reading'
import { sliceAt, sliceShown } from './slice-view'
import type { Outlook, Source } from './sources'

const toggle = '0 -> U, 12 / (1 + (V/3)^2); 0 -> V, 12 / (1 + (U/3)^2); U -> 0, 1; V -> 0, 1'
const seen: Partial<Observe> = { moments: true, marginals: true, joints: [[0, 1]] }

async function source(text: string, times: number[], options: object = {}, observe = seen): Promise<Source> {
  const study: Study = { version: 1, network: text, times }
  const settings = { ...solvers.fsp.options.defaults, tolerance: 1e-9, ...options }
  const solution = await finish(projection, ask(text, times, observe), settings as never)
  return { id: 'fsp', title: 'Projection', seed: 1, study, frame: { ...solution, done: 1, phase: '' } }
}

async function samples(text: string, times: number[], n: number): Promise<Source> {
  const study: Study = { version: 1, network: text, times }
  const options = { ...solvers.ssa.options.defaults, replicates: n, trajectories: 0 }
  const solution = await finish(sampling, ask(text, times, seen), options as never, lend(8))
  return { id: 'ssa', title: 'Sampler', seed: 8, study, frame: { ...solution, done: 1, phase: '' } }
}

const looking = (view: string, more: Partial<Outlook> = {}, asked: object = {}): Outlook => ({
  ...fixtureOutlook,
  time: 1e9,
  ...more,
  asked: { views: [view], margin: 0, ...asked },
})

function view(id: string, sources: readonly Source[], outlook = looking(id)): Panel {
  const found = panels(sources, outlook).find((panel) => panel.id === `view:${id}`)
  if (!found) throw new Error(`no view ${id}`)
  for (const out of [svg(found, paperOf(89)), csv(found), found.summary, JSON.stringify(found.facts ?? [])]) {
    expect(out).not.toMatch(/NaN|undefined/)
  }
  expect(found.summary).toMatch(/\.$/)
  return found
}

const layers = <K extends Layer['kind']>(panel: Panel, kind: K) =>
  panel.layers.filter((layer): layer is Extract<Layer, { kind: K }> => layer.kind === kind)
const fact = (panel: Panel, label: string) => panel.facts?.find((one) => one.label.startsWith(label))?.text
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)

describe('the probability current', () => {
  it('goes in circles at rest, and then the means do not drift', async () => {
    const panel = view('flux', [await source(toggle, [0], { horizon: 'stationary' })])
    const [arrows] = layers(panel, 'arrows')
    expect(arrows.x.length).toBeGreaterThan(20)
    expect(Math.abs(sum(arrows.across))).toBeLessThan(1e-3 * Math.max(...arrows.across))
    expect(fact(panel, 'The law still changes')).toMatch(/at rest$/)
    // Lengths by the square root: an arrow of a quarter of the current is half as long.
    const size = (k: number) => Math.hypot(arrows.across[k], arrows.upwards[k])
    const length = (k: number) => Math.hypot(arrows.dx[k], arrows.dy[k])
    for (const k of [3, 9, 15]) expect(length(k) / length(0)).toBeCloseTo(Math.sqrt(size(k) / size(0)), 6)
    expect(read(panel, { x: arrows.x[0], y: arrows.y[0] })).toMatch(/probability .*; current .* across/)
  })

  it('is none in detailed balance, and says so', async () => {
    const pair = await source('0 -> U, 6; U -> 0, 1; 0 -> V, 4; V -> 0, 1', [0], { horizon: 'stationary' })
    const panel = view('flux', [pair])
    expect(layers(panel, 'arrows')).toEqual([])
    expect(panel.summary).toMatch(/^No current of probability on U and V .* exceeds its error/)
  })

  it('is the same whichever axis comes first', async () => {
    const made = await source(toggle, [2])
    const [one, other] = [view('flux', [made]), view('flux', [made], looking('flux', { joint: ['V', 'U'] }))]
    const total = (panel: Panel, key: 'across' | 'upwards') => sum(layers(panel, 'arrows')[0][key])
    expect(total(other, 'upwards')).toBeCloseTo(total(one, 'across'), 9)
    expect(fact(one, 'Drift')).toBe(fact(other, 'Drift'))
  })

  it('leaves out of samples what is within two standard errors', async () => {
    const [few, many] = [await samples(toggle, [3], 400), await samples(toggle, [3], 40_000)]
    const [a, b] = [view('flux', [few]), view('flux', [many])]
    expect(fact(a, 'Largest arrow')).toMatch(/\d+ smaller than twice their standard error left out/)
    expect(layers(a, 'arrows')[0].x.length).toBeLessThan(layers(b, 'arrows')[0].x.length)
    expect(layers(b, 'arrows')[0].meaning).toBe('SE')
  })

  it('refuses in a sentence', async () => {
    const three = '0 -> Z, 1; Z -> 0, 1; 0 -> U, Z; U -> 0, 1; 0 -> V, 1; V -> 0, 1'
    const made = await source(three, [1], {}, { joints: [[1, 2]] })
    expect(view('flux', [made]).summary).toMatch(/reads Z, which U and V do not determine\.$/)
  })
})

describe('nullclines and rest points', () => {
  it('lie on the joint map, filled where stable', async () => {
    const panel = view('nullclines', [await source(toggle, [5])])
    const [settled, open] = layers(panel, 'points')
    expect([settled.mark, settled.x.length, open.mark, open.x.length]).toEqual(['circle', 2, 'ring', 1])
    // The saddle on the diagonal: u (1 + (u/3)²) = 12.
    const u = open.x[0]
    expect(u * (1 + (u / 3) ** 2)).toBeCloseTo(12, 6)
    expect(open.y[0]).toBeCloseTo(u, 6)
    expect(fact(panel, 'saddle')).toMatch(/^eigenvalues/)
    expect(layers(panel, 'line').map(({ name }) => name)).toEqual(['dU/dt = 0', 'dV/dt = 0'])
    expect(read(panel, { x: u, y: u })).toMatch(/saddle at U = /)
    expect(table(panel).rows.some(([series]) => series === 'dU/dt = 0')).toBe(true)
  })

  it('stand under the law of a network of one species', async () => {
    const text = '2X -> 3X, 0.36; 3X -> 2X, 1.5e-3; 0 -> X, 2200; X -> 0, 37.5'
    const made = await source(text, [1], {}, { marginals: true })
    const outlook = looking('nullclines', { joint: ['X', 'X'], quantities: ['X'], palette: ['X'] })
    const panel = view('nullclines', [made], outlook)
    const [settled, open] = layers(panel, 'points')
    expect([settled.x.length, open.x.length]).toEqual([2, 1])
    expect(layers(panel, 'rule')).toHaveLength(3)
    expect(panel.summary).toMatch(/^3 rest points/)
  })
})

describe('conditional slices', () => {
  it('of independent quantities are the law itself, within the bound that is said', () => {
    const outlook = looking('slice', { time: 5 }, { given: 4 })
    const panel = view('slice', [exactSource()], outlook)
    const [whole, given] = layers(panel, 'curve')
    for (const v of [0, 4, 9]) {
      expect(given.y[v]).toBeCloseTo(poisson(meanOf(1, 5), v), 9)
      expect(whole.y[v]).toBeCloseTo(poisson(meanOf(1, 5), v), 9)
    }
    expect(panel.title).toBe('V given U = 4')
    const mass = poisson(meanOf(0, 5), 4)
    expect(panel.note).toContain(`P\u00a0=\u00a0${Number(mass.toPrecision(3))}`)
    expect(fact(panel, 'P(U = 4)')).toMatch(/ ± /)
    // Twice the joint law's bound, 5e-10, over the mass.
    expect(fact(panel, 'Error')).toContain('within 1.8×10⁻⁷')
  })

  it('take the likeliest value unless asked, and the other quantity when asked', () => {
    const { array } = exactSource().frame.observations['joint:U,V']
    expect(sliceAt(array, 3, 'U').from).toBe(11)
    expect(sliceAt(array, 3, 'V')).toMatchObject({ of: 'U', from: 4 })
    const outlook = looking('slice', { time: 5 }, { givenOther: true })
    expect(view('slice', [exactSource()], outlook).title).toBe('U given V = 4')
    expect(sliceShown([exactSource()], outlook)).toMatchObject({ given: 'V', at: 4, step: 1 })
  })

  it('of a toggle are proved: the certified part of a wider box agrees within the bound', async () => {
    const [loose, tight] = [
      await source(toggle, [4], { tolerance: 1e-4 }),
      await source(toggle, [4], { tolerance: 1e-12 }),
    ]
    for (const given of [0, 3, 9]) {
      const at = ({ frame }: Source) => sliceAt(frame.observations['joint:U,V'].array, 0, 'U', given)
      const [a, b] = [at(loose), at(tight)]
      const { error } = loose.frame.observations['joint:U,V']
      const off = error.kind === 'bound' ? error.value[0] : Number.NaN
      let l1 = 0
      for (let v = 0; v < b.law.p.length; v++) l1 += Math.abs((a.law.p[v] ?? 0) - b.law.p[v])
      expect(l1).toBeLessThan((2 * off) / a.mass)
    }
  })

  it('are refused in a sentence where the mass is within its error', async () => {
    const made = await source(toggle, [4], { tolerance: 1e-3 })
    const panel = view('slice', [made], looking('slice', {}, { given: 40 }))
    expect(panel.summary).toMatch(/within its error \(proved\), so that nothing is known/)
    expect(panel.layers).toEqual([])
    const few = view('slice', [await samples(toggle, [4], 200)], looking('slice', {}, { given: 26 }))
    expect(few.summary).toMatch(/of 200 samples\): fewer than 10 samples/)
  })

  it('of samples have the standard error of so many', async () => {
    const panel = view('slice', [await samples(toggle, [4], 5000)], looking('slice', {}, { given: 1 }))
    const [bars] = layers(panel, 'bars')
    const n = Number(/(\d[\d,]*) of 5,000 samples/.exec(panel.summary)![1].replace(',', ''))
    for (let k = 0; k < 20; k++)
      expect(bars.whiskers!.size[k]).toBeCloseTo(Math.sqrt((bars.y[k] * (1 - bars.y[k])) / n), 9)
  })
})

describe('density over time', () => {
  it('has a column for every time, each a law', () => {
    const panel = view('density', [sampledSource(), exactSource()], looking('density', { time: 5 }, { quantity: 'U' }))
    const [heat] = layers(panel, 'heat')
    // Uneven times: more columns than times, each of the nearest.
    expect(panel.note).toMatch(/nearest output time/)
    const column = (i: number) => Array.from(heat.values).slice(i * heat.y.count, (i + 1) * heat.y.count)
    const at = Math.round((5 - heat.x.from) / heat.x.step)
    expect(column(at)[Math.round(11 - heat.y.from)]).toBeCloseTo(poisson(meanOf(0, 5), 11), 9)
    expect(sum(column(at))).toBeGreaterThan(0.98)
    expect(panel.summary).toMatch(/from time 0 to 10, where its mean is 12/)
  })
})

describe('the ledger', () => {
  it('says how many states were held, and by which way probability left', async () => {
    const made = await source('0 -> U, 30; U -> 0, 1; 0 -> V, 4; V -> 0, 1', [1, 10], { tolerance: 1e-6 })
    const { ledger, diagnostics } = made.frame
    if (!ledger) throw new Error('no ledger')
    const states = view('states', [made])
    const [steps] = layers(states, 'steps')
    expect(Math.max(...steps.paths[0])).toBe(
      Math.max(...ledger.held.data.filter((_, k) => k % ledger.held.shape[1] === 0)),
    )
    const leak = view('leak', [made])
    const all = layers(leak, 'line').find(({ name }) => name === 'in all')!
    expect(all.y[all.y.length - 1]).toBeCloseTo(diagnostics.leaked, 12)
    expect(leak.facts!.length).toBeGreaterThan(0)
    const shares = leak.facts!.map(({ text }) => Number(/, ([\d.]+) %/.exec(text)?.[1] ?? 0))
    if (diagnostics.leaked > 0) expect(sum(shares)).toBeGreaterThan(97)
    expect(view('leak', [exactSource()]).summary).toMatch(/^Needs the state-space projection/)
  })
})

describe('the joint map of few samples', () => {
  it('widens its cells until a sample has company, and says so', async () => {
    const heat = (n: Source) => {
      const panel = panels([n], { ...looking('x'), asked: { views: [], margin: 0 } }).find(({ id }) => id === 'joint')!
      return { panel, layer: layers(panel, 'heat')[0] }
    }
    const [few, many] = [heat(await samples(toggle, [4], 60)), heat(await samples(toggle, [4], 60_000))]
    expect(few.panel.note).toMatch(/cells of (\d+) × \1 counts/)
    expect(few.layer.x.step).toBeGreaterThan(many.layer.x.step)
    // Colours mean the same: the sum over narrow cells is 1 at any width.
    const total = ({ layer }: typeof few) => sum(layer.values) * layer.x.step * layer.y.step
    expect(total(few)).toBeCloseTo(1, 1)
    expect(total(many)).toBeCloseTo(1, 1)
  })

  it('leaves a map alone whose cells are full', () => {
    const side = { from: 0, step: 1, count: 2 }
    const values = Float64Array.of(0.25, 0.25, 0.25, 0.25)
    expect(smooth(values, side, side, 1000).factor).toBe(1)
    const wide = smooth(values, side, side, 10)
    expect(wide).toMatchObject({ factor: 2, x: { from: 0.5, step: 2, count: 1 } })
    expect([...wide.values]).toEqual([0.25])
  })
})
