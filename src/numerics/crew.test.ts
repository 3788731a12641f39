import { readFileSync } from 'node:fs'
import { Worker as Thread } from 'node:worker_threads'
import { transformWithOxc } from 'vite'
import { describe, expect, it } from 'vitest'
import type { Helpers } from './crew'
import { gatheredMatrix } from './gathered'
import { segmentArena } from './segments'
import { type Jump, stencil } from './stencil'
import type { Transition } from './uniformise'

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

interface Shared {
  readonly transition: Transition
  release(): void
}

function ring(helpers?: Helpers): Shared {
  const made = stencil(widths, jumps, false, helpers).next().value
  if (!made) throw new Error('no stencil')
  return made
}

function rowsWithColumns(helpers?: Helpers): Shared {
  const states = 501
  const sources = [7, 100, 330].map((step) => Int32Array.from({ length: states }, (_, i) => (i * step) % states))
  const matrix = gatheredMatrix(states, sources, false, helpers)
  for (const [d, values] of matrix.entries.entries()) for (let i = 0; i < states; i++) values[i] = 1 / (2 + d + (i % 9))
  return matrix
}

/** Rows of 3 to 9 states, each fed by two others. */
function rowsOfStretches(helpers?: Helpers): Shared {
  const lengths = Array.from({ length: 60 }, (_, r) => 3 + ((r * r) % 7))
  const rows = Int32Array.from([0, ...lengths.map((_, r) => lengths.slice(0, r + 1).reduce((a, b) => a + b, 0))])
  const pairs = lengths.flatMap((_, r) => [(r + 59) % 60, (r + 2) % 60].map((source) => [r, source]))
  const length = Int32Array.from(pairs, ([r, source]) => Math.min(lengths[r], lengths[source]))
  const arena = segmentArena(false, helpers, 100)
  const matrix = arena.lay({
    states: rows[60],
    rows,
    before: Int32Array.from({ length: 61 }, (_, r) => 2 * r),
    to: Int32Array.from(pairs, ([r]) => rows[r]),
    from: Int32Array.from(pairs, ([, source]) => rows[source]),
    line: Int32Array.from(pairs, (_, k) => k % 4),
    length,
    lineNumbers: 16,
    nonzeros: length.reduce((a, b) => a + b, 0),
  })
  matrix.lines.set(matrix.lines.map((_, k) => 1 / (1 + k)))
  matrix.diagonal.fill(0.3)
  for (let k = 0; k < pairs.length; k++) matrix.setFactor(k, 0.2 + 0.01 * (k % 5))
  return { transition: matrix.transition, release: arena.release }
}

/** The vectors after some products, shared out to `helpers`. */
function worked(make: (helpers?: Helpers) => Shared, helpers?: Helpers): Float64Array[] {
  const { transition, release } = make(helpers)
  transition.vectors[0].fill(1e-3)
  for (let k = 0; k < 60; k++) transition.advance(k % 2, 1 - (k % 2), 2, k % 3 ? 0.1 : 0)
  for (let k = 0; k < 4; k++) transition.recur?.(k % 2, 1 - (k % 2), 2, 0.1)
  release()
  return transition.vectors.map((vector) => Float64Array.from(vector))
}

describe('crew', () => {
  for (const make of [ring, rowsWithColumns, rowsOfStretches]) {
    it(`gives the same bits on one, two and three threads, and lets them go: ${make.name}`, async () => {
      const alone = worked(make)
      expect(alone[2].some((value) => value > 0)).toBe(true)
      for (const others of [1, 2]) {
        const { helpers, freed, end } = await threads(others)
        expect(worked(make, helpers)).toEqual(alone)
        expect(await freed).toEqual(new Array(others).fill('free'))
        await end()
      }
    })
  }
})
