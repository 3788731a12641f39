import { describe, expect, it } from 'vitest'
import type { Network } from '../../network/network'
import { expm } from '../../numerics/expm'
import type { Problem } from '../contract'
import { bound, law, moment, problem, randomText, solve } from './trial'

/** Largest molecule count of the dense oracle's chain; what would exceed it is lost there too. */
const most = 7

/** The law at time t by brute force: states found by firing, a dense generator, its exponential. Mass action only. */
function denseLaw({ network, parameters, initial }: Problem, t: number): { states: number[][]; p: Float64Array } {
  const states = [Array.from(initial)]
  const index = new Map([[states[0].join(), 0]])
  const jumps: [from: number, to: number, rate: number][] = []
  for (let i = 0; i < states.length; i++) {
    const x = states[i]
    for (const reaction of network.reactions) {
      const rate = constant(network, reaction.rate, parameters) * combinations(reaction.reactants, x)
      if (rate === 0) continue
      const y = [...x]
      for (const { species, count } of reaction.reactants) y[species] -= count
      for (const { species, count } of reaction.products) y[species] += count
      const inside = y.every((n) => n <= most)
      if (inside && !index.has(y.join())) index.set(y.join(), states.push(y) - 1)
      jumps.push([i, inside ? (index.get(y.join()) as number) : -1, rate])
    }
  }
  const n = states.length
  const q = new Float64Array(n * n)
  for (const [from, to, rate] of jumps) {
    q[from * n + from] -= rate * t
    if (to >= 0) q[to * n + from] += rate * t
  }
  const e = expm(q, n)
  return { states, p: Float64Array.from({ length: n }, (_, i) => e[i * n]) }
}

function combinations(reactants: Network['reactions'][number]['reactants'], x: readonly number[]): number {
  let ways = 1
  for (const { species, count } of reactants) for (let k = 0; k < count; k++) ways *= (x[species] - k) / (k + 1)
  return ways
}

function constant(network: Network, rate: Network['reactions'][number]['rate'], parameters: Float64Array): number {
  if (rate.kind === 'number') return rate.value
  if (rate.kind === 'parameter') return parameters[rate.index]
  throw new Error(`the oracle knows constants only, not ${rate.kind} (${network.species.length} species)`)
}

describe('projection: its certificate', () => {
  it('holds against the dense exponential on two hundred random networks', async () => {
    let sharp = 0
    let tight = 0
    let networks = 0
    for (let seed = 1; networks < 200; seed++) {
      const asked = problem(randomText(seed), [0.2, 0.7])
      const tolerance = 1e-9
      // What grows fast outgrows the oracle's chain as well: such networks show that the projection stops in words.
      const solution = await solve(asked, { tolerance, maxStates: 20_000 }).catch((failure) => {
        expect(failure.code, randomText(seed)).toBe('states')
      })
      if (!solution) continue
      networks++
      for (const [k, t] of [0.2, 0.7].entries()) {
        const { states, p } = denseLaw(asked, t)
        const lost = 1 - p.reduce((a, b) => a + b, 0)
        if (lost < 1e-3) sharp++
        if (lost < 1e-8) tight++
        for (const [s, { name }] of asked.network.species.entries()) {
          const truth = new Array<number>(most + 1).fill(0)
          states.forEach((x, i) => {
            truth[x[s]] += p[i]
          })
          const solved = law(solution, name, t)
          const distance = solved.reduce((sum, value, n) => sum + Math.abs(value - (truth[n] ?? 0)), 0)
          expect(distance, `seed ${seed}, ${name} at ${t}\n${randomText(seed)}`).toBeLessThan(
            bound(solution, k) + lost + 1e-12,
          )
        }
      }
    }
    expect(tight).toBeGreaterThanOrEqual(200)
    // Most of the comparisons are sharp: the oracle itself lost little, in some less than 1e-8.
    expect(sharp).toBeGreaterThan(1.5 * networks)
  })

  it('is the distance itself, never falls, and every probability is a lower bound', async () => {
    const times = [1, 2, 4, 8]
    for (const text of ['0 -> X, 5; X -> 0, 0.2', 'species X = 3; X -> 2X, 0.4; X -> 0, 0.3; 0 -> Y, X; Y -> 0, 1']) {
      const rough = await solve(problem(text, times), { tolerance: 0.02 })
      const fine = await solve(problem(text, times), { tolerance: 1e-12 })
      for (const [k, t] of times.entries()) {
        const [p, q] = [rough, fine].map((solution) => law(solution, 'X', t))
        const distance = q.reduce((sum, value, n) => sum + Math.abs(value - (p[n] ?? 0)), 0)
        expect(distance).toBeLessThanOrEqual(bound(rough, k) + 1e-11)
        expect(distance).toBeGreaterThan(bound(rough, k) - 1e-9)
        expect(bound(rough, k)).toBeGreaterThanOrEqual(k ? bound(rough, k - 1) : 0)
        expect(bound(rough, k)).toBeLessThanOrEqual((0.02 * t) / 8 + 1e-9)
        for (const [n, value] of p.entries()) expect(value).toBeLessThanOrEqual(q[n] + 1e-12)
      }
    }
  })

  it('does not pretend to bound moments', async () => {
    const solution = await solve(problem('0 -> X, 5; X -> 0, 1', [1]))
    expect(solution.observations.moments.error.kind).toBe('estimate')
  })

  it('estimates what moments are off by from how far its states reach, not from how large counts are', async () => {
    // Around 10 000 ± 100: a rough law misses 1e-3, some four deviations out.
    const text = 'species X = 10000; 0 -> X, 10000; X -> 0, 1'
    const rough = await solve(problem(text, [1]), { tolerance: 1e-2 })
    const variance = 10_000 * (1 - Math.exp(-2))
    const { error } = rough.observations.moments
    const value = error.kind === 'estimate' ? error.value : 0
    const off = Math.abs(moment(rough, 'variance', 'X', 1) - variance)
    expect(off).toBeGreaterThan(0.1)
    expect(off).toBeLessThan(value)
    expect(value).toBeLessThan(0.1 * variance)
  })

  it('has the factor in x(x−1)/2: dimerisation against the dense exponential', async () => {
    const asked = problem('species X = 7; 2X -> Y, 0.3; Y -> 2X, 1', [0.5, 3])
    const solution = await solve(asked, { tolerance: 1e-12 })
    expect(solution.diagnostics.states).toBe(4)
    for (const t of [0.5, 3]) {
      const { states, p } = denseLaw(asked, t)
      for (const [i, [x]] of states.entries()) expect(law(solution, 'X', t)[x]).toBeCloseTo(p[i], 12)
    }
  })
})
