/** The client for one thread: Node, tests, and pages whose browser starts no workers. Slower, never wrong. */
import { type Client, painted } from './client'
import { createSolverService } from './solver-service'

/** Runs studies in this thread, breathing between slices so that it stays alive. */
export function localClient(paint: () => Promise<void> = painted): Client {
  const service = createSolverService()
  const live = new Set<() => void>()
  let ids = 0
  return {
    workers: 1,
    run(study, { onFrame, signal, artifact, restMs }) {
      const id = ++ids
      let over = false
      const cancel = () => {
        over = true
        service.cancel(id)
      }
      live.add(cancel)
      signal?.addEventListener('abort', cancel, { once: true })
      const show = async (frame: Parameters<typeof onFrame>[0]) => {
        if (over) return
        onFrame(frame)
        await paint()
      }
      const outcome = service.run(id, study, show, artifact, restMs).finally(() => {
        over = true
        live.delete(cancel)
        signal?.removeEventListener('abort', cancel)
      })
      if (signal?.aborted) cancel()
      return { outcome, cancel }
    },
    inquire(inquiry, onProgress) {
      const id = ++ids
      let over = false
      const cancel = () => {
        over = true
        service.cancel(id)
      }
      live.add(cancel)
      const show = async (progress: Parameters<typeof onProgress>[0]) => {
        if (over) return
        onProgress(progress)
        await paint()
      }
      const ending = service.inquire(id, inquiry, show).finally(() => {
        over = true
        live.delete(cancel)
      })
      return { ending, cancel }
    },
    close() {
      for (const cancel of live) cancel()
    },
  }
}
