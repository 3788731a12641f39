import { afterEach, describe, expect, it } from 'vitest'
import type { Inquiry } from '../analysis/inquiry'
import type { Client } from './client'
import { withFallback } from './fallback'
import { localClient } from './local-client'
import { type ThreadlessWorker, threadlessWorker } from './testing-worker'
import { workerClient } from './worker-client'

const study = { version: 1, network: 'species X = 10\n0 -> X, 10\nX -> 0, 1', times: [1] } as const
const gap: Inquiry = { kind: 'gap', study: { ...study, times: [1] } }
// Minutes of work: law of a passage in a wide box, at a far time.
const long: Inquiry = {
  kind: 'sensitivity',
  study: { ...study, times: [2000], network: `parameter k = 900\nspecies X = 900\n0 -> X, k\nX -> 0, 1` },
}
const closers: Client[] = []
const soon = async () => {}

afterEach(() => {
  for (const client of closers.splice(0)) client.close()
})

function workers() {
  const spawned: ThreadlessWorker[] = []
  const spawn = () => {
    const worker = threadlessWorker()
    spawned.push(worker)
    return worker
  }
  const client = workerClient({ spawn, size: 1, beatMs: 50, paint: soon })
  closers.push(client)
  return { client, spawned }
}

for (const kind of ['worker', 'local'] as const) {
  const make = () => (kind === 'worker' ? workers().client : localClient(soon))

  describe(`inquiries through the ${kind} client`, () => {
    it('come back as data', async () => {
      const client = make()
      const ending = await client.inquire(gap, () => {}).ending
      expect(ending.status === 'done' && ending.finding.kind === 'gap' && ending.finding.gap).toBeCloseTo(1, 9)
      const refused = await client.inquire({ ...gap, kind: 'quasi' }, () => {}).ending
      expect(refused).toMatchObject({ status: 'failed', code: 'quasi' })
    })

    it('stop within a tenth of a second', async () => {
      const handle = make().inquire(long, () => {})
      await new Promise((resolve) => setTimeout(resolve, 150))
      const started = process.cpuUsage()
      handle.cancel()
      expect(await handle.ending).toEqual({ status: 'cancelled' })
      // CPU, not wall: other tests share the machine.
      const { user, system } = process.cpuUsage(started)
      expect((user + system) / 1000).toBeLessThan(100)
    })
  })
}

describe('a worker that breaks', () => {
  it('ends an inquiry as failed, and the next has a fresh one', async () => {
    const { client, spawned } = workers()
    const handle = client.inquire(long, () => {})
    await new Promise((resolve) => setTimeout(resolve, 50))
    spawned[0].crash('out of memory')
    expect(await handle.ending).toMatchObject({ status: 'failed', message: expect.stringMatching(/out of memory/) })
    expect((await client.inquire(gap, () => {}).ending).status).toBe('done')
  })

  it('gives way to this thread where none starts', async () => {
    const dead = workers()
    const client = withFallback(dead.client, localClient(soon))
    const handle = client.inquire(gap, () => {})
    dead.spawned[0].crash('')
    expect((await handle.ending).status).toBe('done')
  })
})
