/** Laws that can be asked for their probability at a state and at its predecessors, all at once. */
import { log } from '../../../numerics/elementary'
import { activate, conditional, feed, isRest, most, type Nade } from '../../../numerics/learning/nade'
import type { LocalOperator } from './local-ratio'

export interface Law {
  /** ln p(n); and into `ratios` ln p(n − shift_d)/p(n) for the shifts that `wanted` marks. */
  look(counts: Int32Array, wanted: Uint8Array, ratios: Float64Array): number
}

/** Prefixes of which there are at most this many are remembered, each with its conditional. */
const mostRemembered = 100_000

/**
 * A network as it is now. A predecessor shares everything up to the first count in which it differs, conditional of that
 * species included; of the species after it each distinct prefix is evaluated once, while there are not too many.
 */
export function nadeLaw(net: Nade, { shifts, directions: D, species: S }: LocalOperator): Law {
  const frozen: Nade = { ...net, parameters: net.parameters.slice() }
  const { caps, hidden: H, parameters, at, total = 0 } = frozen
  const first = Int32Array.from({ length: D }, (_, d) => {
    let s = 0
    while (shifts[d * S + s] === 0) s++
    return s
  })
  const levels = rememberedLevels(caps)
  const units = new Float64Array(H)
  const scratch = new Float64Array(Math.max(...caps) + 1)
  const a = new Float64Array(H)
  const moved = new Float64Array(H)
  const inputs = new Float64Array(D * H)

  /** ln q(count | prefix) of species i; `left` of a total; `code` names the prefix where prefixes are remembered. */
  const logConditional = (i: number, input: Float64Array, code: number, left: number, count: number): number => {
    const last = most(frozen, i, left)
    if (count > last) return Number.NEGATIVE_INFINITY
    const level = levels[i]
    if (!level) {
      activate(input, H, units, 0)
      const sum = conditional(frozen, i, units, 0, last, scratch, 0)
      return log(scratch[count] / sum)
    }
    const width = caps[i] + 1
    if (level.places[code] === 0) {
      activate(input, H, units, 0)
      const place = level.reserve(code)
      const sum = conditional(frozen, i, units, 0, last, level.rows, place * width)
      for (let m = 0; m <= last; m++) level.rows[place * width + m] = log(level.rows[place * width + m] / sum)
    }
    return level.rows[(level.places[code] - 1) * width + count]
  }
  return {
    look(counts, wanted, ratios) {
      let [left, here, code] = [total, 0, 0]
      a.set(parameters.subarray(at.c, at.c + H))
      for (let d = 0; d < D; d++) if (wanted[d]) ratios[d] = 0
      for (let i = 0; i < S; i++) {
        const count = counts[i]
        if (isRest(frozen, i)) return count === left ? here : Number.NEGATIVE_INFINITY
        const own = logConditional(i, a, code, left, count)
        here += own
        for (let d = 0; d < D; d++) {
          if (!wanted[d] || i < first[d]) continue
          const target = count - shifts[d * S + i]
          if (i === first[d]) {
            ratios[d] += logConditional(i, a, code, left, target) - own
            inputs.set(a, d * H)
          } else {
            let [theirCode, theirLeft] = [0, total]
            for (let s = 0; s < i; s++) {
              theirCode = theirCode * (caps[s] + 1) + counts[s] - shifts[d * S + s]
              theirLeft -= counts[s] - shifts[d * S + s]
            }
            moved.set(inputs.subarray(d * H, d * H + H))
            ratios[d] += logConditional(i, moved, theirCode, theirLeft, target) - own
          }
          if (i === S - 1) continue
          moved.set(inputs.subarray(d * H, d * H + H))
          feed(frozen, i, target, moved)
          inputs.set(moved, d * H)
        }
        left -= count
        code = code * (caps[i] + 1) + count
        if (i < S - 1) feed(frozen, i, count, a)
      }
      return here
    },
  }
}

/** Of one species: 1 + the row of a prefix' conditional, 0 while it has none, and the rows, which grow. */
interface Remembering {
  readonly places: Int32Array
  rows: Float64Array
  /** A new row for this prefix; returns its number. */
  reserve(code: number): number
}

function rememberedLevels(caps: Int32Array): (Remembering | undefined)[] {
  let prefixes = 1
  return Array.from(caps, (cap) => {
    const width = cap + 1
    const size = prefixes
    prefixes *= width
    if (size > mostRemembered) return undefined
    let used = 0
    const level: Remembering = {
      places: new Int32Array(size),
      rows: new Float64Array(Math.min(size, 16) * width),
      reserve(code) {
        if ((used + 1) * width > level.rows.length) {
          const wider = new Float64Array(2 * level.rows.length)
          wider.set(level.rows)
          level.rows = wider
        }
        level.places[code] = ++used
        return used - 1
      },
    }
    return level
  })
}

/** A law and its local rates, remembered by state: the updates of one step meet the same ones again. */
export interface Remembered {
  /** ln p(n) and (W p)(n)/p(n), of the counts of one state. */
  at(counts: Int32Array): { readonly logP: number; readonly rate: number }
}

export function remember(law: Law, operator: LocalOperator, caps: ArrayLike<number>, t: number): Remembered {
  const S = operator.species
  const wanted = new Uint8Array(operator.directions)
  const ratios = new Float64Array(operator.directions)
  // A mixed-radix number names a state while the box has fewer than 2⁵³ of them; larger boxes hardly repeat themselves.
  const size = Array.from({ length: S }, (_, s) => caps[s] + 1).reduce((a, b) => a * b, 1)
  const known = size < Number.MAX_SAFE_INTEGER ? new Map<number, { logP: number; rate: number }>() : undefined
  return {
    at(counts) {
      let key = 0
      for (let s = 0; s < S; s++) key = key * (caps[s] + 1) + counts[s]
      const before = known?.get(key)
      if (before) return before
      operator.sources(counts, wanted)
      const logP = law.look(counts, wanted, ratios)
      const seen = { logP, rate: operator.rate(counts, ratios, t) }
      known?.set(key, seen)
      return seen
    },
  }
}
