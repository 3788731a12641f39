/**
 * How laws and means that a network has learnt answer to one parameter, at all times and counts at once: the network is
 * asked on either side of the setting. `learnt-sensitivity.ts` differentiates it, number by number.
 */
import { quantities } from '../network/network'
import { log } from '../numerics/elementary'
import { type NamedArray, namedArray } from '../numerics/named-array'
import { type Artifact, Failure, type Problem } from '../solvers/contract'
import type { Axis } from '../solvers/design'
import { learntLaws } from './inference/learnt-laws'
import { learners, readLearnt } from './inference/learnt-reading'
import type { Work } from './progress'
import type { Response } from './response'

export interface LearntResponse {
  readonly parameter: string
  /** [time, quantity] and [time, quantity, count]: ∂mean/∂θ and ∂p/∂θ of the species that it has laws of. */
  readonly means: NamedArray
  readonly marginals: NamedArray
  /** How far halving the step moves a derivative: what differences cost. How far the network is off is no part of it. */
  readonly step: { readonly probability: number; readonly mean: number }
}

/** Cells of a law that is asked for at four settings and all times. */
const mostCells = 50_000

/** Of the parameter's range, to either side: single precision leaves a derivative three digits or more. */
const reach = 0.004

export function* learntResponse(learnt: Artifact, problem: Problem, parameter: string): Work<LearntResponse> {
  const { network, parameters, initial } = problem
  const index = network.parameters.findIndex(({ name }) => name === parameter)
  const learner = learners.find((one) => one === learnt.solver)
  if (!learner) throw new Failure('learnt', `"${learnt.solver}" does not learn over parameters`)
  const times = [...problem.times]
  const found: { name: string; width: number; slopes: Float64Array[]; halved: Float64Array[] }[] = []
  const names = quantities(network)
  for (const [q] of network.species.entries()) {
    const reading = withLaw(() => {
      return readLearnt(
        learner,
        { observed: { network, initial, quantities: [q] }, priors: [], others: parameters, learnt },
        times,
      )
    })
    // Summed over the counts before it a late species of many takes seconds.
    if (!reading || reading.of.length > mostCells) continue
    const axis = reading.conditionals.domain.axes.find((one) => one.kind === 'parameter' && one.index === index)
    if (!axis) throw new Failure('learnt', `the network has not learnt over ${parameter}`)
    const { laws } = learntLaws(reading, initial, times)
    const width = reading.values.reduce((a, b) => Math.max(a, b), 0) + 1
    const h = stepOf(axis, parameters[index])
    const sides: Float64Array[][] = []
    for (const [k, side] of [-1, 1, -0.5, 0.5].entries()) {
      const moved = parameters.slice()
      moved[index] += side * h
      const told = yield* silent(laws(moved, noStreams))
      sides.push(told.map(({ p }) => byCount(reading.values, p, width)))
      yield { done: (q + (k + 1) / 4) / network.species.length, phase: `the network's laws of ${names[q]}` }
    }
    const by = (low: number, high: number, between: number) =>
      times.map((_, t) => sides[high][t].map((p, n) => (p - sides[low][t][n]) / between))
    found.push({ name: names[q], width, slopes: by(2, 3, h), halved: by(0, 1, 2 * h) })
  }
  if (found.length === 0) throw new Failure('learnt', 'what was learnt has no law of any species of this network')
  return arraysOf(parameter, times, found)
}

/** Where nothing exact can be had: what the network says stands for itself. */
export function learntAlone(
  { network, parameters, times }: Problem,
  { parameter, means, marginals, step }: LearntResponse,
  why: string,
  quantity?: string,
): Response {
  const names = means.coords.quantity.map(String)
  const q = Math.max(0, names.indexOf(quantity ?? ''))
  const index = network.parameters.findIndex(({ name }) => name === parameter)
  const value = means.data[(times.length - 1) * names.length + q]
  const how = `derivatives of a network, to this by halving the step; how far it is off is not known (${why})`
  return {
    ...{ parameter, quantity: names[q], means, marginals, mean: Number.NaN, way: 'learnt', states: 0 },
    gradient: [{ parameter, value, at: parameters[index] }],
    error: { ...step, how },
  }
}

function arraysOf(
  parameter: string,
  times: readonly number[],
  found: readonly { name: string; width: number; slopes: Float64Array[]; halved: Float64Array[] }[],
): LearntResponse {
  const most = Math.max(...found.map(({ width }) => width))
  const quantity = ['quantity', found.map(({ name }) => name)] as const
  const means = namedArray([['time', times], quantity])
  const marginals = namedArray([['time', times], quantity, ['count', Array.from({ length: most }, (_, n) => n)]])
  const step = { probability: 0, mean: 0 }
  const meanOf = (slopes: Float64Array) => slopes.reduce((sum, slope, n) => sum + slope * n, 0)
  times.forEach((_, t) => {
    found.forEach(({ slopes, halved }, i) => {
      means.data[t * found.length + i] = meanOf(slopes[t])
      marginals.data.set(slopes[t], (t * found.length + i) * most)
      step.mean = Math.max(step.mean, Math.abs(meanOf(slopes[t]) - meanOf(halved[t])))
      slopes[t].forEach((slope, n) => {
        step.probability = Math.max(step.probability, Math.abs(slope - halved[t][n]))
      })
    })
  })
  return { parameter, means, marginals, step }
}

const stepOf = ({ min, max, log: even }: Axis, value: number) => reach * (even ? value * log(max / min) : max - min)

function byCount(values: Float64Array, p: Float64Array, width: number): Float64Array {
  const law = new Float64Array(width)
  for (let tuple = 0; tuple < p.length; tuple++) law[values[tuple]] += p[tuple]
  return law
}

/** Undefined where there is no law of a species by itself, or only one of too many cells. */
function withLaw<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof Failure && /has no law of|is too large/.test(thrown.message)) return undefined
    throw thrown
  }
}

function noStreams(): never {
  throw new Error('a network that was learnt draws nothing')
}

function* silent<T>(work: Generator<void, T, void>): Generator<undefined, T, void> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    yield undefined
  }
}
