import { expect, it, vi } from 'vitest'
import { writeArtifact } from '../solvers/artifact-file'
import type { Artifact } from '../solvers/contract'
import { signature } from '../solvers/learnt'
import { ask } from '../solvers/testing'
import { openModels } from './models'

const text = 'parameter k = 2 in [1, 3]\n0 -> X, k\nX -> 0, 1'
const problem = ask(text, [1])
const axis = { kind: 'parameter', index: 0, name: 'k', min: 1, max: 3, log: false } as const
const domain = { axes: [axis], horizon: 5 }
const own = signature(problem, [axis])
const artifact: Artifact = {
  solver: 'distilled',
  arrays: {},
  notes: { signature: own, domain: JSON.stringify(domain) },
}
const index = [{ name: 'pool', solver: 'distilled', signature: own, domain }]

const files = (): Record<string, Uint8Array<ArrayBuffer>> => ({
  'index.json': new TextEncoder().encode(JSON.stringify(index)),
  'pool.safetensors': writeArtifact({ artifact, study: { version: 1, network: text, times: [1] } }),
})

it('finds what is learnt of a network, whatever its sliders say, and nothing of another', async () => {
  const there = files()
  const asked: string[] = []
  const models = openModels(async (file) => {
    asked.push(file)
    return there[file].buffer
  })
  const moved = ask(text.replace('k = 2 in', 'k = 2.5 in'), [1])
  expect(models.find(problem)).toBeUndefined()
  await vi.waitFor(() => expect(models.find(moved)?.artifact).toEqual(artifact))
  expect(models.find(ask(text.replace('X -> 0, 1', 'X -> 0, 2'), [1]))).toBeUndefined()
  // Each file is fetched once.
  expect(asked).toEqual(['index.json', 'pool.safetensors'])
})

it.each([
  ['the line is down', {}],
  ['the index is not one', { 'index.json': new TextEncoder().encode('<html>') }],
  ['the file is cut short', { ...files(), 'pool.safetensors': files()['pool.safetensors'].slice(0, 40) }],
])('finds nothing where %s', async (_, there: Record<string, Uint8Array<ArrayBuffer>>) => {
  let calls = 0
  const models = openModels(async (file) => {
    calls++
    const bytes = there[file]
    if (!bytes) throw new Error('status 404')
    return bytes.slice().buffer
  })
  models.find(problem)
  await new Promise((resolve) => setTimeout(resolve, 10))
  models.find(problem)
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(models.find(problem)).toBeUndefined()
  expect(calls).toBeLessThanOrEqual(2)
})

it('asks again for what failed, once the line may be back', async () => {
  const there = files()
  let [down, calls, now] = [true, 0, 0]
  const models = openModels(
    async (file) => {
      calls++
      if (down) throw new Error('the line is down')
      return there[file].buffer
    },
    () => now,
  )
  expect(await models.bring(problem)).toBeUndefined()
  down = false
  now = 9_999
  expect(await models.bring(problem)).toBeUndefined()
  expect(calls).toBe(1)
  now = 10_000
  expect((await models.bring(problem))?.artifact).toEqual(artifact)
  expect(calls).toBe(3)
})
