import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import type { Frame, Run } from '../contract'
import { fsp } from './index'
import { method } from './solve'
import { bound, law, moment, problem, solve } from './trial'

describe('projection: where it stops, and in what words', () => {
  it('refuses a billion molecules before it starts, with the numbers and another method', () => {
    const verdict = fsp.supports(problem('species X = 1000000000; X -> 0, 1', [1]), fsp.options.defaults)
    expect(verdict).toMatchObject({ ok: false, instead: 'ssa', why: expect.stringContaining('1,000,000,000') })
    const counted = fsp.supports(problem('species X = 1000000000; X -> 0, 2', [1], ['moments']), fsp.options.defaults)
    expect(counted).toMatchObject({ ok: false, why: expect.stringContaining('2,000,000,000 events') })
  })

  it('leaves joint laws out that do not fit, says so, and gives the rest', async () => {
    const text = 'species A = 6400, B = 6400; A -> 0, 1e-5; B -> 0, 1e-5'
    const { observations, warnings } = await solve(problem(text, [1, 2], ['moments', 'marginals', 'joint:A,B']))
    expect(Object.keys(observations)).toEqual(['moments', 'marginals'])
    expect(warnings).toEqual([expect.stringMatching(/joint laws at 2 times .* 40,000,000 numbers .* fewer times/)])
  })

  it('solves a million molecules that hardly move', async () => {
    const solution = await solve(problem('species X = 1000000; X -> 0, 1e-4', [1]))
    expect(moment(solution, 'variance', 'X', 1)).toBeCloseTo(1e6 * Math.exp(-1e-4) * (1 - Math.exp(-1e-4)), 3)
    expect(solution.diagnostics.states).toBeLessThan(1000)
  })

  it('says while it works for minutes what it will take, and what would take less', async () => {
    const text = 'species X = 100, Y = 190; 0 -> X, 100; X -> Y, 1.9; 2X + Y => 3X, X * (X - 1) * Y / 1e4; X -> 0, 1'
    // A clock by which every look takes a millisecond: so fast is the machine, then.
    let ms = 0
    const run: Run = { rng: (i) => stream(1, i), due: () => true, now: () => ++ms }
    const solving = method.solve(problem(text, [200]), fsp.options.defaults, run)
    let told: readonly string[] = []
    for (let k = 0; k < 2000 && told.length === 0; k++) {
      const { done, value } = await solving.next()
      if (!done) told = value().warnings
    }
    await solving.return(undefined as never)
    expect(told).toEqual([expect.stringMatching(/^about [\d.,]+ (s|min): [\d,]+ states and [\d,.]+ MB are foreseen\./)])
    expect(told[0]).toMatch(/Less would do: a tolerance of 0\.001 \([\d,]+ states/)
    expect(told[0]).toMatch(/10,000 sample paths \(ssa\): .* MB, every probability within 0\.005/)
  })

  it('says how many states an exploding network needs', async () => {
    const doubling = problem('species X = 1; X -> 2X, 1', [20])
    const failure = await solve(doubling, { maxStates: 1000, states: 'box' }).catch((e) => e)
    expect(failure).toMatchObject({ code: 'states', hint: expect.stringContaining('maxStates') })
    expect(failure.message).toMatch(/X 1…\d+.* needs [\d,]+ states or more; this solver holds 1,000$/)
    // Left to choose, it says so before it starts: by t = 20 there are e²⁰ of them, give or take as many.
    const foreseen = await solve(doubling, { maxStates: 1000 }).catch((e) => e)
    expect(foreseen).toMatchObject({ code: 'states', hint: expect.stringContaining('maxStates') })
    expect(foreseen.message).toMatch(/^1 independent species .* need [\d.e+]+ states; this solver holds 1,000 states/)
    const exploding = problem('species X = 10; 2X -> 3X, 1', [100])
    const endless = await solve(exploding, { propagator: 'uniformisation' }).catch((e) => e)
    expect(endless).toMatchObject({ code: 'work', message: expect.stringContaining('multiplications') })
  })

  it('stops at a limit of work that the reader may raise, on a box and on states that follow the probability', async () => {
    const asked = problem('0 -> X, 100; X -> 0, 1', [20])
    for (const states of ['box', 'window'] as const) {
      const failure = await solve(asked, { states, maxWork: 1e6 }).catch((e) => e)
      expect(failure).toMatchObject({ code: 'work', hint: expect.stringContaining('raise maxWork') })
      expect(failure.message).toMatch(/this solver stops at 1\.0e\+6$/)
      const raised = await solve(asked, { states, maxWork: 1e7 })
      expect(moment(raised, 'mean', 'X', 20)).toBeCloseTo(100, 3)
    }
  })

  it('names the reaction and the state of a broken propensity', async () => {
    for (const [text, words] of [
      ['leak: 0 => X, 10 - 1.5 * X; X -> 0, 1', /reaction leak, .* is -0\.5 at t = 0, X = 7\.$/],
      ['species X = 3; X -> 0, 1; birth: 0 -> X, 1 / (5 - X)', /reaction birth, .* is Infinity at t = 0, X = 5\.$/],
      ['0 -> X, 0 / X', /reaction r1, .* is NaN at t = 0, X = 0\.$/],
      ['species X = 3; X -> 0, -1', /rate constant of reaction r1 is -1\.$/],
    ] as const) {
      const failure = await solve(problem(text, [10])).catch((e) => e)
      expect(failure).toMatchObject({ code: 'propensity', hint: expect.stringContaining('max(…, 0)') })
      expect(failure.message).toMatch(words)
    }
  })

  it('passes by a broken state that cannot be reached, and warns of one that hardly is', async () => {
    const finite = await solve(problem('0 => X, 10 - X; X -> 0, 1', [10]))
    expect(finite.warnings).toEqual([])
    const mean = 5 * (1 - Math.exp(-20))
    expect(moment(finite, 'mean', 'X', 10)).toBeCloseTo(mean, 6)
    const rare = await solve(problem('0 => X, 2 + (X >= 15 ? 1 / 0 : 0); X -> 0, 1', [10]))
    expect(rare.warnings[0]).toContain('Infinity at t = 10, X = 15.')
    expect(bound(rare, 0)).toBeLessThan(1e-6)
  })

  it('answers at time 0, at no time, and without reactions', async () => {
    const start = await solve(problem('species X = 3; X -> 0, 1', [0, 0]))
    expect(law(start, 'X', 0)).toEqual([0, 0, 0, 1])
    expect(bound(start, 1)).toBe(0)
    const never = await solve(problem('species X = 3; X -> 0, 1', []))
    expect(never.observations.marginals.array.shape[0]).toBe(0)
    const still = await solve(problem('species X = 3, Y = 1', [5], ['moments', 'joint:X,Y']))
    expect(at(still.observations['joint:X,Y'].array, { time: 5, X: 3, Y: 1 })).toBe(1)
  })
})

describe('projection: as a solver', () => {
  const toggle = '0 -> U, 8 / (1 + V); U -> 0, 1; 0 -> V, 8 / (1 + U); V -> 0, 1'

  it('gives the same bits however often it is asked to yield, in frames that only go forward', async () => {
    // In pairs, and hardly surer than a preview would be, so that there is none in the frames.
    const pairs = toggle.replace('0 -> U, 8', '0 -> 2U, 4')
    const asked = problem(pairs, [0, 1, 5, 20], ['moments', 'marginals', 'joint:U,V'])
    const frames: Frame[] = []
    const options = { tolerance: 0.03 }
    const watched = await solve(asked, options, (frame) => frames.push(frame))
    expect(watched).toEqual(await solve(asked, options))
    expect(frames.length).toBeGreaterThan(10)
    for (const [k, frame] of frames.entries()) {
      expect(frame.done).toBeGreaterThanOrEqual(k ? frames[k - 1].done : 0)
      expect(frame.phase).toMatch(/^t = .* of 20, [\d,]+ states$/)
      // What is known so far, and nothing that is not.
      const known = [...frame.observations.moments.array.data].filter((value) => !Number.isNaN(value)).length
      expect(known % 4).toBe(0)
      expect(known).toBeLessThanOrEqual(16)
    }
    expect(Number.isNaN(frames[0].observations.marginals.array.data.at(-1))).toBe(true)
  })

  it('pushes the law forward to observables that count, and gives the others moments only', async () => {
    const text = `${toggle}
      observable total = U + V; observable half = U / 2; observable gap = U - V; observable late = U + floor(t)`
    const solution = await solve(problem(text, [1, 3], ['moments', 'marginals', 'joint:total,late']), {
      tolerance: 1e-9,
    })
    expect(solution.observations.marginals.array.coords.quantity).toEqual(['U', 'V', 'total', 'late'])
    expect(solution.warnings).toEqual([expect.stringMatching(/^half, gap: /)])
    const total = law(solution, 'total', 3)
    const mean = total.reduce((sum, p, n) => sum + p * n, 0)
    expect(mean).toBeCloseTo(moment(solution, 'mean', 'total', 3), 6)
    expect(moment(solution, 'mean', 'gap', 3)).toBeCloseTo(0, 6)
    expect(moment(solution, 'mean', 'half', 3)).toBeCloseTo(moment(solution, 'mean', 'U', 3) / 2, 9)
    expect(law(solution, 'late', 3).slice(3)).toEqual(law(solution, 'U', 3).slice(0, -3))
    const joint = solution.observations['joint:total,late'].array
    expect(joint.data.reduce((a, b) => a + b, 0)).toBeCloseTo(2, 8)
  })

  it('gives the same law with species and reactions in another order', async () => {
    const options = { tolerance: 1e-10 }
    const one = await solve(problem('species A = 4, B; A -> B, 1; B -> A, 0.5; 0 -> C, A; C -> 0, 2', [1.5]), options)
    const other = await solve(
      problem('species C, B, A = 4; C -> 0, 2; 0 -> C, A; B -> A, 0.5; A -> B, 1', [1.5]),
      options,
    )
    for (const name of ['A', 'B', 'C']) {
      const p = law(one, name, 1.5)
      const q = law(other, name, 1.5)
      for (let n = 0; n < Math.min(p.length, q.length); n++) expect(Math.abs(p[n] - q[n])).toBeLessThan(1e-10)
    }
  })
})
