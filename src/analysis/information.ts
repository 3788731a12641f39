/** What one look at all counts tells of the parameters: the Fisher information in relative units, and its directions. */
import { symmetricSpectrum } from '../numerics/symmetric'
import { Failure, type Problem } from '../solvers/contract'
import type { Work } from './progress'
import { sensitivity } from './sensitivity'

export interface InformationFinding {
  /** Parameters that are not 0: relative changes of others mean nothing. */
  readonly parameters: readonly string[]
  readonly at: readonly number[]
  readonly times: readonly number[]
  /** By time: θ_i θ_j I_ij, the information about the logarithms of the parameters, row by row. */
  readonly matrices: readonly Float64Array[]
  /** By time: eigenvalues, descending, and unit vectors over the logarithms of the parameters. */
  readonly spectra: readonly { readonly values: Float64Array; readonly vectors: Float64Array }[]
  readonly missing: number
  readonly leaked: number
  readonly states: number
}

/** A matrix of more than this many parameters cannot be read. */
const maxParameters = 24

export function* informationOf(problem: Problem, tolerance = 1e-7): Work<InformationFinding> {
  const { parameters } = problem.network
  const numbers = parameters.map((_, i) => i).filter((i) => problem.parameters[i] !== 0)
  if (numbers.length === 0) throw new Failure('parameters', 'the network has no parameter that is not 0')
  if (numbers.length > maxParameters) {
    throw new Failure(
      'parameters',
      `${numbers.length} parameters; information is computed for at most ${maxParameters}`,
      'write the numbers of those that are known into the reactions',
    )
  }
  const { information, missing, leaked, states } = yield* sensitivity(problem, numbers, tolerance)
  const n = numbers.length
  const values = numbers.map((i) => problem.parameters[i])
  const matrices = Array.from(problem.times, (_, k) =>
    Float64Array.from(
      { length: n * n },
      (_, at) => information.data[k * n * n + at] * values[Math.floor(at / n)] * values[at % n],
    ),
  )
  return {
    parameters: numbers.map((i) => parameters[i].name),
    at: values,
    times: Array.from(problem.times),
    matrices,
    spectra: matrices.map((matrix) => symmetricSpectrum(matrix, n)),
    missing,
    leaked,
    states,
  }
}
