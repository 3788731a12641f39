/**
 * A projection on one thread, on two that share its memory, and on two that keep a block each: same bits, how much sooner? By the clock, which holds only on a machine with nothing else to do,
 * and by what the lead computed, which other programs do not change much (Linux only: elsewhere the clock stands for both).
 */
import { existsSync, readFileSync } from 'node:fs'
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  Worker as Thread,
  workerData,
} from 'node:worker_threads'
import { evaluators } from '../src/network/evaluate'
import { parse } from '../src/network/parse'
import { type Block, type Neighbours, serveBlock, type Line as Wire } from '../src/numerics/blocks'
import { type Helpers, type SharedTask, serveCrew } from '../src/numerics/crew'
import { segmentArena } from '../src/numerics/segments'
import { type Transition, uniformisation } from '../src/numerics/uniformise'
import { fill, layOut, ratesAt } from '../src/solvers/fsp/generator'
import { matrixFree, type Threads } from '../src/solvers/fsp/matrix-free'
import { noPieces, regionOf } from '../src/solvers/fsp/region'
import { groundOf, layOutRegion } from '../src/solvers/fsp/region-generator'
import { coordinates } from '../src/solvers/fsp/space'
import type { Bench, Line } from './measure'

// This file is also what its threads run.
if (!isMainThread && parentPort && workerData === 'shared') {
  parentPort.on('message', (task: SharedTask | { readonly block: Block; readonly port: MessagePort }) => {
    if ('block' in task) {
      void serveBlock(task.block, over(task.port))
      return
    }
    const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
    void serveCrew(
      task,
      breathe,
      () => false,
      () => performance.now(),
    )
  })
}

function over(port: MessagePort): Wire {
  return {
    post: (message, buffers) => port.postMessage(message, buffers),
    listen: (hear) => port.on('message', hear),
    close: () => port.close(),
  }
}

const ring = `
  0 -> A, 10 / (1 + (C / 4)^2); A -> 0, 1
  0 -> B, 10 / (1 + (A / 4)^2); B -> 0, 1
  0 -> C, 10 / (1 + (B / 4)^2); C -> 0, 1`
const cycle = 'species A = 120; A -> B, 1; B -> C, 2; C -> D, 1; D -> A, 0.5; A -> C, 0.1; B -> D, 0.2'
const rounds = 3

/** A generator, ready for products. */
interface Ready {
  readonly transition: Transition
  readonly rate: number
  release?(): void
}

/** Without a stored matrix; by rows of states that need be no box; by rows with their columns, where few places are states. */
const jobs: Readonly<Record<string, (threads: Threads) => Ready>> = {
  'ring of 10⁶ states to t = 1': (threads) => {
    const { network, space, propensities } = read(ring)
    const made = finish(matrixFree(network, space, { low: [0, 0, 0], cap: [99, 99, 99] }, propensities, threads))
    if (!made) throw new Error('a stored matrix')
    return { transition: made.matrix.transition, rate: made.rate, release: made.release }
  },
  'the same in rows of any shape': ({ helpers }) => {
    const { problem, space } = read(ring)
    const arena = segmentArena(false, helpers)
    const pieces = noPieces()
    for (let row = 0; row < 10_000; row++) {
      pieces.at.push(Math.floor(row / 100), row % 100)
      pieces.low.push(0)
      pieces.length.push(100)
    }
    const generator = layOutRegion(groundOf(problem, space, 2, undefined, arena), regionOf(space, 2, pieces))
    return { transition: generator.matrix.transition, rate: generator.rate, release: arena.release }
  },
  'cycle of 120 molecules, 302,621 states, to t = 1': ({ helpers }) => {
    const { network, space, propensities } = read(cycle)
    const generator = layOut(network, space, { low: [0, 0, 0], cap: [120, 120, 120] }, false, helpers)
    finish(fill(generator, space, ratesAt(propensities, 0)))
    return { transition: generator.matrix.transition, rate: generator.rate, release: generator.release }
  },
}

export const bench: Bench = async () => {
  const thread = new Thread(new URL(import.meta.url), { workerData: 'shared' })
  const helpers: Helpers = {
    others: 1,
    enlist: (tasks) => {
      for (const task of tasks) thread.postMessage(task)
    },
  }
  const neighbours: Neighbours = {
    others: 1,
    hire: (blocks) =>
      blocks.map((block) => {
        const { port1, port2 } = new MessageChannel()
        thread.postMessage({ block, port: port2 }, [port2])
        return over(port1)
      }),
  }
  const lines: Line[] = []
  for (const [name, make] of Object.entries(jobs)) {
    const [first] = Object.keys(jobs)
    lines.push(...(await compared(name, make, { helpers }, name === first ? { neighbours } : undefined)))
  }
  await thread.terminate()
  return lines
}

async function compared(
  name: string,
  make: (threads: Threads) => Ready,
  sharing: Threads,
  apart?: Threads,
): Promise<Line[]> {
  const variants: readonly (readonly [string, Threads])[] = [
    ['two threads', sharing],
    ...(apart ? [['two, a block each', apart] as const] : []),
    ['one thread', {}],
  ]
  const timings = new Map<string, Timing[]>(variants.map(([variant]) => [variant, []]))
  let bits: Float64Array | undefined
  for (let round = 0; round <= rounds; round++) {
    for (const [variant, threads] of variants) {
      const { timing, law } = await solved(make(threads), threads.neighbours)
      bits ??= law
      if (!law.every((p, i) => p === bits?.[i])) throw new Error(`${variant}: other numbers`)
      if (round > 0) timings.get(variant)?.push(timing)
    }
  }
  const least = (variant: string, of: (timing: Timing) => number) => Math.min(...(timings.get(variant) ?? []).map(of))
  return variants.flatMap(([variant]): Line[] =>
    (
      [
        ['clock', ({ wallMs }: Timing) => wallMs],
        ['lead', ({ leadMs }: Timing) => leadMs],
      ] as const
    ).map(([what, of]) => ({
      name: `${name}, by the ${what}`,
      variant,
      interceptMs: 0,
      perSecond: 1000 / least(variant, of),
      unit: 'solves',
      ratio: least('one thread', of) / least(variant, of),
    })),
  )
}

interface Timing {
  readonly wallMs: number
  readonly leadMs: number
}

async function solved(
  { transition, rate, release }: Ready,
  neighbours?: Neighbours,
): Promise<{ timing: Timing; law: Float64Array }> {
  transition.vectors[0][0] = 1
  // The other thread hears of it.
  await new Promise((resolve) => setTimeout(resolve, 200))
  if (neighbours && !transition.blocks) throw new Error('no blocks')
  const [wall, lead] = [performance.now(), leadMs()]
  const flow = { transition, rate, width: 7, forEachExit() {} }
  const work = uniformisation().advance(flow, 1, { tolerance: 1e-10, allowed: 1 })
  while (!work.next().done) if (neighbours?.waiting) await neighbours.waiting
  const timing = { wallMs: performance.now() - wall, leadMs: leadMs() - lead }
  release?.()
  return { timing, law: Float64Array.from(transition.vectors[0]) }
}

function read(text: string) {
  const { network } = parse(text)
  if (!network) throw new Error('the network does not parse')
  const initial = Float64Array.from(network.species, ({ initial }) => initial)
  const observe = { moments: false, marginals: false, trajectories: false, joints: [] }
  const problem = { network, parameters: new Float64Array(0), initial, times: new Float64Array(0), observe }
  return { network, problem, space: coordinates(network, initial), ...evaluators(network, []) }
}

function finish<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** What this thread has computed so far. */
function leadMs(): number {
  const path = `/proc/self/task/${process.pid}/schedstat`
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[0]) / 1e6 : performance.now()
}
