/** How the law answers to parameters: its derivatives, and what a count tells of them. */
import { type NamedArray, namedArray } from '../numerics/named-array'
import { poissonWindow } from '../numerics/poisson'
import type { Problem } from '../solvers/contract'
import { fsp } from '../solvers/fsp/index'
import { begin, slice } from '../solvers/fsp/projection'
import { initialState } from '../solvers/fsp/settled'
import { forEachState } from '../solvers/fsp/space'
import type { Work } from './progress'
import { differentiate, type Slopes } from './slopes'
import { checkSteady } from './steady'

export interface Sensitivity {
  /** [time, parameter, quantity]: ∂E[quantity]/∂parameter; species only. */
  readonly means: NamedArray
  /** [time, parameter, quantity, count]: ∂P(count)/∂parameter. */
  readonly marginals: NamedArray
  /** [time, parameter, with]: Σ (∂p/∂a)(∂p/∂b)/p, what one look at all counts at that time tells of the parameters. */
  readonly information: NamedArray
  /** Largest derivative, over times and parameters, of the probability outside the box: what the box cannot show. */
  readonly missing: number
  /** Probability outside the box at the last time (proved). */
  readonly leaked: number
  readonly states: number
}

/**
 * Derivatives of the law with respect to the parameters with these numbers, at the output times. They obey
 * ∂s/∂t = Q s + (∂Q/∂θ) p, and are carried with the law p by one uniformised series (forward sensitivities). The rates
 * are differentiated by central differences: to about ten digits, exactly where they are linear.
 */
export function* sensitivity(problem: Problem, parameters: readonly number[], tolerance = 1e-9): Work<Sensitivity> {
  checkSteady(problem.network)
  const projection = begin(problem, { ...fsp.options.defaults, tolerance })
  const { times } = problem
  while (projection.time < projection.horizon) yield* slice(projection, projection.horizon)
  const { generator, space } = projection
  const slopes = yield* differentiate(projection, parameters)
  const names = problem.network.species.map(({ name }) => name)
  const axes = [
    ['time', Array.from(times)],
    ['parameter', parameters.map((i) => problem.network.parameters[i].name)],
  ] as const
  const most = names.map(() => 0)
  forEachState(space, generator.box, (_, counts) =>
    counts.forEach((x, s) => {
      most[s] = Math.max(most[s], x)
    }),
  )
  const counts = Array.from({ length: Math.max(0, ...most) + 1 }, (_, n) => n)
  const means = namedArray([...axes, ['quantity', names]])
  const marginals = namedArray([...axes, ['quantity', names], ['count', counts]])
  const information = namedArray([...axes, ['with', [...axes[1][1]]]])
  const n = generator.states
  let vectors: Float64Array[] = [new Float64Array(n), ...parameters.map(() => new Float64Array(n))]
  vectors[0][initialState(projection)] = 1
  let missing = 0
  let time = 0
  for (const [k, t] of times.entries()) {
    vectors = yield* carry(slopes, vectors, generator.rate, t - time)
    time = t
    yield { done: t / projection.horizon, phase: `t = ${Number(t.toPrecision(3))}` }
    const [p, ...s] = vectors
    s.forEach((derivative, i) => {
      const row = k * s.length + i
      missing = Math.max(missing, Math.abs(derivative.reduce((a, b) => a + b, 0)))
      forEachState(space, generator.box, (place, x) => {
        const value = derivative[generator.numbering ? generator.numbering[place] : place]
        names.forEach((_, q) => {
          means.data[row * names.length + q] += value * x[q]
          marginals.data[(row * names.length + q) * counts.length + x[q]] += value
        })
      })
      s.forEach((other, j) => {
        let sum = 0
        for (let x = 0; x < n; x++) if (p[x] > 0) sum += (derivative[x] / p[x]) * other[x]
        information.data[row * s.length + j] = sum
      })
    })
  }
  return { means, marginals, information, missing, leaked: projection.leaked, states: n }
}

/** Events in one series: e^(−Λh) and all weights stay representable, and √ of it is a small overhead. */
const seriesEvents = 512
/** What the Poisson tails of a series may hold. */
const tail = 1e-16
/** Rates worked through between two looks at the clock: a few milliseconds. */
const stretch = 1e6

/** Carry the law and its derivatives over a time h. Λ is `rate`. */
function* carry(
  { from, to, rate: rates, slope }: Slopes,
  start: Float64Array[],
  rate: number,
  h: number,
): Work<Float64Array[]> {
  let vectors = start
  const look = Math.max(1, Math.floor(stretch / (from.length * start.length + 1)))
  for (let left = rate * h; left > 0; left -= seriesEvents) {
    const { first, weights } = poissonWindow(Math.min(left, seriesEvents), tail)
    const sums = vectors.map((vector) => new Float64Array(vector.length))
    let term = vectors
    for (let k = 0; k < first + weights.length; k++) {
      const weight = k < first ? 0 : weights[k - first]
      const [p] = term
      const next = term.map((vector) => vector.slice())
      for (let v = 0; v < term.length; v++) {
        const x = term[v]
        if (weight > 0) for (let i = 0; i < x.length; i++) sums[v][i] += weight * x[i]
        const y = next[v]
        const changes = v > 0 ? slope[v - 1] : undefined
        for (let e = 0; e < from.length; e++) {
          const flow = (rates[e] * x[from[e]] + (changes ? changes[e] * p[from[e]] : 0)) / rate
          y[from[e]] -= flow
          if (to[e] >= 0) y[to[e]] += flow
        }
      }
      term = next
      if (k % look === look - 1) yield
    }
    vectors = sums
  }
  return vectors
}
