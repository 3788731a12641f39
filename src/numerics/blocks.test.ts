import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { type Block, type Line, type Neighbours, serveBlock } from './blocks'
import { chebyshev } from './chebyshev'
import type { Propagator } from './propagator'
import { type Jump, stencil } from './stencil'
import { uniformisation } from './uniformise'

/** Others in this very thread, each behind a real channel; `sent` counts what the lead tells them. */
function neighbours(others: number) {
  const gone: Promise<void>[] = []
  const counts = { sent: 0 }
  const lead: Neighbours = {
    others,
    hire: (blocks) =>
      blocks.map((block) => {
        const { port1, port2 } = new MessageChannel()
        const line = (port: typeof port1): Line => ({
          post: (message, buffers) => port.postMessage(message, buffers),
          listen: (hear) => port.on('message', hear),
          close: () => port.close(),
        })
        // A copy, as it would come to another thread.
        gone.push(serveBlock(structuredClone(block) as Block, line(port2)))
        const { post, ...rest } = line(port1)
        return {
          ...rest,
          post(message, buffers) {
            counts.sent++
            post(message, buffers)
          },
        }
      }),
  }
  return { lead, gone, counts }
}

const widths = [400, 9, 21]
const rates = (size: number, rate: (k: number) => number) => Float64Array.from({ length: size }, (_, k) => rate(k))
/** Jumps of every kind: rows, numbers and masked numbers, by one and by two, along and across lines. */
const jumps: Jump[] = [
  { change: [2, 0, 0], axes: [2], table: rates(21, (c) => 30 / (1 + c)) },
  { change: [-1, 0, 1], axes: [0], table: rates(400, (a) => 0.1 * a) },
  { change: [0, 1, 0], axes: [0], table: rates(400, (a) => 20 / (1 + a)) },
  { change: [0, -1, 0], axes: [1], table: rates(9, (b) => 3 * b) },
  { change: [-1, 0, 0], axes: [0], table: rates(400, (a) => 0.3 * a) },
  { change: [0, 0, -1], axes: [2], table: rates(21, (c) => c) },
]

/** The law after a time, what the propagator said of it, and how much the others heard. */
async function carried(make: () => Propagator, h: number, allowed: number, others: number) {
  const { lead, gone, counts } = neighbours(others)
  const made = stencil(widths, jumps, false, undefined, others ? lead : undefined).next().value
  if (!made) throw new Error('no stencil')
  const { transition, rate, release } = made
  transition.vectors[0][400 * 4] = 1
  // The others say that they are ready.
  await new Promise((resolve) => setTimeout(resolve, 20))
  const work = make().advance({ transition, rate, width: 7, forEachExit() {} }, h, { tolerance: 1e-9, allowed })
  let step = work.next()
  for (; !step.done; step = work.next()) await lead.waiting
  release()
  await Promise.all(gone)
  return { law: Float64Array.from(transition.vectors[0]), told: step.value, sent: counts.sent }
}

describe('blocks', () => {
  for (const make of [uniformisation, chebyshev]) {
    it(`give the same bits, one, two or three of them, by ${make.name}, and let their threads go`, async () => {
      const alone = await carried(make, 4, 1, 0)
      expect(alone.told.products).toBeGreaterThan(100)
      for (const others of [1, 2]) {
        const shared = await carried(make, 4, 1, others)
        expect(shared.law).toEqual(alone.law)
        expect(shared.told).toEqual(alone.told)
        // An exchange takes many products.
        expect(shared.sent).toBeGreaterThan(0)
        expect(shared.sent).toBeLessThan((others * alone.told.products) / 4)
      }
    })
  }

  it('stop at the same product where too much is lost, with the same law', async () => {
    const alone = await carried(uniformisation, 4, 1e-9, 0)
    expect(alone.told.kept).toBe(false)
    const shared = await carried(uniformisation, 4, 1e-9, 1)
    expect(shared.law).toEqual(alone.law)
    expect(shared.told).toEqual(alone.told)
  })

  it('are left alone where strips would be most of them', async () => {
    expect((await carried(uniformisation, 0.5, 1, 40)).sent).toBe(0)
  })

  it('do without a thread that has no room', async () => {
    const none: Neighbours = {
      others: 1,
      hire: () => [{ post: () => {}, listen: (hear) => hear({ kind: 'none' }), close: () => {} }],
    }
    const made = stencil(widths, jumps, false, undefined, none).next().value
    expect(made?.transition.blocks?.scatter()).toBe(false)
  })
})
