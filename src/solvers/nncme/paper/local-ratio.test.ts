/** (W q)/q seen from one state against the whole generator, written out as a matrix. */
import { describe, expect, it } from 'vitest'
import { evaluators } from '../../../network/evaluate'
import { initialise, nade } from '../../../numerics/learning/nade'
import { stream } from '../../../numerics/rng'
import { variates } from '../../../numerics/variates'
import type { Problem } from '../../contract'
import { ask } from '../../testing'
import { withTrap } from '../trap'
import { nadeLaw } from './law'
import { localOperator, type Walls } from './local-ratio'

const texts = {
  toggle: `species G = 1, P = 0, Q = 0
G -> G + P, 5; P -> 0, 1; 0 -> Q, 2; Q -> 0, 1
bind: 2P + G -> 0, 0.3; free: 0 -> 2P + G, 0.2 * (1 - G)`,
  seasonal: `species S = 3, I = 2
S + I -> 2I, 0.3 * (1 + 0.6 * sin(t)); I -> S, 1; 0 -> S, 1; S -> 0, 0.2; dimers: 2S -> I, 0.1; leap: I -> 3S, 0.3`,
}

/** Bounds of a trap by axis, both inclusive. */
interface Trap {
  readonly low: readonly number[]
  readonly high: readonly number[]
}

const walls: { name: string; walls: Omit<Walls, 'caps'>; trap?: Trap }[] = [
  { name: 'reflecting', walls: { boundary: 'reflecting' } },
  { name: 'absorbing', walls: { boundary: 'absorbing' } },
  { name: 'reflecting', walls: { boundary: 'reflecting' }, trap: { low: [0, 1, 0], high: [1, 2, 1] } },
]

function states(caps: readonly number[]): number[][] {
  return caps.reduce<number[][]>(
    (all, cap) => all.flatMap((x) => Array.from({ length: cap + 1 }, (_, m) => [...x, m])),
    [[]],
  )
}

/** W q by the definition: every reaction from every state, one by one; and what leaves the box. */
function generator(
  problem: Problem,
  { boundary }: Walls,
  trap: Trap | undefined,
  all: number[][],
  q: ArrayLike<number>,
  t: number,
) {
  const { propensities } = evaluators(problem.network, problem.parameters)
  const place = new Map(all.map((x, k) => [x.join(), k]))
  const change = new Float64Array(all.length)
  let lost = 0
  all.forEach((x, k) => {
    if (trap && x.every((count, s) => count >= trap.low[s] && count <= trap.high[s])) return
    problem.network.reactions.forEach(({ net }, r) => {
      const to = x.slice()
      for (const { species, count } of net) to[species] += count
      const flow = propensities[r](x, t) * q[k]
      const target = place.get(to.join())
      if (target === undefined && boundary === 'reflecting') return
      change[k] -= flow
      if (target === undefined) lost += flow
      else change[target] += flow
    })
  })
  return { change, lost }
}

describe.each(Object.entries(texts))('%s', (_, text) => {
  const problem = ask(text, [1])
  const S = problem.initial.length
  const caps = [1, 4, 3].slice(0, S).map((cap) => (S === 2 ? 5 : cap))
  const all = states(caps)

  it.each(walls)('sees (W q)/q of a random table, with $name walls and the trap $trap', ({ walls, trap }) => {
    const full: Walls = { ...walls, caps }
    const bounds = problem.network.species.map(
      ({ name }, s) => `(${name} >= ${trap?.low[s]}) * (${name} <= ${trap?.high[s]})`,
    )
    const source = stream(4, S)
    const table = all.map(() => source.uniform())
    const sum = table.reduce((a, b) => a + b, 0)
    const q = table.map((p) => p / sum)
    const operator = localOperator(trap ? withTrap(problem, bounds.join(' * ')) : problem, full)
    const t = 0.7
    const { change, lost } = generator(problem, full, trap, all, q, t)
    const place = new Map(all.map((x, k) => [x.join(), k]))
    const wanted = new Uint8Array(operator.directions)
    const ratios = new Float64Array(operator.directions)
    let total = 0
    all.forEach((x, k) => {
      const counts = Int32Array.from(x)
      operator.sources(counts, wanted)
      ratios.fill(Number.NaN)
      wanted.forEach((yes, d) => {
        if (!yes) return
        const from = x.map((count, s) => count - operator.shifts[d * S + s])
        ratios[d] = Math.log(q[place.get(from.join())!] / q[k])
      })
      const seen = operator.rate(counts, ratios, t)
      const truth = change[k] / q[k]
      expect(Math.abs(seen - truth), x.join()).toBeLessThan(1e-12 * (1 + Math.abs(truth)))
      total += seen * q[k]
    })
    expect(Math.abs(total + lost)).toBeLessThan(1e-12)
    expect(lost > 0).toBe(walls.boundary === 'absorbing')
  })

  it('gives a network the ratios of its own probabilities', () => {
    const net = nade(caps, 6)
    const source = variates()
    source.start(stream(9, 0))
    initialise(net, source, 3)
    const operator = localOperator(problem, { caps, boundary: 'reflecting' })
    const law = nadeLaw(net, operator)
    const wanted = new Uint8Array(operator.directions)
    const ratios = new Float64Array(operator.directions)
    const nothing = new Uint8Array(operator.directions)
    let mass = 0
    for (const x of all) {
      const counts = Int32Array.from(x)
      operator.sources(counts, wanted)
      const here = law.look(counts, wanted, ratios)
      mass += Math.exp(here)
      wanted.forEach((yes, d) => {
        if (!yes) return
        const from = counts.map((count, s) => count - operator.shifts[d * S + s])
        const there = law.look(from, nothing, new Float64Array(operator.directions))
        expect(ratios[d]).toBeCloseTo(there - here, 12)
      })
    }
    expect(mass).toBeCloseTo(1, 12)
  })
})

it('keeps to a fixed total', () => {
  const problem = ask('species A = 1, B = 2, C = 1; A -> B, 1; B -> C, 2; A + B -> 2A, 0.3; C -> A, 1', [1])
  const caps = [4, 4, 4]
  const net = nade(caps, 4, 4)
  const source = variates()
  source.start(stream(2, 0))
  initialise(net, source, 2)
  const operator = localOperator(problem, { caps, boundary: 'reflecting' })
  const law = nadeLaw(net, operator)
  const ratios = new Float64Array(operator.directions)
  const wanted = new Uint8Array(operator.directions)
  let change = 0
  for (const x of states(caps).filter((counts) => counts.reduce((a, b) => a + b, 0) === 4)) {
    const counts = Int32Array.from(x)
    operator.sources(counts, wanted)
    const here = law.look(counts, wanted, ratios)
    change += Math.exp(here) * operator.rate(counts, ratios, 0)
  }
  expect(Math.abs(change)).toBeLessThan(1e-13)
})

it('names a propensity that is negative', () => {
  const problem = ask('species X = 1; X -> 0, 1; odd: 0 -> X, 1 - X', [1])
  const operator = localOperator(problem, { caps: [5], boundary: 'reflecting' })
  expect(() => operator.rate(Int32Array.of(3), new Float64Array(2), 0)).toThrow(/odd.*-\d.*X = /)
})
