/** From what a sampling run has tallied to what it observed, each with its standard error. */
import { quantities } from '../network/network'
import { addPowers, carry, digits, fixedBits, toFixed } from '../numerics/exact-sum'
import { type NamedArray, namedArray } from '../numerics/named-array'
import { biasOfMarginals, biasOfMoments } from './bias'
import type { Bias, ErrorEstimate, Observation, Observations, Problem, Solution } from './contract'
import { type JointTally, maxPathNumbers, type QuantityTally, type Tally } from './tally'

/**
 * The solution that a tally amounts to; with no replicate finished, all but the trajectories is not a number.
 * Standard errors: s/√n of a mean; √((m₄ − s⁴(n−3)/(n−1))/n) of a variance; √(p(1−p)/n) of a probability, and where no
 * replicate (or every one) was hit 3/n/1.96, so that 95 % bands reach the 3/n of the rule of three (Hanley &
 * Lippman-Hand 1983, doi:10.1001/jama.1983.03330370053031).
 */
export function summarise(problem: Problem, tally: Tally): Solution {
  const { observe, network } = problem
  const names = quantities(network)
  const shown = names.map((_, q) => q).filter((q) => !tally.quantities[q].uncountable)
  const observations: Record<string, Observation> = {}
  if (observe.moments) observations.moments = momentsWithBias(problem, tally, names)
  const laws = shown.length > 0 && (observe.marginals || tally.joints.length > 0)
  const array = laws ? marginals(problem, tally, names, shown) : undefined
  const bias = array && biasOfLaws(problem, tally, array, names)
  if (observe.marginals && array) observations.marginals = { array, error: errorOfLaw(tally, array, bias) }
  for (const joint of tally.joints) {
    if (tally.quantities[joint.a].uncountable || tally.quantities[joint.b].uncountable) continue
    const array = jointLaw(problem, tally, names, joint)
    observations[`joint:${names[joint.a]},${names[joint.b]}`] = { array, error: errorOfLaw(tally, array, bias) }
  }
  if (observe.trajectories) observations.trajectories = trajectories(problem, tally, names)
  return {
    observations,
    diagnostics: { replicates: tally.replicates, events: tally.events, ...tally.counters },
    ...(Object.keys(tally.notes).length > 0 && { notes: tally.notes }),
    warnings: [...warnings(observations, tally, names), ...biasWarnings(observations)],
  }
}

const sampling = (standardError: NamedArray, bias?: Bias) =>
  bias ? ({ kind: 'sampling', standardError, bias } as const) : ({ kind: 'sampling', standardError } as const)

function errorOfLaw({ replicates, approximation }: Tally, array: NamedArray, bias?: Bias): ErrorEstimate {
  if (approximation?.laws) return { kind: 'none', why: approximation.laws }
  return sampling(probabilityErrors(array, replicates), bias)
}

function biasOfLaws(problem: Problem, tally: Tally, array: NamedArray, names: readonly string[]): Bias | undefined {
  if (!tally.approximation || tally.approximation.laws) return undefined
  const { halved, how } = tally.approximation
  const shown = names.map((_, q) => q).filter((q) => !halved.quantities[q].uncountable)
  const fine = marginals(problem, halved, names, shown)
  return biasOfMarginals(array, fine, [tally.replicates, halved.replicates], `${how}; of the laws of single quantities`)
}

function momentsWithBias(problem: Problem, tally: Tally, names: readonly string[]): Observation {
  const own = moments(problem, tally, names)
  if (!tally.approximation) return { array: own.array, error: sampling(own.standardError) }
  const { halved, how } = tally.approximation
  const fine = moments(problem, halved, names)
  const bias = biasOfMoments(own.array, fine.array, [own.standardError, fine.standardError], how)
  return { array: own.array, error: sampling(own.standardError, bias) }
}

function moments(
  { times }: Problem,
  tally: Tally,
  names: readonly string[],
): { array: NamedArray; standardError: NamedArray } {
  const axes = [
    ['time', [...times]],
    ['moment', ['mean', 'variance']],
    ['quantity', names],
  ] as const
  const values = namedArray(axes)
  const errors = namedArray(axes)
  const Q = names.length
  const n = tally.replicates
  tally.quantities.forEach((quantity, q) => {
    const sums = quantity.sums?.slice()
    if (sums) carry(sums)
    for (let k = 0; k < times.length; k++) {
      const wide = sums && (quantity.apart || nearHits(quantity, k) < n)
      const { mean, m2, m4 } = wide ? wideMoments(tally, quantity, sums, k) : nearMoments(tally, quantity, k)
      // Unbiased; one replicate has no variance.
      const variance = n > 1 ? (m2 * n) / (n - 1) : Number.NaN
      const spread = (m4 - (variance * variance * (n - 3)) / (n - 1)) / n
      values.data[2 * k * Q + q] = mean
      values.data[(2 * k + 1) * Q + q] = variance
      errors.data[2 * k * Q + q] = Math.sqrt(variance / n)
      errors.data[(2 * k + 1) * Q + q] = Math.sqrt(Math.max(0, spread))
    }
  })
  return { array: values, standardError: errors }
}

/** Central moments, over n. */
interface Central {
  readonly mean: number
  readonly m2: number
  readonly m4: number
}

/** From the histogram alone: every value is in it. */
function nearMoments({ replicates }: Tally, { near, row }: QuantityTally, k: number): Central {
  let first = 0
  for (let i = 0; i < row; i++) first += i * near[k * row + i]
  const mean = first / replicates
  let [m2, m4] = [0, 0]
  for (let i = 0; i < row; i++) {
    const hits = near[k * row + i]
    if (hits === 0) continue
    const d2 = (i - mean) ** 2
    m2 += hits * d2
    m4 += hits * d2 * d2
  }
  return { mean, m2: m2 / replicates, m4: m4 / replicates }
}

/** From the histogram and from the sums over what is not in it, both about the quantity's center, without rounding. */
function wideMoments(tally: Tally, quantity: QuantityTally, sums: Float64Array, k: number): Central {
  const { near, row, center, scale, apart } = quantity
  const raw = [0, 1, 2, 3].map((power) => toFixed(sums, (4 * k + power) * digits))
  const nothing = { mean: Number.NaN, m2: Number.NaN, m4: Number.NaN }
  if (!raw.every((sum) => sum !== null)) return nothing
  for (let i = 0; i < row && !apart; i++) {
    const hits = near[k * row + i]
    if (hits === 0) continue
    const powers = new Float64Array(4 * digits)
    addPowers(powers, 0, (i - center) / scale)
    carry(powers)
    for (let power = 0; power < 4; power++) raw[power] += BigInt(hits) * (toFixed(powers, power * digits) ?? 0n)
  }
  const n = BigInt(tally.replicates)
  const [s1, s2, s3, s4] = raw
  const m2 = n * (s2 << fixedBits) - s1 * s1
  const m4 =
    n ** 3n * (s4 << (3n * fixedBits)) -
    4n * n * n * s1 * (s3 << (2n * fixedBits)) +
    6n * n * s1 * s1 * (s2 << fixedBits) -
    3n * s1 ** 4n
  const unit = 2 ** -Number(fixedBits)
  return {
    mean: center + (scale * Number(s1) * unit) / tally.replicates,
    // What lies below 2⁻⁶⁴ is cut off, squares earlier than the square of a sum.
    m2: Math.max(0, Number(m2)) * (unit * (scale / tally.replicates)) ** 2,
    m4: Number(m4) * (unit * (scale / tally.replicates)) ** 4,
  }
}

/** Replicates whose value at output time k is in the histogram. */
function nearHits({ near, row }: QuantityTally, k: number): number {
  let hits = 0
  for (let i = 0; i < row; i++) hits += near[k * row + i]
  return hits
}

/** Largest count in a histogram's row of cells; 0 where there is none. */
function largest(near: Uint32Array, row: number): number {
  let most = 0
  for (let i = 0; i < near.length; i++) {
    if (near[i] > 0 && i % row > most) most = i % row
  }
  return most
}

function marginals({ times }: Problem, tally: Tally, names: readonly string[], shown: readonly number[]): NamedArray {
  const chosen = shown.map((q) => tally.quantities[q])
  const width = Math.max(1, ...chosen.map((quantity) => quantity.width))
  const most = Math.max(0, ...chosen.map(({ far, most, near, row }) => (far ? most : largest(near, row))))
  const length = Math.floor(most / width) + 1
  const array = namedArray([
    ['time', [...times]],
    ['quantity', shown.map((q) => names[q])],
    ['count', Array.from({ length }, (_, i) => i * width)],
  ])
  const { data } = array
  const { replicates, cells } = tally
  chosen.forEach(({ near, row, far, width: farWidth }, q) => {
    for (let k = 0; k < times.length; k++) {
      const at = (k * chosen.length + q) * length
      for (let i = 0; i < row; i++) if (near[k * row + i] > 0) data[at + Math.floor(i / width)] += near[k * row + i]
      const ratio = width / farWidth
      for (let i = 0; far && i < cells; i++) {
        if (far[k * cells + i] > 0) data[at + Math.floor(i / ratio)] += far[k * cells + i]
      }
    }
  })
  for (let i = 0; i < data.length; i++) data[i] /= replicates
  return array
}

function jointLaw({ times }: Problem, tally: Tally, names: readonly string[], joint: JointTally): NamedArray {
  const { rows, columns, rowWidth, columnWidth, rowMost, columnMost } = joint
  const [height, breadth] = [Math.floor(rowMost / rowWidth) + 1, Math.floor(columnMost / columnWidth) + 1]
  const array = namedArray([
    ['time', [...times]],
    [names[joint.a], Array.from({ length: height }, (_, i) => i * rowWidth)],
    [names[joint.b], Array.from({ length: breadth }, (_, i) => i * columnWidth)],
  ])
  const { data } = array
  const { hits } = joint
  if (tally.replicates === 0) data.fill(Number.NaN)
  // Most cells are empty, and this runs over all of them for every picture.
  for (let k = 0; rows > 0 && k < times.length; k++) {
    for (let i = 0; i < height; i++) {
      const [from, to] = [(k * rows + i) * columns, (k * height + i) * breadth]
      for (let j = 0; j < breadth; j++) if (hits[from + j] > 0) data[to + j] = hits[from + j] / tally.replicates
    }
  }
  return array
}

function probabilityErrors(array: NamedArray, n: number): NamedArray {
  const p = array.data
  const data = new Float64Array(p.length).fill(3 / 1.96 / n)
  for (let i = 0; i < p.length; i++) if (p[i] !== 0 && p[i] !== 1) data[i] = Math.sqrt((p[i] * (1 - p[i])) / n)
  return { ...array, data }
}

function trajectories({ times }: Problem, { paths, approximation }: Tally, names: readonly string[]): Observation {
  const array = namedArray([
    ['replicate', paths.map((path) => path.replicate)],
    ['quantity', names],
    ['time', [...times]],
  ])
  paths.forEach(({ values }, i) => {
    array.data.set(values, i * values.length)
  })
  if (!approximation) return { array, error: { kind: 'exact' } }
  return { array, error: { kind: 'none', why: 'each path is one of the approximate process' } }
}

/** Where halving the step moves a mean or a variance beyond what noise explains, and beyond the standard error. */
function biasWarnings({ moments }: Observations): string[] {
  if (moments?.error.kind !== 'sampling' || !moments.error.bias) return []
  const { value, noise } = moments.error.bias
  let worst = -1
  let most = widestNoise
  const excess = (i: number) => Math.abs(value.data[i]) / noise.data[i]
  for (let i = 0; i < value.data.length; i++) {
    if (excess(i) > most) [worst, most] = [i, excess(i)]
  }
  if (worst < 0) return []
  const { moment, quantity, time } = value.coords
  const q = worst % quantity.length
  const m = Math.floor(worst / quantity.length) % moment.length
  const k = Math.floor(worst / (quantity.length * moment.length))
  const change = Number(value.data[worst].toPrecision(2))
  const share = Math.abs(value.data[worst] / moments.array.data[worst])
  return [
    `The step is too long for this many replicates: it moves the ${moment[m]} of ${quantity[q]} at t = ${time[k]} by about ${change} (${Number((100 * share).toPrecision(2))} %), which is more than sampling explains`,
  ]
}

/** In standard deviations; among hundreds of numbers this is still rare (p ≈ 7·10⁻⁶ each). */
const widestNoise = 4.5

function warnings(observations: Observations, tally: Tally, names: readonly string[]): string[] {
  const said: string[] = []
  if (tally.pathsLeftOut > 0) {
    const most = maxPathNumbers.toLocaleString('en')
    said.push(
      `The first ${tally.paths.length} paths are kept, not ${tally.paths.length + tally.pathsLeftOut}: all paths together hold at most ${most} numbers. Ask for fewer output times to keep more`,
    )
  }
  const uncountable = names.filter((_, q) => tally.quantities[q].uncountable)
  if (uncountable.length > 0) {
    said.push(`${uncountable.join(', ')}: some values are negative or not whole, so only moments are given`)
  }
  for (const [key, { array }] of Object.entries(observations)) {
    for (const dim of key === 'marginals' || key.startsWith('joint:') ? array.dims : []) {
      const [first, second] = array.coords[dim]
      if (dim === 'time' || dim === 'quantity' || !(Number(second) - Number(first) > 1)) continue
      said.push(`${key}: each cell of the axis ${dim} holds ${Number(second) - Number(first)} counts`)
    }
  }
  return said
}
