import { expect, it, vi } from 'vitest'
import type { Artifact, Frame } from '../solvers/contract'
import { distilled } from '../solvers/distilled'
import type { Study } from '../solvers/study'
import { ask, finish, lend } from '../solvers/testing'
import { glanceClient } from './glance-client'
import { createGlanceService, type Glance, type Glanced } from './glance-service'
import type { WorkerLike } from './thread'

const network = (k: number) => `parameter k = ${k} in [3, 9]\n0 -> X, k\nX -> 0, 1`
const times = Array.from({ length: 9 }, (_, k) => k / 4)
const study = (k: number): Study => ({ version: 1, network: network(k), times, observe: ['moments'], solver: 'fsp' })

async function learn(): Promise<Artifact> {
  const small = { ...distilled.options.defaults, settings: 4, looks: 2, heldOut: 2, width: 8, layers: 1, epochs: 30 }
  const { artifact } = await finish(await distilled.load(), ask(network(6), times, { moments: true }), small, lend(2))
  if (!artifact) throw new Error('nothing was learnt')
  return artifact
}

/** A worker by hand: what was posted, and how it speaks. */
function thread() {
  const posted: Glance[] = []
  const listeners: [string, (event: unknown) => void][] = []
  const tell = (kind: string, event: object) => {
    for (const [heard, hear] of listeners) if (heard === kind) hear(event)
  }
  const one = {
    postMessage: (glance: Glance) => void posted.push(glance),
    addEventListener: (kind: string, hear: (event: unknown) => void) => void listeners.push([kind, hear]),
    terminate: vi.fn(),
  }
  return {
    worker: one as unknown as WorkerLike,
    posted,
    terminate: one.terminate,
    say: (glanced: Glanced) => tell('message', { data: glanced }),
    fail: () => tell('error', { preventDefault() {} }),
  }
}

const frame = { done: 0 } as Frame
const [one, other, third] = [1, 2, 3].map((k): Artifact => ({ solver: 'distilled', arrays: {}, notes: { k } }))
const question = { study: study(5), time: 1, brief: true }

it('answers with a picture of the time that is looked at, the same in this thread as behind messages', async () => {
  const artifact = await learn()
  const glances = glanceClient()
  const seen = await new Promise<Frame>((resolve) => glances.ask(artifact, question, resolve))
  expect(seen).toMatchObject({ preview: true, observations: { moments: { error: { kind: 'estimate' } } } })
  expect(seen.observations.moments.array.coords.time).toEqual([0, 1, 2])
  const cloned = await new Promise<Glanced>((resolve) => {
    const service = createGlanceService((glanced, buffers) => resolve(structuredClone(glanced, { transfer: buffers })))
    service.ask(structuredClone({ serial: 7, network: 1, artifact, ...question }))
  })
  expect(cloned.serial).toBe(7)
  expect(cloned.frame.observations.moments).toEqual(seen.observations.moments)
})

it('leaves out what was asked before the newest', async () => {
  const artifact = await learn()
  const said: number[] = []
  const service = createGlanceService(({ serial }) => void said.push(serial))
  for (let serial = 1; serial <= 5; serial++) {
    service.ask({
      serial,
      network: 1,
      study: study(2 + serial),
      time: 1,
      brief: true,
      ...(serial === 1 && { artifact }),
    })
  }
  await vi.waitFor(() => expect(said).toContain(5))
  // The first was begun already.
  expect(said).toEqual([1, 5])
  // A study that cannot be read costs its picture only.
  service.ask({ serial: 6, network: 1, study: { ...study(5), network: '0 ->' }, time: 1, brief: true })
  service.ask({ serial: 7, network: 1, study: study(5), time: 1, brief: true })
  await vi.waitFor(() => expect(said).toContain(7))
})

it('sends a network once, as long as it is kept there', () => {
  const { worker, posted } = thread()
  const glances = glanceClient(() => worker)
  for (const artifact of [one, one, other, one, third, other, one]) glances.ask(artifact, question, () => {})
  expect(posted.map((glance) => [glance.network, glance.artifact !== undefined])).toEqual([
    [1, true],
    [1, false],
    [2, true],
    [1, false],
    [3, true],
    [2, false],
    [1, true],
  ])
})

it('warms a network up unless it was asked before', () => {
  const { worker, posted } = thread()
  const glances = glanceClient(() => worker)
  glances.warm(one, question)
  glances.warm(one, question)
  glances.ask(other, question, () => {})
  glances.warm(other, question)
  expect(posted.map(({ network }) => network)).toEqual([1, 2])
})

it('hears pictures in their order, each network’s for itself, and none of questions that were dropped', () => {
  const { worker, say } = thread()
  const heard: string[] = []
  const glances = glanceClient(() => worker)
  for (const [artifact, name] of [
    [one, 'a'],
    [other, 'b'],
    [one, 'c'],
  ] as const) {
    glances.ask(artifact, question, () => heard.push(name))
  }
  say({ serial: 3, frame })
  say({ serial: 1, frame })
  say({ serial: 2, frame })
  say({ serial: 3, frame })
  expect(heard).toEqual(['c', 'b', 'c'])
})

it('does without a thread that is lost, or that never starts', () => {
  const { worker, posted, fail, terminate } = thread()
  const spawn = vi.fn(() => worker)
  const glances = glanceClient(spawn)
  glances.ask(one, question, () => {})
  fail()
  expect(terminate).toHaveBeenCalled()
  glances.ask(one, question, () => {})
  expect(posted).toHaveLength(1)
  expect(spawn).toHaveBeenCalledTimes(1)
  const none = glanceClient(() => {
    throw new Error('no workers here')
  })
  expect(() => none.ask(one, question, () => {})).not.toThrow()
})
