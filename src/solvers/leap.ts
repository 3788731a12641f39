/**
 * What methods share that let many events happen in one step: all propensities at once, and how long a step may be so
 * that none of them changes by more than a small share (Cao, Gillespie & Petzold 2006, doi:10.1063/1.2159468).
 *
 * Symbols: x counts, a propensities, nu net changes, r reactions, s species.
 */
import { evaluators, type Rule } from '../network/evaluate'
import type { Network, Reaction } from '../network/network'
import { exprReads, reads } from '../network/structure'
import { round, stateText } from './broken'
import { Failure, type Problem } from './contract'

export interface LeapNetwork {
  readonly species: number
  readonly reactions: number
  /** Net changes of reaction r: entries from[r] … from[r + 1] − 1 of `changed` (species) and `by`. */
  readonly from: Int32Array
  readonly changed: Int32Array
  readonly by: Float64Array
  /** The propensity of one reaction. */
  propensity(r: number, x: Float64Array, t: number): number
  /** All propensities into `out`. Returns their sum: not a number where one is negative or not finite. */
  propensities(x: Float64Array, t: number, out: Float64Array): number
  /**
   * How long a step may be: the reactions that `counted` marks then change no species that a propensity reads by more
   * than max(epsilon·x/g, fewest), in mean and in standard deviation. Infinite where none of them does.
   */
  longest(x: Float64Array, a: Float64Array, counted: Uint8Array, epsilon: number, fewest: number): number
  /** x += amounts of each reaction. */
  add(x: Float64Array, amounts: Float64Array): void
  /** What all this is computed from, for whoever writes it as code. */
  readonly parts: LeapParts
}

/** Of each reaction `kind`, rate constant `k` and its reactants; of each species that is read what bounds its g. */
export interface LeapParts {
  readonly kind: Uint8Array
  readonly k: Float64Array
  readonly one: Int32Array
  readonly other: Int32Array
  readonly read: Int32Array
  readonly ratio: Float64Array
  readonly copies: Int32Array
}

/** How a propensity is computed: k, k·x, k·x(x − 1)/2, k·x·y, or by its closure. */
export const kinds = { constant: 0, first: 1, pair: 2, product: 3, closure: 4 } as const
const { constant, first, pair, product, closure } = kinds

/** A rate that is not mass action counts as of third order in what it reads. */
const orderOfExpression = 3

/**
 * The network of a problem, for leaps. With `real`, explicit rates hold while there is anything left of what they
 * consume, and not only where a whole firing is: for counts that are real numbers.
 */
export function leapNetwork({ network, parameters, initial }: Problem, real = false): LeapNetwork {
  const { propensities, rates } = evaluators(network, parameters)
  const rules = real
    ? network.reactions.map((reaction, r) => continued(reaction, rates[r], propensities[r]))
    : propensities
  const [S, R] = [network.species.length, network.reactions.length]
  const kind = new Uint8Array(R).fill(closure)
  const k = new Float64Array(R)
  const one = new Int32Array(R)
  const other = new Int32Array(R)
  network.reactions.forEach(({ law, reactants }, r) => {
    if (law !== 'mass-action' || !isConstant(network, r)) return
    k[r] = rates[r](initial, 0)
    const [a, b] = reactants
    one[r] = a?.species ?? 0
    other[r] = b?.species ?? 0
    const counts = reactants.map(({ count }) => count).join()
    kind[r] = ({ '': constant, '1': first, '2': pair, '1,1': product } as Record<string, number>)[counts] ?? closure
  })
  const { from, changed, by } = netChanges(network)
  const { read, ratio, copies } = orders(network)
  const mean = new Float64Array(S)
  const spread = new Float64Array(S)

  const propensity = (r: number, x: Float64Array, t: number): number => {
    switch (kind[r]) {
      case constant:
        return k[r]
      case first:
        return k[r] * x[one[r]]
      case pair:
        return 0.5 * k[r] * x[one[r]] * Math.max(0, x[one[r]] - 1)
      case product:
        return k[r] * x[one[r]] * x[other[r]]
      default:
        return rules[r](x, t)
    }
  }
  return {
    species: S,
    reactions: R,
    from,
    changed,
    by,
    parts: { kind, k, one, other, read, ratio, copies },
    propensity,
    propensities(x, t, out) {
      let total = 0
      for (let r = 0; r < R; r++) {
        const value = propensity(r, x, t)
        out[r] = value
        total += value >= 0 ? value : Number.NaN
      }
      return total < Number.POSITIVE_INFINITY ? total : Number.NaN
    },
    longest(x, a, counted, epsilon, fewest) {
      for (let s = 0; s < S; s++) {
        mean[s] = 0
        spread[s] = 0
      }
      for (let r = 0; r < R; r++) {
        if (counted[r] === 0) continue
        for (let i = from[r]; i < from[r + 1]; i++) {
          const flow = by[i] * a[r]
          mean[changed[i]] += flow
          spread[changed[i]] += by[i] * flow
        }
      }
      let tau = Number.POSITIVE_INFINITY
      for (let i = 0; i < read.length; i++) {
        const s = read[i]
        if (spread[s] === 0) continue
        let g = ratio[i]
        if (copies[i] > 1) {
          let sum = 1
          for (let j = 1; j < copies[i]; j++) sum += x[s] > j ? x[s] / (x[s] - j) : 1
          g *= sum
        }
        const change = Math.max((epsilon * x[s]) / g, fewest)
        tau = Math.min(tau, change / Math.abs(mean[s]), (change * change) / spread[s])
      }
      return tau
    },
    add(x, amounts) {
      for (let r = 0; r < R; r++) {
        if (amounts[r] === 0) continue
        for (let i = from[r]; i < from[r + 1]; i++) x[changed[i]] += by[i] * amounts[r]
      }
    },
  }
}

function continued({ law, net }: Reaction, rate: Rule, propensity: Rule): Rule {
  const consumed = net.filter(({ count }) => count < 0).map(({ species }) => species)
  if (law === 'mass-action' || consumed.length === 0) return propensity
  return (x, t) => (consumed.every((s) => x[s] > 0) ? rate(x, t) : 0)
}

function isConstant(network: Network, r: number): boolean {
  const { species, time } = exprReads(network, network.reactions[r].rate)
  return species.length === 0 && !time
}

function netChanges({ reactions }: Network) {
  const terms = reactions.flatMap(({ net }) => net)
  const from = new Int32Array(reactions.length + 1)
  reactions.forEach(({ net }, r) => {
    from[r + 1] = from[r] + net.length
  })
  return {
    from,
    changed: Int32Array.from(terms, ({ species }) => species),
    by: Float64Array.from(terms, ({ count }) => count),
  }
}

/**
 * Species that propensities read, and what bounds g of each: in the reaction of the highest order n that has it, with
 * `copies` c of it, g = n/c · Σ_{j<c} x/(x − j).
 */
function orders(network: Network) {
  const highest = new Map<number, { order: number; copies: number }>()
  const see = (species: number, order: number, copies: number) => {
    const known = highest.get(species)
    if (known && (known.order > order || (known.order === order && known.copies >= copies))) return
    highest.set(species, { order, copies })
  }
  network.reactions.forEach(({ law, reactants }, r) => {
    const order = reactants.reduce((sum, { count }) => sum + count, 0)
    if (law === 'mass-action') for (const { species, count } of reactants) see(species, order, count)
    for (const s of exprReads(network, network.reactions[r].rate).species) see(s, orderOfExpression, 1)
    if (law === 'explicit') for (const s of reads(network, r).species) see(s, 1, 1)
  })
  const list = [...highest].sort(([a], [b]) => a - b)
  return {
    read: Int32Array.from(list, ([species]) => species),
    ratio: Float64Array.from(list, ([, { order, copies }]) => order / copies),
    copies: Int32Array.from(list, ([, { copies }]) => copies),
  }
}

/** Counts are held up to 2³¹, as in exact sampling. */
export const maxCount = 2 ** 31 - 1

export function exploded(problem: Problem, x: Float64Array, t: number): Failure {
  const s = x.findIndex((count) => count > maxCount)
  const { name } = problem.network.species[s]
  const end = round(problem.times[problem.times.length - 1])
  return new Failure(
    'explosion',
    `The count of ${name} has passed ${maxCount}, at ${stateText(problem, x, t)}, while the last output time is ${end}.`,
    'Stop before that time, or add a loss that outgrows the production.',
  )
}
