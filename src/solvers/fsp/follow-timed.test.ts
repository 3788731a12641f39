import { describe, expect, it } from 'vitest'
import type { Solution } from '../contract'
import { law, moment, problem, solve } from './trial'

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

function estimate({ observations }: Solution): number {
  const { error } = observations.marginals
  if (error.kind !== 'estimate') throw new Error(`expected an estimate, got ${error.kind}`)
  return error.value
}

/** The master equation dp/dt = Q(t) p on a few states by Runge and Kutta's steps: nothing in it is shared with the solver. */
function integrate(size: number, change: (p: Float64Array, t: number, into: Float64Array) => void, until: number) {
  const steps = 20_000
  const h = until / steps
  const p = new Float64Array(size)
  p[0] = 1
  const k = Array.from({ length: 4 }, () => new Float64Array(size))
  const at = new Float64Array(size)
  for (let step = 0; step < steps; step++) {
    const t = step * h
    change(p, t, k[0])
    for (const [j, share] of [0.5, 0.5, 1].entries()) {
      for (let i = 0; i < size; i++) at[i] = p[i] + share * h * k[j][i]
      change(at, t + share * h, k[j + 1])
    }
    for (let i = 0; i < size; i++) p[i] += (h / 6) * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i])
  }
  return p
}

describe('projection: states that follow the probability while rates read the time', () => {
  // Linear networks that begin empty stay Poisson, with means m' = a + b sin(ωt) − dm.
  it('hold the closed law of a driven birth and death, within the estimate, and let its past go', async () => {
    const [a, b, w, d] = [200, 150, 0.7, 1]
    const mean = (t: number) =>
      (a / d) * (1 - Math.exp(-d * t)) +
      (b / (d * d + w * w)) * (d * Math.sin(w * t) - w * Math.cos(w * t) + w * Math.exp(-d * t))
    const times = [0.5, 4, 7]
    const text = `0 => X, ${a} + ${b} * sin(${w} * t); X -> 0, ${d}`
    const solution = await solve(problem(text, times), { states: 'window' })
    expect(solution.notes?.states).toBe('window')
    expect(estimate(solution)).toBeLessThan(1e-6)
    for (const t of times) {
      expect(moment(solution, 'mean', 'X', t) / mean(t)).toBeCloseTo(1, 6)
      expect(l1(law(solution, 'X', t), poisson(mean(t), 600))).toBeLessThan(estimate(solution))
    }
    expect(solution.diagnostics.states).toBeLessThan(solution.diagnostics.peak)
    expect(solution.diagnostics.dropped).toBeGreaterThan(0)
  })

  // 2A ⇄ B at rates that read the time and both counts: no product of a row and a line, and no closed law.
  it('agree with plain integration of the equation where a rate is no product', async () => {
    const pairs = 15
    const up = (t: number, n: number) => {
      const A = 2 * pairs - 2 * n
      return ((1 + Math.cos(3 * t)) * A * (A - 1)) / (1 + A + 2 * n)
    }
    const down = (t: number, n: number) => (2 + 0.5 * t) * n
    const truth = integrate(
      pairs + 1,
      (p, t, into) => {
        for (let n = 0; n <= pairs; n++) {
          into[n] = -(up(t, n) + down(t, n)) * p[n]
          if (n > 0) into[n] += up(t, n - 1) * p[n - 1]
          if (n < pairs) into[n] += down(t, n + 1) * p[n + 1]
        }
      },
      2,
    )
    const text = `species A = ${2 * pairs}, B = 0; 2A => B, (1 + cos(3 * t)) * A * (A - 1) / (1 + A + 2 * B); B -> 2A, 2 + 0.5 * t`
    for (const states of ['window', 'box'] as const) {
      const solution = await solve(problem(text, [2]), { states, tolerance: 1e-8 })
      expect(estimate(solution)).toBeLessThan(1e-8)
      // The integration itself is good to 1e-10, by halving its steps.
      expect(l1(law(solution, 'B', 2), [...truth])).toBeLessThan(estimate(solution) + 1e-9)
    }
  })

  it('agree with a box within both estimates in two dimensions, on fewer states', async () => {
    const text = `0 => U, (60 + 40 * sin(t)) / (1 + (V / 12.5)^2.5); U -> 0, 1; 0 => V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1 + 0.3 * cos(2 * t)`
    const asked = problem(text, [1, 2])
    const [box, window] = await Promise.all(
      (['box', 'window'] as const).map((states) => solve(asked, { states, tolerance: 1e-5 })),
    )
    for (const t of [1, 2]) {
      for (const name of ['U', 'V']) {
        const distance = l1(law(box, name, t), law(window, name, t))
        expect(distance).toBeLessThan(estimate(box) + estimate(window))
      }
    }
    expect(window.diagnostics.peak).toBeLessThan(box.diagnostics.states)
  })

  // Nothing happens at all before the pulse: its way out of the states must not be forgotten.
  it('find the way when a rate is 0 at first, as in a pulse', async () => {
    const text = '0 => X, t > 1 ? (t < 1.5 ? 40 : 0) : 0; X -> 0, 1'
    const solution = await solve(problem(text, [0.9, 3]), { states: 'window', tolerance: 1e-4 })
    const mean = 40 * (Math.exp(-1.5) - Math.exp(-2))
    expect(law(solution, 'X', 0.9)[0]).toBeCloseTo(1, 6)
    expect(l1(law(solution, 'X', 3), poisson(mean, 60))).toBeLessThan(estimate(solution))
    expect(estimate(solution)).toBeLessThan(1e-4)
  })

  it('are chosen without being asked for, but for a box where a propensity is broken', async () => {
    const free = await solve(problem('0 => X, 3 + 3 * sin(2 * t); X -> 0, 1', [1]))
    expect(free.notes?.states).toMatch(/^window: /)
    const broken = await solve(
      problem(
        'species X = 3; X -> 0, 1 + 0.5 * sin(t); 0 => X, 0.1 * (4 - X) * (1 - 0.2 * X * (X - 1) * (X - 2))',
        [0.1],
      ),
    ).catch((e) => e)
    expect(broken).toMatchObject({ code: 'propensity', message: expect.stringMatching(/X = 3\.$/) })
  })

  it('obey constraints, and count what leaves beyond them', async () => {
    const text = '0 => X, 5 * (1 + sin(t)); X -> 0, 1'
    const solution = await solve(problem(text, [2]), { within: 'X <= 30', tolerance: 1e-3 })
    expect(solution.notes?.states).toBe('window within X <= 30')
    expect(solution.diagnostics.leaked).toBeLessThan(1e-3)
    expect(law(solution, 'X', 2).length).toBeLessThanOrEqual(31)
  })
})
