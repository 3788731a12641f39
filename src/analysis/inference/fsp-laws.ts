/** Exact laws of what is observed, by projection, on a box that is kept from one set of parameters to the next. */
import type { Problem } from '../../solvers/contract'
import { again, carry, standAt } from '../../solvers/fsp/again'
import { type BoxGenerator, layOut } from '../../solvers/fsp/generator'
import { fsp } from '../../solvers/fsp/index'
import { held } from '../../solvers/fsp/projection'
import { rest } from '../../solvers/fsp/rest'
import { coordinates, origin } from '../../solvers/fsp/space'
import { nothing } from '../../solvers/observe'
import { checkSteady } from '../steady'
import type { Law, Laws } from './likelihood'
import { type Groups, groupStates, type Observed } from './observed'

/** A box is dropped after so many uses, so that one that grew for an odd proposal does not slow down all that follow. */
const usesOfBox = 200
/** A law with more states would take minutes, and it is asked for thousands of times. */
const usualStates = 200_000

/** Laws at these times, ascending; an infinite one is that at rest. `tolerance` bounds the l1 error of each. */
export function fspLaws(
  observed: Observed,
  times: readonly number[],
  tolerance: number,
  maxStates = usualStates,
): Laws {
  const { network, initial, quantities } = observed
  const space = coordinates(network, initial)
  const options = { ...fsp.options.defaults, propagator: 'uniformisation' as const, tolerance, maxStates }
  const finite = Float64Array.from(times.filter((t) => t < Number.POSITIVE_INFINITY))
  const grouping = groupStates(observed)
  let box: BoxGenerator | undefined
  let uses = 0
  let still: BoxGenerator | undefined
  return function* laws(parameters) {
    const problem: Problem = { network, initial, parameters, times: finite, observe: nothing }
    const list: Law[] = []
    if (finite.length > 0) {
      if (!box || ++uses % usesOfBox === 0) box = layOut(network, space, origin(space))
      const projection = yield* again(problem, space, box, options, 0)
      standAt(projection, initial)
      for (const time of finite) {
        yield* carry(projection, time)
        const { law, distance } = held(projection)
        const groups = grouping(space, projection.generator, parameters, time)
        list.push(push(groups, law, distance, quantities.length))
      }
      box = projection.generator
    }
    if (finite.length < times.length) {
      checkSteady(network)
      const start = still ?? layOut(network, space, origin(space))
      const projection = yield* again(problem, space, start, options, 0)
      standAt(projection, initial)
      const { distance, how } = yield* rest(projection)
      still = projection.generator
      const groups = grouping(space, still, parameters, 0)
      const law = push(groups, still.matrix.transition.vectors[0], distance, quantities.length)
      list.push(how === undefined ? law : { ...law, estimated: true })
    }
    return list
  }
}

function push({ values, of }: Groups, law: Float64Array, missing: number, quantities: number): Law {
  const p = new Float64Array(values.length / quantities)
  for (let i = 0; i < of.length; i++) if (of[i] >= 0) p[of[i]] += law[i]
  return { values, p, missing }
}
