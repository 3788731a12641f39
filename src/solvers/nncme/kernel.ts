/** Networks that step through time, as teachers of others. */
import type { Artifact, Problem, Run } from '../contract'
import { nncme } from './index'
import { open } from './open'
import { method } from './solve'

/** Updates of each step, where hundreds of settings are taught. */
const updates = 150

/** What a network learns of a problem at its times, from so many states; yields as it works. */
export async function* learnt(
  problem: Problem,
  states: number,
  run: Run,
): AsyncGenerator<void, Artifact | undefined, void> {
  const options = {
    ...nncme.options.defaults,
    replicates: Math.max(100, states),
    updates,
    batch: 256,
    width: 16,
    check: 0,
  }
  const work = method.solve(problem, options, run)
  for (;;) {
    const { done, value } = await work.next()
    if (done) return value.artifact
    yield
  }
}

export { open }
