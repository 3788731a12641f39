/**
 * A law of several counts as a chain of conditional laws, whoever gives them, and what can be asked of it: how one sample
 * comes about, count by count, and the law of one count where another has a value.
 */
import { log } from '../elementary'
import type { Stream } from '../rng'

export interface ChainLaw {
  /** The smallest count of each variable, and how many counts it has from there on. */
  readonly lows: readonly number[]
  readonly widths: readonly number[]
  /**
   * Conditional laws of variable i, row-major [rows, widths[i]], each summing to 1; `before` holds, of each variable before
   * it, a column of places: counts less their low.
   */
  laws(i: number, before: readonly Int32Array[], rows: number): Promise<ArrayLike<number>>
}

/** One count of a sample: its law after the counts before it, and what chose it. */
export interface SampleStep {
  readonly variable: number
  readonly p: Float64Array
  readonly uniform: number
  /** What was chosen, as a count. */
  readonly count: number
  /** Σ ln q up to here. */
  readonly logQ: number
}

/** One sample, variable by variable: each count is where the cumulated probabilities of its law pass a uniform number. */
export async function watchSample(chain: ChainLaw, stream: Stream): Promise<SampleStep[]> {
  const before: Int32Array[] = []
  const steps: SampleStep[] = []
  let logQ = 0
  for (let i = 0; i < chain.widths.length; i++) {
    const p = Float64Array.from(await chain.laws(i, before, 1))
    const uniform = stream.uniform()
    const place = invert(p, 0, p.length, uniform)
    logQ += log(p[place])
    steps.push({ variable: i, p, uniform, count: chain.lows[i] + place, logQ })
    before.push(Int32Array.of(place))
  }
  return steps
}

/** The place where the cumulated probabilities pass a uniform number. */
export function invert(p: ArrayLike<number>, from: number, width: number, uniform: number): number {
  let total = 0
  for (let n = 0; n < width; n++) total += p[from + n]
  let rest = uniform * total
  for (let n = 0; n < width; n++) {
    rest -= p[from + n]
    if (rest < 0) return n
  }
  // Rounding: the last count that is possible at all.
  let last = width - 1
  while (last > 0 && p[from + last] === 0) last--
  return last
}

/** What is asked: the law of variable `of` where variable `given` has a count. */
export interface Condition {
  readonly given: number
  readonly count: number
  readonly of: number
}

export interface ConditionalLaw {
  /** By place of `of`; all 0 where the condition has no probability. */
  readonly p: Float64Array
  /** P(given = count). */
  readonly mass: number
  /** Of each probability, where prefixes were drawn; absent where all of them were summed. */
  readonly standardError?: Float64Array
  /** Independent draws that would tell as much; of drawn prefixes only. */
  readonly effective?: number
}

export interface ConditionalSettings {
  /** Prefixes are all summed up to this many; beyond, they are drawn. */
  readonly exactUpTo?: number
  readonly rows?: number
}

/** A row's prefix, as one column of places for each variable, with its weight and its place of `of`, if it has come. */
interface Prefixes {
  columns: Int32Array[]
  weights: Float64Array
  places: Int32Array
}

/** Prefixes of less than this share of the whole have no say. */
const negligible = 1e-13

/**
 * P(of | given = count). All prefixes of the two are summed where there are few; otherwise they are drawn, the given count
 * set and its probability the row's weight (likelihood weighting: Fung & Chang 1989).
 */
export async function conditionalLaw(
  chain: ChainLaw,
  { given, count, of }: Condition,
  stream: Stream,
  { exactUpTo = 4096, rows = 1024 }: ConditionalSettings = {},
): Promise<ConditionalLaw> {
  const place = count - chain.lows[given]
  const nothing = { p: new Float64Array(chain.widths[of]), mass: 0 }
  if (place < 0 || place >= chain.widths[given] || given === of) return nothing
  const last = Math.max(given, of)
  const exact = possibilities(chain.widths, given, last) <= exactUpTo
  let now: Prefixes = {
    columns: [],
    weights: new Float64Array(exact ? 1 : rows).fill(exact ? 1 : 1 / rows),
    places: new Int32Array(exact ? 1 : rows),
  }
  for (let i = 0; i <= last; i++) {
    const n = now.weights.length
    const laws = await chain.laws(i, now.columns, n)
    if (i === given) now = set(now, laws, chain.widths[i], place)
    else if (i === last) return tally(now, laws, chain.widths[of], exact)
    else if (exact) now = every(now, laws, chain.widths[i], i === of)
    else now = drawn(now, laws, chain.widths[i], i === of, stream)
    if (now.weights.length === 0) return nothing
  }
  return tally(now, undefined, chain.widths[of], exact)
}

/** Prefixes that are walked at once, at most. */
function possibilities(widths: readonly number[], given: number, last: number): number {
  let product = 1
  for (let i = 0; i < last; i++) if (i !== given) product *= widths[i]
  return product
}

function set({ columns, weights, places }: Prefixes, laws: ArrayLike<number>, width: number, place: number): Prefixes {
  const rows = weights.length
  return {
    columns: [...columns, new Int32Array(rows).fill(place)],
    weights: weights.map((w, r) => w * laws[r * width + place]),
    places,
  }
}

function every({ columns, weights, places }: Prefixes, laws: ArrayLike<number>, width: number, asked: boolean) {
  const found: { row: number; n: number; weight: number }[] = []
  weights.forEach((w, row) => {
    for (let n = 0; n < width; n++) {
      const weight = w * laws[row * width + n]
      if (weight > negligible) found.push({ row, n, weight })
    }
  })
  return {
    columns: [
      ...columns.map((column) => Int32Array.from(found, ({ row }) => column[row])),
      Int32Array.from(found, ({ n }) => n),
    ],
    weights: Float64Array.from(found, ({ weight }) => weight),
    places: Int32Array.from(found, ({ row, n }) => (asked ? n : places[row])),
  }
}

function drawn(
  { columns, weights, places }: Prefixes,
  laws: ArrayLike<number>,
  width: number,
  asked: boolean,
  stream: Stream,
): Prefixes {
  const column = Int32Array.from(weights, (_, r) => invert(laws, r * width, width, stream.uniform()))
  return { columns: [...columns, column], weights, places: asked ? column : places }
}

/** The weighted laws of `of`, or its weighted places, as one law. */
function tally({ weights, places }: Prefixes, laws: ArrayLike<number> | undefined, width: number, exact: boolean) {
  const p = new Float64Array(width)
  let [mass, squares] = [0, 0]
  const each = (r: number, use: (n: number, share: number) => void) => {
    if (!laws) use(places[r], 1)
    else for (let n = 0; n < width; n++) use(n, laws[r * width + n])
  }
  weights.forEach((w, r) => {
    mass += w
    squares += w * w
    each(r, (n, share) => {
      p[n] += w * share
    })
  })
  if (!(mass > 0)) return { p, mass: 0 }
  for (let n = 0; n < width; n++) p[n] /= mass
  if (exact) return { p, mass }
  // Σ w² (x − p̂)² over (Σ w)²: of a ratio of means, to first order. A row that has no say in a count gives w² p̂².
  const variance = p.map((q) => squares * q * q)
  weights.forEach((w, r) => {
    each(r, (n, share) => {
      variance[n] += w * w * share * (share - 2 * p[n])
    })
  })
  return {
    p,
    mass,
    standardError: variance.map((v) => Math.sqrt(Math.max(0, v)) / mass),
    effective: (mass * mass) / squares,
  }
}
