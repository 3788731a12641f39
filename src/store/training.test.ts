import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Artifact, Solver } from '../solvers/contract'
import { ode } from '../solvers/ode'
import type { Study } from '../solvers/study'
import { keepLessons } from './lessons'
import { createNotices } from './notices'
import { createPersistence } from './persistence'
import { createRuns } from './runs'
import { createStudies } from './studies'
import { doneWith, failedWith, testingClient } from './testing-client'

// A method that trains, and whose lesson answers for k up to 1.5.
vi.mock('../solvers/registry', async (original) => {
  const { solvers, ...rest } = await original<typeof import('../solvers/registry')>()
  const pupil: Solver = {
    ...(ode as unknown as Solver),
    id: 'pupil',
    traits: { ...ode.traits, trains: true },
    answers: (_, { parameters }) => parameters[0] <= 1.5,
  }
  return { ...rest, solvers: { ...solvers, pupil } }
})

const study: Study = {
  version: 1,
  network: 'species X = 5\nparameter k = 1 in [0, 2]\nX -> 0, k',
  times: [1, 2],
  solver: 'pupil',
  seed: 1,
}
const lesson: Artifact = { solver: 'pupil', arrays: {}, notes: { steps: 100 } }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const frame = async () => {
  await vi.advanceTimersByTimeAsync(16)
}

async function setUp() {
  const client = testingClient()
  const studies = createStudies(study)
  const runs = createRuns(client, studies, () => new Promise((resolve) => setTimeout(resolve, 10)))
  runs.start()
  await frame()
  return {
    client,
    runs: runs.getState(),
    lane: () => runs.getState().lanes.pupil,
    turn: (k: number) => studies.getState().setParameter('k', k),
  }
}

describe('a method that trains', () => {
  it('is not disturbed by a slider, nor trained again by one', async () => {
    const { client, lane, turn, runs } = await setUp()
    expect(client.asked).toHaveLength(1)
    client.asked[0].checkpoint(lesson)
    turn(1.8)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(client.asked).toHaveLength(1)
    expect(client.asked[0].cancelled).toBe(false)
    client.asked[0].finish(doneWith(1))
    await frame()
    expect(client.asked).toHaveLength(1)
    expect(lane()).toMatchObject({ status: 'done', stale: true })
    runs.rerun('pupil')
    await frame()
    expect(client.asked).toHaveLength(2)
    expect(client.asked[1].artifact).toBeUndefined()
    expect(client.asked[1].study.network).toContain('k = 1.8')
  })

  it('answers at once with what it has learnt, where that is an answer', async () => {
    const { client, lane, turn } = await setUp()
    client.asked[0].checkpoint(lesson)
    client.asked[0].finish(doneWith(1))
    await frame()
    turn(1.2)
    await frame()
    expect(client.asked).toHaveLength(2)
    expect(client.asked[1].artifact).toBe(lesson)
    client.asked[1].finish(doneWith(1))
    await frame()
    turn(1.3)
    await frame()
    expect(client.asked).toHaveLength(3)
    client.asked[2].finish(doneWith(1))
    await frame()
    turn(1.9)
    await frame()
    expect(client.asked).toHaveLength(3)
    expect(lane().stale).toBe(true)
  })

  it('goes on from its last checkpoint when asked, or when its worker was lost', async () => {
    const { client, lane, runs } = await setUp()
    runs.resume('pupil')
    await frame()
    expect(client.asked).toHaveLength(1)
    client.asked[0].checkpoint(lesson)
    runs.cancel('pupil')
    expect(lane()).toMatchObject({ status: 'cancelled', learnt: { artifact: lesson } })
    runs.resume('pupil')
    await frame()
    expect(client.asked[1].artifact).toBe(lesson)
    const further: Artifact = { ...lesson, notes: { steps: 200 } }
    client.asked[1].checkpoint(further)
    client.asked[1].finish({ ...failedWith('The worker stopped.'), code: 'worker-crash' } as never)
    await frame()
    expect(client.asked).toHaveLength(3)
    expect(client.asked[2].artifact).toBe(further)
    expect(lane()).toMatchObject({ status: 'running', note: expect.stringContaining('last checkpoint') })
    // Lost again before anything new was learnt: no endless circle.
    client.asked[2].finish({ ...failedWith('The worker stopped.'), code: 'worker-crash' } as never)
    await frame()
    expect(client.asked).toHaveLength(3)
    expect(lane().status).toBe('failed')
  })

  it('can be taught elsewhere', async () => {
    const { client, lane, runs } = await setUp()
    runs.teach({ artifact: lesson, study })
    await frame()
    expect(client.asked[0].cancelled).toBe(true)
    expect(client.asked[1].artifact).toBe(lesson)
    expect(lane().learnt?.artifact).toBe(lesson)
  })

  it('goes on after the page was closed, from the last checkpoint of the same question, or of one that it answers', async () => {
    const shelf = new Map<string, unknown>()
    const storage = {
      read: async (key: string) => structuredClone(shelf.get(key)),
      write: async (key: string, value: unknown) => void shelf.set(key, structuredClone(value)),
    }
    const visit = async (opened: Study) => {
      const client = testingClient()
      const studies = createStudies(opened)
      const runs = createRuns(client, studies, () => new Promise((resolve) => setTimeout(resolve, 10)))
      const persistence = createPersistence(storage, createNotices())
      keepLessons(runs, studies, persistence)
      runs.start()
      await frame()
      return { client, persistence }
    }
    const first = await visit(study)
    expect(first.client.asked[0].artifact).toBeUndefined()
    first.client.asked[0].checkpoint(lesson)
    await first.persistence.flush()
    const again = await visit(study)
    await frame()
    expect(again.client.asked.at(-1)?.artifact).toEqual(lesson)
    const near = await visit({ ...study, network: study.network.replace('k = 1 ', 'k = 1.4 ') })
    await frame()
    expect(near.client.asked.at(-1)?.artifact).toEqual(lesson)
    const far = await visit({ ...study, network: study.network.replace('k = 1 ', 'k = 1.9 ') })
    await frame()
    expect(far.client.asked).toHaveLength(1)
    expect(far.client.asked[0].artifact).toBeUndefined()
    for (const key of shelf.keys()) if (key.startsWith('lesson:')) shelf.set(key, Uint8Array.of(1, 2, 3))
    const spoilt = await visit(study)
    await frame()
    expect(spoilt.client.asked.at(-1)?.artifact).toBeUndefined()
  })

  it('keeps what was learnt of several networks, and what the reader taught before what the page ships', async () => {
    const shelf = new Map<string, unknown>()
    const storage = {
      read: async (key: string) => structuredClone(shelf.get(key)),
      write: async (key: string, value: unknown) => void shelf.set(key, structuredClone(value)),
    }
    const shipped = { artifact: { ...lesson, notes: { steps: 1 } }, study }
    const models = { find: () => shipped, bring: async () => shipped }
    const visit = async (opened: Study, brings?: typeof models) => {
      const client = testingClient()
      const studies = createStudies(opened)
      const runs = createRuns(client, studies, () => new Promise((resolve) => setTimeout(resolve, 10)), brings)
      const persistence = createPersistence(storage, createNotices())
      keepLessons(runs, studies, persistence, brings)
      runs.start()
      for (let k = 0; k < 3; k++) await frame()
      return { client, studies, persistence, runs }
    }
    const other: Study = { ...study, network: study.network.replace('X -> 0', '2X -> 0').replace('k = 1 ', 'k = 1.9 ') }
    for (const [opened, steps] of [
      [study, 100],
      [other, 200],
    ] as const) {
      const { client, persistence } = await visit(opened)
      client.asked[0].checkpoint({ ...lesson, notes: { steps } })
      await persistence.flush()
    }
    const again = await visit(study, models)
    expect(again.client.asked.at(-1)?.artifact?.notes).toEqual({ steps: 100 })
    // A study that is opened in the same visit finds its own.
    again.studies.getState().open(other)
    for (let k = 0; k < 3; k++) await frame()
    expect(again.client.asked.at(-1)?.artifact?.notes).toEqual({ steps: 200 })
    // What the page ships is not put where the reader's own belongs.
    shelf.clear()
    const fresh = await visit(study, models)
    expect(fresh.client.asked.at(-1)?.artifact?.notes).toEqual({ steps: 1 })
    await fresh.persistence.flush()
    expect([...shelf.keys()]).toEqual([])
  })

  it('goes on from the shelf, also where that answers after a first checkpoint', async () => {
    const shelf = new Map<string, unknown>()
    const storage = {
      read: (key: string) => new Promise<unknown>((resolve) => setTimeout(() => resolve(shelf.get(key)), 500)),
      write: async (key: string, value: unknown) => void shelf.set(key, value),
    }
    const visit = async () => {
      const client = testingClient()
      const studies = createStudies(study)
      const runs = createRuns(client, studies, () => new Promise((resolve) => setTimeout(resolve, 10)))
      const persistence = createPersistence(storage, createNotices())
      keepLessons(runs, studies, persistence)
      runs.start()
      await frame()
      return { client, persistence, runs }
    }
    const first = await visit()
    await vi.advanceTimersByTimeAsync(600)
    first.client.asked[0].checkpoint(lesson)
    await vi.advanceTimersByTimeAsync(5000)
    const again = await visit()
    again.client.asked[0].checkpoint({ ...lesson, notes: { steps: 1 } })
    await vi.advanceTimersByTimeAsync(600)
    expect(again.client.asked.at(-1)?.artifact).toEqual(lesson)
    // A file that was opened meanwhile is what the reader wants.
    const { client, runs } = await visit()
    const file = { artifact: { ...lesson, notes: { steps: 7 } }, study }
    runs.getState().teach(file)
    await vi.advanceTimersByTimeAsync(600)
    expect(client.asked.at(-1)?.artifact).toEqual(file.artifact)
  })

  it.each([
    ['begins with what the page ships of its network', { artifact: lesson, study }, lesson],
    ['trains where the page ships nothing', undefined, undefined],
  ])('%s', async (_, shipped, expected) => {
    const client = testingClient()
    const models = { find: () => shipped, bring: async () => shipped }
    const nextFrame = () => new Promise<void>((resolve) => setTimeout(resolve, 10))
    createRuns(client, createStudies(study), nextFrame, models).start()
    await frame()
    expect(client.asked).toHaveLength(1)
    expect(client.asked[0].artifact).toBe(expected)
  })
})
