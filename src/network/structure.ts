/** What follows from the reactions of a network without solving anything: changes, dependencies, conserved sums. */

import type { Expr, Network, Species, Term } from './network'

export { type ConservationLaw, conservationLaws } from './conservation'

/** products − reactants, without zeros and without fixed species, ordered by species. */
export function netChange(species: readonly Species[], reactants: readonly Term[], products: readonly Term[]): Term[] {
  const change = new Map<number, number>()
  for (const term of products) change.set(term.species, (change.get(term.species) ?? 0) + term.count)
  for (const term of reactants) change.set(term.species, (change.get(term.species) ?? 0) - term.count)
  return [...change]
    .filter(([s, count]) => count !== 0 && !species[s].fixed)
    .sort(([a], [b]) => a - b)
    .map(([s, count]) => ({ species: s, count }))
}

/** net[r·S + s]: change of the count of species s when reaction r fires. Dense: R×S numbers. */
export function netMatrix(network: Network): Int32Array {
  const S = network.species.length
  const net = new Int32Array(network.reactions.length * S)
  network.reactions.forEach((reaction, r) => {
    for (const { species, count } of reaction.net) net[r * S + species] = count
  })
  return net
}

/** What a value depends on, besides parameters. */
export interface Reads {
  /** Indices, ascending. */
  readonly species: readonly number[]
  readonly time: boolean
}

/** What the propensity of reaction `r` reads: its rate, and the reactants or the guard of its law. */
export function reads(network: Network, r: number): Reads {
  const { law, reactants, net, rate } = network.reactions[r]
  const guarded = law === 'mass-action' ? reactants : net.filter((term) => term.count < 0)
  const { species, time } = exprReads(network, rate)
  if (guarded.length === 0) return { species, time }
  return { species: ascending([...species, ...guarded.map((term) => term.species)]), time }
}

const ascending = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b)

/** The expressions that an expression is made of. */
export function parts(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'unary':
      return [e.of]
    case 'binary':
      return [e.left, e.right]
    case 'conditional':
      return [e.test, e.yes, e.no]
    case 'call':
      return e.args
    default:
      return []
  }
}

/** What an expression reads, through the `let`s in it. */
export function exprReads(network: Network, e: Expr): Reads {
  const species = new Set<number>()
  const lets = new Set<number>()
  let time = false
  const walk = (part: Expr): void => {
    switch (part.kind) {
      case 'number':
      case 'parameter':
        break
      case 'species':
        species.add(part.index)
        break
      case 'let':
        if (lets.has(part.index)) break
        lets.add(part.index)
        walk(network.lets[part.index].expr)
        break
      case 'time':
        time = true
        break
      case 'unary':
        walk(part.of)
        break
      case 'binary':
        walk(part.left)
        walk(part.right)
        break
      case 'conditional':
        walk(part.test)
        walk(part.yes)
        walk(part.no)
        break
      case 'call':
        part.args.forEach(walk)
        break
      default:
        part satisfies never
    }
  }
  walk(e)
  return { species: ascending(species), time }
}

/** Whether any propensity depends on time. */
export function readsTime(network: Network): boolean {
  return network.reactions.some(({ rate }) => rate.kind !== 'number' && exprReads(network, rate).time)
}

/**
 * For each reaction, the reactions (ascending, itself included where it belongs) whose propensities may be others after
 * it has fired. Change with time alone is not among them.
 */
export function dependents(network: Network): Int32Array[] {
  const readers: number[][] = network.species.map(() => [])
  network.reactions.forEach((_, r) => {
    for (const s of reads(network, r).species) readers[s].push(r)
  })
  return network.reactions.map(({ net }) => {
    if (net.length === 1) return Int32Array.from(readers[net[0].species])
    return Int32Array.from(new Set(net.flatMap((term) => readers[term.species]))).sort()
  })
}
