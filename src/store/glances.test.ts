import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { GlanceQuestion } from '../services/glance-client'
import type { Artifact, Frame } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { keepWarm } from './glances'
import { createRuns } from './runs'
import { createStudies } from './studies'
import { doneWith, frameOf, testingClient } from './testing-client'
import { maxUnanswered, restingMs } from './work'

const first: Study = {
  version: 1,
  network: 'species X = 5\nparameter k = 1 in [0, 2]\nX -> 0, k',
  times: [1, 2],
  solver: 'fsp',
  compare: [{ solver: 'ode' }, { solver: 'ssa', options: { replicates: 100 } }],
}
const artifact: Artifact = { solver: 'distilled', arrays: {}, notes: {} }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const pass = async (ms = 16) => {
  await vi.advanceTimersByTimeAsync(ms)
}

/** A first picture of so many samples: a number to know it by. */
const early = (mark: number): Frame => ({ ...frameOf(mark, 0), preview: true })

async function setUp() {
  const client = testingClient()
  const studies = createStudies(first)
  const asked: (GlanceQuestion & { see(frame: Frame): void })[] = []
  const models = { find: () => ({ artifact, study: first }), bring: async () => undefined }
  const glances = {
    client: {
      ask: (_: Artifact, question: GlanceQuestion, see: (frame: Frame) => void) =>
        void asked.push({ ...question, see }),
      warm() {},
      close() {},
    },
    time: () => 1.5,
  }
  const nextFrame = () => new Promise<void>((resolve) => setTimeout(resolve, 10))
  const runs = createRuns(client, studies, nextFrame, models, glances)
  runs.start()
  await pass()
  const lane = () => runs.getState().lanes.fsp
  const mark = () => lane().frame?.diagnostics.replicates
  return { client, studies, runs, asked, lane, mark, turn: (k: number) => studies.getState().setParameter('k', k) }
}

it('is asked at once, of the time looked at, for lanes whose answer is a law', async () => {
  const { client, asked, lane, mark } = await setUp()
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ time: 1.5, study: { solver: 'fsp' } })
  asked[0].see(early(7))
  expect(mark()).toBe(7)
  expect(lane()).toMatchObject({ stale: false, serial: 1 })
  expect(client.asked.map(({ study }) => study.solver)).toEqual(['ode', 'ssa'])
})

it('leaves the answer until the hand rests, and then replaces the picture by it', async () => {
  const { client, asked, lane, mark, turn } = await setUp()
  for (let k = 1; k <= 10; k++) {
    turn(1 + k / 20)
    asked[k].see(early(k))
    expect(mark()).toBe(k)
    expect(lane().stale).toBe(false)
    await pass()
  }
  expect(client.of('fsp')).toHaveLength(0)
  await pass(restingMs + 20)
  expect(client.of('fsp')).toHaveLength(1)
  // The run brings nothing of what another method has learnt along.
  expect(client.of('fsp')[0].artifact).toBeUndefined()
  // Half an answer is not shown instead; how far it is, is.
  client.of('fsp')[0].show(99, 0.5)
  expect(lane().frame).toMatchObject({ preview: true, done: 0.5 })
  expect(lane().done).toBe(0.5)
  client.of('fsp')[0].finish(doneWith(1000))
  await pass()
  expect(mark()).toBe(1000)
  expect(lane().frame?.preview).toBeUndefined()
  // A picture that comes too late does not take the answer's place.
  asked[10].see(early(3))
  expect(mark()).toBe(1000)
})

it('never goes back to an older question', async () => {
  const { client, asked, lane, mark, turn } = await setUp()
  await pass(restingMs + 20)
  turn(1.5)
  turn(1.6)
  asked[2].see(early(2))
  asked[1].see(early(1))
  client.of('fsp')[0].show(50, 0.9)
  client.of('fsp')[0].finish(doneWith(1000))
  await pass(1)
  expect(mark()).toBe(2)
  expect(lane().stale).toBe(false)
  await pass(restingMs + 20)
  expect(client.of('fsp')).toHaveLength(2)
  expect(client.of('fsp')[1].study.network).toContain('k = 1.6')
})

it('gives way to the method’s own first picture of the same question', async () => {
  const { client, asked, mark, lane } = await setUp()
  asked[0].see(early(0))
  await pass(restingMs + 20)
  client.of('fsp')[0].preview()
  expect(mark()).toBe(1)
  expect(lane().frame?.preview).toBe(true)
})

it('does not start what was cancelled while it waited', async () => {
  const { client, asked, runs, lane, turn } = await setUp()
  await pass(restingMs + 20)
  turn(1.5)
  asked[1].see(early(1))
  await pass(20)
  runs.getState().cancel()
  await pass(500)
  expect(client.of('fsp')).toHaveLength(1)
  expect(lane().status).toBe('cancelled')
})

it('answers anew what came back while the hand moved, for its answer was replaced by a first picture', async () => {
  const { client, asked, lane, mark, turn } = await setUp()
  await pass(restingMs + 20)
  client.of('fsp')[0].finish(doneWith(1000))
  await pass()
  turn(1.5)
  asked[1].see(early(1))
  await pass()
  turn(1)
  asked[2].see(early(2))
  expect(mark()).toBe(2)
  await pass(restingMs + 20)
  client.of('fsp')[1].finish(doneWith(2000))
  await pass()
  expect(mark()).toBe(2000)
  expect(lane().frame?.preview).toBeUndefined()
})

it('is not waited for by a drag where it does not come', async () => {
  const { client, turn } = await setUp()
  for (let k = 1; k <= maxUnanswered + 3; k++) {
    turn(1 + k / 20)
    await pass()
  }
  expect(client.of('fsp').length).toBeGreaterThan(0)
})

it('is ready before a hand moves, once for each study that is opened', async () => {
  const warmed: GlanceQuestion[] = []
  const client = { ask() {}, warm: (_: Artifact, question: GlanceQuestion) => void warmed.push(question), close() {} }
  const studies = createStudies(first)
  const models = { find: () => undefined, bring: async () => ({ artifact, study: first }) }
  const untie = keepWarm({ client, time: () => 2 }, studies, models)
  await pass(1000)
  expect(warmed).toHaveLength(0)
  await pass(1000)
  studies.getState().setParameter('k', 1.5)
  await pass(3000)
  expect(warmed).toMatchObject([{ time: 2, brief: true, study: { solver: 'fsp' } }])
  studies.getState().open({ ...first, times: [1] })
  await pass(3000)
  expect(warmed).toHaveLength(2)
  studies.getState().open(first)
  untie()
  await pass(3000)
  expect(warmed).toHaveLength(2)
})
