/** What a client does where workers cannot start. */
import type { Client } from './client'

/** Runs that no worker could take go on in this thread. */
export function withFallback(first: Client, second: Client): Client {
  let usable = true
  return {
    get workers() {
      return usable ? first.workers : second.workers
    },
    run(study, request) {
      if (!usable) return second.run(study, request)
      let handle = first.run(study, request)
      let cancelled = false
      const outcome = handle.outcome.then((ended) => {
        if (cancelled || ended.status !== 'failed' || ended.code !== 'worker-start') return ended
        usable = false
        handle = second.run(study, request)
        return handle.outcome
      })
      return {
        outcome,
        cancel() {
          cancelled = true
          handle.cancel()
        },
      }
    },
    inquire(inquiry, onProgress) {
      if (!usable) return second.inquire(inquiry, onProgress)
      let handle = first.inquire(inquiry, onProgress)
      let cancelled = false
      const ending = handle.ending.then((ended) => {
        if (cancelled || ended.status !== 'failed' || ended.code !== 'worker-start') return ended
        usable = false
        handle = second.inquire(inquiry, onProgress)
        return handle.ending
      })
      return {
        ending,
        cancel() {
          cancelled = true
          handle.cancel()
        },
      }
    },
    close() {
      first.close()
      second.close()
    },
  }
}
