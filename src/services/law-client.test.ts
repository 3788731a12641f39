import { describe, expect, it } from 'vitest'
import type { Artifact } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { lawClient } from './law-client'
import type { WorkerLike } from './team'

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

  it('are answered when the thread breaks, and the next thread is a new one', async () => {
    const spawned: { break(): void; ended: boolean }[] = []
    const spawn = (): WorkerLike => {
      const listeners: ((event: Event) => void)[] = []
      const thread = {
        ended: false,
        break() {
          for (const hear of listeners) hear(Object.assign(new Event('error'), { message: 'out of memory' }))
        },
      }
      spawned.push(thread)
      return {
        postMessage() {},
        addEventListener(type: string, hear: EventListenerOrEventListenerObject) {
          if (type === 'error') listeners.push(hear as (event: Event) => void)
        },
        removeEventListener() {},
        terminate() {
          thread.ended = true
        },
      }
    }
    const client = lawClient(spawn)
    const asked = client.ask(artifact, study, question)
    await Promise.resolve()
    spawned[0].break()
    expect(await asked).toEqual({ kind: 'none', why: 'the thread that asks the network stopped: out of memory' })
    expect(spawned[0].ended).toBe(true)
    void client.ask(artifact, study, question)
    await new Promise((settle) => setTimeout(settle))
    expect(spawned).toHaveLength(2)
  })
})
