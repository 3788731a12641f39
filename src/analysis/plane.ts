/** Networks seen through one or two of their species: what the others must be, where conservation laws tell. */
import { conservationLaws, reads } from '../network/structure'
import { Failure, type Problem } from '../solvers/contract'

export interface Plane {
  /** Species numbers: one or two. */
  readonly axes: readonly number[]
  /** Numbers of the reactions that move along an axis, and by how much along each. */
  readonly moves: readonly { readonly reaction: number; readonly change: readonly number[] }[]
  /** All counts, given those of the axes; shared: copy it to keep it. Undefined where one would be negative. */
  at(...counts: readonly number[]): Float64Array | undefined
}

/** Throws a Failure where a propensity that moves an axis reads a species that the axes do not determine. */
export function planeOf({ network, initial }: Problem, axes: readonly number[]): Plane {
  const moves = network.reactions.flatMap(({ net }, reaction) => {
    const change = axes.map((s) => net.find(({ species }) => species === s)?.count ?? 0)
    return change.some((by) => by !== 0) ? [{ reaction, change }] : []
  })
  const laws = conservationLaws(network).map(({ coefficients }) => coefficients)
  const counts = Float64Array.from(initial)
  const fill: (() => void)[] = []
  const needed = new Set(moves.flatMap(({ reaction }) => [...reads(network, reaction).species]))
  for (const s of needed) {
    if (axes.includes(s) || !network.reactions.some(({ net }) => net.some(({ species }) => species === s))) continue
    const law = laws.find(
      (one) => one[s] !== 0 && one.every((c, other) => c === 0 || other === s || axes.includes(other)),
    )
    if (!law) {
      const names = axes.map((axis) => network.species[axis].name).join(' and ')
      const [{ reaction }] = moves.filter((move) => reads(network, move.reaction).species.includes(s))
      throw new Failure(
        'plane',
        `the propensity of ${network.reactions[reaction].name} reads ${network.species[s].name}, which ${names} do not determine`,
      )
    }
    const total = law.reduce((sum, c, other) => sum + c * initial[other], 0)
    fill.push(() => {
      counts[s] = (total - axes.reduce((sum, axis) => sum + law[axis] * counts[axis], 0)) / law[s]
    })
  }
  return {
    axes,
    moves,
    at(...given) {
      for (const [k, axis] of axes.entries()) counts[axis] = given[k]
      for (const determine of fill) determine()
      for (const s of needed) if (counts[s] < 0) return undefined
      return counts
    },
  }
}
