/**
 * Laws of what is observed from a network that has learnt them, and how the likelihood changes with the parameters: the
 * network's own derivative by its prompt, carried back through the sums over what is not seen.
 */
import { cellsOf } from '../../solvers/conditionals'
import { decodeSlope, encode, inputCount } from '../../solvers/design'
import type { LearntReading } from './learnt-reading'
import type { Law, Laws } from './likelihood'

/** Laws that can be differentiated. */
export interface SmoothLaws {
  readonly laws: Laws
  /**
   * How Σ charge · p changes with every parameter of the network, where the laws were last asked for; `charges` has one
   * number for every tuple of every law.
   */
  slope(charges: readonly Float64Array[]): Float64Array
}

/** Prefixes with less mass than this are not followed. */
const rare = 1e-7
/** Teachers leave out less than this at the ends of a law: what is rarer was not learnt. */
export const unlearnt = 1e-9

/** Rows of one block: `most` for each time, the last ones of a time repeated with no mass. */
interface Level {
  readonly rows: number
  readonly mass: Float64Array
  /** Cell of the row in the law of its parent, and which row that is. */
  readonly cell: Int32Array
  readonly parent: Int32Array
  /** Cells of all blocks before: columns, and row-major together. */
  readonly before: readonly Int32Array[]
  readonly place: Int32Array
  readonly law: Float64Array
}

/** Adds to `p` the law of what is observed at each prompt, and tells how it came about. */
export function follow(
  { conditionals, depth, of }: LearntReading,
  prompts: Float64Array,
  p: readonly Float64Array[],
): Level[] {
  const T = p.length
  const widths = conditionals.blocks.slice(0, depth).map(cellsOf)
  const found: Level[] = []
  let rows = T
  let mass = new Float64Array(T).fill(1)
  let [cell, parent, place] = [new Int32Array(T), new Int32Array(T), new Int32Array(T)]
  let before: readonly Int32Array[] = []
  for (let i = 0; i < depth; i++) {
    const W = widths[i]
    const law = conditionals.laws(i, prompts, before, rows)
    found.push({ rows, mass, cell, parent, before, place, law })
    if (i + 1 === depth) {
      for (let row = 0; row < rows; row++) {
        const into = p[Math.floor((row * T) / rows)]
        for (let n = 0, at = place[row] * W; n < W && mass[row] > 0; n++, at++) {
          if (of[at] >= 0) into[of[at]] += mass[row] * law[row * W + n]
        }
      }
      break
    }
    const next = p.map((): { row: number; n: number; mass: number }[] => [])
    for (let row = 0; row < rows; row++) {
      const list = next[Math.floor((row * T) / rows)]
      for (let n = 0; n < W; n++) {
        const q = mass[row] * law[row * W + n]
        if (q > rare) list.push({ row, n, mass: q })
      }
    }
    const most = Math.max(1, ...next.map(({ length }) => length))
    const each = next.flatMap((list, k) => {
      const spare = list.at(-1) ?? { row: Math.floor((k * rows) / T), n: 0, mass: 0 }
      return Array.from({ length: most }, (_, j) => list[j] ?? { ...spare, mass: 0 })
    })
    before = [
      ...before.map((column) => Int32Array.from(each, ({ row }) => column[row])),
      Int32Array.from(each, ({ n }) => n),
    ]
    place = Int32Array.from(each, ({ row, n }) => place[row] * W + n)
    mass = Float64Array.from(each, (one) => one.mass)
    cell = Int32Array.from(each, ({ n }) => n)
    parent = Int32Array.from(each, ({ row }) => row)
    rows = each.length
  }
  return found
}

/** Laws at these times, ascending, from the counts `initial`. */
export function learntLaws(reading: LearntReading, initial: Float64Array, times: readonly number[]): SmoothLaws {
  const { conditionals, depth, values, of } = reading
  const { domain, blocks } = conditionals
  const widths = blocks.slice(0, depth).map(cellsOf)
  const Q = Math.max(1, values.length / (of.reduce((a, b) => Math.max(a, b), -1) + 1))
  const tuples = values.length / Q
  const later = times.filter((t) => t > 0)
  const started = times.length - later.length
  const inputs = inputCount(domain)
  const prompts = new Float64Array(later.length * inputs)
  let parameters = new Float64Array()
  let levels: Level[] = []

  const laws: Laws = function* (asked) {
    parameters = asked.slice()
    later.forEach((t, k) => {
      encode(domain, { parameters, initial }, t, prompts, k * inputs)
    })
    const p = later.map(() => new Float64Array(tuples))
    levels = later.length ? follow(reading, prompts, p) : []
    yield
    return times.map((_, k): Law => ({ values, p: k < started ? atStart() : p[k - started], missing: unlearnt }))
  }

  /** Where everything is at time 0. */
  function atStart(): Float64Array {
    const p = new Float64Array(tuples)
    const place = blocks.slice(0, depth).reduce((all, { of: list, widths: each }, i) => {
      const cell = list.reduce((sum, q, k) => sum * each[k] + initial[q], 0)
      return all * widths[i] + cell
    }, 0)
    if (of[place] >= 0) p[of[place]] = 1
    return p
  }

  function slope(charges: readonly Float64Array[]): Float64Array {
    const T = later.length
    const byInputs = new Float64Array(prompts.length)
    let up: Float64Array | undefined
    for (let i = levels.length - 1; i >= 0; i--) {
      const { rows, mass, law, place, before } = levels[i]
      const W = widths[i]
      const charge = new Float64Array(rows * W)
      if (up) {
        const { cell, parent } = levels[i + 1]
        for (let row = 0; row < up.length; row++) charge[parent[row] * W + cell[row]] += up[row]
      } else {
        for (let row = 0; row < rows; row++) {
          const by = charges[started + Math.floor((row * T) / rows)]
          for (let n = 0, at = place[row] * W; n < W && mass[row] > 0; n++, at++) {
            if (of[at] >= 0) charge[row * W + n] = mass[row] * law[row * W + n] * by[of[at]]
          }
        }
      }
      up = new Float64Array(rows)
      for (let row = 0; row < rows; row++) for (let n = 0; n < W; n++) up[row] += charge[row * W + n]
      const slopes = conditionals.slopes(i, prompts, before, rows, charge)
      for (let k = 0; k < slopes.length; k++) byInputs[k] += slopes[k]
    }
    const byParameters = new Float64Array(parameters.length)
    for (let k = 0; k < T; k++) decodeSlope(domain, { parameters, initial }, byInputs, k * inputs, byParameters)
    return byParameters
  }

  return { laws, slope }
}
