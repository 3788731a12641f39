/**
 * A network as flat arrays, for kernels that interpret it: memory and set-up grow with the number of terms, never with
 * species × reactions. Lists of lists are one array of items and one of starts: list i is items[starts[i]] … up to
 * items[starts[i + 1] − 1].
 */
import { builder, combinations, propensity, type Rule } from '../../network/evaluate'
import type { Network } from '../../network/network'
import { exprReads, reads } from '../../network/structure'

export interface Lists {
  readonly starts: Int32Array
  readonly items: Int32Array
}

export interface Sparse {
  readonly species: number
  readonly reactions: number
  /** How the propensity is computed: see `kinds`. */
  readonly kind: Uint8Array
  /** The rate constant; of laws, nothing. */
  readonly rate: Float64Array
  /** Species of the first and of the second reactant. */
  readonly first: Int32Array
  readonly second: Int32Array
  /** Reactants, where there are more than two molecules: pairs (species, copies). */
  readonly terms: Lists
  /** Whatever is not mass action with a constant rate. Not a number where it is no propensity. */
  readonly laws: ReadonlyMap<number, Rule>
  /** Pairs (species, change) of each reaction. */
  readonly net: Lists
  /** Of each species, the reactions whose propensities read it, ascending. */
  readonly readers: Lists
}

/** k; k·x; k·x·y; k·x(x − 1)/2; k times a product of combinations; a rule of its own. */
export const kinds = { constant: 0, one: 1, two: 2, pair: 3, product: 4, law: 5 } as const

/** Reactions between two pauses of the set-up: well below a millisecond or so of work. */
const stride = 512

/** Lay a network out, pausing often. Rates must not depend on time. */
export function* layOut(network: Network, parameters: ArrayLike<number>): Generator<void, Sparse> {
  const [S, R] = [network.species.length, network.reactions.length]
  const kind = new Uint8Array(R)
  const rate = new Float64Array(R)
  const [first, second] = [new Int32Array(R), new Int32Array(R)]
  const laws = new Map<number, Rule>()
  const build = builder(network, parameters)
  const [net, terms, read] = [listBuilder(R), listBuilder(R), listBuilder(R)]
  for (let r = 0; r < R; r++) {
    const reaction = network.reactions[r]
    const { reactants } = reaction
    const { species, time } = exprReads(network, reaction.rate)
    const rule = build(reaction.rate)
    net.add(reaction.net.flatMap((term) => [term.species, term.count]))
    read.add(reads(network, r).species)
    if (reaction.law === 'mass-action' && species.length === 0 && !time) {
      const copies = reactants.map(({ count }) => count).join()
      kind[r] = massAction[copies] ?? kinds.product
      rate[r] = rule([], 0)
      first[r] = reactants[0]?.species ?? 0
      second[r] = reactants[1]?.species ?? 0
      terms.add(kind[r] === kinds.product ? reactants.flatMap((term) => [term.species, term.count]) : [])
    } else {
      kind[r] = kinds.law
      terms.add([])
      laws.set(r, checked(propensity(reaction, rule)))
    }
    if (r % stride === stride - 1) yield
  }
  yield
  const readers = transposed(read.lists, S)
  return { species: S, reactions: R, kind, rate, first, second, terms: terms.lists, laws, net: net.lists, readers }
}

/** Kinds by the numbers of copies of the reactants. */
const massAction: Readonly<Record<string, number>> = {
  '': kinds.constant,
  '1': kinds.one,
  '1,1': kinds.two,
  '2': kinds.pair,
}

const checked =
  (rule: Rule): Rule =>
  (x, t) => {
    const value = rule(x, t)
    return value >= 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN
  }

function listBuilder(count: number) {
  const starts = new Int32Array(count + 1)
  let items = new Int32Array(4 * count + 16)
  let [list, length] = [0, 0]
  return {
    add(more: readonly number[]) {
      if (length + more.length > items.length) {
        const larger = new Int32Array(2 * (length + more.length))
        larger.set(items)
        items = larger
      }
      for (const item of more) items[length++] = item
      starts[++list] = length
    },
    get lists(): Lists {
      return { starts, items: items.slice(0, length) }
    },
  }
}

/** For each of `count` items, the lists that it is in. */
function transposed({ starts, items }: Lists, count: number): Lists {
  const into = new Int32Array(count + 1)
  for (const item of items) into[item + 1]++
  for (let i = 0; i < count; i++) into[i + 1] += into[i]
  const free = into.slice()
  const lists = new Int32Array(items.length)
  for (let list = 0; list + 1 < starts.length; list++) {
    for (let p = starts[list]; p < starts[list + 1]; p++) lists[free[items[p]]++] = list
  }
  return { starts: into, items: lists }
}

/** The propensity of reaction r for the counts x. Of mass action it grows with every count, also in its rounding. */
export function propensities(sparse: Sparse): (r: number, x: Float64Array) => number {
  const { kind, rate, first, second, terms, laws } = sparse
  const product = (r: number, x: Float64Array) => {
    let value = rate[r]
    for (let p = terms.starts[r]; p < terms.starts[r + 1]; p += 2) {
      value *= combinations(x[terms.items[p]], terms.items[p + 1])
    }
    return value
  }
  return (r, x) => {
    switch (kind[r]) {
      case kinds.constant:
        return rate[r]
      case kinds.one:
        return rate[r] * x[first[r]]
      case kinds.two:
        return rate[r] * x[first[r]] * x[second[r]]
      case kinds.pair: {
        const n = x[first[r]]
        return rate[r] * ((n * (n - 1)) / 2)
      }
      case kinds.product:
        return product(r, x)
      default:
        return laws.get(r)!(x, 0)
    }
  }
}
