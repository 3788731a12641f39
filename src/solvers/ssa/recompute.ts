/**
 * Exact algorithms that know every propensity at every moment: after an event those that read a changed count are
 * computed anew (the dependency graph of Gibson & Bruck 2000, doi:10.1021/jp993732q). They differ in how they choose.
 */
import { type Kernel, type Machine, pending, schedule, slot } from './interpreter'
import { propensities } from './sparse'
import type { Weights } from './weights'

/** A kernel that chooses by these weights. */
export function recompute({ sparse, x, draws }: Machine, weights: Weights): Kernel {
  const { reactions: R, net, readers } = sparse
  const propensity = propensities(sparse)
  const { pairs } = draws
  const now = pending()
  let work = 0

  const draw = () => {
    const at = draws.take()
    now[slot.uniform] = pairs[at]
    now[slot.exponential] = pairs[at + 1]
  }
  return {
    begin(time) {
      weights.clear()
      for (let r = 0; r < R; r++) weights.set(r, propensity(r, x))
      work += R
      draw()
      now[slot.total] = weights.settle()
      schedule(now, time)
    },
    due: () => now[slot.due],
    total: () => now[slot.total],
    work: () => work,
    fire() {
      const r = weights.choose(now[slot.uniform] * now[slot.total])
      draw()
      if (r >= 0) {
        const end = net.starts[r + 1]
        for (let p = net.starts[r]; p < end; p += 2) x[net.items[p]] += net.items[p + 1]
        for (let p = net.starts[r]; p < end; p += 2) {
          const s = net.items[p]
          const last = readers.starts[s + 1]
          for (let k = readers.starts[s]; k < last; k++) {
            const j = readers.items[k]
            weights.set(j, propensity(j, x))
          }
          work += last - readers.starts[s]
        }
      }
      now[slot.total] = weights.settle()
      schedule(now, now[slot.due])
      return r
    },
  }
}
