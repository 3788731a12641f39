/** How far the means of one answer are from those of exact samples, in the error that the difference has by itself. */
import type { NamedArray } from '../numerics/named-array'
import type { Observation } from '../solvers/contract'

export interface Drift {
  readonly times: readonly number[]
  readonly quantities: readonly string[]
  /** [time, quantity]: difference of the means, and the standard error of it; NaN where there is no answer yet. */
  readonly difference: Float64Array
  readonly standardError: Float64Array
}

/** At the times and of the quantities that both have. `answer` adds its error of sampling, where it has one. */
export function driftOf(answer: Observation, samples: Observation): Drift | undefined {
  if (samples.error.kind !== 'sampling') return undefined
  const [a, b] = [answer.array.coords, samples.array.coords]
  const times = a.time.filter((time) => b.time.includes(time)).map(Number)
  const quantities = a.quantity.filter((name) => b.quantity.includes(name)).map(String)
  const spread = samples.error.standardError
  const own = answer.error.kind === 'sampling' ? answer.error.standardError : undefined
  const cells = times.flatMap((time) => quantities.map((name) => [time, name] as const))
  return {
    times,
    quantities,
    difference: Float64Array.from(cells, ([t, q]) => mean(answer.array, t, q) - mean(samples.array, t, q)),
    standardError: Float64Array.from(cells, ([t, q]) => Math.hypot(mean(spread, t, q), own ? mean(own, t, q) : 0)),
  }
}

function mean({ coords, shape, data }: NamedArray, time: number, quantity: string): number {
  const [t, q] = [coords.time.indexOf(time), coords.quantity.indexOf(quantity)]
  return data[t * shape[1] * shape[2] + q]
}

/** Standard errors, signed; 0 where there is neither a difference nor an error, as of counts that never change. */
export function inErrors({ difference, standardError }: Drift): Float64Array {
  return difference.map((d, k) => (standardError[k] > 0 ? d / standardError[k] : d === 0 ? 0 : d / 0))
}
