/** Ensembles over a team, with the real sampler: what may not change is the numbers. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Frame, Outcome, Solution } from '../solvers/contract'
import { solvers } from '../solvers/registry'
import type { Study } from '../solvers/study'
import { localClient } from './local-client'
import { type ThreadlessWorker, threadlessWorker } from './testing-worker'
import { workerClient } from './worker-client'

const study: Study = {
  version: 1,
  network: 'species U = 3, V = 0\n0 -> U, 20/(1+(V/6)^2)\n0 -> V, 20/(1+(U/6)^2)\nU -> 0, 1\nV -> 0, 1',
  times: { from: 0, to: 10, count: 5 },
  observe: ['moments', 'marginals', 'joint:U,V', 'trajectories'],
  solver: 'ssa',
  options: { replicates: 203 },
  seed: 7,
}
const endless: Study = { ...study, options: { replicates: 1_000_000 } }
/** Enough for pictures on the way: what travels is asked here, not whether it is good. */
const little: Record<string, number> = {
  replicates: 1000,
  settings: 32,
  heldOut: 8,
  epochs: 4,
  updates: 40,
  check: 200,
}
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function team(size: number) {
  const workers: ThreadlessWorker[] = []
  const spawn = () => {
    const worker = threadlessWorker()
    workers.push(worker)
    return worker
  }
  const client = workerClient({ spawn, size, beatMs: 20, paint: async () => {} })
  closers.push(() => client.close())
  return { client, workers }
}

function solutionOf(outcome: Outcome): Solution {
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.solution
}

const ask = { onFrame: () => {} }

describe('a team', () => {
  it('of 1, 2 or 8 workers, and this thread alone, give the same bits', async () => {
    const alone = solutionOf(await localClient(async () => {}).run(study, ask).outcome)
    expect(alone.diagnostics.replicates).toBe(203)
    for (const size of [1, 2, 8]) {
      const { client, workers } = team(size)
      const { observations, diagnostics } = solutionOf(await client.run(study, ask).outcome)
      expect(workers).toHaveLength(size)
      expect(observations).toEqual(alone.observations)
      expect(diagnostics).toEqual(alone.diagnostics)
    }
  })

  it('goes on from the replicates it has: same bits as all at once, and no more work than the rest', async () => {
    const more: Study = { ...study, options: { replicates: 500 } }
    const once = solutionOf(await team(2).client.run(more, ask).outcome)
    const { client } = team(2)
    await client.run(study, ask).outcome
    const frames: Frame[] = []
    const twice = solutionOf(await client.run(more, { onFrame: (frame) => frames.push(frame) }).outcome)
    expect(twice.observations).toEqual(once.observations)
    expect(twice.diagnostics).toEqual(once.diagnostics)
    for (const frame of frames) expect(frame.diagnostics.replicates).toBeGreaterThanOrEqual(203)
    // Fewer than it has is another run, from the start.
    const fewer = solutionOf(await client.run(study, ask).outcome)
    expect(fewer.diagnostics.replicates).toBe(203)
  })

  it('runs several studies at a time, each with its own numbers', async () => {
    const { client } = team(3)
    const seeds = [1, 2, 3]
    const together = await Promise.all(seeds.map((seed) => client.run({ ...study, seed }, ask).outcome))
    for (const [k, seed] of seeds.entries()) {
      const alone = await localClient(async () => {}).run({ ...study, seed }, ask).outcome
      expect(solutionOf(together[k]).observations).toEqual(solutionOf(alone).observations)
    }
  })

  it.each(Object.keys(solvers))('moves the pictures of %s away without hurting the run', async (solver) => {
    const names = solvers[solver].options.fields.map(({ name }) => name)
    const options = Object.fromEntries(Object.entries(little).filter(([name]) => names.includes(name)))
    const one: Study = { ...study, solver, options }
    const alone = solutionOf(await localClient(async () => {}).run(one, ask).outcome)
    const frames: Frame[] = []
    const { client } = team(1)
    const moved = solutionOf(await client.run(one, { onFrame: (frame) => frames.push(frame) }).outcome)
    expect(moved.observations).toEqual(alone.observations)
    for (const frame of frames) expect(Object.keys(frame.observations)).not.toEqual([])
  })

  it('stops everywhere when it is cancelled, and is ready for the next run', async () => {
    const { client } = team(4)
    const started = performance.now()
    const handle = client.run(endless, { onFrame: () => handle.cancel() })
    expect((await handle.outcome).status).toBe('cancelled')
    const cancelledMs = performance.now() - started
    expect(solutionOf(await client.run(study, ask).outcome).diagnostics.replicates).toBe(203)
    // A million replicates take minutes: whatever the machine, nobody has finished them.
    expect(cancelledMs).toBeLessThan(30_000)
  })

  it('fails when one of its members does, and a new team takes over', async () => {
    const { client, workers } = team(3)
    let shown: () => void = () => {}
    const first = new Promise<void>((resolve) => {
      shown = resolve
    })
    const handle = client.run(endless, { onFrame: () => shown() })
    await first
    workers[2].crash('it ran out of memory')
    expect(await handle.outcome).toMatchObject({ status: 'failed', code: 'worker-crash' })
    expect(workers.every(({ terminated }) => terminated)).toBe(true)
    expect(solutionOf(await client.run(study, ask).outcome).diagnostics.replicates).toBe(203)
    expect(workers).toHaveLength(6)
  })
})
