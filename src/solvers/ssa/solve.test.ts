/**
 * Truths of exact sampling. Seeds are fixed; a value may lie 4.5 standard errors from the truth (p ≈ 7·10⁻⁶), a law
 * must pass χ² at the same p. Power: with margin 3, a relative error δ in a mean with coefficient of variation c shows
 * once n ≥ (7.5 c/δ)². Poisson of mean 10 (c = 0.316), δ = 2 %: n ≥ 14 062.
 */
import { describe, expect, it } from 'vitest'
import { at, indexOf } from '../../numerics/named-array'
import { stream } from '../../numerics/rng'
import { chiSquare, poisson, twoSided } from '../../numerics/statistics'
import { Failure, type Frame, type Observe, type Problem, type Solution } from '../contract'
import { picture } from '../ensemble'
import { merge, type Share, type Tally } from '../tally'
import { ask, finish, lend } from '../testing'
import { type SsaOptions, ssa } from './index'
import { method } from './solve'
import { thinning } from './thinning'

const widest = 4.5
const rarest = twoSided(widest)
const everything: Observe = { moments: true, marginals: true, joints: [], trajectories: true }
const options = (more: Partial<SsaOptions> = {}): SsaOptions => ({ ...ssa.options.defaults, ...more })

const sample = (problem: Problem, replicates: number, seed = 1): Promise<Solution> =>
  finish(method, problem, options({ replicates }), lend(seed))

/** Distance from a known mean or variance, in standard errors. */
function distance({ observations: { moments } }: Solution, place: Record<string, number | string>, truth: number) {
  if (moments.error.kind !== 'sampling') throw new Error(moments.error.kind)
  return Math.abs(at(moments.array, place) - truth) / at(moments.error.standardError, place)
}

/** p of a χ² test of a sampled marginal against a law given by its probabilities. */
function chance({ observations, diagnostics }: Solution, time: number, quantity: string, p: (n: number) => number) {
  const { array } = observations.marginals
  const [, Q, L] = array.shape
  const row = (indexOf(array, 'time', time) * Q + indexOf(array, 'quantity', quantity)) * L
  const observed = array.data.slice(row, row + L).map((share) => share * diagnostics.replicates)
  return chiSquare(
    observed,
    observed.map((_, n) => p(n)),
  ).pValue
}

async function failure(text: string, times = [100]): Promise<Failure> {
  try {
    await sample(ask(text, times), 100)
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('it did not fail')
}

describe('sampling gives the known laws', () => {
  it('birth and death: Poisson at every time', async () => {
    const times = [0.1, 1, 5, 20]
    const solution = await sample(ask('0 -> X, 10; X -> 0, 1', times, everything), 15_000)
    for (const time of times) {
      const mean = 10 * (1 - Math.exp(-time))
      expect(distance(solution, { time, moment: 'mean', quantity: 'X' }, mean)).toBeLessThan(widest)
      expect(distance(solution, { time, moment: 'variance', quantity: 'X' }, mean)).toBeLessThan(widest)
      expect(chance(solution, time, 'X', (n) => poisson(mean, n))).toBeGreaterThan(rarest)
    }
  })

  it('would notice a propensity that is 2 % off', async () => {
    const solution = await sample(ask('0 -> X, 10.2; X -> 0, 1', [20], everything), 15_000)
    expect(distance(solution, { time: 20, moment: 'mean', quantity: 'X' }, 10)).toBeGreaterThan(widest)
  })

  it('dimerisation at rest: π(n) ∝ (k/2l)ⁿ/(n!(N − 2n)!)', async () => {
    // 2A → B with k·A(A−1)/2, B → 2A with l: k = 0.1, l = 1, N = 20
    const solution = await sample(ask('species A = 20; 2A <-> B, 0.1, 1', [30], everything), 20_000)
    const factorial = (n: number): number => (n > 1 ? n * factorial(n - 1) : 1)
    const weights = Array.from({ length: 11 }, (_, n) => 0.05 ** n / (factorial(n) * factorial(20 - 2 * n)))
    const total = weights.reduce((a, b) => a + b, 0)
    expect(chance(solution, 30, 'B', (n) => (weights[n] ?? 0) / total)).toBeGreaterThan(rarest)
  })

  it('telegraph: mean and variance of the message in time', async () => {
    // Gene on with probability p(t) = a/s (1 − e^{−st}), s = a + b; message M made at r while on, lost at 1.
    const [a, b, r] = [0.3, 0.7, 20]
    const text = `species Off = 1; Off <-> On, ${a}, ${b}; On -> On + M, ${r}; M -> 0, 1`
    const times = [0.5, 2, 40]
    const solution = await sample(ask(text, times), 15_000)
    for (const time of times) {
      const { mean, variance } = telegraph(a, b, r, time)
      expect(distance(solution, { time, moment: 'mean', quantity: 'M' }, mean)).toBeLessThan(widest)
      expect(distance(solution, { time, moment: 'variance', quantity: 'M' }, variance)).toBeLessThan(widest)
    }
  })

  it('Schlögl: means and deviations on the way to two humps', async () => {
    // reference: finite chain, printed to six digits
    const truth = { 1: [257.697642, 76.246273], 4: [309.884731, 216.008606], 10: [316.59168, 238.069673] }
    const text = 'species X = 250; 2X -> 3X, 0.03; 3X -> 2X, 1e-4; 0 -> X, 200; X -> 0, 3.5'
    const solution = await sample(ask(text, [1, 4, 10]), 2000)
    for (const [key, [mean, sd]] of Object.entries(truth)) {
      const time = Number(key)
      expect(distance(solution, { time, moment: 'mean', quantity: 'X' }, mean)).toBeLessThan(widest)
      expect(distance(solution, { time, moment: 'variance', quantity: 'X' }, sd ** 2)).toBeLessThan(widest)
    }
  })
})

describe('rates that depend on time', () => {
  it.each([
    [
      'in waves',
      '10*(1 + sin(t))',
      (t: number) => 10 * (1 - Math.exp(-t)) + 5 * (Math.sin(t) - Math.cos(t) + Math.exp(-t)),
    ],
    ['not at all, though t occurs', '10 + 0*t', (t: number) => 10 * (1 - Math.exp(-t))],
    [
      'by a step',
      't < 1 ? 20 : 5',
      (t: number) => (t < 1 ? 20 * (1 - Math.exp(-t)) : 5 + (20 * (1 - Math.exp(-1)) - 5) * Math.exp(1 - t)),
    ],
    [
      'by a short pulse',
      '(t > 0.7)*(t < 0.701)*1e4',
      (t: number) => (t < 0.7 ? 0 : 1e4 * (Math.exp(0.701) - Math.exp(0.7)) * Math.exp(-t)),
    ],
    ['without bound at the start', '5/sqrt(t + 1e-9)', dawson],
  ])('births %s: Poisson', async (_, rate, mean) => {
    const times = [0.5, 1, 3]
    const solution = await sample(ask(`0 -> X, ${rate}; X -> 0, 1`, times, everything), 15_000)
    for (const time of times) {
      if (mean(time) === 0) {
        expect(at(solution.observations.moments.array, { time, moment: 'mean', quantity: 'X' })).toBe(0)
      } else {
        expect(chance(solution, time, 'X', (n) => poisson(mean(time), n))).toBeGreaterThan(rarest)
      }
    }
  })

  it('deaths in waves, from many: binomial mean and variance', async () => {
    // Each of 60 lives on with probability exp(−∫₀ᵗ (1 + cos s) ds) = exp(−t − sin t).
    const times = [0.3, 1, 2.5]
    const solution = await sample(ask('species X = 60; X -> 0, 1 + cos(t)', times), 10_000)
    for (const time of times) {
      const p = Math.exp(-time - Math.sin(time))
      expect(distance(solution, { time, moment: 'mean', quantity: 'X' }, 60 * p)).toBeLessThan(widest)
      expect(distance(solution, { time, moment: 'variance', quantity: 'X' }, 60 * p * (1 - p))).toBeLessThan(widest)
    }
  })

  it('says so when a rate has no bound', async () => {
    const { code, message } = await failure('0 -> X, 1/sqrt(abs(t - 1))', [3])
    expect(code).toBe('unbounded')
    expect(message).toContain('r1')
  })
})

describe('thinning', () => {
  it('also walks networks that do not read time, to the same law', () => {
    const problem = ask('0 -> X, 10; X -> 0, 1', [3])
    const walker = thinning(problem)
    const observed = new Float64Array(60)
    for (let i = 0; i < 15_000; i++) {
      walker.start(stream(3, i))
      while (walker.advance() === 'going');
      observed[walker.records[0]]++
    }
    const law = observed.map((_, n) => poisson(10 * (1 - Math.exp(-3)), n))
    expect(chiSquare(observed, law).pValue).toBeGreaterThan(rarest)
  })
})

describe('invariances', () => {
  const forward = 'species A = 5, B = 9; A + B -> 2B, 0.1; B -> A, 0.5; 0 -> A, 1; A -> 0, 0.2'
  const species = 'species B = 9, A = 5; A + B -> 2B, 0.1; B -> A, 0.5; 0 -> A, 1; A -> 0, 0.2'
  const reactions = 'species A = 5, B = 9; A -> 0, 0.2; 0 -> A, 1; A + B -> 2B, 0.1; B -> A, 0.5'
  const split = 'species A = 5, B = 9; A + B -> 2B, 0.06; A + B -> 2B, 0.04; B -> A, 0.5; 0 -> A, 1; A -> 0, 0.2'

  it('gives the same bits whatever the order of the species', async () => {
    const [one, other] = [await sample(ask(forward, [1, 4]), 500), await sample(ask(species, [1, 4]), 500)]
    for (const time of [1, 4]) {
      for (const moment of ['mean', 'variance']) {
        for (const quantity of ['A', 'B']) {
          const place = { time, moment, quantity }
          expect(at(one.observations.moments.array, place)).toBe(at(other.observations.moments.array, place))
        }
      }
    }
  })

  it.each([
    ['reordering reactions', reactions],
    ['splitting a reaction in two', split],
  ])('keeps the law when %s', async (_, text) => {
    const n = 15_000
    const [one, other] = [await sample(ask(forward, [4]), n), await sample(ask(text, [4]), n, 2)]
    for (const moment of ['mean', 'variance']) {
      for (const quantity of ['A', 'B']) {
        const place = { time: 4, moment, quantity }
        // Two independent samples: √2 standard errors
        const apart = distance(one, place, at(other.observations.moments.array, place)) / Math.SQRT2
        expect(apart).toBeLessThan(widest)
      }
    }
  })
})

describe('ensembles', () => {
  const problem = ask('species A = 20; 2A <-> B, 0.1, 1; 0 -> A, 1; observable all = A + 2*B', [0, 1, 5], everything)

  async function share(part: Share, due = () => false): Promise<Tally> {
    const tallies = method.ensemble!.tally(problem, options({ replicates: part.until }), lend(4, due), part)
    for (;;) {
      const { done, value } = await tallies.next()
      if (done) return value
    }
  }

  it('are the same to the bit for 1, 2 and 8 shares', async () => {
    const until = 400
    const whole = picture(problem, await share({ first: 0, step: 1, until }), until)
    for (const step of [2, 8]) {
      const parts = await Promise.all(
        Array.from({ length: step }, (_, first) => share({ first, step, until }, () => true)),
      )
      expect(picture(problem, merge(parts), until)).toEqual(whole)
    }
  })

  it('go on from an earlier run to the bits of a fresh one', async () => {
    const fresh = picture(problem, await share({ first: 0, step: 1, until: 600 }), 600)
    const earlier = await share({ first: 0, step: 1, until: 250 })
    const later = await share({ first: 250, step: 1, until: 600 })
    expect(picture(problem, merge([earlier, later]), 600)).toEqual(fresh)
  })

  it('show a single slow replicate on its way', async () => {
    const frames: Frame[] = []
    const slow = ask('species X = 1000; 0 -> X, 1e5; X -> 0, 1', [1, 2, 3, 4], everything)
    let looks = 0
    const run = lend(1, () => looks++ % 4 === 0)
    await finish(method, slow, options({ replicates: 1 }), run, (frame) => frames.push(frame))
    expect(frames.length).toBeGreaterThan(10)
    expect(frames[0].done).toBeGreaterThan(0)
    expect(frames[0].done).toBeLessThan(0.2)
    const known = (frame: Frame) => frame.observations.trajectories.array.data.filter((x) => !Number.isNaN(x)).length
    const steps = frames.map(known)
    expect(steps[0]).toBe(0)
    expect(steps).toContain(2)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
  })

  it('keep as many paths as asked for, the first replicates', async () => {
    const solution = await finish(method, problem, options({ replicates: 9, trajectories: 4 }), lend(2))
    const { array } = solution.observations.trajectories
    expect(array.coords.replicate).toEqual([0, 1, 2, 3])
    const place = { replicate: 3, time: 5 }
    const [A, B, all] = ['A', 'B', 'all'].map((quantity) => at(array, { ...place, quantity }))
    expect(all).toBe(A + 2 * B)
    expect(at(array, { replicate: 3, time: 0, quantity: 'A' })).toBe(20)
  })
})

describe('what cannot be simulated ends in a sentence', () => {
  it.each([
    ['species X = 5; X => 0, X - 2.5', 'propensity', ['r1', 'X - 2.5', '-0.5', 'X = 2']],
    ['species X = 5; decay: X -> 0, 1/(X - 2)', 'propensity', ['decay', 'Infinity', 'X = 2']],
    ['species X = 5; X -> 0, -1', 'propensity', ['r1', '-1']],
    ['species X = 5; X -> 0, 1; 0 -> X, 1 - 2*(t > 3)', 'propensity', ['r2', '-1', 't = ']],
    ['X -> 2X, 1; 0 -> X, 1', 'explosion', ['X = ', 't = ', '100']],
    ['species X = 3; 2X -> 3X, 1', 'explosion', ['X = ', 't = ']],
    ['0 -> 9999 X, 10000; X -> X, 0', 'explosion', ['count of X']],
  ])('%s', async (text, code, words) => {
    const told = await failure(text)
    expect(told.code).toBe(code)
    for (const word of words) expect(told.message).toContain(word)
    expect(told.hint).toBeTruthy()
  })

  it('warns before it starts on a billion molecules', () => {
    const verdict = ssa.supports(ask('species X = 1000000000; X -> 0, 1', [1]), options())
    expect(verdict).toMatchObject({ ok: true, caution: expect.stringContaining('1e+9') })
  })
})

/** Mean and variance of the message of a telegraph gene that starts off and empty, from the linear moment equations. */
function telegraph(a: number, b: number, r: number, end: number): { mean: number; variance: number } {
  // g: on, m: mean, c: cov(g, m), v: variance; classical Runge–Kutta, 4000 steps: good to 10⁻¹⁰
  const slope = ([g, m, c, v]: number[]) => [
    a - (a + b) * g,
    r * g - m,
    r * g * (1 - g) - (a + b + 1) * c,
    r * g + m + 2 * r * c - 2 * v,
  ]
  const steps = 4000
  const h = end / steps
  let y = [0, 0, 0, 0]
  for (let i = 0; i < steps; i++) {
    const move = (k: number[], by: number) => y.map((value, j) => value + by * k[j])
    const k1 = slope(y)
    const k2 = slope(move(k1, h / 2))
    const k3 = slope(move(k2, h / 2))
    const k4 = slope(move(k3, h))
    y = y.map((value, j) => value + (h / 6) * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j]))
  }
  return { mean: y[1], variance: y[3] }
}

/** e^{−t} ∫₀ᵗ eˢ 5/√s ds by its series, 10 e^{−t} Σ t^{n + ½}/(n!(2n + 1)); the 10⁻⁹ in the rate shifts it by 3·10⁻⁴. */
function dawson(t: number): number {
  let sum = 0
  for (let n = 0, term = Math.sqrt(t); n < 60; n++, term *= t / n) sum += term / (2 * n + 1)
  return 10 * Math.exp(-t) * sum
}
