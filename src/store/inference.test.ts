import { describe, expect, it } from 'vitest'
import { taskClient } from '../services/task-client'
import type { Study } from '../solvers/study'
import { createInference, rangesOf } from './inference'
import { createMap } from './map'
import { createStudies } from './studies'

const study: Study = {
  version: 1,
  network: 'parameter k = 10 in [2, 30]\nparameter d = 1\nspecies X\n0 -> X, k\nX -> 0, d',
  times: [1],
  solver: 'fsp',
}

const until = async (met: () => boolean) => {
  for (let i = 0; i < 4000 && !met(); i++) await new Promise((resolve) => setTimeout(resolve, 2))
  expect(met()).toBe(true)
}

function opened() {
  const studies = createStudies(study)
  return { studies, inference: createInference(taskClient(1), studies) }
}

describe('inference on the page', () => {
  it('reads a file, maps its columns, and finds a posterior', async () => {
    const { inference } = opened()
    const { load, set, infer } = inference.getState()
    expect(await load('cells.csv', 'time,X\n2,9\n2,x\n2,8\n')).toBeUndefined()
    await until(() => inference.getState().data.status === 'read')
    const { data, settings, open } = inference.getState()
    expect(open).toBe(true)
    expect(settings.mapping).toMatchObject({ kind: 'snapshots', time: 'time', columns: { X: 'X' } })
    expect(data).toMatchObject({ rows: 3, units: 2, times: 1, issues: [{ line: 3 }] })
    set({ chains: 2, options: { metropolis: { warmup: 30, draws: 40 } } })
    infer()
    await until(() => inference.getState().run?.status === 'done')
    const { run } = inference.getState()
    expect(run?.names).toEqual(['k'])
    expect(run?.posterior?.draws.shape).toEqual([2, 40, 1])
    expect(run?.predicted?.length).toBe(1)
    expect(run?.chains.map(({ done }) => done)).toEqual([1, 1])
  })

  it('says what is wrong with a file, with a mapping, with a question', async () => {
    const { inference } = opened()
    const { load, set, infer } = inference.getState()
    expect((await load('a.csv', 'time,X\n1,"2'))?.message).toMatch(/quotation/)
    await load('b.csv', 'time,X\n1,2\n')
    set({ mapping: { kind: 'snapshots', columns: {} } })
    await until(() => inference.getState().data.status === 'unreadable')
    set({ mapping: { kind: 'snapshots', time: 'time', columns: { X: 'X' } }, method: 'nuts', likelihood: 'ssa' })
    infer()
    await until(() => inference.getState().run?.status === 'failed')
    expect(inference.getState().run?.complaint?.message).toMatch(/without noise/)
  })

  it('stops, and stays stopped', async () => {
    const { inference } = opened()
    await inference.getState().load('cells.csv', 'time,X\n2,9\n')
    await until(() => inference.getState().data.status === 'read')
    inference.getState().infer()
    await new Promise((resolve) => setTimeout(resolve, 20))
    inference.getState().cancel()
    expect(inference.getState().run?.status).toBe('cancelled')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(inference.getState().run?.status).toBe('cancelled')
  })

  it('offers a decade to either side where no range is declared', () => {
    const { network } = opened().studies.getState().reading.problem
    expect(rangesOf(network, {})).toEqual([
      ['k', { on: true, min: 2, max: 30, log: false }],
      ['d', { on: false, min: 0.1, max: 10, log: true }],
    ])
  })
})

describe('a map on the page', () => {
  it('fills row by row, in shares', async () => {
    const map = createMap(taskClient(2))
    const axis = (name: string, min: number, max: number) => ({ name, min, max, log: false, count: 3 })
    map.getState().draw({ study, x: axis('k', 2, 4), y: axis('d', 1, 2), quantity: 'X', time: null })
    await until(() => map.getState().status === 'done')
    const { values, rows, error } = map.getState()
    expect(rows).toBe(3)
    expect(error).toBeLessThan(1e-6)
    const means = [2, 3, 4, 2 / 1.5, 3 / 1.5, 4 / 1.5, 1, 1.5, 2]
    values?.mean.forEach((mean, i) => {
      expect(Math.abs(mean - means[i])).toBeLessThan(1e-4)
    })
  })

  it('fails in a sentence', async () => {
    const map = createMap(taskClient(1))
    const axis = { name: 'k', min: 4, max: 2, log: false, count: 3 }
    map.getState().draw({ study, x: axis, y: axis, quantity: 'X', time: 1 })
    await until(() => map.getState().status === 'failed')
    expect(map.getState().complaint?.message).toMatch(/no range/)
  })
})
