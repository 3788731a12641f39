import { describe, expect, it } from 'vitest'
import { namedArray } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import { trainingRecord } from '../../solvers/training'
import { exactSource, fixtureOutlook } from './fixture'
import { panels } from './panels'
import type { Source } from './sources'

/** A method in training whose loss after update k is 2 + 1/k. */
function pupil(updates: number, id = 'pupil'): Source {
  const record = trainingRecord()
  for (let k = 1; k <= updates; k++) record.add(k, 2 + 1 / k, 0.5)
  const frame = {
    ...exactSource().frame,
    training: record.array(),
    phase: 't = 1 of 5',
    diagnostics: { gradientNorm: 0.5 },
  }
  return { ...exactSource(), id, title: id, frame }
}

const drawn = (sources: readonly Source[]) => panels(sources, fixtureOutlook).find(({ id }) => id === 'training')

describe('the panel of a training', () => {
  it('shows the loss along the updates, one line a method, and says where it stands', () => {
    const panel = drawn([exactSource(), pupil(100), pupil(50, 'other')])
    expect(panel?.layers).toHaveLength(2)
    const [line] = panel?.layers ?? []
    expect(line.kind === 'line' && [line.x[0], line.y[0], line.x[99], line.y[99]]).toEqual([1, 3, 100, 2.01])
    expect(panel?.summary).toContain('pupil is at 2.01 nats after 100 updates')
    expect(panel?.note).toBe('t = 1 of 5')
    expect(panel?.facts).toContainEqual({ label: 'pupil: Gradient', text: 'norm 0.5' })
    expect(panel?.x.domain).toEqual([0, 100])
  })

  it('draws a median through points that scatter, and says by how much and why', () => {
    const record = trainingRecord()
    const rng = stream(3, 0)
    const normal = () => Math.sqrt(2 * rng.exponential()) * Math.cos(2 * Math.PI * rng.uniform())
    // Weighted batches: mostly near the course, now and then far above.
    for (let k = 1; k <= 400; k++) {
      record.add(k, 5 + 2 * Math.exp(-k / 80) + 0.1 * normal() + (k % 23 === 0 ? 1.5 : 0), 1)
    }
    const source = pupil(2)
    const diagnostics = { effective: 300, replicates: 1000 }
    const panel = drawn([{ ...source, frame: { ...source.frame, diagnostics, training: record.array() } }])
    const [points, median] = (panel?.layers ?? []).flatMap((one) => (one.kind === 'line' ? [one] : []))
    expect([points.name, points.ink, median.name]).toEqual(['pupil: points', 'muted', 'pupil: loss, median'])
    const far = (y: ArrayLike<number>) =>
      Array.from(y).reduce(
        (worst, v, k) => (k < 30 ? worst : Math.max(worst, Math.abs(v - 5 - 2 * Math.exp(-(k + 1) / 80)))),
        0,
      )
    expect(far(points.y)).toBeGreaterThan(1.4)
    // Twenty-five points each scatter by 0.1: their median by some 0.025, and 400 of those by at most 0.1.
    expect(far(median.y)).toBeLessThan(0.15)
    const loss = panel?.facts?.find(({ label }) => label.includes('Loss'))?.text ?? ''
    const scatter = Number(/± ([\d.]+) nat/.exec(loss)?.[1])
    expect(scatter).toBeGreaterThan(0.08)
    expect(scatter).toBeLessThan(0.13)
    expect(loss).toContain('states have weights')
    const equal = drawn([{ ...source, frame: { ...source.frame, training: record.array() } }])
    expect(equal?.facts?.find(({ label }) => label.includes('Loss'))?.text).not.toContain('weights')
  })

  it('draws what is held out beside what is learnt from', () => {
    const record = trainingRecord('heldOut')
    for (let k = 1; k <= 10; k++) record.add(k, 1 / k, 2 / k)
    const source = pupil(2)
    const panel = drawn([{ ...source, frame: { ...source.frame, training: record.array() } }])
    expect(panel?.layers.map((one) => one.kind === 'line' && [one.name, one.dash, one.y[9]])).toEqual([
      ['pupil: loss', 'solid', 0.1],
      ['pupil: held out', 'dashed', 0.2],
    ])
  })

  it('keeps the axis for the losses of most of the training, not for its first ones', () => {
    const { domain } = drawn([pupil(400)])?.y ?? { domain: [0, 0] }
    expect(domain[0]).toBeLessThan(2.0025)
    expect(domain[1]).toBeGreaterThan(2.01)
    expect(domain[1]).toBeLessThan(2.2)
  })

  it('is not there where nothing trains, nor before there is a line', () => {
    expect(drawn([exactSource()])).toBeUndefined()
    expect(drawn([pupil(1)])).toBeUndefined()
  })
})

describe('the panel of distances', () => {
  const measured = (rows: readonly (readonly number[])[]): Source => {
    const distances = namedArray([
      ['time', rows.map((_, k) => k)],
      ['measure', ['hellinger', 'hellingerFloor', 'joint']],
    ])
    distances.data.set(rows.flat())
    const source = pupil(3)
    const diagnostics = { hellinger: 0.02, hellingerFloor: 0.01, jointHellinger: 0.05 }
    return { ...source, frame: { ...source.frame, distances, diagnostics, notes: { measured: 'the exact law' } } }
  }
  const nan = Number.NaN

  it('shows what was measured, at the times at which it was, beside what sampling explains', () => {
    const source = measured([
      [nan, nan, nan],
      [0.02, 0.01, nan],
      [0.01, 0.01, 0.05],
    ])
    const panel = panels([source], fixtureOutlook).find(({ id }) => id === 'distances')
    expect(panel?.layers.map((one) => one.kind === 'line' && [...one.x])).toEqual([[2], [1, 2], [1, 2]])
    expect(panel?.summary).toContain('at most 0.02 from the exact law')
    expect(drawn([source])?.facts).toContainEqual({
      label: 'Distance',
      text: 'Hellinger 0.02 from the exact law, counting would be 0.01 off, whole states 0.05',
    })
  })

  it('is not there for a single time, which the training tells', () => {
    const one = panels([measured([[0.02, 0.01, 0.05]])], fixtureOutlook)
    expect(one.find(({ id }) => id === 'distances')).toBeUndefined()
  })
})
