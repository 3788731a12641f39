/** What the tests of solvers share: a question from a text, and a run of a method without a host. */

import { parse } from '../network/parse'
import { stream } from '../numerics/rng'
import type { Frame, Method, Observe, Problem, Run, Solution } from './contract'

const nothing: Observe = { moments: false, marginals: false, joints: [], trajectories: false }

/** The problem that a network text poses; what to observe defaults to moments alone. */
export function ask(text: string, times: ArrayLike<number>, observe: Partial<Observe> = { moments: true }): Problem {
  const { network, diagnostics } = parse(text)
  if (!network) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return {
    network,
    parameters: Float64Array.from(network.parameters, ({ value }) => value),
    initial: Float64Array.from(network.species, ({ initial }) => initial),
    times: Float64Array.from(times),
    observe: { ...nothing, ...observe },
  }
}

/** A host's loan: streams of the seed, and an opinion on when to yield. */
export function lend(seed = 1, due: () => boolean = () => false): Run {
  return { rng: (i) => stream(seed, i), due }
}

/** Run a method to its end; `onFrame` sees every frame. */
export async function finish<O>(
  method: Method<O>,
  problem: Problem,
  options: O,
  run: Run = lend(),
  onFrame: (frame: Frame) => void = () => {},
): Promise<Solution> {
  const generator = method.solve(problem, options, run)
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return value
    onFrame(value())
  }
}
