/** Work that falls into pieces, each of which any thread can do: plain data in, plain data out, to the same bits. */
import type { Hands } from './contract'

/**
 * The results of the pieces, in their order: this thread does one after the other, and so do those it is lent. Yields the
 * share that is done as it works, often.
 */
export async function* inPieces<P, R>(
  pieces: readonly P[],
  own: (piece: P) => AsyncGenerator<unknown, R, void>,
  hands: Hands | undefined,
): AsyncGenerator<number, R[], void> {
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
      if (result === undefined) left.push(k)
      else finish(k, result as R)
      wake()
      // Whoever was stopped does no more.
      if (result === undefined) return
    }
  }
  for (let other = 0; hands && other < Math.min(hands.others, pieces.length - 1); other++) {
    void serve(hands).catch((thrown) => {
      broken = { thrown }
      wake()
    })
  }
  try {
    while (done < pieces.length) {
      if (broken) throw broken.thrown
      const k = left.shift()
      if (k === undefined) {
        // The others are at the last of them. One that was stopped puts its piece back.
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        yield done / pieces.length
        continue
      }
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
    return results
  } finally {
    over = true
  }
}
