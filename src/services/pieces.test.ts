import { expose } from 'comlink'
import { expect, it } from 'vitest'
import type { Outcome, Solution } from '../solvers/contract'
import type { Study } from '../solvers/study'
import { createSolverService } from './solver-service'
import { threadlessWorker } from './testing-worker'
import { workerClient } from './worker-client'

const study: Study = {
  version: 1,
  network: 'parameter k = 6 in [3, 9]\n0 -> X, k\nX -> 0, 1',
  times: [1, 2],
  observe: ['moments', 'marginals'],
  seed: 3,
}
const sizes = { settings: 8, looks: 3, heldOut: 3, epochs: 4 }
const lanes: Study[] = [
  { ...study, solver: 'distilled', options: { ...sizes, width: 8, layers: 1 } },
  { ...study, solver: 'distilled', options: { ...sizes, width: 8, layers: 1, teacher: 'ssa', paths: 40 } },
  { ...study, solver: 'mixtureDensity', options: { ...sizes, components: 2, hidden: 8 } },
]

function solutionOf(outcome: Outcome): Solution {
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.solution
}

/** A team of so many, and how many pieces each of them did. */
function team(size: number) {
  const done: number[] = []
  const spawn = () => {
    const service = createSolverService()
    const k = done.push(0) - 1
    const counting = {
      ...service,
      piece(...asked: Parameters<typeof service.piece>) {
        done[k]++
        return service.piece(...asked)
      },
      serve: (port: MessagePort) => expose(counting, port),
    }
    return threadlessWorker(counting)
  }
  return { client: workerClient({ spawn, size, beatMs: 20, paint: async () => {} }), done }
}

it.each(lanes.map((lane) => [`${lane.solver} ${lane.options?.teacher ?? ''}`, lane] as const))(
  'of %s give the same bits on any number of threads',
  async (_, lane) => {
    const [alone, three] = [team(1), team(3)]
    const [one, shared] = await Promise.all(
      [alone, three].map(async ({ client }) => solutionOf(await client.run(lane, { onFrame: () => {} }).outcome)),
    )
    expect(shared.observations).toEqual(one.observations)
    expect(shared.artifact).toEqual(one.artifact)
    expect(alone.done).toEqual([0])
    const [lead, ...others] = three.done
    expect(lead).toBe(0)
    for (const pieces of others) expect(pieces).toBeGreaterThan(0)
    alone.client.close()
    three.client.close()
  },
)
