/** Work that falls into pieces, each of which any thread can do: plain data in, plain data out, to the same bits. */
import type { Hands } from './contract'

/** Pieces that are done one after the other, by the threads that are lent and by this one where it waits for them. */
export interface Ahead<R> {
  /** In the order of the pieces, as far as they are done. */
  readonly results: readonly R[]
  /** Does what is missing of the first `count`; yields the share of all that is done as it works, often. */
  until(count: number): AsyncGenerator<number, void, void>
  /** The others have nothing left to do. */
  readonly idle: Promise<unknown>
  /** Nothing more is given away. */
  stop(): void
}

/** The others begin at once, and go on while this thread does something else. */
export function ahead<P, R>(
  pieces: readonly P[],
  own: (piece: P) => AsyncGenerator<unknown, R, void>,
  hands: Hands | undefined,
): Ahead<R> {
  const results: R[] = []
  const left = pieces.map((_, k) => k)
  let [done, over] = [0, false]
  let broken: { readonly thrown: unknown } | undefined
  let wake = () => {}
  const finish = (k: number, result: R) => {
    results[k] = result
    done++
  }
  /** One of the others, as long as there is something to do. */
  const serve = async ({ piece }: Hands) => {
    for (let k = left.shift(); k !== undefined && !over; k = left.shift()) {
      const result = await piece(pieces[k])
      if (result === undefined) left.unshift(k)
      else finish(k, result as R)
      wake()
      // Whoever was stopped does no more.
      if (result === undefined) return
    }
  }
  const others = hands ? Math.min(hands.others, pieces.length - 1) : 0
  const served = Array.from({ length: others }, () =>
    serve(hands as Hands).catch((thrown) => {
      broken = { thrown }
      wake()
    }),
  )
  return {
    results,
    idle: Promise.all(served),
    stop() {
      over = true
    },
    async *until(count) {
      const missing = () => {
        for (let k = 0; k < count; k++) if (!(k in results)) return true
        return false
      }
      while (missing()) {
        if (broken) throw broken.thrown
        const next = left.findIndex((k) => k < count)
        if (next < 0) {
          // The others are at the last of them. One that was stopped puts its piece back.
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          yield done / pieces.length
          continue
        }
        const [k] = left.splice(next, 1)
        const work = own(pieces[k])
        try {
          let step = await work.next()
          for (; !step.done; step = await work.next()) yield done / pieces.length
          finish(k, step.value)
        } finally {
          await work.return(undefined as R)
        }
        yield done / pieces.length
      }
    },
  }
}

/**
 * The results of the pieces, in their order: this thread does one after the other, and so do those it is lent. Yields the
 * share that is done as it works, often.
 */
export async function* inPieces<P, R>(
  pieces: readonly P[],
  own: (piece: P) => AsyncGenerator<unknown, R, void>,
  hands: Hands | undefined,
): AsyncGenerator<number, R[], void> {
  const work = ahead(pieces, own, hands)
  try {
    yield* work.until(pieces.length)
    return [...work.results]
  } finally {
    work.stop()
  }
}
