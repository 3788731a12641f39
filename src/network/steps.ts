/** Work in steps, so that whoever drives it may breathe in between; how large a step is does not change the result. */

/** Yields the share that is done, 0 … 1. */
export type Steps<T> = Generator<number, T, void>

/** All steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Part of a longer work: its own share is told as one from `from` to `to`. */
export function* scaled<T>(steps: Steps<T>, from: number, to: number): Steps<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    yield from + (to - from) * value
  }
}

/** Statements, tokens or reactions between two looks at the clock: about a millisecond. */
export const stride = 256
