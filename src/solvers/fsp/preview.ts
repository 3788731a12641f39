/** A first picture of the law within a frame or so, where every reaction moves one of two species by one. */
import { evaluators } from '../../network/evaluate'
import { reads } from '../../network/structure'
import { type LineRates, type Rectangle, rectangle, step } from '../../numerics/alternating'
import type { Problem } from '../contract'
import { type Recorder, recorder } from './record'
import { coordinates } from './space'

/** Places of the largest rectangle: more takes longer than a frame or two. */
const maxPlaces = 40_000
/** Numbers of all laws together. */
const maxNumbers = 4e6
/** What the law may hold beyond the rectangle, at the most that the rates allow. */
const tail = 1e-7
/** The first step, as a share of the time to the first event, and of a molecule's life. */
const firstEvents = 0.5
const firstLife = 0.005
/** Damped steps at the start; after how many the step grows, and by how much. */
const dampedSteps = 4
const stepsPerSize = 4
const stepGrowth = 1.3
/** A step is never longer than this share of a molecule's life, unless there would be more steps than that. */
const longest = 0.4
const mostSteps = 100
/** The law is compared with that of steps twice as long at this many times. */
const comparisons = 3
/** The caps of two species depend on each other: how often they are found anew, and at how many counts of the other. */
const capRounds = 4
const otherSamples = 9

/**
 * The law of a previewable network at all output times, with an estimate of its error; undefined where counts grow too
 * far for it to be fast, or a rate is broken.
 */
export function preview(problem: Problem): Recorder | undefined {
  const record = recorder(problem)
  return previewLaws(problem, record.take, maxPlaces, maxNumbers) ? record : undefined
}

/** The same, law by law, within limits of the rectangle and of all laws together; false where there are none. */
export function previewLaws(
  problem: Problem,
  take: Recorder['take'],
  places: number,
  numbers: number,
  finer = 1,
): boolean {
  const { network, initial, times } = problem
  const space = coordinates(network, initial)
  // Sides are made even, which the fast loops ask for; a count more changes nothing.
  const caps = capsFor(problem, space.axes, places)?.map((cap) => cap + 1 - (cap % 2))
  if (!caps || (caps[0] + 1) * (caps[1] + 1) * times.length > numbers) return false
  const [first, second] = [
    lineRates(problem, space.axes, caps),
    lineRates(problem, [...space.axes].reverse(), [...caps].reverse()),
  ]
  if (
    ![first.up, first.down, second.up, second.down].every((rates) => rates.every((rate) => rate >= 0 && rate < huge))
  ) {
    return false
  }
  const law = rectangle(first, second)
  const begin = (): Rectangle => {
    law.law.fill(0)
    law.law[initial[space.axes[0]] * first.across + initial[space.axes[1]]] = 1
    return law
  }
  const pace = paceOf(first, second, problem, space.axes, finer)
  const checked = compared(times)
  const coarse: Float64Array[] = []
  march(
    begin(),
    checked.map((k) => times[k]),
    pace,
    2,
    (law) => coarse.push(law.slice()),
  )
  const generator = { box: { low: [0, 0], cap: caps }, states: first.along * first.across }
  const how = 'preview, l1: the change when steps are twice as long, and what left the rectangle'
  // One array for all times: what takes a law must not keep it.
  const shown = new Float64Array(generator.states)
  march(begin(), times, pace, 1, (computed, k) => {
    const other = coarse[checked.indexOf(k)]
    let [off, total] = [0, 0]
    for (let i = 0; i < shown.length; i++) {
      shown[i] = computed[i] > 0 ? computed[i] : 0
      total += shown[i]
    }
    if (other) for (let i = 0; i < shown.length; i++) off += Math.abs(other[i] - computed[i])
    take({ generator, law: shown, space, distance: off + Math.abs(1 - total), how })
  })
  return true
}

/** Rates beyond this are taken as broken: the run itself says which. */
const huge = 1e100

/** Where the law is compared with that of longer steps: at the last time, and at some earlier ones. */
function compared(times: Float64Array): number[] {
  const first = times.findIndex((t) => t > 0)
  if (first < 0) return []
  const last = times.length - 1
  const all = Array.from({ length: comparisons }, (_, i) =>
    Math.round(first + ((last - first) * i) / (comparisons - 1)),
  )
  return [...new Set(all)]
}

interface Pace {
  readonly smallest: number
  readonly largest: number
}

/** Steps begin short against the first event and a molecule's life, and end with a good share of that life. */
function paceOf(
  first: LineRates,
  second: LineRates,
  { initial, times }: Problem,
  [a, b]: readonly number[],
  finer: number,
): Pace {
  const horizon = times.length ? times[times.length - 1] : 0
  const at = ({ up, down, across }: LineRates, i: number, j: number) => up[i * across + j] + down[i * across + j]
  const outflow = at(first, initial[a], initial[b]) + at(second, initial[b], initial[a])
  const loss = ({ along, across, down }: LineRates) => {
    const middle = Math.ceil((along - 1) / 2)
    return down[middle * across + (across >> 1)] / Math.max(1, middle)
  }
  const life = 1 / Math.max(loss(first), loss(second))
  const largest = Math.max(longest * life, horizon / mostSteps) / finer
  return { smallest: Math.min(firstEvents / outflow, largest, (firstLife * life) / finer), largest }
}

/** Steps from time to time, longer and longer; `stretch` times as long as the pace says. */
function march(
  of: Rectangle,
  times: ArrayLike<number>,
  { smallest, largest }: Pace,
  stretch: number,
  visit: (law: Float64Array, k: number) => void,
): void {
  const perSize = stepsPerSize / stretch
  let h = smallest * stretch
  let time = 0
  let steps = 0
  for (let k = 0; k < times.length; k++) {
    for (let left = times[k] - time; left > 1e-9 * h; left = times[k] - time) {
      const parts = Math.max(1, Math.ceil(left / h - 1e-6))
      const batch = Math.min(parts, perSize)
      for (let i = 0; i < batch; i++) step(of, left / parts, steps++ < dampedSteps)
      time += batch * (left / parts)
      h = Math.min(h * stepGrowth ** (batch / perSize), largest * stretch)
    }
    visit(of.law, k)
  }
}

/** Up and down along the first of the axes, at all places up to the caps. */
function lineRates(
  { network, parameters, initial }: Problem,
  [a, b]: readonly number[],
  caps: readonly number[],
): LineRates {
  const { propensities } = evaluators(network, parameters)
  const [along, across] = caps.map((cap) => cap + 1)
  const [up, down] = [new Float64Array(along * across), new Float64Array(along * across)]
  const counts = initial.slice()
  network.reactions.forEach(({ net: [term] }, r) => {
    if (term?.species !== a) return
    const { species } = reads(network, r)
    const [alongToo, acrossToo] = [species.includes(a), species.includes(b)]
    const values = new Float64Array(along * across)
    const sum = term.count > 0 ? up : down
    for (let i = 0, k = 0; i < along; i++) {
      for (let j = 0; j < across; j++, k++) {
        counts[a] = i
        counts[b] = j
        if (!alongToo && i > 0) values[k] = values[j]
        else if (!acrossToo && j > 0) values[k] = values[k - 1]
        else values[k] = propensities[r](counts, 0)
        sum[k] += values[k]
      }
    }
  })
  return { along, across, up, down }
}

/** Counts beyond which each species is not to be expected whatever the other does; undefined where there are too many. */
function capsFor(
  { network, parameters, initial }: Problem,
  axes: readonly number[],
  places: number,
): number[] | undefined {
  const { propensities } = evaluators(network, parameters)
  const counts = initial.slice()
  const most = Math.floor(places / 20)
  let caps = axes.map((s) => initial[s] + 20)
  for (let round = 0; round < capRounds; round++) {
    const next = axes.map((s, axis) => {
      const other = axes[1 - axis]
      const samples = Array.from({ length: otherSamples }, (_, i) =>
        Math.round((caps[1 - axis] * i) / (otherSamples - 1)),
      )
      const rate = (n: number, sign: number, worst: (...values: number[]) => number) => {
        counts[s] = n
        const sums = samples.map((m) => {
          counts[other] = m
          return network.reactions.reduce(
            (sum, { net: [term] }, r) =>
              term?.species === s && term.count === sign ? sum + propensities[r](counts, 0) : sum,
            0,
          )
        })
        return worst(...sums)
      }
      // The law at rest of one species with the most births and the fewest deaths, from below.
      let [weight, total, n] = [1, 1, 0]
      for (; n < most; n++) {
        const ratio = rate(n, 1, Math.max) / rate(n + 1, -1, Math.min)
        if (ratio < 1 && (weight * ratio) / (1 - ratio) < tail * total) break
        weight *= ratio
        total += weight
      }
      return n < most ? Math.max(n, initial[s] + Math.ceil(5 * Math.sqrt(initial[s]))) : Number.POSITIVE_INFINITY
    })
    counts.set(initial)
    const rested = next.every((cap, axis) => cap === caps[axis])
    caps = next
    if (!((caps[0] + 1) * (caps[1] + 1) <= places)) return undefined
    if (rested) return caps
  }
  return caps
}
