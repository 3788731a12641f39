/**
 * Conserved sums of counts: integer vectors y with Σ y_s·net_s = 0 for every reaction, over species that no event assigns. Exact: rational elimination with
 * big integers. Where non-negative laws exist they are found by the double description method (Motzkin et al. 1953;
 * for reaction networks: Schuster & Höfer 1991, doi:10.1039/FT9918702561).
 */

import type { Network } from './network'

export interface ConservationLaw {
  /** One integer per species, in species order, without a common divisor. Σ coefficients[s]·x[s] never changes. */
  readonly coefficients: readonly number[]
  /** No coefficient is negative: the law bounds each count that it mentions. */
  readonly nonNegative: boolean
}

/** A sparse vector of integers: species → coefficient, without zeros. */
type Row = Map<number, bigint>

/** Most coefficients that are returned, over all laws: the smallest laws first. */
export const maxLawCoefficients = 2_000_000
/** Most mixtures of laws that one cut may need; a component that needs more keeps its plain basis. */
const maxMixtures = 1000

/**
 * Independent conservation laws, as many as there are. Non-negative ones are preferred, then those of few species and
 * small coefficients; a species that no reaction changes is a law by itself.
 */
export function conservationLaws(network: Network): ConservationLaw[] {
  const S = network.species.length
  const laws = components(nullSpace(network))
    .flatMap(nonNegativeBasis)
    .filter((law) => [...law.values()].every((value) => Number.isSafeInteger(Number(value))))
    .sort((a, b) => weight(a) - weight(b) || leading(a) - leading(b))
  return laws.slice(0, Math.max(1, Math.floor(maxLawCoefficients / Math.max(1, S)))).map((law) => {
    const coefficients = new Array<number>(S).fill(0)
    for (const [s, value] of law) coefficients[s] = Number(value)
    return { coefficients, nonNegative: isNonNegative(law) }
  })
}

const isNonNegative = (row: Row): boolean => [...row.values()].every((value) => value > 0n)

/** Signed laws after all others; then few species, small coefficients. */
const weight = (row: Row): number =>
  (isNonNegative(row) ? 0 : 1e12) + row.size * 1e6 + Math.min(1e5, Number(sumOf([...row.values()].map(magnitude))))

const leading = (row: Row): number => least(row.keys())
function least(numbers: Iterable<number>): number {
  let found = Number.POSITIVE_INFINITY
  for (const one of numbers) found = Math.min(found, one)
  return found
}

const sumOf = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n)
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

/**
 * A basis of the laws by Gauss–Jordan elimination of the net changes, one reaction at a time. Every pivot row holds its
 * pivot and species without one. The pivot is the species that the fewest rows hold, so that rows stay short.
 */
function nullSpace(network: Network): Row[] {
  const pivots = new Map<number, Row>()
  /** Species without a pivot → pivots whose rows hold it. */
  const holders = network.species.map(() => new Set<number>())
  const seen = new Set<string>()
  // What an event assigns may change by anything: no law holds on to it.
  const assigned = network.events.flatMap(({ assignments }) =>
    assignments.map(({ species }) => [{ species, count: 1 }]),
  )
  for (const net of [...network.reactions.map((reaction) => reaction.net), ...assigned]) {
    const key = net.map(({ species, count }) => `${species}:${count * Math.sign(net[0].count)}`).join()
    if (seen.has(key)) continue
    seen.add(key)
    let row: Row = new Map(net.map(({ species, count }) => [species, BigInt(count)]))
    for (const { species } of net) {
      const pivot = pivots.get(species)
      if (pivot) row = eliminate(row, species, pivot)
    }
    if (row.size === 0) continue
    let chosen = -1
    for (const s of row.keys()) if (chosen < 0 || holders[s].size < holders[chosen].size) chosen = s
    for (const s of row.keys()) if (s !== chosen) holders[s].add(chosen)
    for (const p of [...holders[chosen]]) {
      const before = pivots.get(p)!
      const after = eliminate(before, chosen, row)
      for (const s of before.keys()) if (!after.has(s)) holders[s].delete(p)
      for (const s of after.keys()) if (s !== p) holders[s].add(p)
      pivots.set(p, after)
    }
    pivots.set(chosen, row)
  }
  // With y_f free, each pivot row c·y_p + Σ r_f·y_f = 0 gives y_p = −r_f·y_f/c.
  return network.species.flatMap((_, f) => {
    if (pivots.has(f)) return []
    const scale = [...holders[f]].reduce((all, p) => leastMultiple(all, pivots.get(p)!.get(p)!), 1n)
    const law: Row = new Map([[f, scale]])
    for (const p of holders[f]) {
      const row = pivots.get(p)!
      law.set(p, (-row.get(f)! * scale) / row.get(p)!)
    }
    return [reduced(law)]
  })
}

/** The combination of both rows that is without species `s`. */
function eliminate(row: Row, s: number, pivot: Row): Row {
  return combine(row, pivot.get(s)!, pivot, -row.get(s)!)
}

/** a·left + b·right, without zeros and common divisor. */
function combine(left: Row, a: bigint, right: Row, b: bigint): Row {
  const result: Row = new Map()
  for (const [s, value] of left) result.set(s, a * value)
  for (const [s, value] of right) {
    const sum = (result.get(s) ?? 0n) + b * value
    if (sum === 0n) result.delete(s)
    else result.set(s, sum)
  }
  return reduced(result)
}

function reduced(row: Row): Row {
  let divisor = 0n
  for (const value of row.values()) {
    divisor = greatestDivisor(divisor, value)
    if (divisor === 1n) return row
  }
  for (const [s, value] of row) row.set(s, value / divisor)
  return row
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

const leastMultiple = (a: bigint, b: bigint): bigint => magnitude(a * b) / greatestDivisor(a, b)

/** Laws that share species, transitively, belong together. */
function components(laws: readonly Row[]): Row[][] {
  const parent = laws.map((_, i) => i)
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]]
      i = parent[i]
    }
    return i
  }
  const owner = new Map<number, number>()
  laws.forEach((law, i) => {
    for (const s of law.keys()) {
      const other = owner.get(s)
      if (other === undefined) owner.set(s, i)
      else parent[root(i)] = root(other)
    }
  })
  const groups = new Map<number, Row[]>()
  laws.forEach((law, i) => {
    const group = groups.get(root(i))
    if (group) group.push(law)
    else groups.set(root(i), [law])
  })
  return [...groups.values()]
}

/**
 * The same space by non-negative laws where it can be. Each basis law alone holds its free species, so the basis spans
 * the cone in which those are non-negative; cutting it by the other species leaves the extreme non-negative laws.
 */
function nonNegativeBasis(basis: Row[]): Row[] {
  if (basis.every(isNonNegative)) return basis
  let rays: readonly Row[] = basis
  const mixed = new Set(basis.flatMap((law) => [...law].filter(([, value]) => value < 0n).map(([s]) => s)))
  for (const s of mixed) {
    const falling = rays.filter((ray) => (ray.get(s) ?? 0n) < 0n)
    const rising = rays.filter((ray) => (ray.get(s) ?? 0n) > 0n)
    if (falling.length * rising.length > maxMixtures || rays.length > basis.length + maxMixtures) return basis
    const mixtures = falling.flatMap((low) => rising.map((high) => combine(low, high.get(s)!, high, -low.get(s)!)))
    rays = withMinimal(
      rays.filter((ray) => (ray.get(s) ?? 0n) >= 0n),
      mixtures,
    )
  }
  return smallest([...rays, ...basis], basis.length)
}

/** Add those mixtures whose species do not include all species of another law: the others are sums of laws. */
function withMinimal(rays: readonly Row[], mixtures: readonly Row[]): Row[] {
  const kept = [...rays]
  for (const mixture of [...mixtures].sort((a, b) => a.size - b.size)) {
    if (!kept.some((other) => [...other.keys()].every((s) => mixture.has(s)))) kept.push(mixture)
  }
  return kept
}

/** As many independent rows as wanted, the lightest first. */
function smallest(rows: readonly Row[], wanted: number): Row[] {
  const pivots = new Map<number, Row>()
  const chosen: Row[] = []
  for (const row of [...rows].sort((a, b) => weight(a) - weight(b))) {
    if (chosen.length === wanted) break
    let rest = row
    for (;;) {
      const held = [...rest.keys()].filter((one) => pivots.has(one))
      if (held.length === 0) break
      const s = least(held) // a pivot row holds nothing before its pivot: each is met once
      rest = eliminate(rest, s, pivots.get(s)!)
    }
    if (rest.size === 0) continue
    pivots.set(leading(rest), rest)
    chosen.push(row)
  }
  return chosen
}
