import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { bound, law, moment, problem, solve } from './trial'

/** Σ |p − q|, the shorter list padded with zeros. */
function l1(p: readonly number[], q: readonly number[]): number {
  let sum = 0
  for (let n = 0; n < Math.max(p.length, q.length); n++) sum += Math.abs((p[n] ?? 0) - (q[n] ?? 0))
  return sum
}

function poisson(mean: number, length: number): number[] {
  const p = [Math.exp(-mean)]
  for (let n = 1; n < length; n++) p.push((p[n - 1] * mean) / n)
  return p
}

describe('projection: laws known in closed form', () => {
  it('gives the Poisson law of a birth–death process at every time, at most its bound away', async () => {
    const times = Array.from({ length: 21 }, (_, k) => k / 2)
    const solution = await solve(problem('0 -> X, 10; X -> 0, 0.7', times), { tolerance: 1e-10 })
    for (const [k, t] of times.entries()) {
      const mean = (10 / 0.7) * (1 - Math.exp(-0.7 * t))
      expect(l1(law(solution, 'X', t), poisson(mean, 200)), `t = ${t}`).toBeLessThan(bound(solution, k) + 1e-13)
      expect(bound(solution, k)).toBeLessThan(1.1e-10)
      expect(moment(solution, 'mean', 'X', t)).toBeCloseTo(mean, 8)
    }
  })

  it('gives the binomial law of pure death, and stops where nothing is left to fire', async () => {
    const solution = await solve(problem('species X = 12; X -> 0, 1', [0.3, 50]), { tolerance: 1e-12 })
    const p = Math.exp(-0.3)
    const truth = [(1 - p) ** 12]
    for (let n = 1; n <= 12; n++) truth.push((truth[n - 1] * (13 - n) * p) / (n * (1 - p)))
    expect(l1(law(solution, 'X', 0.3), truth)).toBeLessThan(1e-12)
    expect(moment(solution, 'mean', 'X', 50)).toBeLessThan(1e-12)
    expect(solution.diagnostics.states).toBe(13)
  })

  // Jahnke & Huisinga 2007, doi:10.1007/s00285-006-0034-x; evaluated independently in 30 digits.
  it('gives the joint law of a monomolecular network', async () => {
    const text = 'species S1 = 10, S2 = 3; 0 -> S1, 2; S1 -> S2, 1; S2 -> S1, 0.5; S2 -> 0, 0.3'
    const solution = await solve(problem(text, [2], ['moments', 'joint:S1,S2']), { tolerance: 1e-12 })
    const joint = solution.observations['joint:S1,S2'].array
    expect(at(joint, { time: 2, S1: 4, S2: 5 })).toBeCloseTo(0.009146709401, 11)
    expect(at(joint, { time: 2, S1: 3, S2: 6 })).toBeCloseTo(0.007994823805, 11)
    expect(at(joint, { time: 2, S1: 0, S2: 0 }) / 4.403805e-10).toBeCloseTo(1, 5)
    expect(moment(solution, 'mean', 'S1', 2)).toBeCloseTo(5.988155415, 8)
    expect(moment(solution, 'mean', 'S2', 2)).toBeCloseTo(7.286511082, 8)
    expect(moment(solution, 'variance', 'S1', 2)).toBeCloseTo(4.814711562, 8)
    expect(moment(solution, 'variance', 'S2', 2)).toBeCloseTo(4.711378384, 8)
  })

  const telegraph = 'species Off = 1; Off -> On, 0.25; On -> Off, 0.15; On -> On + M, 15; M -> 0, 1'

  // Transient: Iyer-Biswas, Hayot & Jayaprakash 2009, doi:10.1103/PhysRevE.79.031911.
  it('follows the telegraph gene in time', async () => {
    const solution = await solve(problem(telegraph, [0.5, 1, 2, 10]), { tolerance: 1e-12 })
    for (const [t, mean, variance, zero] of [
      [0.5, 0.373148606361, 1.760142723697, 0.899599561871],
      [1, 1.200495788015, 7.940352136722, 0.795863184078],
      [2, 3.200080455897, 24.732951868824, 0.625665702634],
      [10, 9.089101891922, 47.479703024088, 0.205157424051],
    ]) {
      expect(moment(solution, 'mean', 'M', t)).toBeCloseTo(mean, 9)
      expect(moment(solution, 'variance', 'M', t)).toBeCloseTo(variance, 8)
      expect(law(solution, 'M', t)[0]).toBeCloseTo(zero, 11)
    }
    expect(law(solution, 'M', 1)[5]).toBeCloseTo(0.02186220005, 11)
    expect(moment(solution, 'mean', 'On', 1)).toBeCloseTo(0.206049971228, 11)
  })

  it('reaches the stationary Beta–Poisson law of the telegraph gene', async () => {
    // The slowest mode decays as e^(−0.4 t): 2e-11 is left of it at t = 60.
    const solution = await solve(problem(telegraph, [60]), { tolerance: 1e-11 })
    const p = law(solution, 'M', 60)
    for (const [n, truth] of [
      [0, 0.18400271550431],
      [1, 0.049088630441656],
      [5, 0.023381711557291],
      [10, 0.044257787815492],
      [15, 0.056489901059198],
      [20, 0.019574499136875],
    ]) {
      expect(p[n]).toBeCloseTo(truth, 9)
    }
    expect(moment(solution, 'variance', 'M', 60) / moment(solution, 'mean', 'M', 60)).toBeCloseTo(5.01785714286, 7)
  })

  it('follows a rate that changes with time, within its estimate', async () => {
    // Poisson at all times, with m′ = 10 (1 + sin t) − m.
    const solution = await solve(problem('0 -> X, 10 * (1 + sin(t)); X -> 0, 1', [2, 7]))
    const { error } = solution.observations.marginals
    expect(error).toMatchObject({ kind: 'estimate' })
    for (const t of [2, 7]) {
      const mean = 10 + 5 * (Math.sin(t) - Math.cos(t)) - 5 * Math.exp(-t)
      const distance = l1(law(solution, 'X', t), poisson(mean, 200))
      expect(distance).toBeLessThan(error.kind === 'estimate' ? error.value : 0)
      expect(distance).toBeLessThan(1e-6)
    }
  })

  it('finds a jump of a rate in time, wherever it falls', async () => {
    for (const jump of [0.01, 2, 2.3, 3.99, 4.001, 4.9]) {
      const solution = await solve(problem(`0 -> X, t < ${jump} ? 10 : 0; X -> 0, 1`, [2, 4, 5]))
      const mean = 10 * (Math.exp(jump - 5) - Math.exp(-5))
      expect(l1(law(solution, 'X', 5), poisson(mean, 200)), `at ${jump}`).toBeLessThan(1e-6)
    }
  })
})
