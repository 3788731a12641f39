import { describe, expect, it } from 'vitest'
import { evaluators } from '../../network/evaluate'
import { expm } from '../../numerics/expm'
import { forEachRate } from './chain'
import { type BoxGenerator, fill, layOut, ratesAt } from './generator'
import { type FspOptions, fsp } from './index'
import { begin, distanceOf, slice } from './projection'
import { type Mover, moverFor } from './propagate'
import { coordinates } from './space'
import { law, moment, problem, randomText, solve } from './trial'

type Method = Mover['method']
const methods = [
  'uniformisation',
  'chebyshev',
  'krylov',
  'implicit',
  'adaptive',
  'dense',
] as const satisfies readonly Method[]
const proved: readonly Method[] = ['uniformisation', 'chebyshev', 'adaptive', 'dense']
/** … by what is missing alone: the law is nowhere above the true one. */
const below: readonly Method[] = ['uniformisation', 'adaptive']

/** Largest count per axis, by the number of axes: at most 64 states, which the dense oracle does in a moment. */
const caps = [0, 40, 7, 3]

/** The filled generator of a network on a small box, the law at its start. */
function boxed(text: string): { fresh: () => BoxGenerator; start: number } {
  const { network, parameters, initial } = problem(text, [1])
  const space = coordinates(network, initial)
  const { propensities } = evaluators(network, parameters)
  const cap = space.axes.map((_, axis) => Math.min(space.most[axis], caps[space.axes.length]))
  const fresh = () => {
    const generator = layOut(network, space, { low: cap.map(() => 0), cap })
    for (const _ of fill(generator, space, ratesAt(propensities, 0)));
    return generator
  }
  const place = space.axes.reduce((sum, s, axis) => sum * (cap[axis] + 1) + initial[s], 0)
  const { numbering } = fresh()
  return { fresh, start: numbering ? numbering[place] : place }
}

/** e^(tQ) p of the same box, by the dense oracle, from the rates themselves. */
function exact(generator: BoxGenerator, start: number, t: number): Float64Array {
  const n = generator.states
  const q = new Float64Array(n * n)
  forEachRate(generator, (from, to, rate) => {
    q[to * n + from] += rate * t
    q[from * n + from] -= rate * t
  })
  for (const [k, from] of generator.sinks.from.entries()) q[from * n + from] -= generator.sinks.rate[k] * t
  const e = expm(q, n)
  return Float64Array.from({ length: n }, (_, i) => e[i * n + start])
}

/** Carry the law on by h; returns what is said of the error. */
function advance(mover: Mover, h: number, tolerance: number): { error: number; rounding: number } {
  let [error, rounding] = [0, 0]
  for (let done = 0; done < h; ) {
    const part = Math.min(h - done, mover.propagator.reach(mover.flow))
    const work = mover.propagator.advance(mover.flow, part, {
      tolerance: tolerance * (part / h),
      allowed: Number.POSITIVE_INFINITY,
    })
    let step = work.next()
    while (!step.done) step = work.next()
    error += step.value.error
    rounding += step.value.rounding
    done = part < h - done ? done + part : h
  }
  return { error, rounding }
}

function l1(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < Math.max(p.length, q.length); i++) sum += Math.abs((p[i] ?? 0) - (q[i] ?? 0))
  return sum
}

describe('propagators: two hundred random networks against the dense exponential', () => {
  const tolerance = 1e-9
  const cases = Array.from({ length: 200 }, (_, k) => {
    const seed = k + 1
    // Every third has one rate a hundred times as large.
    const text = randomText(seed, seed % 3 === 0 ? 100 : 1)
    const { fresh, start } = boxed(text)
    // Each squaring of the oracle doubles its error, which begins at some roundings of a sum over 64 states.
    const oracle = 2 ** Math.ceil(Math.log2(2 * fresh().rate + 1)) * 64 * 2 ** -53
    return { seed, text, fresh, start, oracle, truths: [0.3, 1].map((t) => exact(fresh(), start, t)) }
  })

  for (const method of methods) {
    it(`${method}: to 1e-8, and no further than it says`, () => {
      let worst = 0
      for (const { seed, text, fresh, start, oracle, truths } of cases) {
        const mover = moverFor(undefined, fresh(), method, 1)
        const p = mover.flow.transition.vectors[0]
        p[start] = 1
        let said = 0
        for (const [k, h] of [0.3, 0.7].entries()) {
          const { error, rounding } = advance(mover, h, tolerance)
          said += error + rounding
          const distance = l1(p, truths[k])
          worst = Math.max(worst, distance)
          expect(distance, `${method}, seed ${seed}\n${text}`).toBeLessThan(1e-8)
          const missing = truths[k].reduce((sum, value) => sum + value, 0) - p.reduce((sum, value) => sum + value, 0)
          const granted = proved.includes(method) ? Math.abs(missing) + said : said
          expect(distance, `${method} claims ${granted}, seed ${seed}\n${text}`).toBeLessThan(granted + oracle)
          if (below.includes(method)) {
            // A lower bound at every state.
            for (const [i, value] of p.entries()) expect(value).toBeLessThan(truths[k][i] + oracle)
          }
        }
      }
      expect(worst).toBeGreaterThan(0)
    })
  }
})

describe('propagators: as an option of the projection', () => {
  const birthDeath = '0 -> X, 10; X -> 0, 0.7'
  const poisson = (mean: number) => {
    const p = [Math.exp(-mean)]
    for (let n = 1; n < 120; n++) p.push((p[n - 1] * mean) / n)
    return p
  }

  for (const propagator of methods) {
    it(`${propagator}: finds the Poisson law at every time on a box that grows, within what it says`, async () => {
      const times = [0, 0.5, 2, 7]
      const tolerance = 1e-7
      const solution = await solve(problem(birthDeath, times), { tolerance, propagator })
      expect(solution.notes).toMatchObject({ propagator })
      const { error } = solution.observations.marginals
      expect(error.kind).toBe(proved.includes(propagator) ? 'bound' : 'estimate')
      for (const [k, t] of times.entries()) {
        const said = error.kind === 'bound' ? error.value[k] : error.kind === 'estimate' ? error.value : Number.NaN
        const distance = l1(law(solution, 'X', t), poisson((10 / 0.7) * (1 - Math.exp(-0.7 * t))))
        expect(distance, `t = ${t}`).toBeLessThan(said + 1e-12)
        // The dense exponential's proof is a worst case of its roundings.
        expect(said).toBeLessThan(propagator === 'dense' ? 1e-6 : 1.01 * tolerance)
        expect(law(solution, 'X', t).every((p) => p >= 0)).toBe(true)
      }
    })

    // The mean m' = 3 + 3 sin 2t − m from 0, by parts.
    it(`${propagator}: follows a rate that reads the time`, async () => {
      const solution = await solve(problem('0 => X, 3 + 3 * sin(2 * t); X -> 0, 1', [2]), {
        tolerance: 1e-5,
        propagator,
      })
      const mean = 3 * (1 - Math.exp(-2)) + (3 / 5) * (Math.sin(4) - 2 * Math.cos(4) + 2 * Math.exp(-2))
      const { error } = solution.observations.marginals
      if (error.kind !== 'estimate') throw new Error(error.kind)
      expect(error.value).toBeLessThan(1.01e-5)
      expect(l1(law(solution, 'X', 2), poisson(mean))).toBeLessThan(error.value)
    })
  }

  it('takes the proof where it can be had in seconds, and implicit steps where that would take an hour', async () => {
    const quick = await solve(problem(birthDeath, [5]))
    expect(quick.notes).toMatchObject({ propagator: 'uniformisation' })
    // Λt is 7e9: the law at rest of births and deaths a million times as fast.
    const stiff = await solve(problem('0 -> X, 1e7; X -> 0, 1e6', [200]))
    expect(stiff.notes).toMatchObject({ propagator: 'implicit' })
    const { error } = stiff.observations.marginals
    if (error.kind !== 'estimate') throw new Error(error.kind)
    expect(error.how).toMatch(/implicit/)
    expect(error.value).toBeLessThan(1e-6)
    expect(l1(law(stiff, 'X', 200), poisson(10))).toBeLessThan(error.value)
  })

  it('follows a slow change under a fast one to the end: a closed form with rates nine orders apart', async () => {
    // A ⇄ B fast, B → C slow: from A, with s = the slow root, P(C) = 1 − e^(−st) to 1e-9 once the fast one has rested.
    const [fast, slow] = [1e6, 2e-3]
    const sum = 2 * fast + slow
    const s = (2 * fast * slow) / (sum + Math.sqrt(sum * sum - 4 * fast * slow))
    const text = `species A = 1; A -> B, ${fast}; B -> A, ${fast}; B -> C, ${slow}`
    for (const t of [100, 3000]) {
      const solution = await solve(problem(text, [t]), { tolerance: 1e-8, propagator: 'implicit' })
      expect(moment(solution, 'mean', 'C', t)).toBeCloseTo(1 - Math.exp(-s * t), 7)
    }
  })

  it('says where the dense exponential has no room', async () => {
    const failure = await solve(problem('0 -> X, 1000; 0 -> Y, 1000', [1]), { propagator: 'dense' }).catch((e) => e)
    expect(failure).toMatchObject({ code: 'states', message: expect.stringMatching(/dense exponential holds 300/) })
  })

  it('gives the same bits however often it is asked to yield', async () => {
    for (const propagator of methods) {
      const options: Partial<FspOptions> = { propagator, tolerance: 1e-3 }
      const asked = problem('0 -> 2U, 4; U -> 0, 1', [1, 2])
      expect(await solve(asked, options, () => {}), propagator).toEqual(await solve(asked, options))
    }
  })

  it('stores no matrix where rates are functions of few counts and states are many', async () => {
    const text = (b: string) => `0 -> A, 20; A -> 0, 1; 0 -> B, ${b}; B -> 0, 1; 0 -> C, 20; C -> 0, 1`
    const asked = problem(text('20'), [1])
    const solution = await solve(asked, { tolerance: 1e-9 })
    expect(solution.notes).toMatchObject({ propagator: 'uniformisation, no stored matrix' })
    expect(solution.diagnostics.states).toBeGreaterThan(50_000)
    // Three vectors and little else.
    expect(solution.diagnostics.bytes).toBeLessThan(3.5 * 8 * solution.diagnostics.states)
    const { error } = solution.observations.marginals
    if (error.kind !== 'bound') throw new Error(error.kind)
    for (const name of ['A', 'B', 'C']) {
      expect(l1(law(solution, name, 1), poisson(20 * (1 - Math.exp(-1))))).toBeLessThan(error.value[0] + 1e-12)
    }
    // The same rates in a form that reads everything.
    const stored = await solve(problem(text('20 + 0 * A * B * C'), [1]), { tolerance: 1e-9 })
    expect(stored.notes).toMatchObject({ propagator: 'uniformisation' })
    expect(stored.diagnostics.states).toBe(solution.diagnostics.states)
    expect(Math.abs(stored.diagnostics.leaked - solution.diagnostics.leaked)).toBeLessThan(1e-13)
    for (const name of ['A', 'B', 'C']) expect(l1(law(stored, name, 1), law(solution, name, 1))).toBeLessThan(1e-13)
  })
})

describe('a propagator that only estimates its error', () => {
  it('is told of also when another has carried the law to the end', () => {
    const asked = problem('0 -> X, 200; X -> 0, 1', [1])
    const options = (propagator: FspOptions['propagator']) => ({ ...fsp.options.defaults, propagator })
    const first = begin(asked, options('krylov'))
    while (first.time < 0.5) for (const _ of slice(first, 0.5));
    expect(first.strayed).toBeGreaterThan(0)
    const then = { ...first, options: options('uniformisation'), mover: undefined }
    while (then.time < 1) for (const _ of slice(then, 1));
    expect(distanceOf(then).how).toContain('Krylov')
    const proof = begin(asked, options('uniformisation'))
    while (proof.time < 1) for (const _ of slice(proof, 1));
    expect(distanceOf(proof).how).toBeUndefined()
  })
})
