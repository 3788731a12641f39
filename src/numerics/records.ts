/** Lists of equal records, each of a few whole numbers: columns that grow together, without an object per record. */

export interface Records {
  readonly count: number
  /** As many of the numbers as there are columns are kept. */
  push(a: number, b: number, c: number, d: number, e: number, f: number): void
  /** A column as it stands: a view, which a push may leave behind. */
  column(j: number): Int32Array
}

const first = 256

/** `columns`: up to six. */
export function records(columns: number): Records {
  let room = first
  const kept = Array.from({ length: columns }, () => new Int32Array(room))
  let count = 0
  return {
    get count() {
      return count
    },
    push(a, b, c, d, e, f) {
      if (count === room) {
        room *= 2
        for (const [j, column] of kept.entries()) {
          kept[j] = new Int32Array(room)
          kept[j].set(column)
        }
      }
      kept[0][count] = a
      if (columns > 1) kept[1][count] = b
      if (columns > 2) kept[2][count] = c
      if (columns > 3) kept[3][count] = d
      if (columns > 4) kept[4][count] = e
      if (columns > 5) kept[5][count] = f
      count++
    },
    column: (j) => kept[j].subarray(0, count),
  }
}
