/** An ensemble of learnt hops beside one of exact sample paths, and beside the exact law where there is one. */
import { stream } from '../../numerics/rng'
import type { Artifact } from '../../solvers/contract'
import type { Law } from '../inference/likelihood'
import { simulator } from '../inference/simulate'
import { compose, type HopPlan } from './compose'
import { type Drift, drift, exactLaws, marginal } from './drift'
import { type Asked, hopKernel } from './kernel'

export interface EnsembleQuestion extends Asked, HopPlan {
  readonly learnt?: Artifact
}

/** What one ensemble amounts to, at the times of the hops. */
export interface Summary {
  /** [species][time] */
  readonly mean: readonly Float64Array[]
  readonly sd: readonly Float64Array[]
  /** [species][count]: shares at the last time. */
  readonly last: readonly Float64Array[]
  /** [species][hops back]: correlation of the last count with earlier ones, over the paths. */
  readonly memory: readonly Float64Array[]
  /** Some paths: [species][path], counts at the times. */
  readonly shown: readonly (readonly Float64Array[])[]
}

export interface EnsembleReport {
  readonly species: readonly string[]
  readonly times: Float64Array
  readonly paths: number
  readonly hops: Summary
  readonly sampled: Summary
  /** Mean and deviation by the exact law, and that law at the end; of the species that are axes of it. */
  readonly exact?: {
    readonly mean: readonly (Float64Array | undefined)[]
    readonly sd: readonly (Float64Array | undefined)[]
    readonly last: readonly (Float64Array | undefined)[]
  }
  readonly drift?: Drift
  /** [path] */
  readonly logProbability: Float64Array
  readonly total: number
  readonly beyond: number
  readonly edge: number
}

export interface EnsembleProgress {
  readonly done: number
  readonly phase: string
}

/** Paths that are shown. */
const shownPaths = 40
/** Sample paths are of streams that hops do not use. */
const firstSampleStream = 2 ** 34

export function* ensembleReport(question: EnsembleQuestion): Generator<EnsembleProgress, EnsembleReport, void> {
  const { network } = question
  const kernel = hopKernel(question.learnt, question)
  const work = compose(kernel, question, question)
  let step = work.next()
  for (; !step.done; step = work.next()) yield { done: 0.5 * step.value, phase: 'composing hops' }
  const composed = step.value
  const species = network.species.map(({ name }) => name)
  const sampled = yield* sample(question, composed.times)
  const exact = yield* quiet(exactLaws(question, kernel, composed.times), { done: 0.9, phase: 'the exact law' })
  const apart =
    exact &&
    (yield* quiet(drift(kernel, question, question, composed, exact), { done: 0.95, phase: 'how far hops drift' }))
  return {
    ...{ species, times: composed.times, paths: question.paths },
    hops: summary(composed.counts, composed.times.length, species.length),
    sampled: summary(sampled, composed.times.length, species.length),
    exact: exact && ofLaws(exact, kernel.space.axes, species.length),
    drift: apart,
    ...{ logProbability: composed.logProbability, total: composed.hops, beyond: composed.beyond, edge: composed.edge },
  }
}

function* quiet<T>(work: Generator<void, T, void>, progress: EnsembleProgress): Generator<EnsembleProgress, T, void> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    yield progress
  }
}

/** [path, time, species] of as many exact sample paths. */
function* sample({ network, parameters, initial, paths, seed }: EnsembleQuestion, times: Float64Array) {
  const S = network.species.length
  const counts = new Float64Array(paths * times.length * S)
  const observed = { network, initial, quantities: network.species.map((_, s) => s) }
  let next = firstSampleStream
  const cells = simulator(observed, parameters, times, () => stream(seed, next++))
  try {
    for (let i = 0; i < paths; i++) {
      const progress = { done: 0.5 + (0.4 * i) / paths, phase: 'exact sample paths' }
      const row = yield* quiet(cells.cell(), progress)
      counts.set(row, i * times.length * S)
      if (i % 64 === 63) yield progress
    }
  } finally {
    cells.release()
  }
  return counts
}

/** Of [path, time, species]. */
function summary(counts: Float64Array, T: number, S: number): Summary {
  const M = counts.length / (T * S)
  const column = (s: number, j: number) => Float64Array.from({ length: M }, (_, i) => counts[(i * T + j) * S + s])
  const each = Array.from({ length: S }, (_, s) => {
    const columns = Array.from({ length: T }, (_, j) => column(s, j))
    const means = Float64Array.from(columns, (x) => x.reduce((a, b) => a + b, 0) / M)
    const sds = Float64Array.from(columns, (x, j) =>
      Math.sqrt(x.reduce((sum, n) => sum + (n - means[j]) ** 2, 0) / Math.max(1, M - 1)),
    )
    const end = columns[T - 1]
    const last = new Float64Array(end.reduce((a, b) => Math.max(a, b), 0) + 1)
    for (const n of end) last[n] += 1 / M
    const memory = Float64Array.from({ length: T }, (_, back) => {
      const j = T - 1 - back
      const product = end.reduce((sum, n, i) => sum + (n - means[T - 1]) * (columns[j][i] - means[j]), 0)
      return product / Math.max(1, M - 1) / (sds[T - 1] * sds[j])
    })
    const shown = Array.from({ length: Math.min(M, shownPaths) }, (_, i) => Float64Array.from(columns, (x) => x[i]))
    return { means, sds, last, memory, shown }
  })
  return {
    mean: each.map(({ means }) => means),
    sd: each.map(({ sds }) => sds),
    last: each.map(({ last }) => last),
    memory: each.map(({ memory }) => memory),
    shown: each.map(({ shown }) => shown),
  }
}

function ofLaws(laws: readonly Law[], axes: readonly number[], S: number): NonNullable<EnsembleReport['exact']> {
  const each = Array.from({ length: S }, (_, s) => {
    const q = axes.indexOf(s)
    if (q < 0) return undefined
    const marginals = laws.map((law) => marginal(law, q, axes.length))
    const means = Float64Array.from(marginals, (p) => p.reduce((sum, mass, n) => sum + mass * n, 0))
    const sds = Float64Array.from(marginals, (p, j) =>
      Math.sqrt(p.reduce((sum, mass, n) => sum + mass * (n - means[j]) ** 2, 0)),
    )
    return { means, sds, last: marginals[marginals.length - 1] }
  })
  return { mean: each.map((one) => one?.means), sd: each.map((one) => one?.sds), last: each.map((one) => one?.last) }
}
