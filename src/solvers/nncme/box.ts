/** The box of counts that a network covers: found by a pilot ensemble, exactly simulated, with a margin. */
import { conservationLaws } from '../../network/conservation'
import { quantities } from '../../network/network'
import type { ConservedSum } from '../../numerics/learning/kept-sums'
import { Failure, type Problem } from '../contract'

/** A species whose count changes, as a variable of the density. */
export interface Variable {
  readonly species: number
  /** Counts low … low + cap. */
  readonly low: number
  readonly cap: number
  /** How far apart knots of its smooth functions may be. */
  readonly widest: number
}

export interface Box {
  readonly variables: readonly Variable[]
  /** Conserved sums of the variables, counted from their lows. */
  readonly sums: readonly ConservedSum[]
}

/** Counts of one species that a network may tell apart. */
const maxCounts = 2000
/** Beyond the counts that were met: this share of their range, and so many. */
const [widerBy, widerAtLeast] = [0.25, 2]

/** What a pilot ensemble has met of each species: extremes, and the smallest deviation at an output time that is not 0. */
export interface Met {
  readonly least: Float64Array
  readonly most: Float64Array
  readonly narrowest: Float64Array
}

/** Knots are this share of the narrowest law's deviation apart, or closer. */
const knotShare = 0.7

export function boxAround({ network, initial }: Problem, { least, most, narrowest }: Met): Box {
  const laws = conservationLaws(network).filter(({ nonNegative }) => nonNegative)
  const variables = network.species.flatMap((species, s): Variable[] => {
    if (least[s] === most[s]) return []
    const more = Math.ceil(widerBy * (most[s] - least[s])) + widerAtLeast
    const ceilings = laws
      .filter(({ coefficients }) => coefficients[s] > 0)
      .map(({ coefficients }) => Math.floor(totalOf(coefficients, initial) / coefficients[s]))
    const low = Math.max(0, least[s] - more)
    const high = Math.min(most[s] + more, ...ceilings)
    if (high - low >= maxCounts) {
      const why = `${species.name} takes ${(high - low + 1).toLocaleString('en')} counts; this solver tells at most ${maxCounts} apart`
      throw new Failure('counts', why, 'try "ssa" or "cle", or fewer molecules')
    }
    return [{ species: s, low, cap: high - low, widest: Number((knotShare * narrowest[s]).toPrecision(3)) }]
  })
  return { variables, sums: sumsOf({ network, initial }, variables) }
}

/** Conserved sums of these variables, counted from their lows. */
export function sumsOf(
  { network, initial }: Pick<Problem, 'network' | 'initial'>,
  variables: readonly Variable[],
): readonly ConservedSum[] {
  const laws = conservationLaws(network).filter(({ nonNegative }) => nonNegative)
  const varying = new Set(variables.map(({ species }) => species))
  const sums = laws.flatMap(({ coefficients }): ConservedSum[] => {
    const total = totalOf(coefficients, initial)
    const still = coefficients.reduce((sum, c, s) => (varying.has(s) ? sum : sum + c * initial[s]), 0)
    const lows = variables.reduce((sum, { species, low }) => sum + coefficients[species] * low, 0)
    const weights = variables.map(({ species }) => coefficients[species])
    return weights.some((w) => w > 0) ? [{ weights, total: total - still - lows }] : []
  })
  return affordable(sums, variables.length)
}

const totalOf = (coefficients: readonly number[], counts: ArrayLike<number>) =>
  coefficients.reduce((sum, c, s) => sum + c * counts[s], 0)

/** The smallest sums, as many as can be looked ahead together. */
function affordable(sums: readonly ConservedSum[], variables: number): ConservedSum[] {
  let size = variables + 1
  return [...sums]
    .sort((a, b) => a.total - b.total)
    .filter(({ total }) => {
      if (size * (total + 1) > 1_000_000) return false
      size *= total + 1
      return true
    })
}

/** Names for the axes of a box's arrays. */
export const namesOf = ({ network }: Problem, { variables }: Box) =>
  variables.map(({ species }) => quantities(network)[species])
