/** What the page's side of every small worker keeps to: whether it started, and what is said when it is lost. */

/** What is used of a `Worker`; tests bring their own. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'removeEventListener' | 'terminate'>

/** A thread is lost: `started` tells whether it had given a sign before; where it had not, this thread can stand in. */
export interface Loss {
  readonly started: boolean
  readonly why: string
}

/** Calls `lost` when a worker breaks, or sends what cannot be read. Its first message, of whatever kind, says that it started. */
export function watch(worker: WorkerLike, lost: (loss: Loss) => void): void {
  let started = false
  worker.addEventListener('message', () => {
    started = true
  })
  for (const kind of ['error', 'messageerror'] as const) {
    worker.addEventListener(kind, (event) => {
      event.preventDefault()
      const unread = kind === 'error' ? 'it could not be read' : 'what it sent could not be read'
      lost({ started, why: (event as ErrorEvent).message || unread })
    })
  }
}

/** A worker's first message, once its script runs. */
export const readySign = { ready: true } as const
