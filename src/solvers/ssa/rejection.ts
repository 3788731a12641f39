/**
 * Rejection-based simulation (Thanh, Priami & Zunino 2014, doi:10.1063/1.4896985): every count has a bracket, and so
 * every propensity an upper and a lower bound, which hold until a count leaves its bracket. Candidates come at the rate
 * of the upper bounds; one is real with probability a/upper, and mostly that needs no more than the lower bound.
 *
 * A bracket is ±10 %, ±1 for counts from 4 to 19, and exact below: wider ones reject too much, narrower ones are left too
 * often (measured on networks of receptors, bench/large). Species that a rate reads otherwise than by mass action are
 * always exact.
 */
import { type Kernel, type Machine, pending, schedule, slot } from './interpreter'
import { kinds, propensities, type Sparse } from './sparse'
import type { Weights } from './weights'

/** Counts below are exact. */
export const leastWide = 4

/** 1 for each species that a rate reads otherwise than by mass action. */
export function mustBeExact({ species: S, kind, readers }: Sparse): Uint8Array {
  const exact = new Uint8Array(S)
  for (let s = 0; s < S; s++) {
    for (let k = readers.starts[s]; k < readers.starts[s + 1]; k++) {
      if (kind[readers.items[k]] === kinds.law) exact[s] = 1
    }
  }
  return exact
}

/** x: counts; low, high: their brackets; lower: bounds from below. The upper ones are the weights. */
export function rejection({ sparse, x, draws }: Machine, weights: Weights): Kernel {
  const { reactions: R, species: S, kind, net, readers } = sparse
  const propensity = propensities(sparse)
  const { pairs } = draws
  const [low, high, lower] = [new Float64Array(S), new Float64Array(S), new Float64Array(R)]
  const exact = mustBeExact(sparse)
  /** Species whose counts have just left their brackets. */
  const escaped = new Int32Array(net.items.length)
  const now = pending()
  let work = 0

  const bracket = (s: number) => {
    const slack = exact[s] === 1 || x[s] < leastWide ? 0 : Math.max(1, Math.floor(x[s] / 10))
    low[s] = x[s] - slack
    high[s] = x[s] + slack
  }
  const bound = (r: number) => {
    const upper = propensity(r, high)
    lower[r] = kind[r] === kinds.law ? upper : propensity(r, low)
    weights.set(r, upper)
  }
  const draw = () => {
    const at = draws.take()
    now[slot.uniform] = pairs[at]
    now[slot.exponential] = pairs[at + 1]
  }
  return {
    begin(time) {
      weights.clear()
      for (let s = 0; s < S; s++) bracket(s)
      for (let r = 0; r < R; r++) bound(r)
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
      const rest = weights.rest[0]
      const time = now[slot.due]
      draw()
      schedule(now, time)
      if (r < 0) return -1
      if (rest >= lower[r]) {
        work++
        if (rest >= propensity(r, x)) return -1
      }
      let count = 0
      for (let p = net.starts[r]; p < net.starts[r + 1]; p += 2) {
        const s = net.items[p]
        x[s] += net.items[p + 1]
        if (x[s] >= low[s] && x[s] <= high[s]) continue
        bracket(s)
        escaped[count++] = s
      }
      if (count === 0) return r
      for (let i = 0; i < count; i++) {
        const s = escaped[i]
        const last = readers.starts[s + 1]
        for (let k = readers.starts[s]; k < last; k++) bound(readers.items[k])
        work += last - readers.starts[s]
      }
      now[slot.total] = weights.settle()
      schedule(now, time)
      return r
    },
  }
}
