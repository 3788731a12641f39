/**
 * Chebyshev's series of uniformisation (Tal-Ezer & Kosloff 1984, doi:10.1063/1.448136): with P = I + Q/Λ and z = Λh,
 * e^(hQ) p = Σ' 2 b_k(z) T_k(P) p, where b_k(z) = e^(−z) I_k(z) and the prime halves the first term. Some √(z log 1/ε)
 * products take the place of z. Cut after k = K the series solves u' = (P − I) u but for b_{K+1} T_K p − b_K T_{K+1} p, and
 * since e^(tQ) never enlarges an l1 distance, what that sums to over time bounds its error: known once the terms are, whatever
 * the spectrum of P. Terms stay small where the chain is nearly reversible and the law is near to where it rests, fast
 * directions at least; where probability mainly drifts they grow, and plain uniformisation takes over.
 */
import { type Advance, type Ask, clip, type Flow, type Propagator } from './propagator'
import { mass, norm, products, scattered, type Transition, uniformisation } from './uniformise'

/** Events in one series: of the first, and of the longest; twice as many after one that held, half after one that did not. */
const [firstEvents, mostEvents] = [256, 2048]
/** With fewer events a series is hardly shorter than uniformisation's. */
const fewestEvents = 48
/** Terms between two looks at their size. */
const lookEvery = 8
/** Terms that have grown so much are given up: the sum would be a small difference of large numbers. */
const mostGrowth = 100
/** After a series that grew, so many events are left to uniformisation before the next trial: twice as many each time. */
const [firstPause, longestPause] = [128, 16_384]
/** Entries worked through between two looks at the clock: about a millisecond. */
const stretch = 4e6

/** The law as it was. */
interface Memory {
  start: Float64Array
}

export function chebyshev(): Propagator {
  const memory: Memory = { start: new Float64Array(0) }
  const plain = uniformisation()
  let events = firstEvents
  let pause = firstPause
  let waiting = 0
  return {
    reach: ({ rate }) => mostEvents / rate,
    *advance(flow: Flow, h: number, { tolerance, allowed }: Ask): Generator<void, Advance, void> {
      const { transition, rate, width } = flow
      const start = mass(transition.vectors[0])
      const total: { -readonly [K in keyof Advance]: Advance[K] } = {
        kept: true,
        products: 0,
        cut: 0,
        error: 0,
        rounding: 0,
      }
      for (let done = 0; done < h && rate > 0 && total.kept; ) {
        const part = Math.min(h - done, (waiting > 0 ? waiting : events) / rate)
        const z = rate * part
        const ask = { tolerance: (tolerance * part) / h, allowed: allowed - (start - mass(transition.vectors[0])) }
        if (waiting <= 0 && z >= fewestEvents && roundingOf(z, width, 1) < ask.tolerance) {
          const series = yield* expand(transition, memory, z, width, ask.tolerance)
          total.products += series.products
          if (!series.converged) {
            events = Math.max(2 * fewestEvents, events / 2)
            waiting = pause
            pause = Math.min(longestPause, 2 * pause)
            continue
          }
          total.error += series.error
          total.rounding += series.rounding
          total.kept = start - mass(transition.vectors[0]) <= allowed + total.error
          events = Math.min(mostEvents, 2 * events)
          pause = firstPause
        } else {
          const advance = yield* plain.advance(flow, part, ask)
          total.kept = advance.kept
          total.products += advance.products
          total.cut += advance.cut
          total.rounding += advance.rounding
          waiting = part < waiting / rate ? waiting - z : 0
        }
        done = part < h - done ? done + part : h
      }
      return total
    },
  }
}

interface Series {
  /** False: the terms grew too much, and the law is as it was. */
  readonly converged: boolean
  readonly products: number
  readonly error: number
  readonly rounding: number
}

/** Replace the law by that z events later. */
function* expand(
  chain: Transition,
  memory: Memory,
  z: number,
  width: number,
  tolerance: number,
): Generator<void, Series, void> {
  const { vectors, states } = chain
  const [law, , sum] = vectors
  if (memory.start.length !== states) memory.start = new Float64Array(states)
  const { start } = memory
  start.set(law)
  sum.fill(0)
  const { weights, integrals } = bessel(z)
  const last = weights.length - 2
  const size = mass(start)
  let largest = size
  let now = 0
  const look = Math.min(lookEvery, Math.ceil(stretch / chain.nonzeros))
  const blocks = scattered(chain)
  const sizeOf = (which: number) => (blocks ? blocks.size(which) : norm(vectors[which]))
  let k = 0
  for (; k < last; ) {
    if (k % lookEvery === lookEvery - 1) {
      // P never enlarges an l1 norm.
      const here = sizeOf(now)
      largest = Math.max(largest, here)
      const rounding = roundingOf(z, width, largest)
      if (!(here <= mostGrowth * size) || rounding > tolerance) break
      let error = (integrals[k + 1] + 2 * integrals[k]) * here
      if (error <= tolerance) error += integrals[k] * sizeOf(1 - now)
      if (error <= tolerance) {
        yield* blocks?.gather([now, 2]) ?? []
        const weight = 2 * weights[k]
        const term = vectors[now]
        for (let i = 0; i < states; i++) law[i] = sum[i] + weight * term[i]
        clip(law)
        return { converged: true, products: k, error, rounding }
      }
    }
    // Of the two vectors one holds T_k p, the other T_{k−1} p, which T_{k+1} p replaces.
    const end = k === 0 ? 1 : Math.min(last, k + (lookEvery - 1 - (k % lookEvery) || lookEvery))
    const these = weights.slice(k, end).map((weight) => (k > 0 ? 2 * weight : weight))
    yield* products(chain, blocks, now, these, k > 0, look)
    now = these.length % 2 ? 1 - now : now
    k = end
  }
  law.set(start)
  return { converged: false, products: k, error: 0, rounding: 0 }
}

/**
 * What rounding does to the sum, about: each term adds one part in 2^53 per product that makes it up, which later terms
 * carry on as many times as they are later; the terms that count are the first √z, whose squares sum to z.
 */
function roundingOf(z: number, width: number, largest: number): number {
  return z * (2 * width + 8) * largest * 2 ** -53
}

/**
 * b_k(z) = e^(−z) I_k(z) for k = 0, 1, … as far as they are above 1e-30, by recurrence downward (Miller), which is stable;
 * and their integrals from 0 to z, twice summed: ∫ b_k = Σ_{j > k} 2 (j − k) b_j.
 */
export function bessel(z: number): { weights: Float64Array; integrals: Float64Array } {
  const count = Math.ceil(24 + Math.sqrt(544 + 140 * z)) + 2
  const weights = new Float64Array(count)
  weights[count - 1] = 1e-300
  for (let k = count - 1, above = 0; k > 0; k--) {
    const next = above + ((2 * k) / z) * weights[k]
    above = weights[k]
    weights[k - 1] = next
    if (next > 1e200) {
      for (let j = k - 1; j < count; j++) weights[j] *= 1e-200
      above *= 1e-200
    }
  }
  let total = 0
  for (let k = count - 1; k > 0; k--) total += 2 * weights[k]
  total += weights[0]
  const integrals = new Float64Array(count)
  let [above, twice] = [0, 0]
  for (let k = count - 1; k >= 0; k--) {
    weights[k] /= total
    // Σ_{j>k} (j − k) b_j grows by Σ_{j>k} b_j from k + 1 to k.
    twice += above
    integrals[k] = 2 * twice
    above += weights[k]
  }
  return { weights, integrals }
}
