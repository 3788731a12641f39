/** What is observed of a law: its moments, and the laws of quantities, pushed forward from the states. */
import { evaluators } from '../../network/evaluate'
import { quantities } from '../../network/network'
import { exprReads } from '../../network/structure'
import { namedArray } from '../../numerics/named-array'
import { type ErrorEstimate, Failure, type Observation, type Observations, type Problem } from '../contract'
import type { BoxGenerator } from './generator'
import { type Coordinates, forEachState } from './space'

/** The states of a law; known again by the object's identity. */
type Support =
  | (Pick<BoxGenerator, 'box' | 'states' | 'numbering'> & { readonly forEachCounts?: undefined })
  | { readonly states: number; readonly forEachCounts: (visit: (state: number, counts: Float64Array) => void) => void }

/** A law on some states, and how far it may be from the truth. */
export interface Held {
  readonly generator: Support
  readonly law: Float64Array
  readonly space: Coordinates
  /** l1 distance: proved, unless `how` says how it was estimated. */
  readonly distance: number
  readonly how?: string
}

/** A law over pairs of counts, as many as the box had when it was taken. */
interface Joint {
  readonly rows: number
  readonly columns: number
  readonly p: Float64Array
}

export interface Recorder {
  /** Note the law as it stands, as that of the next output time. */
  take(held: Held): void
  /** All output times; those not yet taken are not a number. */
  observations(): Observations
  /** Largest l1 distance from the truth so far. */
  distance(): number
  warnings(): string[]
}

/** Largest value of a quantity whose law is kept count by count. */
const maxCount = 1 << 20
/** Numbers kept over all times: 320 MB. */
const maxNumbers = 4e7

/** A value for every state, and whether all of them are counts: whole, ≥ 0 and not too many. */
interface Quantity {
  readonly values: Float64Array
  readonly countable: boolean
  readonly most: number
  readonly least: number
}

export function recorder(problem: Problem): Recorder {
  const { network, parameters, times, observe } = problem
  const names = quantities(network)
  const rules = evaluators(network, parameters).quantities
  const S = network.species.length
  const timed = names.map((_, q) => q >= S && exprReads(network, network.observables[q - S].expr).time)
  const countable = names.map(() => true)
  const moments = new Float64Array(times.length * 2 * names.length).fill(Number.NaN)
  const bounds = new Array<number>(times.length).fill(Number.NaN)
  const marginals: Float64Array[][] = []
  const joints: Joint[][] = observe.joints.map(() => [])
  let taken = 0
  let kept = 0
  // By how much a mean and a variance would be off if what is missing lay as far out as any state that is kept.
  let offMean = 0
  let offVariance = 0
  let estimated: string | undefined
  let known: { generator: Held['generator']; columns: Quantity[] } | undefined

  /** Every quantity in every state of the box. */
  const columns = ({ generator, space }: Held, t: number): Quantity[] => {
    const fresh = known?.generator !== generator
    const old = known?.columns
    const compute = names.map((_, q) => (fresh || timed[q] ? new Float64Array(generator.states) : undefined))
    if (compute.some((values) => values)) {
      const visit = (i: number, counts: Float64Array) => {
        for (let q = 0; q < compute.length; q++) {
          const values = compute[q]
          if (values) values[i] = rules[q](counts, t)
        }
      }
      if (generator.forEachCounts) generator.forEachCounts(visit)
      else {
        const { numbering } = generator
        forEachState(space, generator.box, (place, counts) => visit(numbering ? numbering[place] : place, counts))
      }
    }
    known = { generator, columns: compute.map((values, q) => (values ? quantity(values) : (old as Quantity[])[q])) }
    return known.columns
  }

  /** Joint laws are by far the largest: without room for all of them they go, and the rest stays. */
  let crowded = false
  const dropJoints = () => {
    crowded = true
    for (const laws of joints) for (const { p } of laws.splice(0)) kept -= p.length
  }
  const keep = (length: number): Float64Array => {
    if (kept + length > maxNumbers) dropJoints()
    kept += length
    if (kept <= maxNumbers) return new Float64Array(length)
    throw new Failure(
      'memory',
      `the laws asked for at ${taken + 1} of ${times.length} times are more than ${maxNumbers.toLocaleString('en')} numbers`,
      'ask for fewer output times',
    )
  }

  return {
    take(held) {
      const { law } = held
      const every = columns(held, times[taken])
      estimated ??= held.how
      bounds[taken] = held.distance
      every.forEach((column, q) => {
        countable[q] &&= column.countable
        const [mean, variance] = momentsOf(law, column.values)
        const away = Math.max(column.most - mean, mean - column.least, 0)
        offMean = Math.max(offMean, held.distance * away)
        offVariance = Math.max(offVariance, held.distance * away ** 2)
        moments[(taken * 2 + 0) * names.length + q] = mean
        moments[(taken * 2 + 1) * names.length + q] = variance
      })
      if (observe.marginals) {
        marginals.push(every.map((column, q) => (countable[q] ? marginal(law, column, keep) : new Float64Array())))
      }
      observe.joints.forEach(([a, b], j) => {
        if (crowded || !countable[a] || !countable[b]) return
        if (kept + (every[a].most + 1) * (every[b].most + 1) > maxNumbers) dropJoints()
        else joints[j].push(joint(law, every[a], every[b], keep))
      })
      taken++
    },
    observations() {
      const time = Array.from(times)
      const lawError = certified(bounds, estimated)
      const list: [string, Observation][] = []
      if (observe.moments) {
        const axes = [
          ['time', time],
          ['moment', ['mean', 'variance']],
          ['quantity', names],
        ] as const
        const value = Math.max(offMean, offVariance)
        const [ofMeans, ofVariances] = [offMean, offVariance].map((off) => Number(off.toPrecision(2)))
        const how = `missing probability as far from the mean as any state kept: ${ofMeans} in means, ${ofVariances} in variances; what lies farther out would weigh more`
        list.push(['moments', { array: namedArray(axes, moments.slice()), error: { kind: 'estimate', value, how } }])
      }
      if (observe.marginals) {
        const shown = names.map((_, q) => q).filter((q) => countable[q])
        const length = Math.max(1, ...marginals.flatMap((row) => shown.map((q) => row[q].length)))
        const axes = [
          ['time', time],
          ['quantity', shown.map((q) => names[q])],
          ['count', counts(length)],
        ] as const
        const array = namedArray(axes)
        array.data.fill(Number.NaN, marginals.length * shown.length * length)
        for (const [k, row] of marginals.entries()) {
          for (const [i, q] of shown.entries()) array.data.set(row[q], (k * shown.length + i) * length)
        }
        list.push(['marginals', { array, error: lawError }])
      }
      observe.joints.forEach(([a, b], j) => {
        if (crowded || !countable[a] || !countable[b]) return
        const rows = Math.max(1, ...joints[j].map((law) => law.rows))
        const columns = Math.max(1, ...joints[j].map((law) => law.columns))
        const array = namedArray([
          ['time', time],
          [names[a], counts(rows)],
          [names[b], counts(columns)],
        ])
        array.data.fill(Number.NaN, joints[j].length * rows * columns)
        joints[j].forEach((law, k) => {
          for (let i = 0; i < law.rows; i++) {
            const row = law.p.subarray(i * law.columns, (i + 1) * law.columns)
            array.data.set(row, (k * rows + i) * columns)
          }
        })
        list.push([`joint:${names[a]},${names[b]}`, { array, error: lawError }])
      })
      return Object.fromEntries(list)
    },
    distance: () => Math.max(0, ...bounds.filter((bound) => bound >= 0)),
    warnings() {
      const list: string[] = []
      const uncounted = names.filter((_, q) => !countable[q])
      if (uncounted.length > 0) {
        const why = `not always a whole number from 0 to ${maxCount}`
        list.push(`${uncounted.join(', ')}: ${why}, so only its moments are given`)
      }
      if (crowded) {
        const most = maxNumbers.toLocaleString('en')
        list.push(
          `The joint laws at ${times.length} times are more than ${most} numbers and were left out: ask for fewer times.`,
        )
      }
      return list
    },
  }
}

function certified(bounds: readonly number[], how: string | undefined): ErrorEstimate {
  if (how === undefined) return { kind: 'bound', norm: 'l1', value: [...bounds] }
  const value = Math.max(0, ...bounds.filter((bound) => bound >= 0))
  return { kind: 'estimate', value, how }
}

function counts(length: number): number[] {
  return Array.from({ length }, (_, n) => n)
}

function quantity(values: Float64Array): Quantity {
  let most = 0
  let least = Number.POSITIVE_INFINITY
  let countable = true
  for (const value of values) {
    if (value > most) most = value
    if (value < least) least = value
    if (!(value >= 0 && value <= maxCount && Number.isInteger(value))) countable = false
  }
  return { values, countable, most, least }
}

/** Mean and variance of a quantity, given that the state is inside the box. */
function momentsOf(law: Float64Array, values: Float64Array): [mean: number, variance: number] {
  let total = 0
  let mean = 0
  for (let i = 0; i < law.length; i++) {
    total += law[i]
    mean += law[i] * values[i]
  }
  mean /= total
  let variance = 0
  for (let i = 0; i < law.length; i++) variance += law[i] * (values[i] - mean) ** 2
  return [mean, variance / total]
}

function marginal(law: Float64Array, { values, most }: Quantity, keep: (length: number) => Float64Array): Float64Array {
  const p = keep(most + 1)
  for (let i = 0; i < law.length; i++) p[values[i]] += law[i]
  return p
}

function joint(
  law: Float64Array,
  { values: a, most: last }: Quantity,
  { values: b, most }: Quantity,
  keep: (length: number) => Float64Array,
): Joint {
  const columns = most + 1
  const p = keep((last + 1) * columns)
  for (let i = 0; i < law.length; i++) p[a[i] * columns + b[i]] += law[i]
  return { rows: last + 1, columns, p }
}
