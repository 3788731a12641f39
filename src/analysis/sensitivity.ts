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
  yield
  const rows = yield* rowsOf(slopes, generator.states, generator.rate)
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
    vectors = yield* carry(rows, vectors, generator.rate, t - time)
    time = t
    yield { done: t / projection.horizon, phase: `t = ${Number(t.toPrecision(3))}` }
    const [p, ...s] = vectors
    for (const [i, derivative] of s.entries()) {
      yield
      const row = k * s.length + i
      missing = Math.max(missing, Math.abs(derivative.reduce((a, b) => a + b, 0)))
      forEachState(space, generator.box, (place, x) => {
        const value = derivative[generator.numbering ? generator.numbering[place] : place]
        names.forEach((_, q) => {
          means.data[row * names.length + q] += value * x[q]
          marginals.data[(row * names.length + q) * counts.length + x[q]] += value
        })
      })
      for (const [j, other] of s.entries()) {
        if (j % atOnce === 0) yield
        let sum = 0
        for (let x = 0; x < n; x++) if (p[x] > 0) sum += (derivative[x] / p[x]) * other[x]
        information.data[row * s.length + j] = sum
      }
    }
  }
  return { means, marginals, information, missing, leaked: projection.leaked, states: n }
}

/** Sums over all states between two looks at the clock. */
const atOnce = 8
/** Events in one series: e^(−Λh) and all weights stay representable, and √ of it is a small overhead. */
const seriesEvents = 512
/** What the Poisson tails of a series may hold. */
const tail = 1e-16
/** Rates worked through between two looks at the clock: a few milliseconds. */
const stretch = 1e6

/** Carry the law and its derivatives over a time h. Λ is `rate`. */
function* carry(rows: Rows, start: Float64Array[], rate: number, h: number): Work<Float64Array[]> {
  let term: Float64Array[] = start
  let next: Float64Array[] = start.map((vector) => new Float64Array(vector.length))
  const look = Math.max(1, Math.floor(stretch / (rows.whole.coefficient.length * start.length + 1)))
  for (let left = rate * h; left > 0; left -= seriesEvents) {
    const { first, weights } = poissonWindow(Math.min(left, seriesEvents), tail)
    const sums = term.map((vector) => new Float64Array(vector.length))
    for (let k = 0; k < first + weights.length; k++) {
      const weight = k < first ? 0 : weights[k - first]
      if (weight > 0) {
        for (let v = 0; v < term.length; v++) {
          const [sum, x] = [sums[v], term[v]]
          for (let i = 0; i < x.length; i++) sum[i] += weight * x[i]
        }
      }
      for (let v = 0; v < term.length; v++) {
        multiply(rows.whole, term[v], next[v], false)
        if (v > 0) multiply(rows.slopes[v - 1], term[0], next[v], true)
      }
      ;[term, next] = [next, term]
      if (k % look === look - 1) yield
    }
    term = sums
    next = sums.map((vector) => new Float64Array(vector.length))
  }
  return term
}

/** A sparse matrix by rows, the row being the target. */
interface Sparse {
  readonly begin: Int32Array
  readonly source: Int32Array
  readonly coefficient: Float64Array
}

interface Rows {
  /** P = I + Q/Λ. */
  readonly whole: Sparse
  /** ∂P/∂θ, one per parameter. */
  readonly slopes: readonly Sparse[]
}

function* rowsOf({ from, to, rate, slope }: Slopes, states: number, outflow: number): Work<Rows> {
  const whole = sparse(states, from, to, rate, outflow, 1)
  const slopes: Sparse[] = []
  for (const values of slope) {
    yield
    slopes.push(sparse(states, from, to, values, outflow, 0))
  }
  return { whole, slopes }
}

/** `diagonal` plus what flows along the edges at these values over Λ: in at the target, out at the source. */
function sparse(
  states: number,
  from: Int32Array,
  to: Int32Array,
  values: Float64Array,
  rate: number,
  diagonal: number,
): Sparse {
  const loss = new Float64Array(states).fill(diagonal)
  const begin = new Int32Array(states + 1)
  for (let e = 0; e < from.length; e++) {
    if (values[e] === 0) continue
    loss[from[e]] -= values[e] / rate
    if (to[e] >= 0) begin[to[e] + 1]++
  }
  for (let i = 0; i < states; i++) begin[i + 1] += begin[i] + Number(loss[i] !== 0)
  const source = new Int32Array(begin[states])
  const coefficient = new Float64Array(begin[states])
  const at = begin.slice()
  const put = (row: number, column: number, value: number) => {
    source[at[row]] = column
    coefficient[at[row]++] = value
  }
  for (let i = 0; i < states; i++) if (loss[i] !== 0) put(i, i, loss[i])
  for (let e = 0; e < from.length; e++) if (values[e] !== 0 && to[e] >= 0) put(to[e], from[e], values[e] / rate)
  return { begin, source, coefficient }
}

/** y = A x, or y += A x. */
function multiply({ begin, source, coefficient }: Sparse, x: Float64Array, y: Float64Array, add: boolean): void {
  for (let i = 0; i < y.length; i++) {
    let sum = add ? y[i] : 0
    for (let k = begin[i]; k < begin[i + 1]; k++) sum += coefficient[k] * x[source[k]]
    y[i] = sum
  }
}
