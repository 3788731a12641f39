import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { Failure, type Problem } from '../contract'
import { ask, finish, lend } from '../testing'
import { ode } from './index'
import { isLinear, meanPath, rateEquation } from './kernel'
import { method } from './solve'

const { defaults } = ode.options

/** Means by quantity at one time, and the error estimate. */
async function means(problem: Problem, options: Partial<typeof defaults> = {}, time = problem.times.at(-1)!) {
  const { moments } = (await finish(method, problem, { ...defaults, ...options })).observations
  const error = moments.error.kind === 'estimate' ? moments.error.value : NaN
  return {
    error,
    mean: (name: string) => at(moments.array, { time, moment: 'mean', quantity: name }),
  }
}

async function failure(text: string, times = [10]): Promise<Failure> {
  try {
    await finish(method, ask(text, times), defaults)
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('it did not fail')
}

/** The classical Runge–Kutta method at a fixed step: the plain twin. */
function rungeKutta(problem: Problem, steps: number): Float64Array {
  const { slope } = rateEquation(problem, 'macroscopic')
  const x = problem.initial.slice()
  const h = problem.times.at(-1)! / steps
  const k = [0, 1, 2, 3].map(() => new Float64Array(x.length))
  for (let n = 0; n < steps; n++) {
    slope(n * h, x, k[0])
    for (const [i, share] of [0.5, 0.5, 1].entries()) {
      slope(
        (n + share) * h,
        x.map((value, s) => value + share * h * k[i][s]),
        k[i + 1],
      )
    }
    for (let s = 0; s < x.length; s++) x[s] += (h / 6) * (k[0][s] + 2 * k[1][s] + 2 * k[2][s] + k[3][s])
  }
  return x
}

describe('rate equations', () => {
  it('Robertson: three rates nine decades apart, a billion molecules, eleven decades of time', async () => {
    const text = 'species A = 1000000000\nA -> B, 0.04\n2 B -> B + C, 2*3e7/1e9\nB + C -> A + C, 1e4/1e9'
    // See rosenbrock.test.ts for the source.
    const table = [
      [0.4, 9.85172113861e-1, 3.386395378975e-5],
      [40, 7.158270687194e-1, 9.185534764559e-6],
      [4e5, 4.93827452098e-3, 1.984994087954e-8],
      [4e10, 5.208345176799e-8, 2.083338177925e-13],
    ]
    const problem = ask(
      text,
      table.map(([t]) => t),
    )
    for (const [time, a, b] of table) {
      const { mean, error } = await means(problem, { tolerance: 1e-10 }, time)
      expect(Math.abs(mean('A') - a * 1e9)).toBeLessThan(1e-6 * a * 1e9)
      expect(Math.abs(mean('B') - b * 1e9)).toBeLessThan(1e-6 * b * 1e9 + 1e-9)
      expect(Math.abs(mean('A') - a * 1e9)).toBeLessThan(error)
    }
  })

  it('Brusselator at Ω = 1000: thirty turns of the limit cycle, against Runge–Kutta at a small step', async () => {
    const text = `species X = 1000, Y = 1000
      0 -> X, 1000
      X -> Y, 2.2
      2X + Y -> 3X, 2 / 1000^2
      X -> 0, 1`
    const problem = ask(text, [200])
    const truth = rungeKutta(problem, 200_000)
    const { mean, error } = await means(problem)
    expect(Math.abs(mean('X') - truth[0])).toBeLessThan(1e-3)
    expect(Math.abs(mean('Y') - truth[1])).toBeLessThan(1e-3)
    expect(Math.abs(mean('X') - truth[0])).toBeLessThan(error)
  })

  it('toggle switch: comes to rest at (36, 4), or at (4, 36), or on the ridge at (15.3, 15.3)', async () => {
    const toggle = (u: number, v: number) => `species U = ${u}, V = ${v}
      0 -> U, 40 / (1 + (V/12)^2)
      0 -> V, 40 / (1 + (U/12)^2)
      U -> 0, 1
      V -> 0, 1`
    const high = await means(ask(toggle(20, 10), [200]))
    expect([high.mean('U'), high.mean('V')]).toEqual([expect.closeTo(36, 6), expect.closeTo(4, 6)])
    const low = await means(ask(toggle(10, 20), [200]))
    expect([low.mean('U'), low.mean('V')]).toEqual([expect.closeTo(4, 6), expect.closeTo(36, 6)])
    // The saddle solves u (1 + (u/12)²) = 40.
    const ridge = await means(ask(toggle(0, 0), [30]))
    expect(ridge.mean('U') * (1 + (ridge.mean('U') / 12) ** 2)).toBeCloseTo(40, 6)
    expect(ridge.mean('U')).toBeCloseTo(15.3, 1)
  })

  describe('convention', () => {
    it('macroscopic, as the rate-equation numbers of the dimerisation and anticorrelation cards', async () => {
      const dimer = ask('species P = 301\n2P -> P2, 0.00166\nP2 -> 2P, 0.2', [100])
      // k/2 P² = k' (P₀ − P)/2
      const root = (k: number, back: number, p0: number) => (Math.sqrt(back ** 2 + 4 * k * back * p0) - back) / (2 * k)
      expect((await means(dimer)).mean('P')).toBeCloseTo(root(0.00166, 0.2, 301), 6)
      expect(root(0.00166, 0.2, 301)).toBeCloseTo(139.5, 1)
      const small = ask('species P = 30\n2P -> P2, 0.005\nP2 -> 2P, 0.08', [1000])
      expect((await means(small)).mean('P')).toBeCloseTo(root(0.005, 0.08, 30), 6)
      expect(root(0.005, 0.08, 30)).toBeCloseTo(15.32, 2)
      const pair = await means(ask('2A -> 0, 0.002\nA + B -> 0, 0.01\n0 -> A, 1.2\n0 -> B, 1', [4000]))
      expect([pair.mean('A'), pair.mean('B')]).toEqual([expect.closeTo(10, 6), expect.closeTo(10, 6)])
    })

    it('counts, as the Schlögl card: rests at 84.8 and 569.9; macroscopic at 85.5 and 566.9', async () => {
      const schloegl = (x: number) =>
        ask(`species X = ${x}\n2X -> 3X, 0.03\n3X -> 2X, 1e-4\n0 -> X, 200\nX -> 0, 3.5`, [100])
      const rest = async (x: number, combinatorics: 'counts' | 'macroscopic') =>
        Number((await means(schloegl(x), { combinatorics })).mean('X').toFixed(1))
      expect([await rest(150, 'counts'), await rest(400, 'counts')]).toEqual([84.8, 569.9])
      expect([await rest(150, 'macroscopic'), await rest(400, 'macroscopic')]).toEqual([85.5, 566.9])
    })
  })

  it('exact means of linear networks, within the error they claim', async () => {
    const { mean, error } = await means(ask('0 -> X, 10\nX -> 0, 1\nobservable twice = 2*X', [0.5]))
    const truth = 10 * (1 - Math.exp(-0.5))
    expect(Math.abs(mean('X') - truth)).toBeLessThan(error)
    expect(Math.abs(mean('twice') - 2 * truth)).toBeLessThan(error)
    expect(error).toBeLessThan(1e-6)
  })

  it('rates that depend on time, a pulse of a hundredth of the horizon included', async () => {
    const sine = await means(ask('0 -> X, 10 + 8*sin(t)\nX -> 0, 1', [7]))
    const truth = 10 * (1 - Math.exp(-7)) + 4 * (Math.sin(7) - Math.cos(7) + Math.exp(-7))
    expect(Math.abs(sine.mean('X') - truth)).toBeLessThan(1e-6)
    const pulse = await means(ask('0 -> X, (t > 50 ? 1 : 0) * (t < 51 ? 30 : 0)', [100]))
    expect(pulse.mean('X')).toBeCloseTo(30, 4)
  })

  it('a species consumed at a constant rate comes to rest at 0, and its product keeps the sum', async () => {
    const { mean } = await means(ask('species X = 20\nX => Y, 5', [10]))
    expect(mean('X')).toBeCloseTo(0, 5)
    expect(mean('Y')).toBeCloseTo(20, 5)
    const root = await means(ask('species X = 4\nX => 0, sqrt(X)', [10]))
    expect(root.mean('X')).toBeCloseTo(0, 5)
  })

  it('nothing to do: no reactions, no times, no counts, no species', async () => {
    const still = await means(ask('species X = 7', [0, 5]))
    expect([still.mean('X'), still.error]).toEqual([7, 0])
    const none = await finish(method, ask('X -> 0, 1', []), defaults)
    expect(none.observations.moments.array.shape).toEqual([0, 1, 1])
    const empty = await means(ask('A + B -> C, 1', [3]))
    expect([empty.mean('A'), empty.mean('C')]).toEqual([0, 0])
  })

  it('frames show the times that were reached, and the last is the solution', async () => {
    const problem = ask('species X = 100\nX -> 0, 1', [0, 1, 2])
    const done: number[] = []
    let shown = 0
    const solution = await finish(
      method,
      problem,
      defaults,
      lend(1, () => true),
      (frame) => {
        done.push(frame.done)
        shown = frame.observations.moments.array.data.filter((value) => !Number.isNaN(value)).length
      },
    )
    expect(done.length).toBeGreaterThan(10)
    expect(shown).toBe(3)
    expect(solution.observations.moments.array.data.every(Number.isFinite)).toBe(true)
  })
})

describe('fails with a sentence', () => {
  it('where a propensity becomes negative', async () => {
    const { code, message, hint } = await failure('0 -> X, 1\nslow: 0 -> Y, 5 - X')
    expect(code).toBe('propensity')
    expect(message).toMatch(/reaction slow \(line 2\), 5 - X, is -[\d.]+ at t = [\d.]+, X = [\d.]+, Y = /)
    expect(hint).toContain('max(…, 0)')
  })

  it('where a propensity divides by zero', async () => {
    const { code, message } = await failure('0 -> X, 1 / X')
    expect(code).toBe('propensity')
    expect(message).toContain('is Infinity at t = 0, X = 0')
  })

  it('where the solution reaches infinity in finite time', async () => {
    // x' = x²/2 from 10: infinite at t = 1/5.
    const { code, message } = await failure('species X = 10\n2X -> 3X, 1')
    expect(code).toBe('explosion')
    expect(message).toContain('t ≈ 0.2')
    expect((await failure('species X = 1\nX -> 2X, 1', [1000])).code).toBe('explosion')
  })
})

describe('kernel', () => {
  it('knows linear networks from others', () => {
    const linear = (text: string) => isLinear(ask(text, []).network)
    expect(linear('0 -> X, 10\nX -> 2X, sin(t)\nX -> Y, 2\nparameter k = 2\n0 -> Y, (k*X + 3)/k')).toBe(true)
    expect(linear('species X\nlet y = 2*X\n0 -> Y, y')).toBe(true)
    expect(linear('A + B -> C, 1')).toBe(false)
    expect(linear('2A -> B, 1')).toBe(false)
    expect(linear('A -> B, A')).toBe(false)
    expect(linear('species X\nlet y = X*X\n0 -> Y, y')).toBe(false)
    expect(linear('species X\n0 -> Y, 1/(1 + X)')).toBe(false)
    expect(linear('species X\n0 -> Y, max(X, 3)')).toBe(false)
    expect(linear('species X\n0 -> Y, X > 2 ? 1 : 0')).toBe(false)
    expect(linear('X => 0, 5')).toBe(false)
  })

  it('lets events of the clock happen at their instants, so that means of linear networks stay exact', async () => {
    const reset = ask(
      'species X = 0; 0 -> X, 1; X -> 0, 0.1; at t >= 22.5: X = 20; at t > 40: X = X/2 + 3',
      [10, 22.5, 25, 40, 50],
    )
    const { observations } = await finish(method, reset, defaults)
    const from = (x: number, t: number) => x * Math.exp(-0.1 * t) + 10 * (1 - Math.exp(-0.1 * t))
    const halved = from(20, 17.5) / 2 + 3
    const truth = [from(0, 10), 20, from(20, 2.5), halved, from(halved, 10)]
    truth.forEach((value, k) => {
      expect(observations.moments.array.data[k]).toBeCloseTo(value, 6)
    })
    expect(ode.supports(reset, defaults)).toEqual({ ok: true })
  })

  it('refuses events that wait for a count, and is no mean where one assigns a product', () => {
    expect(ode.supports(ask('0 -> X, 1; at X > 5: X = 0', [1]), defaults)).toMatchObject({
      ok: false,
      why: expect.stringContaining('events: '),
      instead: 'ssa',
    })
    expect(ode.supports(ask('0 -> X, 1; at t > 5: X = X*X', [1]), defaults)).toMatchObject({
      caution: expect.stringContaining('not the mean'),
    })
  })

  it('tells that the rate equation is not the mean, unless it is', () => {
    expect(ode.supports(ask('2A -> 0, 1', []), defaults)).toMatchObject({
      caution: expect.stringContaining('not the mean'),
    })
    expect(ode.supports(ask('A -> 0, 1', []), defaults)).toEqual({ ok: true })
  })

  it('guesses where the process goes, as far as it can be followed', () => {
    const [early, late] = meanPath(ask('0 -> X, 10\nX -> 0, 1', [1, 50]))
    expect(early[0]).toBeCloseTo(10 * (1 - Math.exp(-1)), 2)
    expect(late[0]).toBeCloseTo(10, 2)
    expect(meanPath(ask('species X = 10\n2X -> 3X, 1', [0.1, 5]))).toHaveLength(1)
  })
})
