/** Work done by and by: it yields every few milliseconds, so that others may look, or end it. */
export type Steps<T> = Generator<void, T, void>

/** All of it at one go. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
