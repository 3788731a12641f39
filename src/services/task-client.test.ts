import { describe, expect, it } from 'vitest'
import type { InferenceQuestion } from '../analysis/inference/question'
import type { Task, Told } from '../analysis/tasks'
import { taskClient } from './task-client'
import { runTask } from './task-worker'
import type { WorkerLike } from './thread'
import { readySign } from './thread'

const question: InferenceQuestion = {
  network: 'parameter k = 10 in [2, 30]\nspecies X\n0 -> X, k\nX -> 0, 1',
  data: { text: 'time,X\n2,9\n2,8' },
  options: { warmup: 20, draws: 30 },
}
const chain: Task = { kind: 'chain', question, index: 0 }

/** A thread that is this one; `deaf` ones never answer, and break when they are to read. */
function threads(deaf = false, starts = true) {
  const made: { terminated: boolean }[] = []
  const spawn = (): WorkerLike => {
    const listeners: [string, (event: unknown) => void][] = []
    const tell = (kind: string, event: object) => {
      for (const [heard, hear] of listeners) if (heard === kind) hear({ preventDefault() {}, ...event })
    }
    const thread = { terminated: false }
    made.push(thread)
    return {
      removeEventListener() {},
      addEventListener: (type: string, listener: unknown) => {
        listeners.push([type, listener as (event: unknown) => void])
      },
      postMessage: (task: Task) => {
        if (starts) tell('message', { data: readySign })
        if (!deaf) void runTask(task, (data) => setTimeout(() => tell('message', { data })))
        else if (task.kind === 'read') tell('error', { message: 'out of memory' })
      },
      terminate: () => {
        thread.terminated = true
      },
    }
  }
  return { made, spawn }
}

describe('tasks', () => {
  it('give the same draws in a worker and in this thread', async () => {
    const { made, spawn } = threads()
    const endings = await Promise.all([taskClient(2, spawn).start(chain).ending, taskClient(1).start(chain).ending])
    const [one, other] = endings.map((ending) => ending.status === 'done' && ending.result)
    expect(one).toBeTruthy()
    expect(one).toEqual(other)
    expect(made).toEqual([{ terminated: true }])
  })

  it('tell rows of a map as they come', async () => {
    const rows: Told[] = []
    const study = { version: 1 as const, network: question.network, times: [1] }
    const axis = { name: 'k', min: 1, max: 2, log: false, count: 2 }
    const request = { study, x: axis, y: axis, quantity: 'X', time: 1 }
    const { ending } = taskClient(1).start({ kind: 'map', request, first: 1, step: 2 }, (told) => rows.push(told))
    expect((await ending).status).toBe('done')
    expect(rows.map((told) => told.kind === 'row' && told.row.row)).toEqual([1])
  })

  it('run as many at once as there are threads, and stop at once', async () => {
    const { made, spawn } = threads(true)
    const client = taskClient(2, spawn)
    const handles = [0, 1, 2].map((index) => client.start({ ...chain, index }))
    expect(made.length).toBe(2)
    handles[0].cancel()
    expect((await handles[0].ending).status).toBe('cancelled')
    expect(made.map(({ terminated }) => terminated)).toEqual([true, false, false])
    handles[2].cancel()
    handles[1].cancel()
    expect((await Promise.all(handles.map(({ ending }) => ending))).map(({ status }) => status)).toEqual(
      Array(3).fill('cancelled'),
    )
    expect(made.every(({ terminated }) => terminated)).toBe(true)
  })

  it('fail in a sentence, also when the worker dies', async () => {
    const wrong: Task = { kind: 'read', question: { ...question, data: { text: 'time,X\n1,a' } } }
    expect(await taskClient(1).start(wrong).ending).toMatchObject({ status: 'failed', code: 'data' })
    const dead = await taskClient(1, threads(true).spawn).start(wrong).ending
    expect(dead).toMatchObject({
      status: 'failed',
      code: 'worker-crash',
      message: expect.stringMatching(/out of memory/),
    })
  })

  it('run in this thread where workers cannot start', async () => {
    const read: Task = { kind: 'read', question }
    const here = { status: 'done', result: { rows: 2 } }
    const { made, spawn } = threads(true, false)
    const client = taskClient(2, spawn)
    expect(await client.start(read).ending).toMatchObject(here)
    expect(await client.start(read).ending).toMatchObject(here)
    expect(made).toEqual([{ terminated: true }])
    const forbidden = () => {
      throw new Error('the policy of this page forbids workers')
    }
    expect(await taskClient(2, forbidden).start(read).ending).toMatchObject(here)
  })
})
