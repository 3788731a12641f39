/** Derivatives of laws with respect to a parameter as differences of certified laws: for chains too large to carry them. */
import { type NamedArray, namedArray } from '../numerics/named-array'
import type { Problem } from '../solvers/contract'
import { lawsOf, scaled } from './laws'
import type { Work } from './progress'

export interface LawSlopes {
  /** [time, quantity] and [time, quantity, count]. */
  readonly means: NamedArray
  readonly marginals: NamedArray
  /** Largest change of a derivative of a probability, or of a mean, when two more points are used. */
  readonly change: { readonly probability: number; readonly mean: number }
}

/** Relative step. Laws are that smooth: the five points err by less than their change against three. */
const step = 1 / 256
/** Of each law: what it leaves out is divided by the step. */
const tolerance = 1e-11

/**
 * Five-point central differences (error h⁴ f⁽⁵⁾/30, h being 1/256 of the parameter, which must not be 0) of laws whose
 * own error is proved to be below 1e-11; with three points the error is h² f⁽³⁾/6, and nothing tells of it.
 */
export function* lawSlopes(problem: Problem, parameter: number, points: 3 | 5 = 5): Work<LawSlopes> {
  const value = problem.parameters[parameter]
  const h = step * value
  const moved = (k: number): Problem => ({ ...problem, parameters: problem.parameters.with(parameter, value + k * h) })
  const places = points === 5 ? [-2, -1, 1, 2] : [-1, 1]
  const laws = []
  for (const [i, k] of places.entries())
    laws.push(yield* scaled(lawsOf(moved(k), tolerance), i / places.length, (i + 1) / places.length))
  const time = Array.from(problem.times)
  const quantity = laws[0].marginals.coords.quantity.map(String)
  const length = Math.max(...laws.map(({ marginals }) => marginals.shape[2]))
  const means = namedArray([
    ['time', time],
    ['quantity', quantity],
  ])
  const marginals = namedArray([
    ['time', time],
    ['quantity', quantity],
    ['count', Array.from({ length }, (_, n) => n)],
  ])
  const change = { probability: 0, mean: 0 }
  const combine = (f: readonly number[]) => {
    if (points === 3) return { five: (f[1] - f[0]) / (2 * h), three: Number.NaN }
    const [near, far] = [(f[2] - f[1]) / (2 * h), (f[3] - f[0]) / (4 * h)]
    return { five: (4 * near - far) / 3, three: near }
  }
  for (let k = 0; k < time.length; k++) {
    for (const [q, name] of quantity.entries()) {
      let mean = 0
      let before = 0
      for (let n = 0; n < length; n++) {
        const { five, three } = combine(
          laws.map(({ marginals: { data, shape } }) => (n < shape[2] ? data[(k * shape[1] + q) * shape[2] + n] : 0)),
        )
        marginals.data[(k * quantity.length + q) * length + n] = five
        change.probability = Math.max(change.probability, Math.abs(five - three))
        mean += n * five
        before += n * three
      }
      means.data[k * quantity.length + quantity.indexOf(name)] = mean
      change.mean = Math.max(change.mean, Math.abs(mean - before))
    }
  }
  return { means, marginals, change }
}
