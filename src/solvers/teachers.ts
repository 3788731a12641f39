/** Where laws to learn from come from: the master equation itself, or samples of the process. */
import { quantities } from '../network/network'
import { Failure, type Observations, type Problem, type Run } from './contract'
import { type Held, project, projectQuickly, provable, recorder } from './fsp/kernel'
import { whole } from './ssa/kernel'
import { summarise } from './summary'

/**
 * What the estimated l1 distance of laws to learn from, and to be measured by, may be where they are found quickly. The
 * estimate compares steps with ones twice as long, whose error is four times as large: over the toggle switch's ranges
 * Hellinger distances were 0.0012 on average and at most 0.013 where the estimate was 0.021 and at most 0.044.
 */
export const quickEnough = { toLearn: 0.1, toMeasure: 0.005 }

/** Quick laws are found with steps so many times as short as those of a first picture. */
const finer = 4

/** Numbers in the paths of one setting: a gigabyte. */
const maxTaughtNumbers = 2 ** 27

/** States of one law: hundreds of them are wanted. */
const maxStates = 400_000

/**
 * Laws at the problem's times by projection; where those are within `quick` in l1, by alternating directions. Hands each to
 * `take`, perhaps anew from the first: k tells which.
 */
export function* exactLaws(
  problem: Problem,
  tolerance: number,
  quick: number,
  take: (law: Held, k: number) => void,
): Generator<void, void, void> {
  if (quick > 0) {
    let worst = 0
    const notice = (law: Held, k: number) => {
      worst = Math.max(worst, law.distance)
      take(law, k)
    }
    const done = projectQuickly(problem, notice, finer)
    yield
    if (done && worst <= quick) return
  }
  // All counts will be written down, whatever is asked of them.
  const verdict = provable({ ...problem, observe: { ...problem.observe, marginals: true } })
  if (!verdict.ok)
    throw new Failure('teacher', `the exact teacher fails: ${verdict.why}`, 'learn from samples: teacher = "ssa"')
  yield* project(problem, { tolerance, maxStates }, take)
}

/** Moments and laws of what the problem observes, exactly. */
export function* exactObservations(
  problem: Problem,
  tolerance: number,
  quick: number,
): Generator<void, Observations, void> {
  let record = recorder(problem)
  yield* exactLaws(problem, tolerance, quick, (law, k) => {
    if (k === 0) record = recorder(problem)
    record.take(law)
  })
  return record.observations()
}

/** The same from so many sample paths, which are those of the streams from `first` on. */
export async function* sampledObservations(
  problem: Problem,
  paths: number,
  run: Run,
  first: number,
): AsyncGenerator<void, Observations, void> {
  const { method, defaults } = await whole()
  const numbers = paths * problem.times.length * quantities(problem.network).length
  if (problem.observe.trajectories && numbers > maxTaughtNumbers) {
    const [found, most] = [numbers, maxTaughtNumbers].map((number) => number.toLocaleString('en'))
    throw new Failure(
      'memory',
      `${paths} paths per setting hold ${found} numbers; at most ${most}`,
      'ask for fewer paths',
    )
  }
  const trajectories = problem.observe.trajectories ? paths : 0
  const options = { ...defaults, replicates: paths, trajectories, pathNumbers: maxTaughtNumbers }
  const own: Run = { ...run, rng: (i) => run.rng(first + i), due: () => run.due() }
  const share = { first: 0, step: 1, until: paths }
  const tallies = method.ensemble?.tally(problem, options, own, share)
  if (!tallies) throw new Error('the sampler makes no ensembles')
  for (;;) {
    const { done, value } = await tallies.next()
    if (done) return summarise(problem, value).observations
    yield
  }
}
