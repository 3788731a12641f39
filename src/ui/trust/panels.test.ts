import { describe, expect, it } from 'vitest'
import recorded from '../../../public/trust.json'
import { paperOf, svg } from '../figure/svg'
import { foundPanel, outside, residualPanel } from './panels'
import type { TrustRecord } from './record'

// In a JSON file infinities are null: only a failed case has them.
const record = recorded as unknown as TrustRecord
const { cases } = record

describe('the recorded run', () => {
  it('is of all cases, and of a sampler that passes them: by the suite all but two of heavy tails', () => {
    expect(cases).toHaveLength(39)
    expect(cases.map(({ verdict }) => verdict)).toEqual(cases.map(() => 'passed'))
    expect(cases.filter(({ suite }) => suite !== 'passed').map(({ name }) => name)).toEqual(['00003', '00033'])
    expect(record).toMatchObject({ passed: 39, passedBySuite: 37, failed: 0, refused: 0 })
    expect(record).toMatchObject({ replicates: 10_000, solver: 'ssa' })
    expect(cases.reduce((sum, { events }) => sum + events, 0)).toBe(record.events)
  })

  it('says nothing of the machine that made it', () => {
    expect(JSON.stringify(record)).not.toMatch(/\/(?:work|home|tmp|root)\//)
  })

  it('has the worst of its residuals as what it calls the worst', () => {
    for (const { quantities, worstZ, worstY } of cases) {
      expect(Math.max(...quantities.flatMap(({ z }) => z.map(Math.abs)))).toBeCloseTo(Math.abs(worstZ), 6)
      expect(Math.max(...quantities.flatMap(({ y }) => y.map(Math.abs)))).toBeCloseTo(Math.abs(worstY), 6)
    }
  })
})

describe('figures of a case', () => {
  it('are drawn, each with its summary', () => {
    for (const one of cases) {
      for (const panel of [foundPanel(record, one, () => 'x'), residualPanel(record, one, () => 'x')]) {
        expect(panel.summary).toContain(one.name)
        expect(svg(panel, paperOf(120))).toMatch(/^<(?:\?xml|svg)/)
      }
    }
  })

  it('show the mean, one standard deviation about it, and the residuals at their times', () => {
    const one = cases.find(({ name }) => name === '00028')!
    const [band, mean] = foundPanel(record, one, () => 'x').layers
    expect(mean).toMatchObject({ kind: 'line', y: one.quantities[0].mean })
    // Reset at t = 25 to exactly 50: the value is the one after the event, and the band closes there.
    expect(one.quantities[0].mean[25]).toBe(50)
    expect(band).toMatchObject({ kind: 'band', meaning: 'SD' })
    if (band.kind === 'band') expect([band.low[25], band.high[25]]).toEqual([50, 50])
    const residuals = residualPanel(record, one, () => 'x')
    expect(residuals.layers.filter(({ kind }) => kind === 'rule')).toHaveLength(5)
    expect(residuals.y.domain[1]).toBeGreaterThan(5)
  })

  it('leave what is infinite out, and say what lies outside', () => {
    const [one] = cases
    const missed = {
      ...one,
      quantities: [{ ...one.quantities[0], z: [Number.POSITIVE_INFINITY, 1], y: [0, 2] }],
      times: [0, 1],
    }
    expect(residualPanel(record, missed, () => 'x').y.domain).toEqual([-5.4, 5.4])
    expect(outside({ ...one, excursions: [0] })).toBe('0 outside')
    expect(outside({ ...one, excursions: [4, 1] })).toBe('4, then 1 outside')
    expect(outside({ ...one, excursions: [5, 3], unexplained: 0, suite: 'failed' })).toBe(
      '5, then 3 outside; 0 beyond what its heavy tails explain',
    )
  })
})
