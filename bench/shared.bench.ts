/**
 * A projection on one thread and on two that share its memory: same bits, how much sooner? By the clock, which holds only on a machine with nothing else to do,
 * and by what the lead computed, which other programs do not change much (Linux only: elsewhere the clock stands for both).
 */
import { existsSync, readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads'
import { evaluators } from '../src/network/evaluate'
import { parse } from '../src/network/parse'
import { type Helpers, type SharedTask, serveCrew } from '../src/numerics/crew'
import { uniformisation } from '../src/numerics/uniformise'
import { matrixFree } from '../src/solvers/fsp/matrix-free'
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
const rounds = 3

export const bench: Bench = async () => {
  const thread = new Thread(new URL(import.meta.url), { workerData: 'shared' })
  const helpers: Helpers = {
    others: 1,
    enlist: (tasks) => {
      for (const task of tasks) thread.postMessage(task)
    },
  }
  const timings = { two: [] as Timing[], one: [] as Timing[] }
  let bits: Float64Array | undefined
  for (let round = 0; round <= rounds; round++) {
    for (const [name, crew] of [
      ['two', helpers],
      ['one', undefined],
    ] as const) {
      const { timing, law } = await solved(crew)
      bits ??= law
      if (!law.every((p, i) => p === bits?.[i])) throw new Error(`${name}: other numbers`)
      if (round > 0) timings[name].push(timing)
    }
  }
  await thread.terminate()
  const least = (all: readonly Timing[], of: (timing: Timing) => number) => Math.min(...all.map(of))
  return (['two', 'one'] as const).flatMap((name): Line[] =>
    (
      [
        ['clock', ({ wallMs }: Timing) => wallMs],
        ['lead', ({ leadMs }: Timing) => leadMs],
      ] as const
    ).map(([what, of]) => ({
      name: `ring of 10⁶ states to t = 1, by the ${what}`,
      variant: `${name} thread${name === 'two' ? 's' : ''}`,
      interceptMs: 0,
      perSecond: 1000 / least(timings[name], of),
      unit: 'solves',
      ratio: least(timings.one, of) / least(timings[name], of),
    })),
  )
}

interface Timing {
  readonly wallMs: number
  readonly leadMs: number
}

async function solved(helpers: Helpers | undefined): Promise<{ timing: Timing; law: Float64Array }> {
  const { network } = parse(ring)
  if (!network) throw new Error('the network does not parse')
  const space = coordinates(network, new Float64Array(3))
  const { propensities } = evaluators(network, [])
  const work = matrixFree(network, space, { low: [0, 0, 0], cap: [99, 99, 99] }, propensities, helpers)
  let step = work.next()
  while (!step.done) step = work.next()
  const generator = step.value
  if (!generator) throw new Error('a stored matrix')
  const { rate, matrix, release } = generator
  const { transition } = matrix
  transition.vectors[0][0] = 1
  // The other thread hears of it.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const [wall, lead] = [performance.now(), leadMs()]
  const series = uniformisation().advance({ transition, rate, width: 7, forEachExit() {} }, 1, {
    tolerance: 1e-10,
    allowed: 1,
  })
  while (!series.next().done);
  const timing = { wallMs: performance.now() - wall, leadMs: leadMs() - lead }
  release?.()
  return { timing, law: Float64Array.from(transition.vectors[0]) }
}

/** What this thread has computed so far. */
function leadMs(): number {
  const path = `/proc/self/task/${process.pid}/schedstat`
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[0]) / 1e6 : performance.now()
}
