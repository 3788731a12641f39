/** The generator of a network on a box: where each reaction leads, at what propensity, and through which face mass leaves. */
import type { Rule } from '../../network/evaluate'
import type { Network } from '../../network/network'
import type { Helpers } from '../../numerics/crew'
import { diagonalMatrix } from '../../numerics/diagonal'
import { gatheredMatrix } from '../../numerics/gathered'
import type { StepMatrix } from '../../numerics/uniformise'
import { type Box, type Coordinates, countStates, forEachState, strides, volume, widths } from './space'

/**
 * Where mass leaves the box, at `rate[k]` from state `from[k]`. Face 2a is the low end of axis a, 2a + 1 its cap; a
 * face from `2 · axes` on is the entrance to a state whose propensities are broken: number (face − 2 · axes) of `broken`.
 */
export interface Sinks {
  readonly from: number[]
  readonly face: number[]
  readonly rate: number[]
  /** The reaction; of broken states the one whose propensity is broken. */
  readonly reaction: number[]
}

/** A state in which a propensity is negative, infinite or not a number. Such states are outside the projection. */
export interface Broken {
  readonly reaction: number
  readonly value: number
  readonly counts: Float64Array
  readonly index: number
}

/** A reaction as a movement in the box. */
interface Move {
  readonly reaction: number
  /** Change per axis. */
  readonly change: readonly number[]
  readonly distance: number
  /** Number of its entry in a row of the matrix; 0 when it cannot stay inside. */
  readonly entry: number
}

export interface BoxGenerator {
  readonly box: Box
  readonly states: number
  /** How many reactions the network has. */
  readonly reactions: number
  /** Place in the box → number of the state; undefined where they are the same. */
  readonly numbering?: Int32Array
  readonly matrix: StepMatrix
  readonly moves: readonly Move[]
  /** Uniformisation rate Λ, in events per unit time. Set by `fill`. */
  rate: number
  /** No matrix is stored: there are products and sinks, and neither entries nor moves. */
  readonly matrixFree?: true
  /** Lets other threads go; no products after it. */
  release?(): void
  /** Lets other boxes have the memory: neither products nor a look at its numbers after it. */
  recycle?(): void
  /** How often it was filled in. */
  filled: number
  sinks: Sinks
  broken: readonly Broken[]
}

/** Below this share of places that are states, diagonals waste more than their speed wins (1.5 to 1.8 times the entries a second). */
const denseShare = 0.5
/** … and above this size they may not fit. */
const denseBytes = 1e9

/** Fewer states are done before other threads have heard of it. */
export const threaded = 200_000

/**
 * The pattern of the generator on this box; its entries are for `fill`. `plain`: without WebAssembly. `helpers`: threads to
 * share products with that follow no diagonals.
 */
export function layOut(network: Network, space: Coordinates, box: Box, plain = false, helpers?: Helpers): BoxGenerator {
  const stride = strides(box)
  const width = widths(box)
  const distances: number[] = [0]
  const moves = network.reactions.flatMap((reaction, r): Move[] => {
    const change = space.axes.map((s) => reaction.net.find((term) => term.species === s)?.count ?? 0)
    // What changes no axis changes nothing: the dependent species follow the axes.
    if (change.every((c) => c === 0)) return []
    const distance = change.reduce((sum, c, axis) => sum + c * stride[axis], 0)
    if (change.some((c, axis) => Math.abs(c) >= width[axis])) return [{ reaction: r, change, distance, entry: 0 }]
    const known = distances.indexOf(distance)
    const entry = known >= 0 ? known : distances.push(distance) - 1
    return [{ reaction: r, change, distance, entry }]
  })
  const places = volume(box)
  const states = countStates(space, box)
  const dense = states >= denseShare * places && places * 8 * (distances.length + 3) <= denseBytes
  const reactions = network.reactions.length
  const sinks: Sinks = { from: [], face: [], rate: [], reaction: [] }
  const base = { box, reactions, moves, rate: 0, filled: 0, sinks, broken: [] }
  if (dense) {
    const matrix = diagonalMatrix(places, distances, plain)
    return { ...base, states: places, matrix, recycle: matrix.release }
  }
  const numbering = new Int32Array(places).fill(-1)
  let next = 0
  forEachState(space, box, (place) => {
    numbering[place] = next++
  })
  const sources = distances.slice(1).map((distance) => {
    const columns = new Int32Array(states)
    for (let place = Math.max(0, distance); place < Math.min(places, places + distance); place++) {
      if (numbering[place] >= 0) columns[numbering[place]] = Math.max(0, numbering[place - distance])
    }
    return columns
  })
  const matrix = gatheredMatrix(states, sources, plain, states >= threaded ? helpers : undefined)
  return { ...base, states, numbering, matrix, release: matrix.release }
}

/** Propensities by reaction and state; undefined for those that were not asked for. */
export type Table = readonly (Float64Array | undefined)[]

/** Writes the propensities of all reactions in a state, given by its counts and its number. */
export type Rates = (into: Float64Array, counts: Float64Array, state: number) => void

/** The propensities at time t. */
export function ratesAt(propensities: readonly Rule[], t: number): Rates {
  return (into, counts) => {
    for (let r = 0; r < into.length; r++) into[r] = propensities[r](counts, t)
  }
}

/** The propensities of some reactions at time t in every state. */
export function tabulate(
  { box, states, numbering }: BoxGenerator,
  space: Coordinates,
  propensities: readonly Rule[],
  wanted: (reaction: number) => boolean,
  t: number,
): Table {
  const table = propensities.map((_, r) => (wanted(r) ? new Float64Array(states) : undefined))
  forEachState(space, box, (place, counts) => {
    const i = numbering ? numbering[place] : place
    for (let r = 0; r < table.length; r++) {
      const column = table[r]
      if (column) column[i] = propensities[r](counts, t)
    }
  })
  return table
}

/** Places whose propensities are evaluated between two looks at the clock: some milliseconds. */
const chunk = 1 << 15

/** Fill in P = I + Q/Λ, the sinks and the broken states. Yields on the way. */
export function* fill(generator: BoxGenerator, space: Coordinates, rates: Rates): Generator<void, void, void> {
  const { box, moves, numbering, matrix } = generator
  const { entries } = matrix
  const width = widths(box)
  const sinks: Sinks = { from: [], face: [], rate: [], reaction: [] }
  const broken: Broken[] = []
  const leave = (from: number, face: number, rate: number, reaction: number) => {
    sinks.from.push(from)
    sinks.reaction.push(reaction)
    sinks.face.push(face)
    sinks.rate.push(rate)
  }
  for (const values of entries) values.fill(0)
  const [outflow] = entries
  const a = new Float64Array(generator.reactions)
  const number = (place: number) => (numbering ? numbering[place] : place)
  const visit = (place: number, counts: Float64Array, steps: Int32Array) => {
    const i = number(place)
    rates(a, counts, i)
    for (let r = 0; r < a.length; r++) {
      if (!(a[r] >= 0 && a[r] < Number.POSITIVE_INFINITY)) {
        broken.push({ reaction: r, value: a[r], counts: counts.slice(), index: i })
        return
      }
    }
    let out = 0
    for (const { reaction, change, distance, entry } of moves) {
      const rate = a[reaction]
      if (rate === 0) continue
      out += rate
      const face = exit(change, steps, width)
      if (face < 0) entries[entry][number(place + distance)] += rate
      else leave(i, face, rate, reaction)
    }
    outflow[i] = out
  }
  const places = volume(box)
  for (let first = 0; first < places; first += chunk) {
    forEachState(space, box, visit, first, Math.min(places, first + chunk))
    if (first + chunk < places) yield
  }
  const nowhere = 2 * space.axes.length
  for (const [k, { index, reaction }] of broken.entries()) {
    for (const { source, entry } of into(generator, index)) {
      if (entries[entry][index] > 0) leave(source, nowhere + k, entries[entry][index], reaction)
      entries[entry][index] = 0
    }
  }
  generator.rate = outflow.reduce((a, b) => Math.max(a, b), 0)
  generator.filled++
  generator.sinks = sinks
  generator.broken = broken
  const { rate } = generator
  if (rate === 0) return
  for (let i = 0; i < outflow.length; i++) outflow[i] = 1 - outflow[i] / rate
  for (const values of entries.slice(1)) for (let i = 0; i < values.length; i++) values[i] /= rate
  // Mass that stands where a propensity has just broken (rates may change with time) leaves at the next event.
  for (const [k, { index, reaction }] of broken.entries()) {
    outflow[index] = 0
    leave(index, nowhere + k, rate, reaction)
  }
}

/** The face through which this change leaves the box, or −1. */
function exit(change: readonly number[], steps: Int32Array, width: readonly number[]): number {
  for (let axis = 0; axis < change.length; axis++) {
    const step = steps[axis] + change[axis]
    if (step < 0) return 2 * axis
    if (step >= width[axis]) return 2 * axis + 1
  }
  return -1
}

/** The entries of one row, off the diagonal, and the states they come from. */
function into({ moves, numbering, matrix }: BoxGenerator, index: number): { source: number; entry: number }[] {
  const place = numbering ? numbering.indexOf(index) : index
  const distances = new Map(moves.filter((move) => move.entry > 0).map((move) => [move.entry, move.distance]))
  return [...distances].flatMap(([entry, distance]) => {
    if (matrix.entries[entry][index] === 0) return []
    return [{ source: numbering ? numbering[place - distance] : place - distance, entry }]
  })
}

/** Mass per unit time that `law` loses through each face, broken states included. */
export function flux({ sinks, broken, box }: BoxGenerator, law: Float64Array): Float64Array {
  const through = new Float64Array(2 * box.low.length + broken.length)
  for (let k = 0; k < sinks.from.length; k++) through[sinks.face[k]] += sinks.rate[k] * law[sinks.from[k]]
  return through
}

/** Move a law from one box into a larger one. */
export function embed(space: Coordinates, law: Float64Array, from: BoxGenerator, into: BoxGenerator): void {
  const target = into.matrix.transition.vectors[0]
  const stride = strides(into.box)
  const corner = stride.reduce((sum, s, axis) => sum + s * (from.box.low[axis] - into.box.low[axis]), 0)
  target.fill(0)
  forEachState(space, from.box, (place, _, steps) => {
    let at = corner
    for (let axis = 0; axis < steps.length; axis++) at += steps[axis] * stride[axis]
    target[into.numbering ? into.numbering[at] : at] = law[from.numbering ? from.numbering[place] : place]
  })
}

/**
 * How the law ends at each face: the mass at the edge of its axis' marginal, and how fast it falls off, as minus the slope
 * of the marginal's logarithm over the last eighth of the axis, per count (not a number where that part is empty).
 */
export function tails(
  { box, numbering, matrix }: BoxGenerator,
  space: Coordinates,
): { slope: Float64Array; edge: Float64Array } {
  const law = matrix.transition.vectors[0]
  const marginals = widths(box).map((width) => new Float64Array(width))
  forEachState(space, box, (place, _, steps) => {
    const p = law[numbering ? numbering[place] : place]
    for (let axis = 0; axis < steps.length; axis++) marginals[axis][steps[axis]] += p
  })
  const slope = marginals.flatMap((marginal) => {
    const last = marginal.length - 1
    const span = Math.ceil(last / 8)
    const fall = (edge: number, inner: number) => Math.log(marginal[inner] / marginal[edge]) / span
    return [fall(0, span), fall(last, last - span)]
  })
  const edge = marginals.flatMap((marginal) => [marginal[0], marginal[marginal.length - 1]])
  return { slope: Float64Array.from(slope), edge: Float64Array.from(edge) }
}
