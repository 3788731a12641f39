/** Propensities as products of a part that one axis does not change and a part that only this axis changes. */
import { combinations, evaluators, type Rule } from '../../network/evaluate'
import type { Network } from '../../network/network'
import { exprReads } from '../../network/structure'
import { type Clock, mixed } from './clock'
import type { Coordinates } from './space'

/** outer(x) · inner(x), or `whole` where the propensity is no such product. Rules read counts of all species, and the clock. */
export type Separated =
  | { readonly kind: 'product'; readonly outer: Rule; readonly inner?: Rule }
  | { readonly kind: 'whole'; readonly whole: Rule }

/** One factor of a propensity and the species that it reads. */
interface Factor {
  readonly rule: Rule
  readonly species: readonly number[]
}

/** Separate every reaction's propensity with respect to one axis. */
export function separate(
  network: Network,
  parameters: ArrayLike<number>,
  space: Coordinates,
  axis: number,
  clock: Clock,
): Separated[] {
  const { propensities, rates } = evaluators(network, parameters)
  const along = new Set<number>([space.axes[axis]])
  const across = new Set<number>(space.axes.filter((_, a) => a !== axis))
  for (const { species, weights } of space.dependents) {
    if (weights[axis] !== 0) along.add(species)
    if (weights.some((weight, a) => a !== axis && weight !== 0)) across.add(species)
  }
  return network.reactions.map((reaction, r): Separated => {
    // Only the rate reads the time, so that a mixture of rates is the mixture of propensities.
    const { species: read, time } = exprReads(network, reaction.rate)
    const rate = time ? mixed(rates[r], clock) : rates[r]
    const factors: Factor[] = [{ rule: rate, species: read }]
    const terms = reaction.law === 'explicit' ? reaction.net.filter(({ count }) => count < 0) : reaction.reactants
    for (const { species, count } of terms) {
      const rule: Rule =
        reaction.law === 'explicit' ? (x) => (x[species] + count < 0 ? 0 : 1) : (x) => combinations(x[species], count)
      factors.push({ rule, species: [species] })
    }
    const reads = ({ species }: Factor, which: ReadonlySet<number>) => species.some((s) => which.has(s))
    if (factors.some((factor) => reads(factor, along) && reads(factor, across))) {
      return { kind: 'whole', whole: time ? mixed(propensities[r], clock) : propensities[r] }
    }
    const inner = factors.filter((factor) => reads(factor, along)).map(({ rule }) => rule)
    const outer = factors.filter((factor) => !reads(factor, along)).map(({ rule }) => rule)
    return { kind: 'product', outer: product(outer), ...(inner.length > 0 && { inner: product(inner) }) }
  })
}

/** A factor of 0 is a guard: what stands beside it may be undefined there, as a rate in a state without reactants. */
function product(rules: readonly Rule[]): Rule {
  if (rules.length === 1) return rules[0]
  return (x, t) => {
    let value = 1
    for (let k = rules.length - 1; k >= 0 && value !== 0; k--) value *= rules[k](x, t)
    return value
  }
}
