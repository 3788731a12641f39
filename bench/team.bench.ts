/**
 * Ensembles on one thread and on two, with the page's own client and service over Node's threads: same study, same
 * bits, how much sooner? By the clock, which holds only on a machine with nothing else to do, and by what the busiest
 * thread computed, which other programs do not change much (Linux only: elsewhere the clock stands for both).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker as Thread } from 'node:worker_threads'
import { expose } from 'comlink'
import { createSolverService } from '../src/services/solver-service'
import type { WorkerLike } from '../src/services/thread'
import { workerClient } from '../src/services/worker-client'
import type { Study } from '../src/solvers/study'
import type { Bench, Line } from './measure'

// This file is also what its threads run.
if (!isMainThread && parentPort) expose(createSolverService(), parentPort as unknown as MessagePort)

const network = `species U = 0, V = 0
0 -> U, 50/(1 + (V/12)^2.5); 0 -> V, 50/(1 + (U/12)^2.5); U -> 0, 1; V -> 0, 1`
const study: Study = { version: 1, network, times: { from: 0, to: 20, count: 101 }, solver: 'ssa', seed: 3 }
/** Some seconds of work: handing out and merging take some tens of milliseconds, however many there are. */
const replicates = 240_000

const questions: readonly (readonly [name: string, observe: string[]])[] = [
  ['moments and laws', ['moments', 'marginals']],
  ['with joint laws and paths, as on the page', ['moments', 'marginals', 'joint:U,V', 'trajectories']],
]
const rounds = 2

export const bench: Bench = async () => {
  const lines: Line[] = []
  for (const [name, observe] of questions) lines.push(...(await compareTeams(name, { ...study, observe })))
  return lines
}

interface Timing {
  readonly wallMs: number
  readonly busiestMs: number
}

async function compareTeams(name: string, asked: Study): Promise<Line[]> {
  const sizes = [2, 1]
  const timings: Timing[][] = sizes.map(() => [])
  let bits: string | undefined
  // A round more than asked: the first warms the compiler up and is forgotten.
  for (let round = 0; round <= rounds; round++) {
    for (const [k, size] of sizes.entries()) {
      const { timing, answer } = await timed(size, asked)
      bits ??= answer
      if (answer !== bits) throw new Error(`${size} threads give other numbers`)
      if (round > 0) timings[k].push(timing)
    }
  }
  const [two, one] = timings
  const ratio = (of: (timing: Timing) => number) => median(two.map((timing, i) => of(one[i]) / of(timing)))
  const ratios = { wall: ratio(({ wallMs }) => wallMs), busiest: ratio(({ busiestMs }) => busiestMs) }
  return sizes.map((size, k) => ({
    name: `ensemble, toggle, ${name}`,
    variant: `${size} thread${size > 1 ? 's' : ''}`,
    interceptMs: 0,
    perSecond: (1000 * replicates) / median(timings[k].map(({ wallMs }) => wallMs)),
    unit: 'replicates',
    ratio: size === 2 ? ratios.wall : 1,
    against: { 'by the busiest thread’s work': size === 2 ? ratios.busiest : 1 },
  }))
}

/** One run by a team that has compiled its code in a small one before. */
async function timed(size: number, asked: Study): Promise<{ timing: Timing; answer: string }> {
  const threads: Thread[] = []
  const spawn = () => {
    const thread = new Thread(new URL(import.meta.url))
    threads.push(thread)
    return likeOnThePage(thread)
  }
  const client = workerClient({ spawn, size, paint: async () => {} })
  const run = async (count: number, seed: number) => {
    const { outcome } = client.run({ ...asked, seed, options: { replicates: count } }, { onFrame: () => {} })
    const ended = await outcome
    if (ended.status !== 'done') throw new Error(JSON.stringify(ended))
    return ended.solution
  }
  try {
    await run(replicates / 10, 1)
    const before = workOfThreads()
    const started = performance.now()
    const { observations } = await run(replicates, 3)
    const wallMs = performance.now() - started
    const after = workOfThreads()
    const busiest = Math.max(...[...after].map(([id, ms]) => ms - (before.get(id) ?? 0)))
    const answer = Array.from(observations.moments.array.data).join()
    return { timing: { wallMs, busiestMs: after.size > 0 ? busiest : wallMs }, answer }
  } finally {
    client.close()
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

/** A thread of Node's with the face of a page's worker. */
function likeOnThePage(thread: Thread): WorkerLike {
  const wrapped = new Map<unknown, (data: unknown) => void>()
  return {
    postMessage: (message: unknown, transfer?: unknown) => thread.postMessage(message, transfer as never),
    addEventListener(type: string, listen: EventListenerOrEventListenerObject) {
      const hear = (data: unknown) => {
        const event = type === 'error' ? Object.assign(new Event(type), { message: String(data) }) : { data }
        if (typeof listen === 'function') listen(event as Event)
        else listen.handleEvent(event as Event)
      }
      wrapped.set(listen, hear)
      thread.on(type, hear)
    },
    removeEventListener(type: string, listen: EventListenerOrEventListenerObject) {
      thread.off(type, wrapped.get(listen)!)
    },
    terminate: () => void thread.terminate(),
  } as WorkerLike
}

/** CPU time of this process's threads in milliseconds, to a hundredth of a second; none where there is no /proc. */
function workOfThreads(): Map<string, number> {
  const tick = 10
  try {
    return new Map(
      readdirSync('/proc/self/task').map((id) => {
        // After the name, which may hold anything but a closing bracket: state is field 3, user and system 14 and 15.
        const fields = readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1].split(' ')
        return [id, tick * (Number(fields[11]) + Number(fields[12]))]
      }),
    )
  } catch {
    return new Map()
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]
