/**
 * Next reaction method (Gibson & Bruck 2000, doi:10.1021/jp993732q): every reaction has the time at which it fires next
 * if nothing changes; the earliest is on top of a heap. When a propensity changes, what is left of its wait is stretched
 * by old/new, so that an event draws one number.
 */
import type { Kernel, Machine } from './interpreter'
import { propensities } from './sparse'

/** a: propensities; at: when each reaction is due; heap: reactions, place: where each is in it. */
export function nextReaction({ sparse, x, draws }: Machine): Kernel {
  const { reactions: R, net, readers } = sparse
  const propensity = propensities(sparse)
  const { pairs } = draws
  const [a, at] = [new Float64Array(R), new Float64Array(R)]
  const [heap, place] = [new Int32Array(R), new Int32Array(R)]
  const never = Number.POSITIVE_INFINITY
  let [work, broken] = [0, false]

  const put = (node: number, r: number) => {
    heap[node] = r
    place[r] = node
  }
  const rise = (r: number) => {
    let node = place[r]
    for (; node > 0; ) {
      const parent = (node - 1) >> 1
      if (at[heap[parent]] <= at[r]) break
      put(node, heap[parent])
      node = parent
    }
    put(node, r)
  }
  const sink = (r: number) => {
    let node = place[r]
    for (let child = 2 * node + 1; child < R; child = 2 * node + 1) {
      if (child + 1 < R && at[heap[child + 1]] < at[heap[child]]) child++
      if (at[heap[child]] >= at[r]) break
      put(node, heap[child])
      node = child
    }
    put(node, r)
  }
  const move = (r: number, time: number) => {
    const before = at[r]
    at[r] = time
    if (time < before) rise(r)
    else sink(r)
  }
  const draw = (time: number, value: number) => (value > 0 ? time + pairs[draws.take() + 1] / value : never)
  const compute = (r: number) => {
    const value = propensity(r, x)
    if (!(value < never)) broken = true
    return value
  }
  /** The propensity of r may have changed at this time. */
  const update = (r: number, time: number) => {
    const before = a[r]
    const now = compute(r)
    if (now === before) return
    a[r] = now
    if (before > 0 && now > 0) move(r, time + (before / now) * (at[r] - time))
    else move(r, draw(time, now))
  }
  return {
    begin(time) {
      broken = false
      for (let r = 0; r < R; r++) {
        a[r] = compute(r)
        at[r] = draw(time, a[r])
        put(r, r)
      }
      for (let node = (R >> 1) - 1; node >= 0; node--) sink(heap[node])
      work += R
    },
    due: () => (broken ? Number.NaN : R > 0 ? at[heap[0]] : never),
    total: () => a.reduce((sum, value) => sum + value, 0),
    work: () => work,
    fire() {
      const r = heap[0]
      const time = at[r]
      const end = net.starts[r + 1]
      for (let p = net.starts[r]; p < end; p += 2) x[net.items[p]] += net.items[p + 1]
      a[r] = compute(r)
      move(r, draw(time, a[r]))
      for (let p = net.starts[r]; p < end; p += 2) {
        const s = net.items[p]
        const last = readers.starts[s + 1]
        for (let k = readers.starts[s]; k < last; k++) update(readers.items[k], time)
        work += last - readers.starts[s]
      }
      return r
    },
  }
}
