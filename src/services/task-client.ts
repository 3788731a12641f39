/**
 * The page's side of tasks. Each has a worker of its own while it lasts, as many at a time as there are cores; to cancel
 * is to end the worker, which needs nobody's consent.
 */
import type { Task, TaskEnding, Told } from '../analysis/tasks'
import { openBreath } from './breath'
import type { TaskMessage } from './task-worker'

/** What is used of a `Worker`; tests bring their own. */
export type TaskThread = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>

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

/** A client with so many threads made by `spawn`, or none but this one. */
export function taskClient(threads: number, spawn?: () => TaskThread): TaskClient {
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
      const begin = () => {
        running = true
        stop = spawn ? inWorker(spawn, task, hear) : here(task, hear)
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

function inWorker(spawn: () => TaskThread, task: Task, hear: (message: TaskMessage) => void): () => void {
  const lost = (why: string) =>
    hear({
      ending: { status: 'failed', code: 'worker-crash', message: `A worker stopped: ${why}`, hint: 'start it again' },
    })
  try {
    const worker = spawn()
    worker.addEventListener('message', (event) => hear((event as MessageEvent<TaskMessage>).data))
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      lost((event as ErrorEvent).message || 'it could not be read')
    })
    worker.postMessage(task)
    return () => worker.terminate()
  } catch (thrown) {
    queueMicrotask(() => lost(String((thrown as Error).message)))
    return () => {}
  }
}

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
    .finally(() => breath.close())
  return () => {
    stopped = true
  }
}
