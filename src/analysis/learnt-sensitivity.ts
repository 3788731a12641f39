/** How learnt laws and their means move with one parameter: the network's own derivative by its prompt. */
import { quantities } from '../network/network'
import { type NamedArray, namedArray } from '../numerics/named-array'
import { type Artifact, Failure, type Problem } from '../solvers/contract'
import { learntLaws } from './inference/learnt-laws'
import { learners, readLearnt } from './inference/learnt-reading'
import type { Work } from './progress'

export interface LearntSensitivity {
  readonly parameter: string
  /** [time, quantity]: of what was learnt a law by itself. */
  readonly means: NamedArray
  /** ∂ mean / ∂ parameter, [time, quantity]. */
  readonly slopes: NamedArray
  /** ∂ P(n) / ∂ parameter, [time, count] of each quantity. */
  readonly laws: Readonly<Record<string, NamedArray>>
  /** The derivative is that of the network: how far the network is from the truth is what its map of errors tells. */
  readonly error: { readonly kind: 'none'; readonly why: string }
}

const unknown =
  'it is the exact derivative of a learnt law, whose own distance from the truth is measured, not that of its slope'

export function* learntSensitivity(learnt: Artifact, problem: Problem, parameter: string): Work<LearntSensitivity> {
  const { network, parameters } = problem
  const learner = learners.find((one) => one === learnt.solver)
  const index = network.parameters.findIndex(({ name }) => name === parameter)
  if (!learner)
    throw new Failure('learnt', `"${learnt.solver}" does not learn over parameters`, `use ${learners.join(' or ')}`)
  if (index < 0) throw new Failure('learnt', `there is no parameter ${parameter}`)
  const times = [...problem.times].filter((t) => t > 0)
  const found = network.species.flatMap((species, q) => {
    const one = lawsOf(learner, learnt, problem, q, times)
    return one ? [{ name: quantities(network)[q] ?? species.name, ...one }] : []
  })
  if (found.length === 0) throw new Failure('learnt', 'what was learnt has no law of any species of this network')
  const axes = [
    ['time', times],
    ['quantity', found.map(({ name }) => name)],
  ] as const
  const [means, slopes] = [namedArray(axes), namedArray(axes)]
  const laws: Record<string, NamedArray> = {}
  for (const [i, { name, values, smooth }] of found.entries()) {
    const told = yield* silent(smooth.laws(parameters, noStreams))
    const most = values.reduce((a, b) => Math.max(a, b), 0)
    const law = namedArray([
      ['time', times],
      ['count', Array.from({ length: most + 1 }, (_, n) => n)],
    ])
    for (let k = 0; k < times.length; k++) {
      const by = (of: (tuple: number) => number) =>
        smooth.slope(told.map(({ p }, at) => (at === k ? p.map((_, tuple) => of(tuple)) : p.map(() => 0))))[index]
      means.data[k * found.length + i] = told[k].p.reduce((sum, p, tuple) => sum + p * values[tuple], 0)
      // Charges are at least 0: counts are.
      slopes.data[k * found.length + i] = by((tuple) => values[tuple])
      for (let n = 0; n <= most; n++) {
        law.data[k * (most + 1) + n] = by((tuple) => Number(values[tuple] === n))
        yield { phase: `${name} at time ${k + 1} of ${times.length}`, done: (i + k / times.length) / found.length }
      }
    }
    laws[name] = law
  }
  return { parameter, means, slopes, laws, error: { kind: 'none', why: unknown } }
}

/** Undefined where there is no law of this species by itself. */
function lawsOf(
  learner: string,
  learnt: Artifact,
  { network, parameters, initial }: Problem,
  q: number,
  times: readonly number[],
) {
  try {
    const observed = { network, initial, quantities: [q] }
    const reading = readLearnt(learner, { observed, priors: [], others: parameters, learnt }, times)
    return { values: reading.values, smooth: learntLaws(reading, initial, times) }
  } catch (thrown) {
    const noLaw = thrown instanceof Failure && /has no law of/.test(thrown.message)
    if (noLaw) return undefined
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
