/** Sends pictures no faster than the other side looks at them, and no dearer than the work can bear. */
import { type ProxyMethods, releaseProxy } from 'comlink'

/** Resolves when the value was seen: until then no other is sent. */
export type Seen<T> = (value: T) => Promise<void> | void

/**
 * One value in flight, and no more of this thread's time on sending than `share`: in between `wanted()` is false and
 * nothing is made. A proxied callback is released only after its last acknowledgement, or the call would hang.
 */
export function conflate<T>(seen: Seen<T>, share: number, pack: (value: T) => T = (value) => value) {
  let inFlight: Promise<void> | undefined
  let asked = 0
  let next = Number.NEGATIVE_INFINITY
  return {
    wanted(): boolean {
      asked = performance.now()
      return !inFlight && asked >= next
    },
    send(value: T): void {
      if (inFlight) return
      const acknowledged = () => {
        inFlight = undefined
      }
      inFlight = Promise.resolve(seen(pack(value))).then(acknowledged, acknowledged)
      // What was asked for at `asked` has been made, packed and posted by now.
      const now = performance.now()
      next = now + (now - asked) * (1 / share - 1)
    },
    /** Resolves when nothing is in flight; gives the callback back. */
    async settled(): Promise<void> {
      await inFlight
      ;(seen as Partial<ProxyMethods>)[releaseProxy]?.()
    },
  }
}
