import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Solver } from '../solvers/contract'
import { lanesOf } from '../solvers/lanes'
import type { Study } from '../solvers/study'
import { createRuns } from './runs'
import { createSameSeconds, replicatesIn } from './same-seconds'
import { createStudies } from './studies'
import { doneWith, type TestingClient, testingClient } from './testing-client'

vi.mock('../solvers/registry', async (original) => {
  const { solvers, ...rest } = await original<typeof import('../solvers/registry')>()
  const pupil: Solver = { ...solvers.ode, id: 'pupil', traits: { ...solvers.ode.traits, trains: true } }
  return { ...rest, solvers: { ...solvers, pupil } }
})

const study: Study = { version: 1, network: 'species X = 5; X -> 0, 1', times: [1], solver: 'pupil', seed: 1 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const frame = () => vi.advanceTimersByTimeAsync(16)

/** A pupil that took ten seconds. */
async function trained(more: Partial<Study> = {}) {
  const client = testingClient()
  const studies = createStudies({ ...study, ...more })
  const runs = createRuns(client, studies, () => new Promise((resolve) => setTimeout(resolve, 10)))
  runs.start()
  await frame()
  await vi.advanceTimersByTimeAsync(9984)
  client.of('pupil')[0].finish(doneWith(1))
  await frame()
  return { client, studies, runs, seconds: createSameSeconds(studies, runs) }
}

/** The newest portion ends after so many ms of its own. */
async function portion(client: TestingClient, elapsedMs: number): Promise<number> {
  const run = client.of('ssa').at(-1)
  if (!run) throw new Error('no portion')
  const n = Number(run.study.options?.replicates)
  const outcome = doneWith(n)
  run.finish({ ...outcome, provenance: { ...outcome.provenance, elapsedMs } })
  await frame()
  await frame()
  return n
}

describe('the same seconds', () => {
  it('are measured in growing portions, and their replicates are written into the study', async () => {
    const { client, studies, runs, seconds } = await trained()
    expect(Math.abs((runs.getState().lanes.pupil.trainedMs ?? 0) - 10_000)).toBeLessThan(50)
    seconds.getState().start('pupil')
    await frame()
    // 1000 in 20 ms, twenty times as many in 400 ms more, twenty times as many again: now a portion is long enough.
    expect(await portion(client, 20)).toBe(1000)
    expect(await portion(client, 380)).toBe(20_000)
    expect(seconds.getState().status).toBe('measuring')
    expect(await portion(client, 7600)).toBe(400_000)
    expect(seconds.getState().status).toBe('drawing')
    // 50 a millisecond, in what is left after 8 s.
    const n = Number(lanesOf(studies.getState().study).find(({ id }) => id === 'ssa')?.options?.replicates)
    const { trainedMs = 0 } = runs.getState().lanes.pupil
    expect(n).toBe(Math.round(400_000 + 50 * (trainedMs - 8000)))
    expect(await portion(client, 2000)).toBe(n)
    expect(seconds.getState().status).toBe('done')
    expect(studies.getState().study.view?.seconds).toBe(10)
  })

  it('have a lane of their own beside one that is there, and end when that is cancelled', async () => {
    const { client, studies, runs, seconds } = await trained({
      compare: [{ solver: 'ssa', options: { replicates: 77 } }],
    })
    seconds.getState().start('pupil')
    await frame()
    const lanes = () => lanesOf(studies.getState().study).map(({ id, options }) => `${id} ${options?.replicates}`)
    expect(lanes()).toEqual(['pupil undefined', 'ssa 77', 'ssa-2 1000'])
    expect(client.of('ssa')).toHaveLength(2)
    runs.getState().cancel('ssa-2')
    expect(seconds.getState().status).toBe('stopped')
    expect(lanes()).toHaveLength(3)
  })

  it('are nothing without a training', async () => {
    const { seconds, studies } = await trained()
    seconds.getState().start('ode')
    expect([seconds.getState().status, lanesOf(studies.getState().study).length]).toEqual(['idle', 1])
    expect(replicatesIn(-5, 100, 3)).toBe(100)
  })
})
