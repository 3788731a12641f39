/** Which laws are learnt for what is asked: of counts that are functions of one species that species' law is enough. */
import { evaluators } from '../../network/evaluate'
import { quantities } from '../../network/network'
import { exprReads } from '../../network/structure'
import type { Observe, Problem } from '../contract'

/** A law to be learnt: of one quantity, or of two at once. */
export interface Target {
  readonly key: string
  /** Indices of quantities. */
  readonly of: readonly number[]
}

/** How a quantity follows from one whose law is learnt. */
export interface Source {
  readonly of: number
  /** Its value when that one has this count. */
  value(count: number): number
}

export interface Plan {
  readonly targets: readonly Target[]
  /** Per quantity. */
  readonly sources: readonly Source[]
}

/** What has to be learnt to answer; the targets are in an order that only the question decides. */
export function plan(problem: Problem): Plan {
  const sources = sourcesOf(problem)
  const { observe } = problem
  const targets = new Map<string, Target>()
  const add = (of: readonly number[]) => {
    const key = of.join()
    targets.set(key, { key, of })
  }
  if (observe.marginals || observe.moments) for (const { of } of sources) add([of])
  for (const [a, b] of observe.joints) {
    const [one, other] = [sources[a].of, sources[b].of].sort((x, y) => x - y)
    add(one === other ? [one] : [one, other])
  }
  return { targets: [...targets.values()], sources }
}

/** What a teacher is asked for: the laws of the targets. */
export function observeTargets(targets: readonly Target[]): Observe {
  return {
    moments: false,
    marginals: targets.some(({ of }) => of.length === 1),
    joints: targets.flatMap(({ of }) => (of.length === 2 ? [[of[0], of[1]] as const] : [])),
    trajectories: false,
  }
}

function sourcesOf({ network, parameters, initial }: Problem): Source[] {
  const S = network.species.length
  const rules = evaluators(network, parameters).quantities
  return quantities(network).map((_, q): Source => {
    const own = { of: q, value: (count: number) => count }
    if (q < S) return own
    const { species, time } = exprReads(network, network.observables[q - S].expr)
    if (time || species.length > 1 || S === 0) return own
    const of = species[0] ?? 0
    const x = initial.slice()
    return {
      of,
      value(count) {
        x[of] = count
        return rules[q](x, 0)
      },
    }
  })
}
