/** The law of the whole state, count after count. */
import type { Artifact, Problem } from '../contract'
import { coordinates } from '../fsp/kernel'
import type { Teller, Told, Untold } from '../tellers'
import { unpack } from './model'
import { conditionalsOf } from './voice'

export const teller: Teller = {
  about:
    'The law of the whole state as a network has learnt it, with its gradient: of cells, and of whole courses by hops.',
  of,
  whole(artifact, problem) {
    const model = unpack(artifact, problem)
    return model && conditionalsOf(model)
  },
}

function of(artifact: Artifact, problem: Problem, quantities: readonly number[]): Told | Untold {
  const model = unpack(artifact, problem)
  if (!model) return { why: 'what was learnt is of another network, or of other values than these' }
  const conditionals = conditionalsOf(model)
  const { axes } = coordinates(problem.network, problem.initial)
  const places = quantities.map((q) => axes.indexOf(q))
  // Counts after the last one that is seen need not be known.
  const depth = places.every((place) => place >= 0) ? Math.max(...places) + 1 : conditionals.blocks.length
  return { conditionals, depth, map: model.map }
}
