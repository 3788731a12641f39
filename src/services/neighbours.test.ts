/** A projection on a page that is not isolated: its threads share nothing, and keep a block of the states each. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Outcome, Solution } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { createSolverService } from './solver-service'
import { type ThreadlessWorker, threadlessWorker } from './testing-worker'
import { workerClient } from './worker-client'

/** From some 200,000 states on others are asked. */
const study: Study = {
  version: 1,
  network: `species A = 30, B = 30, C = 30
    0 -> A, 300 / (1 + (C / 40)^2); A -> 0, 5
    0 -> B, 300 / (1 + (A / 40)^2); B -> 0, 5
    0 -> C, 300 / (1 + (B / 40)^2); C -> 0, 5`,
  times: [0.05, 0.1],
  observe: ['moments', 'marginals'],
  solver: 'fsp',
  options: { states: 'box', propagator: 'chebyshev', tolerance: 1e-9 },
  seed: 1,
}
const long: Study = { ...study, times: [0.1, 50] }
const closers: (() => void)[] = []

beforeAll(() => vi.stubGlobal('crossOriginIsolated', false))
afterAll(() => vi.unstubAllGlobals())
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A team of so many; how many blocks each of the others was given, and a promise of the first. */
function team(size: number) {
  const workers: ThreadlessWorker[] = []
  const kept: number[] = []
  let begun: () => void = () => {}
  const first = new Promise<void>((resolve) => {
    begun = resolve
  })
  const spawn = () => {
    const service = createSolverService()
    const k = kept.push(0) - 1
    const { keep } = service
    service.keep = (...asked) => {
      kept[k]++
      begun()
      return keep(...asked)
    }
    const worker = threadlessWorker(service)
    workers.push(worker)
    return worker
  }
  const client = workerClient({ spawn, size, beatMs: 1000, paint: async () => {} })
  closers.push(() => client.close())
  return { client, workers, kept, first }
}

function solutionOf(outcome: Outcome): Solution {
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.solution
}

const ask = { onFrame: () => {} }

describe('a projection without shared memory', () => {
  it('gives the same bits on one thread, two and three', async () => {
    const alone = solutionOf(await team(1).client.run(study, ask).outcome)
    expect(alone.diagnostics.states).toBeGreaterThan(200_000)
    expect(alone.notes?.propagator).toBe('chebyshev, no stored matrix')
    for (const size of [2, 3]) {
      const { client, kept } = team(size)
      const { observations, diagnostics, ledger } = solutionOf(await client.run(study, ask).outcome)
      expect(observations).toEqual(alone.observations)
      expect(diagnostics).toEqual(alone.diagnostics)
      expect(ledger).toEqual(alone.ledger)
      expect(kept[0]).toBe(0)
      expect(kept).toHaveLength(size)
      for (const blocks of kept.slice(1)) expect(blocks).toBeGreaterThan(0)
    }
  })

  it('is cancelled in the midst of it, and its threads are free for the next', async () => {
    const { client, first } = team(2)
    const handle = client.run(long, ask)
    await first
    handle.cancel()
    expect((await handle.outcome).status).toBe('cancelled')
    expect(solutionOf(await client.run({ ...study, times: [0.01] }, ask).outcome).diagnostics.states).toBeGreaterThan(0)
  })

  it('fails when a thread that keeps a block crashes, and a new team takes over', async () => {
    const { client, workers, first } = team(2)
    const handle = client.run(long, ask)
    await first
    workers.findLast(({ terminated }) => !terminated)?.crash('it ran out of memory')
    expect(await handle.outcome).toMatchObject({ status: 'failed', code: 'worker-crash' })
    expect(solutionOf(await client.run({ ...study, times: [0.01] }, ask).outcome).diagnostics.states).toBeGreaterThan(0)
  })
})
