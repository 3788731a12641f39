/** Where a network that has learnt over initial counts goes from any of them: the transition kernel of one hop. */

import type { Network } from '../../network/network'
import { type Conditionals, cellsOf } from '../../solvers/conditionals'
import { type Artifact, Failure, type Problem } from '../../solvers/contract'
import { encode, inputCount, outside, type Setting } from '../../solvers/design'
import { type Coordinates, coordinates } from '../../solvers/fsp/space'
import { nothing } from '../../solvers/observe'
import { tellers } from '../../solvers/tellers'

export interface Asked {
  readonly network: Network
  readonly parameters: Float64Array
  readonly initial: Float64Array
}

export interface HopKernel {
  readonly conditionals: Conditionals
  readonly space: Coordinates
  readonly horizon: number
  /** The prompt for a hop of this length from these counts of all species. */
  prompt(from: Float64Array, lag: number, into: Float64Array, at: number): void
  /** Whether hops from here were learnt. */
  inside(from: Float64Array): boolean
}

const known = Object.keys(tellers)
  .map((id) => `"${id}"`)
  .join(' or ')
const howTo = `train ${known} with the option "starts", the largest count to start from`

/** The kernel in an artifact; a Failure says in words why there is none. */
export function hopKernel(learnt: Artifact | undefined, { network, parameters, initial }: Asked): HopKernel {
  if (!learnt) throw new Failure('learnt', 'nothing is learnt of hops of this network', howTo)
  const problem: Problem = { network, parameters, initial, times: Float64Array.of(1), observe: nothing }
  const space = coordinates(network, initial)
  const conditionals = tellers[learnt.solver]?.whole(learnt, problem)
  if (!conditionals) {
    throw new Failure('learnt', 'what was learnt is of another network, or not of the whole state', howTo)
  }
  const { domain } = conditionals
  const fixed = space.axes.filter((s) => domain.axes.every(({ kind, index }) => kind !== 'initial' || index !== s))
  if (fixed.length) {
    const names = fixed.map((s) => network.species[s].name).join(', ')
    throw new Failure('learnt', `hops from other counts of ${names} than that of the study were not learnt`, howTo)
  }
  const away = outside(domain, { parameters, initial }).find(({ kind }) => kind === 'parameter')
  if (away) {
    const range = `${away.min} … ${away.max}`
    throw new Failure(
      'learnt',
      `${away.name} = ${parameters[away.index]} is outside ${range}, what was learnt`,
      'move it',
    )
  }
  const setting = (from: Float64Array): Setting => ({ parameters, initial: from })
  return {
    ...{ conditionals, space, horizon: domain.horizon },
    prompt: (from, lag, into, at) => encode(domain, setting(from), lag, into, at),
    inside: (from) => outside(domain, setting(from)).length === 0,
  }
}

/** One prompt for each row. */
export function promptsOf(kernel: HopKernel, from: readonly Float64Array[], lag: number): Float64Array {
  const inputs = inputCount(kernel.conditionals.domain)
  const prompts = new Float64Array(from.length * inputs)
  from.forEach((counts, row) => {
    kernel.prompt(counts, lag, prompts, row * inputs)
  })
  return prompts
}

/** Counts of all the species of a block's cell, into counts. */
export function uncell(kernel: HopKernel, i: number, cell: number, into: Float64Array): void {
  const { of, widths } = kernel.conditionals.blocks[i]
  let rest = cell
  for (let k = of.length - 1; k >= 0; k--) {
    into[of[k]] = rest % widths[k]
    rest = Math.floor(rest / widths[k])
  }
}

/** Whether a cell is at the edge of what the laws of its block hold. */
export function atEdge(kernel: HopKernel, i: number, cell: number): boolean {
  const { widths } = kernel.conditionals.blocks[i]
  let rest = cell
  for (let k = widths.length - 1; k >= 0; k--) {
    // A gene that is on is no edge.
    if (widths[k] > 2 && rest % widths[k] === widths[k] - 1) return true
    rest = Math.floor(rest / widths[k])
  }
  return false
}

export { cellsOf }
