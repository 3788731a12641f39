/**
 * Every algorithm against the plain twin: the same law, from other bits. 8000 replicates each, seeds fixed. Means and
 * variances may lie 4.5 standard errors of the difference apart, laws must pass a χ² test of homogeneity at the same p
 * ≈ 7·10⁻⁶. Power: with margin 3, a relative error δ of a mean with coefficient of variation c shows once
 * n ≥ 2 (7.5 c/δ)²: 8000 replicates see 5 % where c = 0.4, which the sabotage test confirms.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Walker } from '../../network/walker'
import { stream } from '../../numerics/rng'
import { twoSided, upperGamma } from '../../numerics/statistics'
import type { Problem } from '../contract'
import { picture } from '../ensemble'
import { withEvents } from '../events'
import { merge, type Share, type Tally } from '../tally'
import { ask, finish, lend } from '../testing'
import { makeDraws } from './draws'
import { type SsaOptions, ssa } from './index'
import { plain } from './kernel'
import { type Interpreted, interpret, kernels } from './large'
import { method } from './solve'
import { sampler } from './walkers'
import { cumulativeTree, groups, sortedList, sumTree } from './weights'

const variants = Object.keys(kernels) as Interpreted[]
const widest = 4.5
const rarest = twoSided(widest)
const replicates = 8000

const chain = (n: number) =>
  Array.from({ length: n }, (_, i) => `species S${i} = 5; S${i} -> ${i + 1 < n ? `S${i + 1}` : '0'}, 1`).join('\n')

/** Text, output times, and the species whose law is compared. */
const models: Readonly<Record<string, readonly [text: string, times: number[], species: string]>> = {
  dimerisation: ['species A = 60; 2A <-> B, 0.05, 0.4; 0 -> A, 2; A -> 0, 0.1', [0.5, 4], 'B'],
  'a Hill toggle': [
    '0 -> U, 30/(1 + (V/8)^2); 0 -> V, 30*hillr(U, 8, 2); U -> 0, 1; V -> 0, 1; U + V -> 0, 0.05',
    [1, 4],
    'U',
  ],
  'a chain of 200': [chain(200), [0.02, 0.1], 'S100'],
  telegraph: ['species Off = 1; Off <-> On, 0.6, 0.7; On -> On + M, 20; M -> 0, 1', [1, 5], 'M'],
  'guards and three at a time': [
    'species A = 30, F = 9; 3A -> B, 2e-3; B -> 3A, 1; A => 2C, 2*A; C + F => F, 0.2*C*F; 2A + C -> A, 1e-3',
    [0.5, 3],
    'A',
  ],
  'events at a time and a count': [
    'species X = 3; 0 -> X, 12; X -> 0, 0.5; at X > 14: X = X - 9; at t >= 2.5: X = 20',
    [1, 2.4, 4],
    'X',
  ],
}

/** Histograms of one species at each time. */
function histograms(
  [text, times, species]: (typeof models)[string],
  make: (problem: Problem) => Walker,
  seed: number,
): number[][] {
  const problem = ask(text, times)
  const { network } = problem
  const walker =
    network.events.length > 0 ? withEvents(problem, (grid) => make({ ...problem, times: grid })) : make(problem)
  const run = sampler(problem, walker)
  const s = network.species.findIndex(({ name }) => name === species)
  const counts: number[][] = times.map(() => [])
  for (let i = 0; i < replicates; i++) {
    run.start(stream(seed, i))
    while (!run.advance());
    counts.forEach((histogram, k) => {
      const count = walker.records[k * network.species.length + s]
      histogram[count] = (histogram[count] ?? 0) + 1
    })
  }
  return counts
}

const twinOf = ({ network, parameters, initial, times }: Problem) => plain(network, parameters, initial, times)

/** p of the hypothesis that two histograms of equally many replicates have one law; cells are merged to 20 or more. */
function homogeneity(one: number[], other: number[]): number {
  let [statistic, cells, a, b] = [0, 0, 0, 0]
  const close = () => {
    statistic += (a - b) ** 2 / (a + b)
    cells++
    ;[a, b] = [0, 0]
  }
  for (let n = 0; n < Math.max(one.length, other.length); n++) {
    a += one[n] ?? 0
    b += other[n] ?? 0
    if (a + b >= 20) close()
  }
  if (a + b > 0) close()
  return cells > 1 ? upperGamma((cells - 1) / 2, statistic / 2) : 1
}

/** Distances between means and between variances, in standard errors of the difference. */
function distances(one: number[], other: number[]): [mean: number, variance: number] {
  const moments = (histogram: number[]) => {
    const sum = (f: (n: number) => number) => histogram.reduce((total, hits, n) => total + (hits ?? 0) * f(n), 0)
    const n = sum(() => 1)
    const mean = sum((x) => x) / n
    const m2 = sum((x) => (x - mean) ** 2) / n
    return { n, mean, m2, m4: sum((x) => (x - mean) ** 4) / n }
  }
  const [p, q] = [moments(one), moments(other)]
  return [
    Math.abs(p.mean - q.mean) / Math.sqrt(p.m2 / p.n + q.m2 / q.n),
    Math.abs(p.m2 - q.m2) / Math.sqrt((p.m4 - p.m2 ** 2) / p.n + (q.m4 - q.m2 ** 2) / q.n),
  ]
}

describe.each(Object.entries(models))('%s', (_, model) => {
  let twin: number[][]
  beforeAll(() => {
    twin = histograms(model, twinOf, 2)
  })
  it.each(variants)('by %s has the law of the plain twin', (variant) => {
    histograms(model, (problem) => interpret(problem, variant), 1).forEach((histogram, k) => {
      expect(homogeneity(histogram, twin[k])).toBeGreaterThan(rarest)
      const [mean, variance] = distances(histogram, twin[k])
      expect(mean).toBeLessThan(widest)
      expect(variance).toBeLessThan(widest)
    })
  })
})

it('would notice a rate constant that is 5 % off', () => {
  const [text, times, species] = models.telegraph
  const wrong = [text.replace('M, 20', 'M, 21'), times, species] as const
  const twin = histograms(models.telegraph, twinOf, 2)
  const found = histograms(wrong, (problem) => interpret(problem, 'rejection'), 1)
  expect(distances(found[1], twin[1])[0]).toBeGreaterThan(widest)
})

describe('shares', () => {
  const problem = ask(models.dimerisation[0], [0, 1, 4], { moments: true, marginals: true, trajectories: true })
  const until = 120

  async function share(variant: SsaOptions['variant'], part: Share, due = () => false): Promise<Tally> {
    const run = lend(4, due)
    const tallies = method.ensemble!.tally(problem, { ...ssa.options.defaults, replicates: until, variant }, run, part)
    for (;;) {
      const { done, value } = await tallies.next()
      if (done) return value
    }
  }

  it.each(variants)('of %s add up to the same bits for 1, 2 and 8', async (variant) => {
    const whole = picture(problem, await share(variant, { first: 0, step: 1, until }), until)
    for (const step of [2, 8]) {
      const parts = Array.from({ length: step }, (_, first) => share(variant, { first, step, until }, () => true))
      expect(picture(problem, merge(await Promise.all(parts)), until)).toEqual(whole)
    }
  })
})

describe('the choice', () => {
  const solved = (text: string, variant: SsaOptions['variant'] = 'auto') =>
    finish(method, ask(text, [1]), { ...ssa.options.defaults, replicates: 3, variant })

  it('is compiled code for a small network', async () => {
    const { diagnostics, notes } = await solved(models.dimerisation[0])
    for (const variant of variants) expect(diagnostics).not.toHaveProperty(variant)
    expect(notes).toEqual({ algorithm: 'direct, compiled' })
    expect((await solved(models.dimerisation[0], 'sorting')).notes).toEqual({ algorithm: 'sorting' })
    expect((await solved('0 -> X, 2 + sin(t)')).notes).toEqual({ algorithm: 'direct, thinned' })
  })

  it('is told, and is rejection where many propensities read what an event changes', async () => {
    // Every complex binds the same abundant enzyme: an event of one changes the propensities of all.
    const star = ['species E = 100000', ...Array.from({ length: 300 }, (_, i) => `species C${i} = 20`)]
      .concat(Array.from({ length: 300 }, (_, i) => `E + C${i} -> D${i}, 1e-5; D${i} -> E + C${i}, 1`))
      .join('\n')
    const { diagnostics, notes } = await solved(star)
    expect(diagnostics).toMatchObject({ rejection: 3 })
    expect(notes).toEqual({ algorithm: 'rejection, by a pilot run' })
  })

  it('is direct where brackets do not pay', async () => {
    // Counts of 0 and 1 have no bracket: whatever happens to a switch, all its ways out are computed anew.
    const lone = Array.from({ length: 50 }, (_, i) => {
      const out = Array.from({ length: 5 }, (_, k) => `X${i} -> Y${i}, 0.${k + 1}`)
      return [`species X${i} = 1`, ...out, `Y${i} -> X${i}, 1`].join('\n')
    })
    expect((await solved(lone.join('\n'))).diagnostics).toMatchObject({ direct: 3 })
  })

  it('is refused by name where rates depend on time', () => {
    const timed = ask('0 -> X, 2 + sin(t)', [1])
    for (const variant of variants) {
      const verdict = ssa.supports(timed, { ...ssa.options.defaults, variant })
      if (variant === 'direct') expect(verdict).toEqual({ ok: true })
      else expect(verdict).toMatchObject({ ok: false, why: expect.stringContaining(variant) })
    }
  })
})

describe('what cannot be simulated', () => {
  it('is told of constants, also of reactions that never fire', async () => {
    const problem = ask('species X = 0; X -> 0, -1', [100])
    const run = finish(method, problem, { ...ssa.options.defaults, replicates: 1, variant: 'rejection' })
    await expect(run).rejects.toMatchObject({ code: 'propensity', message: expect.stringContaining('rate constant') })
  })

  it.each(variants)('is told by %s', async (variant) => {
    const problem = ask('species X = 5; X => 0, X - 2.5', [100])
    const run = finish(method, problem, { ...ssa.options.defaults, replicates: 1, variant })
    await expect(run).rejects.toMatchObject({ code: 'propensity', message: expect.stringContaining('r1') })
  })

  it.each(variants)('is nothing at all: %s without reactions, without molecules', async (variant) => {
    for (const text of ['species X = 3', 'species A = 0; A -> 2A, 1']) {
      const { observations } = await finish(method, ask(text, [0, 7]), {
        ...ssa.options.defaults,
        replicates: 2,
        variant,
      })
      const [first, , second] = observations.moments.array.data
      expect(first).toBe(second)
    }
  })
})

describe('weights', () => {
  const structures = { sumTree, cumulativeTree, sortedList, groups }
  it.each(Object.entries(structures))('%s chooses in proportion', (_, make) => {
    const count = 300
    const weights = make(count)
    const { uniform } = stream(3, 0)
    const target = Float64Array.from({ length: count }, (_, i) =>
      i % 7 === 0 ? 0 : 2 ** ((i % 11) - 5) * (1 + i / 300),
    )
    weights.clear()
    // Through other values first, so that what is changed is forgotten.
    target.forEach((_, i) => {
      weights.set(i, (i * 17) % 5)
    })
    weights.settle()
    target.forEach((weight, i) => {
      weights.set(i, weight)
    })
    const total = weights.settle()
    const sum = target.reduce((a, b) => a + b, 0)
    const draws = 300_000
    const hits = new Float64Array(count)
    let [chosen, outside] = [0, 0]
    for (let k = 0; k < draws; k++) {
      const i = weights.choose(uniform() * total)
      if (i < 0) continue
      chosen++
      hits[i]++
      if (!(weights.rest[0] >= 0 && weights.rest[0] < target[i])) outside++
    }
    expect(outside).toBe(0)
    // Candidates come at `total`, of which the share sum/total is real.
    expect(Math.abs(chosen - (draws * sum) / total)).toBeLessThanOrEqual((widest * Math.sqrt(draws)) / 2)
    let statistic = 0
    let cells = 0
    target.forEach((weight, i) => {
      if (weight === 0) expect(hits[i]).toBe(0)
      else {
        const expected = (chosen * weight) / sum
        statistic += (hits[i] - expected) ** 2 / expected
        cells++
      }
    })
    expect(upperGamma((cells - 1) / 2, statistic / 2)).toBeGreaterThan(rarest)
  })

  it('draws the pairs of the stream itself', () => {
    const draws = makeDraws()
    draws.start(stream(9, 4))
    const { uniform, exponential } = stream(9, 4)
    for (let k = 0; k < 1500; k++) {
      const at = draws.take()
      expect([draws.pairs[at], draws.pairs[at + 1]]).toEqual([uniform(), exponential()])
    }
  })
})

describe('100,000 reactions', () => {
  const n = 100_000
  const species = 30_000
  const reactions = Array.from({ length: n - 1 }, (_, i) => {
    const [a, b, c] = [i % species, (i * 7919 + 1) % species, (i * 104_729 + 2) % species]
    return `S${a} + S${b} -> S${c} + S${a}, 0.5`
  })
  const problem = ask(['species S0 = 50, S1 = 50', '0 -> S7, 5000', ...reactions].join('\n'), [1e9])

  it.each(variants)('are set up, run and stopped slice by slice by %s', async (variant) => {
    // Always time to yield: as many yields as slices, and a cancelled run stops at the next.
    const options = { ...ssa.options.defaults, replicates: 1, trajectories: 0, variant }
    const run = method.ensemble!.tally(
      problem,
      options,
      lend(1, () => true),
      { first: 0, step: 1, until: 1 },
    )
    let slices = 0
    for (; ; slices++) {
      const { done, value } = await run.next()
      if (done) throw new Error('it ended')
      if (value.events > 0) break
    }
    await run.return(undefined as never)
    // 512 reactions in a slice, one for the first state, one for events.
    expect(slices).toBeGreaterThan(n / 512)
    expect(slices).toBeLessThan(n / 512 + 10)
  })

  it('do no more work in a slice than is worth a look at the clock', () => {
    const walker = interpret(problem, 'auto')
    walker.start(stream(1, 0))
    for (let slice = 0, before = 0; slice < 600; slice++) {
      expect(walker.advance()).toBe('going')
      expect(walker.events - before).toBeLessThanOrEqual(512)
      before = walker.events
    }
    expect(walker.events).toBeGreaterThan(1000)
  })
})
