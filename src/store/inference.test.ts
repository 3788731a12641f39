import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { taskClient } from '../services/task-client'
import { readArtifact } from '../solvers/artifact-file'
import type { Study } from '../solvers/study'
import { createCalibration } from './calibration'
import { createEnsemble } from './ensemble'
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
    expect(inference.getState().refused?.name).toBe('a.csv')
    await load('b.csv', 'time,X\n1,2\n')
    expect(inference.getState().refused).toBeUndefined()
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

describe('calibration on the page', () => {
  it('ranks the truth in every data set, in shares, and stops', async () => {
    const { inference } = opened()
    const tasks = taskClient(2)
    const calibration = createCalibration(tasks, () => inference.getState().question())
    await calibration.getState().calibrate(4)
    expect(calibration.getState().status).toBe('idle')
    await inference.getState().load('cells.csv', 'time,X\n2,9\n2,8\n')
    inference.getState().set({ options: { metropolis: { warmup: 20, draws: 99 } } })
    calibration.getState().calibrate(5)
    await until(() => calibration.getState().status === 'done')
    const { ranks, names } = calibration.getState()
    expect(names).toEqual(['k'])
    expect(ranks.length).toBe(5)
    for (const [rank] of ranks) expect(rank >= 0 && rank <= 99).toBe(true)
    calibration.getState().calibrate(500)
    await until(() => calibration.getState().ranks.length > 0)
    calibration.getState().cancel()
    expect(calibration.getState().status).toBe('cancelled')
    inference.getState().set({ likelihood: 'particle' })
    calibration.getState().calibrate(3)
    await until(() => calibration.getState().status === 'failed')
    expect(calibration.getState().complaint?.message).toMatch(/needs time courses/)
  })

  it('brings what was learnt to the likelihood that asks it', async () => {
    const studies = createStudies(study)
    const asked: string[] = []
    const inference = createInference(taskClient(1), studies, (solver) => {
      asked.push(solver)
      return solver === 'distilled' ? Promise.resolve(undefined) : undefined
    })
    await inference.getState().load('cells.csv', 'time,X\n2,9\n')
    inference.getState().set({ likelihood: 'distilled' })
    inference.getState().infer()
    await until(() => inference.getState().run?.status === 'failed')
    expect(asked).toEqual(['distilled'])
    expect(inference.getState().run?.complaint?.message).toMatch(/nothing learnt by "distilled"/)
  })
})

describe('an ensemble of hops on the page', () => {
  const file = readArtifact(readFileSync(new URL('../../public/models/birth-death-hops.safetensors', import.meta.url)))
  if (!file.ok) throw new Error(file.why)
  const { artifact, study } = file.value

  it('brings the network and reports', async () => {
    const ensemble = createEnsemble(taskClient(1), async () => artifact)
    ensemble.getState().hop({ study, hop: 5, until: 20, paths: 50, seed: 1 })
    await until(() => ensemble.getState().status === 'done')
    expect(ensemble.getState().report?.times.length).toBe(5)
  })

  it('fails in a sentence, and stops', async () => {
    const ensemble = createEnsemble(taskClient(1), async () => undefined)
    ensemble.getState().hop({ study, hop: 5, until: 20, paths: 50, seed: 1 })
    await until(() => ensemble.getState().status === 'failed')
    expect(ensemble.getState().complaint?.message).toMatch(/nothing is learnt of hops/)
    ensemble.getState().hop({ study, hop: 5, until: 20, paths: 50, seed: 1 })
    ensemble.getState().cancel()
    expect(ensemble.getState().status).toBe('cancelled')
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
