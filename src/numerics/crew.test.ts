import { readFileSync } from 'node:fs'
import { Worker as Thread } from 'node:worker_threads'
import { transformWithOxc } from 'vite'
import { describe, expect, it } from 'vitest'
import type { Helpers } from './crew'
import { type Jump, stencil } from './stencil'

/** Threads of Node that run the crew's own code. */
async function threads(count: number): Promise<{ helpers: Helpers; freed: Promise<unknown>; end(): Promise<unknown> }> {
  const path = new URL('./crew.ts', import.meta.url).pathname
  const { code } = await transformWithOxc(readFileSync(path, 'utf8'), path)
  const glue = `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', (task) => {
      serveCrew(task, () => new Promise((resolve) => setImmediate(resolve)), () => false, () => performance.now()).then(() => parentPort.postMessage('free'))
    })`
  const all = Array.from(
    { length: count },
    () => new Thread(new URL(`data:text/javascript,${encodeURIComponent(code + glue)}`)),
  )
  const helpers: Helpers = {
    others: count,
    enlist(tasks) {
      for (const [k, task] of tasks.entries()) all[k].postMessage(task)
    },
  }
  const freed = Promise.all(all.map((thread) => new Promise((resolve) => thread.once('message', resolve))))
  return { helpers, freed, end: () => Promise.all(all.map((thread) => thread.terminate())) }
}

const widths = [5, 21, 31]
const rates = (size: number, rate: (k: number) => number) => Float64Array.from({ length: size }, (_, k) => rate(k))
const jumps: Jump[] = [
  { change: [1, 0, 0], axes: [2], table: rates(31, (c) => 3 / (1 + c)) },
  { change: [-1, 0, 1], axes: [0], table: rates(5, (a) => a) },
  { change: [0, 1, 0], axes: [0], table: rates(5, (a) => 2 / (1 + a)) },
  { change: [0, -1, 0], axes: [1], table: rates(21, (b) => 0.3 * b) },
]

/** The vectors after some products, shared out to `helpers`. */
function worked(helpers?: Helpers): Float64Array[] {
  const made = stencil(widths, jumps, false, helpers).next().value
  if (!made) throw new Error('no stencil')
  const { transition, release } = made
  transition.vectors[0].fill(1e-3)
  for (let k = 0; k < 60; k++) transition.advance(k % 2, 1 - (k % 2), 2, k % 3 ? 0.1 : 0)
  release()
  return transition.vectors.map((vector) => Float64Array.from(vector))
}

describe('crew', () => {
  it('gives the same bits on one, two and three threads, and lets them go', async () => {
    const alone = worked()
    for (const others of [1, 2]) {
      const { helpers, freed, end } = await threads(others)
      expect(worked(helpers)).toEqual(alone)
      expect(await freed).toEqual(new Array(others).fill('free'))
      await end()
    }
  })
})
