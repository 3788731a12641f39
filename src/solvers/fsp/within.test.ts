import { describe, expect, it } from 'vitest'
import { expm } from '../../numerics/expm'
import type { Solution } from '../contract'
import { fsp } from './index'
import { coordinates } from './space'
import { bound, law, problem, solve } from './trial'
import { boundsOf, constraintsOf } from './within'

const pair = 'up: 0 -> U, 2; U -> 0, 1; lift: 0 -> V, 1; V -> 0, 1'

/** The pair's law at time t from U = 0, V = v on U + V ≤ c, by the dense exponential, its wall absorbing: p[u][v], and what it took. */
function absorbed(c: number, t: number, v: number): { p: number[][]; gone: number } {
  const states = Array.from({ length: (c + 1) ** 2 }, (_, k) => [Math.floor(k / (c + 1)), k % (c + 1)]).filter(
    ([u, v]) => u + v <= c,
  )
  const n = states.length + 1
  const generator = new Float64Array(n * n)
  for (const [k, [u, v]] of states.entries()) {
    const moves = [
      [u + 1, v, 2],
      [u - 1, v, u],
      [u, v + 1, 1],
      [u, v - 1, v],
    ]
    for (const [a, b, rate] of moves) {
      if (rate === 0) continue
      const to = a + b > c ? n - 1 : states.findIndex(([x, y]) => x === a && y === b)
      generator[k * n + to] += rate * t
      generator[k * n + k] -= rate * t
    }
  }
  // States are in the order of U, then of V.
  const row = expm(generator, n).subarray(v * n, (v + 1) * n)
  const p = Array.from({ length: c + 1 }, () => new Array<number>(c + 1).fill(0))
  for (const [k, [u, v]] of states.entries()) p[u][v] = row[k]
  return { p, gone: row[n - 1] }
}

function lostBy({ ledger }: Solution): Record<string, number> {
  if (!ledger) throw new Error('expected a ledger')
  const exits = ledger.lost.coords.exit as string[]
  const total = (e: number) => ledger.lost.data.reduce((sum, p, i) => (i % exits.length === e ? sum + p : sum), 0)
  return Object.fromEntries(exits.map((exit, e) => [exit, total(e)]))
}

const l1 = (p: readonly number[], q: readonly number[]) =>
  Array.from({ length: Math.max(p.length, q.length) }, (_, n) => Math.abs((p[n] ?? 0) - (q[n] ?? 0))).reduce(
    (a, b) => a + b,
    0,
  )

describe('projection within constraints', () => {
  it('is the chain that a wall absorbs, as the dense exponential has it, and the ledger names the wall', async () => {
    const { p, gone } = absorbed(2, 0.6, 1)
    const options = { within: 'U + V <= 2', states: 'reachable', tolerance: 0.5 } as const
    const solution = await solve(problem(pair, [0.6], ['marginals', 'joint:U,V'], { V: 1 }), options)
    expect(solution.diagnostics.states).toBe(6)
    // Nothing else is lost but tails of series, at most 1 % of the tolerance; and what is lost is the distance.
    const cut = solution.diagnostics.leaked - gone
    expect(cut).toBeGreaterThan(-1e-12)
    expect(cut).toBeLessThan(0.01 * 0.5)
    const joint = solution.observations['joint:U,V'].array
    expect(l1([...joint.data], p.flat())).toBeCloseTo(cut, 12)
    const { 'U + V above by up': up, 'U + V above by lift': lift, ...others } = lostBy(solution)
    // On the wall one birth is twice as frequent as the other, wherever.
    expect(up / lift).toBeCloseTo(2, 9)
    expect(Math.abs(up + lift - gone)).toBeLessThan(0.01 * 0.5)
    expect(Object.keys(others)).toEqual(['cut off'])
  })

  it('keeps a part of that chain where states are let go: what else is missing is in the bound, to the last digit', async () => {
    const { p, gone } = absorbed(12, 2, 0)
    const solution = await solve(problem(pair, [2]), { within: 'U + V <= 12', tolerance: 1e-2 })
    expect(solution.notes?.states).toBe('window within U + V <= 12')
    const ofU = p.map((row) => row.reduce((a, b) => a + b, 0))
    expect(bound(solution, 0)).toBeGreaterThan(gone)
    expect(bound(solution, 0)).toBeLessThanOrEqual(1e-2 + 1e-12)
    expect(l1(law(solution, 'U', 2), ofU)).toBeCloseTo(solution.diagnostics.leaked - gone, 9)
  })

  it('bounds the distance to a wide box', async () => {
    const toggle =
      '0 -> U, 50 / (1 + (V / 12.5)^2.5); U -> 0, 1; 0 -> V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1; species U = 10'
    const asked = problem(toggle, [1, 3])
    const box = await solve(asked, { states: 'box', tolerance: 1e-9 })
    for (const states of ['window', 'reachable'] as const) {
      const inside = await solve(asked, { states, within: 'U + V <= 75; V - U < 30', tolerance: 0.05 })
      for (const [k, t] of [1, 3].entries()) {
        for (const name of ['U', 'V']) {
          expect(l1(law(box, name, t), law(inside, name, t))).toBeLessThanOrEqual(bound(inside, k) + bound(box, k))
        }
      }
      expect(bound(inside, 1)).toBeLessThanOrEqual(0.05 + 1e-9)
      expect(lostBy(inside)).toHaveProperty('V - U above by r3')
    }
  })

  it('spends the tolerance early where only the wall lets probability out', async () => {
    // From 10 down to 1: the wall is met at once or never, long before the tolerance's share would allow it.
    const text = 'species X = 10; 0 -> X, 1; X -> 0, 1'
    const options = { within: 'X <= 12', tolerance: 2e-3 }
    const solution = await solve(problem(text, [1, 60]), options)
    expect(bound(solution, 0)).toBeGreaterThan((2 * 2e-3) / 60)
    expect(bound(solution, 1)).toBeLessThanOrEqual(2e-3 + 1e-12)
  })

  it('stops where a wall takes more than the tolerance, and says which, how much and what to raise', async () => {
    const failure = await solve(problem(pair, [10]), { within: 'U <= 50; U + V <= 5', tolerance: 1e-4 }).catch((e) => e)
    expect(failure).toMatchObject({
      code: 'constraint',
      message: expect.stringMatching(
        /^from t = .* of 10 on the probability lost passes the tolerance, 0.0001: [\d.e-]+ has left beyond U \+ V <= 5, and [\d.e-]+ per unit time leaves there$/,
      ),
      hint: expect.stringContaining('raise the limit of U + V <= 5'),
    })
  })

  it('holds for species that a conservation law gives', () => {
    const asked = problem('species A = 3, B = 5, S = 4, X fixed; A -> 2 B, 1; S + B -> SB, 1; SB -> S + B, 1', [1])
    const space = coordinates(asked.network, asked.initial)
    const text = '2 * A + SB - B / 3 <= 4; S >= 2; B < 7'
    const bounds = boundsOf(space, constraintsOf(asked, text))
    const names = asked.network.species.map(({ name }) => name)
    const seen = new Set<number>()
    for (let a = 0; a <= 3; a++) {
      for (let sb = 0; sb <= 4; sb++) {
        const x: Record<string, number> = { A: a, SB: sb, S: 4 - sb, B: 5 + 2 * (3 - a) - sb, X: 0 }
        const holds = [6 * a + 3 * sb - x.B <= 12, x.S >= 2, x.B < 7]
        const first = bounds.broken(space.axes.map((s) => x[names[s]]))
        expect(first, `A = ${a}, SB = ${sb}`).toBe(holds.indexOf(false))
        seen.add(first)
      }
    }
    expect(seen.size).toBe(4)
  })

  it.each([
    ['U + V <= 4; W >= 1', {}, /^column 13 of the constraints: .*`W`/],
    ['U + V', {}, /^column 1 of the constraints: .*compares/],
    ['U <= 9;  U * V <= 4', {}, /^column 10 of the constraints: .*linear/],
    ['U <= t', {}, /^column 1 of the constraints: .*linear/],
    ['U - U <= 3', {}, /^column 1 of the constraints: .*reads none/],
    ['U >= 1', {}, /^the initial state does not obey U >= 1$/],
    ['U <= 9', { states: 'box' }, /box obeys no constraints/],
    ['U <= 9', { horizon: 'stationary' }, /leave `within` empty/],
  ] as const)('refuses %j with %j', (within, more, words) => {
    const verdict = fsp.supports(problem(pair, [1]), { ...fsp.options.defaults, ...more, within })
    expect(verdict).toMatchObject({ ok: false, why: expect.stringMatching(words) })
  })
})
