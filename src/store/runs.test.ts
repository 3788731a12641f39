import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Study } from '../solvers/study'
import { maxPatienceMs, patienceMs } from './pursuit'
import { createRuns } from './runs'
import { createStudies } from './studies'
import { doneWith, failedWith, testingClient } from './testing-client'
import { maxRestMs } from './work'

const first: Study = {
  version: 1,
  network: 'species X = 5\nparameter k = 1 in [0, 2]\nX -> 0, k',
  times: [1, 2],
  solver: 'ssa',
  options: { replicates: 100 },
  seed: 1,
  compare: [{ solver: 'fsp' }, { solver: 'ode' }],
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A frame of the screen, by hand. */
const frame = async () => {
  await vi.advanceTimersByTimeAsync(16)
}

async function setUp(study = first) {
  const client = testingClient()
  const studies = createStudies(study)
  const runs = createRuns(client, studies, () => new Promise((resolve) => setTimeout(resolve, 10)))
  runs.start()
  await frame()
  const lane = (solver: string) => runs.getState().lanes[solver]
  const turn = (k: number) => studies.getState().setParameter('k', k)
  return { client, studies, runs, lane, turn, actions: () => runs.getState() }
}

describe('two lanes of one method', () => {
  const leap = (epsilon: number) => ({ solver: 'tauLeap', options: { epsilon, replicates: 100 } })
  const two: Study = { ...first, ...leap(0.03), compare: [leap(0.08), leap(0.2)] }

  it('run each for itself', async () => {
    const { client, runs, lane } = await setUp(two)
    expect(Object.values(runs.getState().lanes).map(({ title }) => title)).toEqual([
      'Tau-leaping · ε 0.03',
      'Tau-leaping · ε 0.08',
      'Tau-leaping · ε 0.2',
    ])
    expect(client.asked.map(({ study }) => study.options?.epsilon)).toEqual([0.03, 0.08, 0.2])
    client.asked[1].finish(doneWith(100))
    await frame()
    expect(lane('tauLeap').status).toBe('running')
    expect(lane('tauLeap-2')).toMatchObject({ status: 'done', variant: 'ε 0.08' })
  })

  it('keep what they have when one of them goes, or two change places', async () => {
    const { client, studies, lane } = await setUp(two)
    client.asked[1].finish(doneWith(100))
    client.asked[2].show(10, 0.1)
    await frame()
    const second = lane('tauLeap-2').frame
    studies.getState().setSolver('tauLeap-2')
    await frame()
    expect(lane('tauLeap')).toMatchObject({ id: 'tauLeap', status: 'done', variant: 'ε 0.08', stale: false })
    expect(lane('tauLeap').frame).toBe(second)
    expect(lane('tauLeap-2')).toMatchObject({ status: 'running', variant: 'ε 0.03' })
    studies.getState().setCompare(['tauLeap-3'])
    await frame()
    expect(client.asked).toHaveLength(3)
    expect(client.asked[0].cancelled).toBe(true)
    // The run of the third lane goes on, under its new key; the one that went says no more.
    client.asked[0].show(90, 0.9)
    client.asked[2].show(20, 0.2)
    expect(lane('tauLeap-2')).toMatchObject({ variant: 'ε 0.2', done: 0.2, serial: 2 })
    expect(lane('tauLeap-3')).toBeUndefined()
  })
})

describe('the lanes', () => {
  it('start by themselves: the study first, then what is compared', async () => {
    const { client, runs, lane } = await setUp()
    expect(Object.keys(runs.getState().lanes)).toEqual(['ssa', 'fsp', 'ode'])
    expect(client.asked.map(({ study }) => study.solver)).toEqual(['ssa', 'fsp', 'ode'])
    expect(client.asked[0].study).toMatchObject({ seed: 1, options: { replicates: 100 } })
    expect(client.asked[1].study).not.toHaveProperty('compare')
    client.of('ssa')[0].show(10, 0.1)
    expect(lane('ssa')).toMatchObject({ status: 'running', serial: 1, done: 0.1, stale: false })
    client.of('ssa')[0].finish(doneWith(100))
    await frame()
    expect(lane('ssa')).toMatchObject({ status: 'done', serial: 2, done: 1, stale: false, outcome: { status: 'done' } })
    expect(lane('ssa').frame?.diagnostics.replicates).toBe(100)
  })

  it('follow a change at once where something was shown, keeping the old picture until there is a new one', async () => {
    const { client, lane, turn } = await setUp()
    client.of('ssa')[0].show(10, 0.1)
    const old = lane('ssa').frame
    turn(1.5)
    expect(lane('ssa')).toMatchObject({ stale: true })
    await frame()
    expect(client.of('ssa')).toHaveLength(2)
    expect(client.of('ssa')[0].cancelled).toBe(true)
    expect(lane('ssa').frame).toBe(old)
    client.of('ssa')[0].show(90, 0.9)
    expect(lane('ssa').frame).toBe(old)
    client.of('ssa')[1].show(1, 0.01)
    expect(lane('ssa')).toMatchObject({ stale: false, serial: 2 })
    expect(lane('ssa').study?.network).toContain('k = 1.5')
  })

  it('follow a change at once where a preview was shown, so that a drag shows one after another', async () => {
    const { client, turn } = await setUp()
    for (let k = 1; k <= 5; k++) {
      client.of('fsp')[k - 1].preview()
      turn(k / 10)
      await frame()
      expect(client.of('fsp')).toHaveLength(k + 1)
      expect(client.of('fsp')[k - 1].cancelled).toBe(true)
    }
    turn(0.9)
    await frame()
    expect(client.of('fsp')).toHaveLength(6)
  })

  it('rest after a preview while a hand moves faster than answers come, and not otherwise', async () => {
    const { client, turn } = await setUp()
    const move = async (k: number, frames: number) => {
      client.of('fsp')[k].preview()
      for (let waited = 0; waited < frames; waited++) await frame()
      turn((k + 1) / 10)
      await frame()
    }
    await move(0, 0)
    await move(1, 2)
    await move(2, 50)
    client.of('fsp')[3].finish(doneWith(1))
    await move(3, 0)
    const [first, second, third, fourth, fifth] = client.of('fsp').map(({ restMs }) => restMs)
    expect(first).toBeUndefined()
    expect(second).toBeGreaterThan(0)
    expect(third).toBeGreaterThan(1.5 * 2 * 16)
    expect(fourth).toBe(maxRestMs)
    expect(fifth).toBeUndefined()
  })

  it('start at most one run per animation frame, of the newest question', async () => {
    const { client, turn } = await setUp()
    client.of('ssa')[0].show(10, 0.1)
    for (let k = 1; k < 40; k++) turn(k / 20)
    await frame()
    expect(client.of('ssa')).toHaveLength(2)
    expect(client.of('ssa')[1].study.network).toContain('k = 1.95')
  })

  it('let a run that has shown nothing finish while it is short, then take the newest question', async () => {
    const { client, turn, lane } = await setUp()
    turn(1.2)
    await frame()
    turn(1.4)
    await frame()
    expect(client.of('fsp')).toHaveLength(1)
    client.of('fsp')[0].finish(doneWith(1))
    await frame()
    expect(lane('fsp').study?.network).toContain('k = 1 ')
    expect(lane('fsp')).toMatchObject({ status: 'running', stale: true })
    expect(client.of('fsp')).toHaveLength(2)
    expect(client.of('fsp')[1].study.network).toContain('k = 1.4')
  })

  it('lose patience with a long one', async () => {
    const { client, turn } = await setUp()
    client.of('fsp')[0].show(1, 0.5)
    turn(1.2)
    await frame()
    expect(client.of('fsp')[0].cancelled).toBe(false)
    await vi.advanceTimersByTimeAsync(patienceMs)
    expect(client.of('fsp')[0].cancelled).toBe(true)
    expect(client.of('fsp')[1].study.network).toContain('k = 1.2')
    // It is the newest question: it may take as long as it likes.
    await vi.advanceTimersByTimeAsync(10 * patienceMs)
    expect(client.of('fsp')).toHaveLength(2)
    expect(client.of('fsp')[1].cancelled).toBe(false)
  })

  it('have more patience where the last run took longer, up to a point', async () => {
    const { client, turn } = await setUp()
    await vi.advanceTimersByTimeAsync(800)
    client.of('fsp')[0].finish(doneWith(1))
    turn(1.2)
    await frame()
    turn(1.4)
    await vi.advanceTimersByTimeAsync(1100)
    expect(client.of('fsp')[1].cancelled).toBe(false)
    await vi.advanceTimersByTimeAsync(maxPatienceMs - 1100)
    expect(client.of('fsp')[1].cancelled).toBe(true)
    expect(client.of('fsp')[2].study.network).toContain('k = 1.4')
  })

  it('do not run again for what changes no number', async () => {
    const { client, studies } = await setUp()
    const { length } = client.asked
    studies.getState().setView({ time: 1 })
    studies.getState().setTitle('Decay')
    await frame()
    expect(client.asked).toHaveLength(length)
    studies.getState().setText('species X = ')
    await frame()
    expect(client.asked).toHaveLength(length)
    studies.getState().setOption('fsp', 'tolerance', 1e-5)
    await frame()
    expect(client.asked).toHaveLength(length)
    await vi.advanceTimersByTimeAsync(patienceMs)
    expect(client.asked).toHaveLength(length)
    studies.getState().setText(first.network)
    await vi.advanceTimersByTimeAsync(patienceMs)
    expect(client.asked.slice(length).map(({ study }) => study.solver)).toEqual(['fsp'])
  })

  it('go when their method goes', async () => {
    const { client, studies, runs } = await setUp()
    studies.getState().setCompare(['ode'])
    await frame()
    expect(Object.keys(runs.getState().lanes)).toEqual(['ssa', 'ode'])
    expect(client.of('fsp')[0].cancelled).toBe(true)
    client.of('fsp')[0].show(1, 1)
    expect(Object.keys(runs.getState().lanes)).toEqual(['ssa', 'ode'])
  })
})

describe('a lane', () => {
  it('shows the failure of a run and works again after a change', async () => {
    const { client, lane, turn } = await setUp()
    client.of('ode')[0].finish(failedWith('the rate is negative'))
    await frame()
    expect(lane('ode')).toMatchObject({ status: 'failed', outcome: { message: 'the rate is negative' } })
    turn(1.5)
    await frame()
    expect(lane('ode')).toMatchObject({ status: 'running', outcome: undefined })
  })

  it('stops by hand and stays stopped until there is a reason', async () => {
    const { client, lane, turn, actions } = await setUp()
    client.of('ssa')[0].show(10, 0.1)
    actions().cancel('ssa')
    expect(lane('ssa')).toMatchObject({ status: 'cancelled' })
    expect(lane('fsp').status).toBe('running')
    await frame()
    expect(client.of('ssa')).toHaveLength(1)
    actions().rerun('ssa')
    await frame()
    expect(client.of('ssa')).toHaveLength(2)
    actions().cancel()
    expect(Object.keys(actions().lanes).map((id) => lane(id).status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    turn(1.5)
    await frame()
    expect(lane('ssa').status).toBe('running')
  })

  it('goes on with more replicates in the methods that sample, as one step of undo', async () => {
    const { client, studies, lane, actions } = await setUp()
    client.of('ssa')[0].finish(doneWith(100))
    client.of('fsp')[0].finish(doneWith(1))
    await frame()
    actions().more(900)
    await frame()
    expect(studies.getState().study.options).toEqual({ replicates: 1000 })
    expect(client.of('ssa')[1].study.options).toEqual({ replicates: 1000 })
    expect(client.of('fsp')).toHaveLength(1)
    // The same question, only better: not stale, and fewer replicates than are on screen are not shown.
    expect(lane('ssa')).toMatchObject({ stale: false, serial: 1 })
    client.of('ssa')[1].show(50, 0.05)
    expect(lane('ssa')).toMatchObject({ serial: 1, done: 0.05 })
    client.of('ssa')[1].show(150, 0.15)
    expect(lane('ssa')).toMatchObject({ serial: 2 })
    studies.getState().undo()
    expect(studies.getState().study.options).toEqual({ replicates: 100 })
  })

  it('estimates the time left from the pace of this run, not from where it started', async () => {
    const { client, lane } = await setUp()
    const [run] = client.of('ssa')
    run.show(50, 0.5)
    expect(lane('ssa').leftMs).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1000)
    run.show(75, 0.75)
    expect(lane('ssa').leftMs).toBeCloseTo(1000, 0)
    run.finish(doneWith(100))
    await frame()
    expect(lane('ssa').leftMs).toBeUndefined()
  })
})
