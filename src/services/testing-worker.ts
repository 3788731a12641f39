/** A "worker" without a thread, for tests of the wire. */
import { expose } from 'comlink'
import { createSolverService } from './solver-service'
import type { WorkerLike } from './thread'

export interface ThreadlessWorker extends WorkerLike {
  /** An uncaught exception. */
  crash(message: string): void
  /** From now on nothing that is sent arrives. */
  stall(): void
  readonly terminated: boolean
}

/** The real service behind a real message channel; only the thread is missing. */
export function threadlessWorker(service = createSolverService()): ThreadlessWorker {
  const { port1, port2 } = new MessageChannel()
  const events = new EventTarget()
  const source = (type: string): EventTarget => (type === 'message' ? port1 : events)
  let stalled = false
  let terminated = false
  expose(service, port2)
  port1.start()
  return {
    postMessage(message: unknown, transfer?: Transferable[] | StructuredSerializeOptions) {
      if (!stalled) port1.postMessage(message, transfer as Transferable[])
    },
    addEventListener: (type: string, listen: EventListenerOrEventListenerObject) =>
      source(type).addEventListener(type, listen),
    removeEventListener: (type: string, listen: EventListenerOrEventListenerObject) =>
      source(type).removeEventListener(type, listen),
    terminate() {
      terminated = true
      // A real thread would be dead by now; here its work has to be stopped.
      for (let id = 1; id < 100; id++) service.cancel(id)
      port1.close()
      port2.close()
    },
    crash: (message) => events.dispatchEvent(Object.assign(new Event('error'), { message })),
    stall() {
      stalled = true
    },
    get terminated() {
      return terminated
    },
  }
}
