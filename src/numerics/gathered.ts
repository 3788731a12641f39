/**
 * Padded rows (ELLPACK): entry d of row i is `entries[d][i]`, in column `sources[d][i]`. A chain of reactions has about
 * one entry per reaction in every row, so little is padding, and states may be numbered in any order.
 */
import { flushBelow, type StepMatrix, type Transition } from './uniformise'

/** An empty matrix; `sources` are the columns of all entries but the main diagonal, any column where there is none. */
export function gatheredMatrix(states: number, sources: readonly Int32Array[]): StepMatrix {
  const vector = () => new Float64Array(states)
  const vectors: Transition['vectors'] = [vector(), vector(), vector()]
  const entries = [vector(), ...sources.map(vector)]
  return {
    entries,
    transition: {
      states,
      nonzeros: states * entries.length,
      bytes: states * (8 * entries.length + 4 * sources.length + 24),
      vectors,
      advance(from, to, sum, weight) {
        const x = vectors[from]
        const y = vectors[to]
        const total = vectors[sum]
        if (weight !== 0) for (let i = 0; i < states; i++) total[i] += weight * x[i]
        for (let i = 0; i < states; i++) y[i] = entries[0][i] * x[i]
        for (let d = 0; d < sources.length; d++) {
          const columns = sources[d]
          const values = entries[d + 1]
          for (let i = 0; i < states; i++) y[i] += values[i] * x[columns[i]]
        }
        for (let i = 0; i < states; i++) if (!(Math.abs(y[i]) >= flushBelow)) y[i] = 0
      },
    },
  }
}
