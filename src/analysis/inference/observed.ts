/** What an observer sees of a state: the tuple of values of some quantities. */
import { builder, quantityRules } from '../../network/evaluate'
import type { Expr, Network } from '../../network/network'
import { exprReads, parts } from '../../network/structure'
import type { BoxGenerator } from '../../solvers/fsp/generator'
import { type Coordinates, forEachState } from '../../solvers/fsp/space'

/** What was observed, and of what. */
export interface Observed {
  readonly network: Network
  /** Counts at time 0. */
  readonly initial: Float64Array
  /** Numbers in `quantities(network)`. */
  readonly quantities: readonly number[]
}

/** States that look the same: [tuple, quantity] values, and the tuple of every state. */
export interface Groups {
  readonly values: Float64Array
  readonly of: Int32Array
}

/** Whether what is seen of a state is always the same, whatever the parameters and the time. */
export function seesAlike({ network, quantities }: Observed): boolean {
  const fixed = (e: Expr): boolean => {
    if (e.kind === 'parameter') return false
    if (e.kind === 'let') return fixed(network.lets[e.index].expr)
    return parts(e).every(fixed)
  }
  return quantities.every((q) => {
    const observable = network.observables[q - network.species.length]
    return !observable || (!exprReads(network, observable.expr).time && fixed(observable.expr))
  })
}

/** Groups the states of a box, and remembers how, where it may. */
export function groupStates(observed: Observed) {
  const alike = seesAlike(observed)
  const known = new WeakMap<BoxGenerator, Groups>()
  return (space: Coordinates, generator: BoxGenerator, parameters: Float64Array, t: number): Groups => {
    const before = alike ? known.get(generator) : undefined
    if (before) return before
    const groups = group(observed, space, generator, parameters, t)
    known.set(generator, groups)
    return groups
  }
}

export function group(
  { network, quantities }: Observed,
  space: Coordinates,
  { box, states, numbering }: Pick<BoxGenerator, 'box' | 'states' | 'numbering'>,
  parameters: Float64Array,
  t: number,
): Groups {
  const all = quantityRules(network, builder(network, parameters))
  const rules = quantities.map((q) => all[q])
  const of = new Int32Array(states).fill(-1)
  const values: number[] = []
  const index = new Map<number | string, number>()
  forEachState(space, box, (place, counts) => {
    const tuple = rules.map((rule) => rule(counts, t))
    const key = tuple.length === 1 ? tuple[0] : tuple.join()
    let number = index.get(key)
    if (number === undefined) {
      number = index.size
      index.set(key, number)
      values.push(...tuple)
    }
    of[numbering ? numbering[place] : place] = number
  })
  return { values: Float64Array.from(values), of }
}
