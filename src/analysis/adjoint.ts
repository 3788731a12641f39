/** How the mean of one quantity answers to every parameter at once: the other way round from `sensitivity`. */
import { evaluators } from '../network/evaluate'
import { poissonWindow } from '../numerics/poisson'
import type { Problem } from '../solvers/contract'
import { fsp } from '../solvers/fsp/index'
import { begin, slice } from '../solvers/fsp/projection'
import { initialState } from '../solvers/fsp/settled'
import { forEachState } from '../solvers/fsp/space'
import type { Work } from './progress'
import { differentiate, type Slopes } from './slopes'
import { checkSteady } from './steady'

export interface Gradient {
  /** E[f] at the last output time, the mass outside the box counting as f = 0. */
  readonly mean: number
  /** ∂E[f]/∂θ of the parameters asked about, in their order. */
  readonly slopes: Float64Array
  readonly states: number
}

/** Events in one series, whose terms are all kept: at most so many, and so many numbers (320 MB). */
const seriesEvents = 512
const maxKept = 4e7
/** What the Poisson tails of a series may hold. */
const tail = 1e-16
/** Rates worked through between two looks at the clock: a few milliseconds. */
const stretch = 5e5

/**
 * The gradient of the mean of a quantity, by its number, at the last output time. f is carried backwards,
 * λ = e^((T − t) Qᵀ) f, and ∂E[f]/∂θ = ∫ λᵀ (∂Q/∂θ) p dt: one pass forth and one back, however many the parameters.
 * Both passes are the same uniformised series, so that this is the exact gradient of the number that `sensitivity`
 * computes by the other order of sums, but for rounding.
 */
export function* meanGradient(
  problem: Problem,
  quantity: number,
  parameters: readonly number[],
  tolerance = 1e-9,
): Work<Gradient> {
  checkSteady(problem.network)
  const projection = begin(problem, { ...fsp.options.defaults, tolerance })
  while (projection.time < projection.horizon) yield* slice(projection, projection.horizon)
  const { generator, space, horizon } = projection
  const slopes = yield* differentiate(projection, parameters)
  const rule = evaluators(problem.network, problem.parameters).quantities[quantity]
  const f = new Float64Array(generator.states)
  forEachState(space, generator.box, (place, counts) => {
    f[generator.numbering ? generator.numbering[place] : place] = rule(counts, horizon)
  })
  const start = new Float64Array(generator.states)
  start[initialState(projection)] = 1
  const perSeries = Math.min(seriesEvents, Math.max(1, maxKept / generator.states / 2))
  const parts = Math.max(1, Math.ceil((generator.rate * horizon) / perSeries))
  const events = (generator.rate * horizon) / parts
  const { first, weights } = poissonWindow(events, tail)
  const weightOf = (k: number) => (k < first ? 0 : (weights[k - first] ?? 0))
  const count = first + weights.length
  const look = Math.max(1, Math.floor(stretch / (slopes.from.length + 1)))
  // Where each series starts; its terms are made again on the way back.
  const starts: Float64Array[] = [start]
  for (let part = 0; part < parts - 1; part++) {
    const sum = new Float64Array(start.length)
    let term = starts[part]
    for (let k = 0; k < count; k++) {
      addTo(sum, weightOf(k), term)
      term = forth(slopes, generator.rate, term)
      if (k % look === look - 1) yield { done: part / (2 * parts), phase: 'forth' }
    }
    starts.push(sum)
  }
  const gradient = new Float64Array(parameters.length)
  let lambda: Float64Array = f
  let mean = 0
  for (let part = parts - 1; part >= 0; part--) {
    const terms: Float64Array[] = [starts[part]]
    while (terms.length < count) {
      terms.push(forth(slopes, generator.rate, terms[terms.length - 1]))
      if (terms.length % look === 0) yield { done: 1 - (part + 1) / (2 * parts), phase: 'back' }
    }
    for (let k = first; part === parts - 1 && k < count; k++) {
      mean += weightOf(k) * dot(f, terms[k])
      if (k % look === 0) yield
    }
    // Horner's scheme: u_j = Σ_{k > j} w_k (Pᵀ)^(k − 1 − j) λ.
    let u: Float64Array = new Float64Array(start.length)
    for (let j = count - 1; j >= 0; j--) {
      gather(gradient, slopes, generator.rate, u, terms[j])
      u = back(slopes, generator.rate, u)
      addTo(u, weightOf(j), lambda)
      if (j % look === 0) yield { done: 1 - (part + 0.5) / (2 * parts), phase: 'back' }
    }
    lambda = u
  }
  return { mean, slopes: gradient, states: generator.states }
}

/** P p. */
function forth({ from, to, rate: rates }: Slopes, rate: number, p: Float64Array): Float64Array {
  const next = p.slice()
  for (let e = 0; e < from.length; e++) {
    const flow = (rates[e] * p[from[e]]) / rate
    next[from[e]] -= flow
    if (to[e] >= 0) next[to[e]] += flow
  }
  return next
}

/** Pᵀ u: what leaves the box is worth nothing. */
function back({ from, to, rate: rates }: Slopes, rate: number, u: Float64Array): Float64Array {
  const next = u.slice()
  for (let e = 0; e < from.length; e++) {
    next[from[e]] += (rates[e] * ((to[e] >= 0 ? u[to[e]] : 0) - u[from[e]])) / rate
  }
  return next
}

/** gradient += uᵀ (∂P/∂θ) p. */
function gather(into: Float64Array, { from, to, slope }: Slopes, rate: number, u: Float64Array, p: Float64Array): void {
  for (let e = 0; e < from.length; e++) {
    const worth = (p[from[e]] * ((to[e] >= 0 ? u[to[e]] : 0) - u[from[e]])) / rate
    if (worth !== 0) for (let i = 0; i < into.length; i++) into[i] += slope[i][e] * worth
  }
}

function addTo(sum: Float64Array, weight: number, term: Float64Array): void {
  if (weight > 0) for (let i = 0; i < sum.length; i++) sum[i] += weight * term[i]
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
