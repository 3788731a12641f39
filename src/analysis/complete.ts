/** Analyses are generators that yield every few milliseconds, so that a page can breathe: this one does not. */
export function complete<T>(work: Generator<unknown, T, void>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value as T
  }
}
