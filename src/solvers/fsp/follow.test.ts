import { describe, expect, it } from 'vitest'
import type { Solution } from '../contract'
import { bound, law, moment, problem, randomText, solve } from './trial'

const toggle = `
  0 -> U, 50 / (1 + (V / 12.5)^2.5); U -> 0, 1
  0 -> V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1`
const goutsias = `species M = 2, D = 6, DNA = 2
  RNA -> RNA + M, 0.043; M -> 0, 0.0007; DNAD -> DNAD + RNA, 0.0715; RNA -> 0, 0.0039
  DNA + D -> DNAD, 0.0199264664; DNAD -> DNA + D, 0.4791; DNAD + D -> DNA2D, 1.99264664e-4; DNA2D -> DNAD + D, 8.765e-12
  2M -> D, 0.0830269432; D -> 2M, 0.5`

/** Σ |p − q|, the shorter list padded with zeros. */
function l1(p: readonly number[], q: readonly number[]): number {
  return Array.from({ length: Math.max(p.length, q.length) }, (_, n) => Math.abs((p[n] ?? 0) - (q[n] ?? 0))).reduce(
    (a, b) => a + b,
    0,
  )
}

function lostBy({ ledger }: Solution): Record<string, number> {
  if (!ledger) throw new Error('expected a ledger')
  const { coords, data } = ledger.lost
  const exits = coords.exit as string[]
  return Object.fromEntries(
    exits.map((exit, e) => [exit, data.reduce((s, p, i) => (i % exits.length === e ? s + p : s), 0)]),
  )
}

describe('projection: states that follow the probability', () => {
  it('agree with a box within both bounds, on fewer states', async () => {
    const asked = problem(toggle, [1, 10])
    const [box, window, reachable] = await Promise.all(
      (['box', 'window', 'reachable'] as const).map((states) => solve(asked, { states, tolerance: 1e-8 })),
    )
    for (const other of [window, reachable]) {
      for (const [k, t] of [1, 10].entries()) {
        for (const name of ['U', 'V']) {
          expect(l1(law(box, name, t), law(other, name, t))).toBeLessThan(bound(box, k) + bound(other, k))
        }
        expect(bound(other, k)).toBeLessThanOrEqual((1e-8 * t) / 10 + other.diagnostics.rounding)
      }
      expect(other.diagnostics.states).toBeLessThan(box.diagnostics.states / 2)
    }
  })

  it('are moved alike by propagators whose vectors have negative numbers', async () => {
    const asked = problem(goutsias, [30])
    const [plain, chebyshev, krylov] = await Promise.all(
      (['uniformisation', 'chebyshev', 'krylov'] as const).map((propagator) =>
        solve(asked, { states: 'window', tolerance: 1e-6, propagator }),
      ),
    )
    expect(chebyshev.diagnostics.strayed).toBeGreaterThan(0)
    expect(chebyshev.diagnostics.terms).toBeLessThan(plain.diagnostics.terms)
    for (const other of [chebyshev, krylov]) {
      const { error } = other.observations.marginals
      const off = error.kind === 'estimate' ? error.value : bound(other, 0)
      expect(off).toBeLessThan(1.5e-6)
      for (const name of ['M', 'D', 'RNA']) {
        expect(l1(law(plain, name, 30), law(other, name, 30))).toBeLessThan(bound(plain, 0) + off)
      }
    }
  })

  it('agree with a box within both bounds on random networks', async () => {
    let compared = 0
    for (let seed = 1; compared < 60; seed++) {
      const asked = problem(randomText(seed), [0.2, 0.7])
      const options = { tolerance: 1e-9, maxStates: 5000 }
      const box = await solve(asked, { ...options, states: 'box' }).catch(() => undefined)
      if (!box || box.diagnostics.states < 8) continue
      compared++
      for (const states of ['window', 'reachable'] as const) {
        const other = await solve(asked, { ...options, states })
        for (const { name } of asked.network.species) {
          for (const [k, t] of [0.2, 0.7].entries()) {
            const distance = l1(law(box, name, t), law(other, name, t))
            expect(distance, `${states}, seed ${seed}`).toBeLessThan(bound(box, k) + bound(other, k))
            expect(bound(other, k)).toBeLessThanOrEqual((1e-9 * t) / 0.7 + other.diagnostics.rounding)
          }
        }
      }
    }
  })

  it('move with the probability: lower faces too, and what is let go is in the ledger', async () => {
    // From 0 up to 1000 ± 32: a window of a few hundred counts passes over the counts between.
    const solution = await solve(problem('0 -> X, 1000; X -> 0, 1', [10]), { states: 'window', tolerance: 1e-6 })
    const mean = 1000 * (1 - Math.exp(-10))
    const poisson = [Math.exp(-mean)]
    const truth = law(solution, 'X', 10)
    for (let n = 1; n < 1400; n++) poisson.push(Math.exp(n * Math.log(mean) - mean - logFactorial(n)))
    expect(l1(truth, poisson)).toBeLessThan(bound(solution, 0) + 1e-10)
    expect(solution.diagnostics.states).toBeLessThan(600)
    expect(solution.diagnostics.dropped).toBeGreaterThan(0)
    const lost = lostBy(solution)
    expect(lost.dropped).toBeCloseTo(solution.diagnostics.dropped, 12)
    expect(Object.values(lost).reduce((a, b) => a + b, 0) / solution.diagnostics.leaked).toBeCloseTo(1, 9)
    // Every probability is a lower bound all the same.
    for (const [n, p] of truth.entries()) expect(p).toBeLessThanOrEqual(poisson[n] + 1e-12)
  })

  it('shrink where a stiff start is over: Michaelis–Menten with a thousand enzymes', async () => {
    const text = 'species S = 100, E = 1000; S + E -> ES, 1; ES -> S + E, 1; ES -> E + P, 0.1'
    const solution = await solve(problem(text, [10]), { tolerance: 1e-4, states: 'window' })
    // Mean-field: nearly all S is bound, 999/1000 of it, and what is bound decays at 0.1.
    expect(moment(solution, 'mean', 'P', 10)).toBeCloseTo(100 * (1 - Math.exp(-0.0999 * 10)), 1)
    expect(solution.diagnostics.states).toBeLessThan(solution.diagnostics.peak)
    expect(solution.diagnostics.leaked).toBeLessThanOrEqual(1e-4)
  })

  // Values of independent uniformisation on a box of 231 660 states, which leaked 1.8e-9 by t = 50.
  it('are a fifth of the box for six species with two conserved sums (Goutsias)', async () => {
    const solution = await solve(problem(goutsias, [50]), { states: 'window', tolerance: 1e-6 })
    for (const [name, mean] of Object.entries({
      RNA: 0.81934215,
      M: 6.78513838,
      D: 3.65025333,
      DNAD: 0.26653007,
      DNA2D: 0.00741532,
    })) {
      expect(Math.abs(moment(solution, 'mean', name, 50) - mean), name).toBeLessThan(3e-5)
    }
    expect(solution.diagnostics.peak).toBeLessThan(60_000)
  })

  it('are chosen where a box would be far more work, and the reader is told', async () => {
    const stiff = 'species S = 100, E = 1000; S + E -> ES, 1; ES -> S + E, 1; ES -> E + P, 0.1'
    const chosen = await solve(problem(stiff, [1], ['moments']), { tolerance: 1e-4 })
    expect(chosen.notes?.states).toMatch(/^window: about [\d,]+ states at once foreseen, [\d,]+ in a box$/)
    const small = await solve(problem('0 -> X, 5; X -> 0, 1', [10]))
    expect(small.notes?.states).toBe('box')
  })

  it('go back to a box where a propensity is broken, and say which', async () => {
    const text = 'species X = 3; X -> 0, 1; birth: 0 -> X, 1 / (5 - X)'
    const failure = await solve(problem(text, [10]), { states: 'window' }).catch((e) => e)
    expect(failure).toMatchObject({ code: 'propensity' })
    expect(failure.message).toMatch(/reaction birth, .* is Infinity at t = 0, X = 5\.$/)
  })

  it('give the same bits however often they are asked to yield', async () => {
    const asked = problem(goutsias, [2, 10])
    const watched = await solve(asked, { states: 'window' }, () => {})
    expect(watched).toEqual(await solve(asked, { states: 'window' }))
  })

  it('stop in words when there are too many', async () => {
    const failure = await solve(problem('species X = 1; X -> 2X, 1', [20]), {
      states: 'window',
      maxStates: 1000,
    }).catch((e) => e)
    expect(failure).toMatchObject({
      code: 'states',
      message: expect.stringMatching(/X \d+…\d+.*this solver holds 1,000$/),
    })
  })
})

function logFactorial(n: number): number {
  let sum = 0
  for (let k = 2; k <= n; k++) sum += Math.log(k)
  return sum
}
