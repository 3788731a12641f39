/** Laws of one quantity, or of two. */
import { quantities as quantitiesOf } from '../../network/network'
import type { Artifact, Problem } from '../contract'
import { coordinates } from '../fsp/kernel'
import type { Teller, Told, Untold } from '../tellers'
import { conditionalsOf } from './conditionals'
import { unpack } from './model'
import { plan } from './targets'

export const teller: Teller = {
  about: 'Laws of one or two quantities as networks have learnt them, with their gradients.',
  of,
  whole(artifact, problem) {
    const { axes } = coordinates(problem.network, problem.initial)
    const found = axes.length <= 2 ? lawOf(artifact, problem, axes) : undefined
    return found && conditionalsOf(found.model.domain, found.law)
  },
}

function of(artifact: Artifact, problem: Problem, quantities: readonly number[]): Told | Untold {
  if (quantities.length > 2) {
    return { why: '"mixtureDensity" knows laws of one or two quantities', hint: 'use "distilled" or "fsp"' }
  }
  const { sources } = plan(problem)
  const wanted = [...new Set(quantities.map((q) => sources[q].of))].sort((a, b) => a - b)
  const found = lawOf(artifact, problem, wanted)
  if (!found) {
    const names = quantitiesOf(problem.network)
    const pair = wanted.length > 1 ? ' together (observe their joint law when it is trained)' : ''
    return { why: `what was learnt has no law of ${wanted.map((q) => names[q]).join(' and ')}${pair}` }
  }
  return {
    conditionals: conditionalsOf(found.model.domain, found.law),
    depth: 1,
    map: found.law.map,
    value: (k, counts) => sources[quantities[k]].value(counts[wanted.indexOf(sources[quantities[k]].of)]),
  }
}

function lawOf(artifact: Artifact, problem: Problem, quantities: readonly number[]) {
  const wanted = [...quantities].sort((a, b) => a - b)
  const key = wanted.join()
  const model = unpack(artifact, problem, [{ key, of: wanted }])
  const law = model?.laws.find((one) => one.key === key)
  return model && law && { model, law }
}
