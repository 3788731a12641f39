/**
 * The states a projection keeps: a box of counts over independent species. Conservation laws give the other species,
 * so that a gene that is on or off, or molecules that only change form, cost no axis of their own.
 */
import type { Network } from '../../network/network'
import { conservationLaws } from '../../network/structure'

/** A species that a conservation law gives: divisor · count = total − Σ_axis weights[axis] · count of the axis. */
export interface Dependent {
  readonly species: number
  readonly total: number
  readonly divisor: number
  readonly weights: readonly number[]
}

/** Coordinates of the states that can be reached from the initial counts. */
export interface Coordinates {
  /** Species that are axes of the box, in species order. */
  readonly axes: readonly number[]
  readonly dependents: readonly Dependent[]
  /** Largest count that the conservation laws allow, per axis; infinite where they do not. */
  readonly most: readonly number[]
  /** Initial counts of all species. */
  readonly origin: Float64Array
}

/** Counts kept, per axis; both ends are inside. */
export interface Box {
  readonly low: readonly number[]
  readonly cap: readonly number[]
}

/** Split the species into axes and dependents, keeping those with the smallest range as axes. */
export function coordinates(network: Network, initial: Float64Array): Coordinates {
  const laws = conservationLaws(network).map((law) => [...law.coefficients])
  const species = network.species.map((_, s) => s)
  const most = species.map((s) => {
    const bounding = laws.filter((law) => law[s] > 0 && law.every((c) => c >= 0))
    return Math.min(Number.POSITIVE_INFINITY, ...bounding.map((law) => Math.floor(dot(law, initial) / law[s])))
  })
  // A law may remove any species in it: take the widest ones first.
  const widestFirst = [...species].sort((a, b) => (most[a] === most[b] ? b - a : most[b] - most[a]))
  const pivots: number[] = []
  for (const s of widestFirst) {
    const row = laws.findIndex((law, i) => i >= pivots.length && law[s] !== 0)
    if (row < 0) continue
    const k = pivots.length
    ;[laws[k], laws[row]] = [laws[row], laws[k]]
    for (let i = 0; i < laws.length; i++) if (i !== k) laws[i] = eliminate(laws[i], laws[k], s)
    pivots.push(s)
  }
  const axes = species.filter((s) => !pivots.includes(s))
  const dependents = pivots.map((s, k): Dependent => {
    const sign = Math.sign(laws[k][s])
    return {
      species: s,
      total: sign * dot(laws[k], initial),
      divisor: sign * laws[k][s],
      weights: axes.map((axis) => sign * laws[k][axis]),
    }
  })
  return { axes, dependents, most: axes.map((s) => most[s]), origin: initial }
}

/** `row` without its entry in column s, by whole-number combination with `pivot`. */
function eliminate(row: readonly number[], pivot: readonly number[], s: number): number[] {
  if (row[s] === 0) return [...row]
  const combined = row.map((value, i) => value * pivot[s] - row[s] * pivot[i])
  const divisor = combined.reduce(gcd, 0) || 1
  return combined.map((value) => value / divisor)
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b)
}

function dot(a: readonly number[], b: ArrayLike<number>): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0)
}

/** Number of counts on each axis. */
export function widths({ low, cap }: Box): number[] {
  return cap.map((value, axis) => value - low[axis] + 1)
}

/** Places in the box, including those where a dependent species would be negative. */
export function volume(box: Box): number {
  return widths(box).reduce((a, b) => a * b, 1)
}

/** Distance in memory of a step along each axis; the last axis is contiguous. */
export function strides(box: Box): number[] {
  const width = widths(box)
  return width.map((_, axis) => width.slice(axis + 1).reduce((a, b) => a * b, 1))
}

/** Largest change of each axis by one reaction. */
export function reach(network: Network, { axes }: Coordinates): number[] {
  return axes.map((s) =>
    Math.max(...network.reactions.flatMap(({ net }) => net.map((n) => (n.species === s ? Math.abs(n.count) : 0))), 1),
  )
}

/** The smallest box there is: the initial state. */
export function origin({ axes, origin }: Coordinates): Box {
  const at = axes.map((s) => origin[s])
  return { low: at, cap: at }
}

/**
 * Visit the places `first` … `end − 1` of the box in memory order, by default all. `counts` holds all species there
 * (shared: copy it to keep it), `steps` the distance from the low corner per axis; places without a state, where a
 * dependent species would be negative or broken, are passed over.
 */
export function forEachState(
  { axes, dependents, origin }: Coordinates,
  box: Box,
  visit: (place: number, counts: Float64Array, steps: Int32Array) => void,
  first = 0,
  end = volume(box),
): void {
  const width = widths(box)
  const counts = Float64Array.from(origin)
  const steps = new Int32Array(axes.length)
  for (let axis = axes.length - 1, rest = first; axis >= 0; axis--) {
    steps[axis] = rest % width[axis]
    rest = Math.floor(rest / width[axis])
    counts[axes[axis]] = box.low[axis] + steps[axis]
  }
  for (let place = first; place < end; place++) {
    if (place > first) {
      let axis = axes.length - 1
      while (++steps[axis] === width[axis]) {
        steps[axis] = 0
        counts[axes[axis]] = box.low[axis]
        axis--
      }
      counts[axes[axis]] = box.low[axis] + steps[axis]
    }
    if (recover(axes, dependents, counts)) visit(place, counts, steps)
  }
}

/** Fill in the dependent species; false where that is impossible. */
export function recover(axes: readonly number[], dependents: readonly Dependent[], counts: Float64Array): boolean {
  for (let d = 0; d < dependents.length; d++) {
    const { species, total, divisor, weights } = dependents[d]
    let left = total
    for (let axis = 0; axis < axes.length; axis++) left -= weights[axis] * counts[axes[axis]]
    if (left < 0 || left % divisor !== 0) return false
    counts[species] = left / divisor
  }
  return true
}

/** How many states the box has. */
export function countStates(space: Coordinates, box: Box): number {
  if (space.dependents.length === 0) return volume(box)
  let states = 0
  forEachState(space, box, () => states++)
  return states
}
