/**
 * What an ensemble of independent replicates leaves behind: integer counts and exact sums, so that shares computed
 * anywhere add up, in any order, to the same bits. Plain data: a tally can be cloned, sent and kept.
 */
import { builder } from '../network/evaluate'
import { quantities } from '../network/network'
import { exprReads } from '../network/structure'
import { additionsBeforeCarry, addPowers, carry, digits } from '../numerics/exact-sum'
import { Failure, type Problem } from './contract'
import { addJoint, countable, pour, reshape } from './tally-joint'

/** Replicates `first`, `first + step`, `first + 2·step`, … below `until`. */
export interface Share {
  readonly first: number
  readonly step: number
  readonly until: number
}

/** The recorded path of one replicate: [quantity, time]; not a number where it has not been yet. */
export interface Path {
  readonly replicate: number
  readonly values: Float64Array
}

/** Values of one quantity at all output times. */
export interface QuantityTally {
  /** Replicates by count, [time, cell], for counts below `cells`; rows are as long as has been needed. */
  near: Uint32Array
  row: number
  /** Whole values from `Tally.cells` up: [time, cell], `width` counts in a cell, as many cells as there may be. */
  far: Uint32Array | null
  width: number
  /** Largest whole value. */
  most: number
  /** Some value is negative, fractional or not finite: there is no histogram. */
  uncountable: boolean
  /** Exact sums of ((value − center)/scale)^k, k = 1…4, over what is not in `near`: [time, k, digit]. */
  sums: Float64Array | null
  /** Everything is in the sums, whatever is in `near`. */
  apart: boolean
  added: number
  readonly center: number
  readonly scale: number
}

/** A joint histogram, [time, cell of a, cell of b]; each axis has a power of two of counts in a cell. */
export interface JointTally {
  readonly a: number
  readonly b: number
  hits: Uint32Array
  rows: number
  columns: number
  rowWidth: number
  columnWidth: number
  /** Largest values; cells beyond hold nothing. */
  rowMost: number
  columnMost: number
  /** Replicates that are not in the histogram, because a value is not a count: [time]. */
  missed: Uint32Array
}

export interface Tally {
  /** Replicates finished. */
  replicates: number
  /** What the replicates under way have done, each a part of 1. */
  underway: number
  /** Reaction events fired. */
  events: number
  readonly times: number
  /** Cells of a histogram of one quantity at one time, at most; a power of two. */
  readonly cells: number
  readonly quantities: QuantityTally[]
  readonly joints: JointTally[]
  /** The first replicates' paths, by replicate. */
  paths: Path[]
  /** Paths that were asked for and are not kept: `maxPathNumbers`. */
  pathsLeftOut: number
  /** What the method counts of its own work, by name. */
  counters: Record<string, number>
  /** What the method chose for itself, in words, by name: the same on every thread. */
  notes: Record<string, string>
  /** Present where the method is not exact. */
  readonly approximation?: ApproximationTally
}

/** What is said and measured of a method that is not exact. */
export interface ApproximationTally extends Approximation {
  /** Every fourth replicate, once more with the step halved and other random numbers. */
  readonly halved: Tally
}

/** What a method that is not exact says of itself. */
export interface Approximation {
  /** What was halved, and what that does not show. */
  readonly how: string
  /**
   * Counts are real numbers. Moments are those of the real numbers, laws those of the quantities after every count has
   * been rounded to a whole number ≥ 0.
   */
  readonly real?: boolean
  /** Present where nothing is known of the error of laws: why. */
  readonly laws?: string
}

/** Cells of one quantity at one time. */
export const maxCells = 4096
/** Cells of all quantities at all times: 16 MB. */
export const maxMarginalCells = 2 ** 22

/** Numbers in all paths that are kept: 128 MB. */
export const maxPathNumbers = 2 ** 24

/** How many of the paths asked for are kept: those of the first replicates. */
export function keptPaths({ network, times, observe }: Problem, asked: number, most = maxPathNumbers): number {
  if (!observe.trajectories) return 0
  return Math.min(asked, Math.floor(most / Math.max(1, times.length * quantities(network).length)))
}

const powerOfTwoBelow = (n: number) => 2 ** Math.floor(Math.log2(n))

/** An empty tally for a problem. */
export function emptyTally(problem: Problem, approximation?: Approximation): Tally {
  if (approximation) {
    const halved = emptyTally({ ...problem, observe: { ...problem.observe, joints: [], trajectories: false } })
    return { ...emptyTally(problem), approximation: { ...approximation, halved } }
  }
  const { network, times, observe } = problem
  const T = times.length
  const Q = quantities(network).length
  if (T * Q > maxMarginalCells) {
    throw new Failure(
      'memory',
      `${T.toLocaleString('en')} output times of ${Q.toLocaleString('en')} quantities are more than ${maxMarginalCells.toLocaleString('en')} numbers`,
      'ask for fewer output times',
    )
  }
  const cells = Math.min(maxCells, powerOfTwoBelow(maxMarginalCells / Math.max(1, T * Q)))
  return {
    replicates: 0,
    underway: 0,
    events: 0,
    times: T,
    cells,
    quantities: references(problem).map(({ center, scale }) => ({
      near: new Uint32Array(0),
      row: 0,
      far: null,
      width: 1,
      most: 0,
      uncountable: false,
      sums: null,
      apart: false,
      added: 0,
      center,
      scale,
    })),
    joints: observe.joints.map(([a, b]) => ({
      a,
      b,
      hits: new Uint32Array(0),
      rows: 0,
      columns: 0,
      rowWidth: 1,
      columnWidth: 1,
      rowMost: 0,
      columnMost: 0,
      missed: new Uint32Array(T),
    })),
    paths: [],
    pathsLeftOut: 0,
    counters: {},
    notes: {},
  }
}

/** Each quantity's value at the start, and a power of two near the change that one molecule makes. */
function references({ network, parameters, initial }: Problem): { center: number; scale: number }[] {
  const x = Float64Array.from(initial)
  const ofSpecies = network.species.map((_, s) => ({ center: x[s], scale: 1 }))
  const build = builder(network, parameters)
  const ofObservables = network.observables.map(({ expr }) => {
    const quantity = build(expr)
    const center = quantity(x, 0)
    let change = 0
    for (const s of exprReads(network, expr).species) {
      x[s]++
      change = Math.max(change, Math.abs(quantity(x, 0) - center))
      x[s]--
    }
    const scale = change > 0 && change < 2 ** 500 && change > 2 ** -500 ? powerOfTwoBelow(change) : 1
    return { center: Number.isFinite(center) ? center : 0, scale }
  })
  return [...ofSpecies, ...ofObservables]
}

/**
 * Add one finished replicate: `values` is [time, quantity]. Where these are real numbers, `rounded` has what laws are
 * made of; a tally has either all of its replicates so, or none.
 */
export function addReplicate(tally: Tally, values: Float64Array, rounded?: Float64Array): void {
  if (rounded) {
    addReal(tally, values)
    addCounts(tally, rounded, false)
  } else addCounts(tally, values, true)
  tally.replicates++
}

/** Values whose moments are summed apart from their law. */
function addReal({ times, quantities }: Tally, values: Float64Array): void {
  quantities.forEach((quantity, q) => {
    for (let k = 0; k < times; k++) addToSums(quantity, times, k, values[k * quantities.length + q])
    quantity.apart = true
  })
}

/** `summed`: what does not fit into the near cells goes into the sums. */
function addCounts(tally: Tally, values: Float64Array, summed: boolean): void {
  const { times, quantities, joints } = tally
  const Q = quantities.length
  for (let q = 0; q < Q; q++) {
    const quantity = quantities[q]
    for (let k = 0; k < times; k++) {
      const value = values[k * Q + q]
      const cell = value | 0
      if (cell === value && cell >= 0 && cell < quantity.row) quantity.near[k * quantity.row + cell]++
      else addRare(tally, quantity, k, value, summed)
    }
  }
  for (const joint of joints) {
    for (let k = 0; k < times; k++) addJoint(tally, joint, k, values[k * Q + joint.a], values[k * Q + joint.b])
  }
}

function addRare({ times, cells }: Tally, quantity: QuantityTally, k: number, value: number, summed: boolean): void {
  const whole = countable(value)
  if (whole && value < cells) {
    growNear(quantity, times, 2 ** Math.ceil(Math.log2(Math.max(16, value + 1))))
    quantity.near[k * quantity.row + value]++
    return
  }
  if (summed) addToSums(quantity, times, k, value)
  if (!whole) {
    quantity.uncountable = true
    quantity.far = null
  } else if (!quantity.uncountable) {
    quantity.far ??= new Uint32Array(times * cells)
    if (value > quantity.most) widen(quantity, cells, value)
    quantity.far[k * cells + Math.floor(value / quantity.width)]++
  }
}

function addToSums(quantity: QuantityTally, times: number, k: number, value: number): void {
  quantity.sums ??= new Float64Array(times * 4 * digits)
  addPowers(quantity.sums, 4 * digits * k, (value - quantity.center) / quantity.scale)
  if (++quantity.added >= additionsBeforeCarry) {
    carry(quantity.sums)
    quantity.added = 0
  }
}

function growNear(quantity: QuantityTally, times: number, row: number): void {
  if (row <= quantity.row) return
  const near = new Uint32Array(times * row)
  for (let k = 0; k < times; k++) {
    near.set(quantity.near.subarray(k * quantity.row, (k + 1) * quantity.row), k * row)
  }
  quantity.near = near
  quantity.row = row
}

/** Double the width of the far cells until `most` fits. */
function widen(quantity: QuantityTally, cells: number, most: number): void {
  quantity.most = Math.max(quantity.most, most)
  while (quantity.most >= quantity.width * cells) {
    quantity.width *= 2
    const { far } = quantity
    if (far) quantity.far = far.map((_, i) => halved(far, i, cells))
  }
}

/** What cell i of rows of `cells` holds after neighbours have been added in pairs. */
function halved(hits: Uint32Array, i: number, cells: number): number {
  const column = i % cells
  const at = i + column
  return 2 * column + 1 < cells ? hits[at] + hits[at + 1] : 0
}

/**
 * The sum of tallies of the same problem, over different replicates. The parts are left as they are; paths are theirs,
 * too, and complete when they are.
 */
export function merge(tallies: readonly Tally[]): Tally {
  const sum = copyOf(tallies[0])
  for (const part of tallies.slice(1)) add(part, sum)
  sum.paths.sort((a, b) => a.replicate - b.replicate)
  return sum
}

/** Everything that is added to is copied: quicker than any general way, which counts in every picture. */
function copyOf(tally: Tally): Tally {
  const { quantities, joints, paths, counters, notes, approximation } = tally
  return {
    ...tally,
    quantities: quantities.map((one) => ({
      ...one,
      near: one.near.slice(),
      far: one.far?.slice() ?? null,
      sums: one.sums?.slice() ?? null,
    })),
    joints: joints.map((one) => ({ ...one, hits: one.hits.slice(), missed: one.missed.slice() })),
    paths: [...paths],
    counters: { ...counters },
    notes: { ...notes },
    ...(approximation && { approximation: { ...approximation, halved: copyOf(approximation.halved) } }),
  }
}

function add(part: Tally, sum: Tally): void {
  sum.replicates += part.replicates
  sum.underway += part.underway
  sum.events += part.events
  for (const [name, count] of Object.entries(part.counters)) sum.counters[name] = (sum.counters[name] ?? 0) + count
  Object.assign(sum.notes, part.notes)
  part.quantities.forEach((quantity, q) => {
    mergeQuantity(sum, sum.quantities[q], quantity)
  })
  part.joints.forEach((joint, j) => {
    const into = sum.joints[j]
    part.joints[j].missed.forEach((missed, k) => {
      into.missed[k] += missed
    })
    if (joint.rows === 0) return
    reshape(sum, into, joint.rowMost, joint.columnMost)
    pour(joint, into, sum.times)
  })
  sum.paths = [...sum.paths, ...part.paths]
  sum.pathsLeftOut = Math.max(sum.pathsLeftOut, part.pathsLeftOut)
  if (part.approximation && sum.approximation) add(part.approximation.halved, sum.approximation.halved)
}

function mergeQuantity({ times, cells }: Tally, into: QuantityTally, part: QuantityTally): void {
  growNear(into, times, part.row)
  for (let k = 0; k < times; k++) {
    for (let i = 0; i < part.row; i++) into.near[k * into.row + i] += part.near[k * part.row + i]
  }
  if (part.sums) {
    into.sums ??= new Float64Array(part.sums.length)
    const added = part.sums.slice()
    for (const sums of [into.sums, added]) carry(sums)
    added.forEach((digit, i) => {
      ;(into.sums as Float64Array)[i] += digit
    })
    into.added = 1
  }
  into.apart ||= part.apart
  into.uncountable ||= part.uncountable
  if (into.uncountable) into.far = null
  if (!part.far || into.uncountable) return
  into.far ??= new Uint32Array(times * cells)
  widen(into, cells, part.most)
  const ratio = into.width / part.width
  for (let k = 0; k < times; k++) {
    for (let i = 0; i < cells; i++) into.far[k * cells + Math.floor(i / ratio)] += part.far[k * cells + i]
  }
}
