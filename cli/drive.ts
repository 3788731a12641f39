/** Pulls an analysis to its end, lets Ctrl-C in, and says how far it is when somebody watches. */

export type Driven<T> = { readonly done: true; readonly value: T } | { readonly done: false }

const sliceMs = 15

/** `seen` hears of everything that the work yields. */
export async function drive<Y, T>(
  work: Generator<Y, T, void>,
  phase: () => string,
  seen: (value: Y) => void = () => {},
): Promise<Driven<T>> {
  let stopped = false
  // A second Ctrl-C finds no handler, and ends the process at once.
  const stop = () => {
    stopped = true
  }
  process.once('SIGINT', stop)
  const watched = process.stderr.isTTY === true
  let [slice, shown] = [performance.now(), 0]
  try {
    for (;;) {
      const next = work.next()
      if (next.done) return { done: true, value: next.value }
      seen(next.value)
      const now = performance.now()
      if (now - slice < sliceMs) continue
      if (watched && now - shown > 100) {
        shown = now
        process.stderr.write(`\r\x1b[K${phase()}`)
      }
      await new Promise((resolve) => setImmediate(resolve))
      if (stopped) return { done: false }
      slice = performance.now()
    }
  } finally {
    if (shown) process.stderr.write('\r\x1b[K')
    process.off('SIGINT', stop)
  }
}
