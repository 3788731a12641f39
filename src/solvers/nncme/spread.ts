/**
 * States that also go where the law has little: an ensemble with weights. Between legs of a step those with much weight
 * end, those with little are repeated, so that a share of them is even over the counts that occur, two species at a time (weighted ensemble:
 * Huber & Kim 1996, doi:10.1016/S0006-3495(96)79552-8). Weighted means stay what they were, whatever is chosen.
 */
import type { Stream } from '../../numerics/rng'

/** Rows r, r + herds, r + 2 herds, … are independent of the other rows, however they are repeated. */
export const herds = 10

export interface Spread {
  /** [rows, species] */
  readonly states: Int32Array
  /** [rows]; their sum is that of the rows, on average. */
  readonly weights: Float64Array
  /** Share of the rows that is even, each pair of species having as much of it. */
  readonly share: number
}

/** Choose anew which rows go on, in each herd by itself, in place. `changing`: species that are spread. */
export function spread({ states, weights, share }: Spread, changing: readonly number[], stream: Stream): void {
  const rows = weights.length
  const S = states.length / rows
  if (changing.length === 0) return
  const pairs = pairsOf(changing)
  const bins = new Map(changing.map((s) => [s, binsOf(states, S, s)]))
  /** How many copies of a state are wanted, in units of its weight. */
  const wanted = new Float64Array(rows).fill(1 - share)
  for (const [a, b] of pairs) {
    const [one, other] = [bins.get(a)!, bins.get(b)!]
    const cells = one.map((bin, r) => mostBins * bin + other[r])
    const even = evennessOf(cells, weights)
    cells.forEach((cell, r) => {
      wanted[r] += (share / pairs.length) * even[cell]
    })
  }
  const before = { states: states.slice(), weights: weights.slice() }
  for (let herd = 0; herd < herds; herd++) chosen(before, { states, weights }, wanted, herd, stream)
}

/** Bins of each species' range. */
const mostBins = 16
const mostPairs = 66

/** All pairs, or neighbours where they are many. */
export function pairsOf(species: readonly number[]): [number, number][] {
  const N = species.length
  if (N === 1) return [[species[0], species[0]]]
  const all = (N * (N - 1)) / 2 <= mostPairs
  return species.flatMap((a, i) => species.slice(i + 1, all ? N : i + 2).map((b): [number, number] => [a, b]))
}

/** The bin of each row's count: as many counts in each. */
function binsOf(states: Int32Array, S: number, s: number): Int32Array {
  const counts = Int32Array.from({ length: states.length / S }, (_, r) => states[r * S + s])
  const [least, most] = counts.reduce(([a, b], n) => [Math.min(a, n), Math.max(b, n)], [counts[0], counts[0]])
  const width = Math.ceil((most - least + 1) / mostBins)
  return counts.map((n) => Math.floor((n - least) / width))
}

/** By cell: how much rarer it is than if all cells that occur were as likely. */
function evennessOf(cells: Int32Array, weights: Float64Array): Float64Array {
  const mass = new Float64Array(mostBins * mostBins)
  weights.forEach((w, r) => {
    mass[cells[r]] += w
  })
  const total = mass.reduce((sum, m) => sum + m, 0)
  const occupied = mass.reduce((count, m) => count + (m > 0 ? 1 : 0), 0)
  return mass.map((m) => (m > 0 ? total / (occupied * m) : 0))
}

/** Systematic choice along rows in the order of their states: like rows stand together, and chance is least. */
function chosen(
  before: Pick<Spread, 'states' | 'weights'>,
  { states, weights }: Pick<Spread, 'states' | 'weights'>,
  wanted: Float64Array,
  herd: number,
  stream: Stream,
): void {
  const S = states.length / weights.length
  const owed = before.weights
  const rows = Int32Array.from({ length: Math.ceil((weights.length - herd) / herds) }, (_, k) => herd + k * herds)
  const order = ordered(rows, before.states, S)
  const total = order.reduce((sum, r) => sum + owed[r] * wanted[r], 0)
  const between = total / rows.length
  let next = between * stream.uniform()
  let passed = 0
  let k = 0
  for (const r of order) {
    passed += owed[r] * wanted[r]
    for (; k < rows.length && next < passed; next += between) {
      const to = rows[k++]
      states.set(before.states.subarray(r * S, (r + 1) * S), to * S)
      weights[to] = between / wanted[r]
    }
  }
  // Rounding: the last one.
  for (const r of order.subarray(-1)) {
    for (; k < rows.length; k++) {
      states.set(before.states.subarray(r * S, (r + 1) * S), rows[k] * S)
      weights[rows[k]] = between / wanted[r]
    }
  }
}

/** Rows in the order of their first counts, as many as a key can hold: numbers are sorted much faster than rows. */
function ordered(rows: Int32Array, states: Int32Array, S: number): Int32Array {
  const most = new Float64Array(S)
  for (const r of rows) for (let s = 0; s < S; s++) most[s] = Math.max(most[s], states[r * S + s])
  const keys = new Float64Array(rows.length)
  let room = Number.MAX_SAFE_INTEGER / rows.length
  for (let s = 0; s < S && room > most[s] + 1; s++) {
    room /= most[s] + 1
    keys.forEach((key, k) => {
      keys[k] = key * (most[s] + 1) + states[rows[k] * S + s]
    })
  }
  return Int32Array.from(keys.map((key, k) => key * rows.length + k).sort(), (key) => rows[key % rows.length])
}

/** How often each count of each variable occurs among rows [rows, variables], and what weighs there. */
export interface Seen {
  /** [count]: rows. */
  readonly rows: Float64Array
  /** [count]: their weight. */
  readonly weight: Float64Array
  /** [count]: rows for one of weight, as at the nearest count that occurs. */
  readonly exposure: Float64Array
}

/** By variable; without weights all rows weigh 1. */
export function seenOf(caps: readonly number[], counts: Int32Array, weights?: Float64Array): Seen[] {
  const N = caps.length
  return caps.map((cap, i) => {
    const [rows, weight] = [new Float64Array(cap + 1), new Float64Array(cap + 1)]
    for (let at = i, r = 0; at < counts.length; at += N, r++) {
      rows[counts[at]]++
      weight[counts[at]] += weights ? weights[r] : 1
    }
    return { rows, weight, exposure: exposureOf(rows, weight) }
  })
}

function exposureOf(rows: Float64Array, weight: Float64Array): Float64Array {
  const out = rows.map((n, k) => (n > 0 ? n / weight[k] : Number.NaN))
  const known = [...out.keys()].filter((k) => rows[k] > 0)
  if (known.length === 0) return out.fill(1)
  let at = 0
  return out.map((e, k) => {
    while (at + 1 < known.length && Math.abs(known[at + 1] - k) <= Math.abs(known[at] - k)) at++
    return rows[k] > 0 ? e : out[known[at]]
  })
}

/**
 * What each row weighs in the likelihood of each conditional law, [rows, variables]. A conditional law is the same however
 * the counts before it are weighed: they are weighed as evenly as the rows are spread.
 */
export function lessonWeights(seen: readonly Seen[], counts: Int32Array, weights: Float64Array): Float32Array {
  const N = seen.length
  const out = new Float32Array(counts.length)
  for (let r = 0; r < weights.length; r++) {
    let even = 0
    for (let i = 0; i < N; i++) {
      out[r * N + i] = weights[r] * (i > 0 ? even / i : 1)
      even += seen[i].exposure[counts[r * N + i]]
    }
  }
  return out
}
