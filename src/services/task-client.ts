/**
 * The page's side of tasks. Each has a worker of its own while it lasts, as many at a time as there are cores; to cancel
 * is to end the worker, which needs nobody's consent.
 */
import type { Task, TaskEnding, Told } from '../analysis/tasks'
import { openBreath } from './breath'
import type { TaskMessage } from './task-worker'
import { type readySign, type WorkerLike, watch } from './thread'

export interface TaskHandle<K extends Task['kind']> {
  /** Never rejects. */
  readonly ending: Promise<TaskEnding<K>>
  cancel(): void
}

export interface TaskClient {
  /** Tasks that run at the same time. */
  readonly threads: number
  /** `onTold` is not called after `cancel()`, nor after the ending. */
  start<T extends Task>(task: T, onTold?: (told: Told) => void): TaskHandle<T['kind']>
}

/** The page's tasks: in workers where they start, else in this thread. */
export function createTaskClient(): TaskClient {
  if (typeof Worker === 'undefined') return taskClient(1)
  const spawn = () =>
    new Worker(new URL('../../workers/task.worker.ts', import.meta.url), { type: 'module', name: 'task' })
  return taskClient(Math.min(8, Math.max(2, navigator.hardwareConcurrency || 2)), spawn)
}

/**
 * A client with so many threads made by `spawn`, or none but this one; where the first of them cannot start, because a policy
 * forbids them or their script is not to be had, this thread stands in.
 */
export function taskClient(threads: number, spawn?: () => WorkerLike): TaskClient {
  let usable = spawn !== undefined
  const queue: (() => void)[] = []
  let busy = 0
  const next = () => {
    if (busy >= threads) return
    const begin = queue.shift()
    if (!begin) return
    busy++
    begin()
  }
  return {
    threads,
    start<T extends Task>(task: T, onTold: (told: Told) => void = () => {}): TaskHandle<T['kind']> {
      let resolve: (how: TaskEnding<T['kind']>) => void = () => {}
      const ending = new Promise<TaskEnding<T['kind']>>((settle) => {
        resolve = settle
      })
      let [running, over] = [false, false]
      let stop = () => {}
      const end = (how: TaskEnding<T['kind']>) => {
        if (over) return
        over = true
        stop()
        if (running) busy--
        resolve(how)
        next()
      }
      const hear = (message: TaskMessage) => {
        if (over) return
        if ('told' in message) onTold(message.told)
        else end(message.ending as TaskEnding<T['kind']>)
      }
      const standIn = () => {
        usable = false
        if (!over) stop = here(task, hear)
      }
      const begin = () => {
        running = true
        stop = spawn && usable ? inWorker(spawn, task, hear, standIn) : here(task, hear)
      }
      const cancel = () => {
        const at = queue.indexOf(begin)
        if (at >= 0) queue.splice(at, 1)
        end({ status: 'cancelled' })
      }
      queue.push(begin)
      next()
      return { ending, cancel }
    },
  }
}

function inWorker(
  spawn: () => WorkerLike,
  task: Task,
  hear: (message: TaskMessage) => void,
  unstarted: () => void,
): () => void {
  try {
    const worker = spawn()
    const end = () => worker.terminate()
    worker.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<TaskMessage | typeof readySign>
      if (!('ready' in data)) hear(data)
    })
    watch(worker, ({ started, why }) => {
      end()
      if (!started) unstarted()
      else hear({ ending: failure('worker-crash', `A worker stopped: ${why}`, 'start it again') })
    })
    worker.postMessage(task)
    return end
  } catch {
    queueMicrotask(unstarted)
    return () => {}
  }
}

const failure = (code: string, message: string, hint: string) => ({ status: 'failed', code, message, hint }) as const

/** In this thread, with breaths. */
function here(task: Task, hear: (message: TaskMessage) => void): () => void {
  let stopped = false
  const breath = openBreath()
  // Pages whose browser starts workers never load it.
  import('./task-worker')
    .then(({ runTask }) =>
      runTask(task, hear, async () => {
        await breath.breathe()
        return !stopped
      }),
    )
    .catch((thrown: unknown) => {
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      hear({
        ending: failure('worker-start', `This part of the program could not be fetched: ${why}`, 'reload the page'),
      })
    })
    .finally(() => breath.close())
  return () => {
    stopped = true
  }
}
