/**
 * A projection on one thread and on two that share its memory: same bits, how much sooner? By the clock, which holds only on a machine with nothing else to do,
 * and by what the lead computed, which other programs do not change much (Linux only: elsewhere the clock stands for both).
 */
import { existsSync, readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads'
import { evaluators } from '../src/network/evaluate'
import { parse } from '../src/network/parse'
import { type Helpers, type SharedTask, serveCrew } from '../src/numerics/crew'
import { segmentArena } from '../src/numerics/segments'
import { type Transition, uniformisation } from '../src/numerics/uniformise'
import { fill, layOut, ratesAt } from '../src/solvers/fsp/generator'
import { matrixFree } from '../src/solvers/fsp/matrix-free'
import { noPieces, regionOf } from '../src/solvers/fsp/region'
import { groundOf, layOutRegion } from '../src/solvers/fsp/region-generator'
import { coordinates } from '../src/solvers/fsp/space'
import type { Bench, Line } from './measure'

// This file is also what its threads run.
if (!isMainThread && parentPort && workerData === 'shared') {
  parentPort.on('message', (task: SharedTask) => {
    const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
    void serveCrew(
      task,
      breathe,
      () => false,
      () => performance.now(),
    )
  })
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
const jobs: Readonly<Record<string, (helpers?: Helpers) => Ready>> = {
  'ring of 10⁶ states to t = 1': (helpers) => {
    const { network, space, propensities } = read(ring)
    const made = finish(matrixFree(network, space, { low: [0, 0, 0], cap: [99, 99, 99] }, propensities, helpers))
    if (!made) throw new Error('a stored matrix')
    return { transition: made.matrix.transition, rate: made.rate, release: made.release }
  },
  'the same in rows of any shape': (helpers) => {
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
  'cycle of 120 molecules, 302,621 states, to t = 1': (helpers) => {
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
  const lines: Line[] = []
  for (const [name, make] of Object.entries(jobs)) lines.push(...(await compared(name, make, helpers)))
  await thread.terminate()
  return lines
}

async function compared(name: string, make: (helpers?: Helpers) => Ready, helpers: Helpers): Promise<Line[]> {
  const timings = { two: [] as Timing[], one: [] as Timing[] }
  let bits: Float64Array | undefined
  for (let round = 0; round <= rounds; round++) {
    for (const [threads, crew] of [
      ['two', helpers],
      ['one', undefined],
    ] as const) {
      const { timing, law } = await solved(make(crew))
      bits ??= law
      if (!law.every((p, i) => p === bits?.[i])) throw new Error(`${threads}: other numbers`)
      if (round > 0) timings[threads].push(timing)
    }
  }
  const least = (all: readonly Timing[], of: (timing: Timing) => number) => Math.min(...all.map(of))
  return (['two', 'one'] as const).flatMap((threads): Line[] =>
    (
      [
        ['clock', ({ wallMs }: Timing) => wallMs],
        ['lead', ({ leadMs }: Timing) => leadMs],
      ] as const
    ).map(([what, of]) => ({
      name: `${name}, by the ${what}`,
      variant: `${threads} thread${threads === 'two' ? 's' : ''}`,
      interceptMs: 0,
      perSecond: 1000 / least(timings[threads], of),
      unit: 'solves',
      ratio: least(timings.one, of) / least(timings[threads], of),
    })),
  )
}

interface Timing {
  readonly wallMs: number
  readonly leadMs: number
}

async function solved({ transition, rate, release }: Ready): Promise<{ timing: Timing; law: Float64Array }> {
  transition.vectors[0][0] = 1
  // The other thread hears of it.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const [wall, lead] = [performance.now(), leadMs()]
  const flow = { transition, rate, width: 7, forEachExit() {} }
  finish(uniformisation().advance(flow, 1, { tolerance: 1e-10, allowed: 1 }))
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
