import { describe, expect, it } from 'vitest'
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { lawClient } from './law-client'
import type { WorkerLike } from './thread'

const artifact: Artifact = { solver: 'nncme', arrays: {}, notes: {} }
const study: Study = { version: 1, network: '0 -> X, 1', times: [1] }
const question = { kind: 'sample', time: 1, replicate: 0 } as const

describe('questions to a network', () => {
  it('that is no law of the study end in a sentence', async () => {
    const client = lawClient()
    expect(await client.ask(artifact, study, question)).toEqual({
      kind: 'none',
      why: expect.stringContaining('train it on this one'),
    })
    client.close()
  })

  /** Threads that never answer; `start` gives their first sign. */
  function deafThreads() {
    const spawned: { tell(kind: string, detail?: object): void; ended: boolean }[] = []
    const spawn = (): WorkerLike => {
      const listeners: [string, (event: Event) => void][] = []
      const thread = {
        ended: false,
        tell(kind: string, detail: object = {}) {
          for (const [heard, hear] of [...listeners]) if (heard === kind) hear(Object.assign(new Event(kind), detail))
        },
      }
      spawned.push(thread)
      return {
        postMessage() {},
        addEventListener(type: string, hear: EventListenerOrEventListenerObject) {
          listeners.push([type, hear as (event: Event) => void])
        },
        removeEventListener() {},
        terminate() {
          thread.ended = true
        },
      }
    }
    return { spawned, spawn }
  }

  it.each([
    ['error', { message: 'out of memory' }, 'out of memory'],
    ['messageerror', {}, 'what it sent could not be read'],
  ])('are answered when the thread breaks (%s), and the next thread is a new one', async (kind, detail, why) => {
    const { spawned, spawn } = deafThreads()
    const client = lawClient(spawn)
    const asked = client.ask(artifact, study, question)
    await Promise.resolve()
    spawned[0].tell('message', { data: { ready: true } })
    spawned[0].tell(kind, detail)
    expect(await asked).toEqual({ kind: 'none', why: `the thread that asks the network stopped: ${why}` })
    expect(spawned[0].ended).toBe(true)
    void client.ask(artifact, study, question)
    await new Promise((settle) => setTimeout(settle))
    expect(spawned).toHaveLength(2)
    client.close()
  })

  it('are answered in this thread where workers cannot start', async () => {
    const { spawned, spawn } = deafThreads()
    const forbidden = (): WorkerLike => {
      throw new Error('the policy of this page forbids workers')
    }
    const here = { kind: 'none', why: expect.stringContaining('train it on this one') }
    expect(await lawClient(forbidden).ask(artifact, study, question)).toEqual(here)
    const client = lawClient(spawn)
    const asked = client.ask(artifact, study, question)
    await Promise.resolve()
    spawned[0].tell('error')
    expect(await asked).toEqual(here)
    expect(await client.ask(artifact, study, question)).toEqual(here)
    expect(spawned).toEqual([expect.objectContaining({ ended: true })])
  })

  it('do not wait for ever for a thread that hangs', async () => {
    const { spawned, spawn } = deafThreads()
    const client = lawClient(spawn, 1)
    const asked = client.ask(artifact, study, question)
    await Promise.resolve()
    spawned[0].tell('message', { data: { ready: true } })
    expect(await asked).toEqual({ kind: 'none', why: expect.stringMatching(/gave no answer for 0 seconds/) })
    expect(spawned[0].ended).toBe(true)
    client.close()
  })
})
