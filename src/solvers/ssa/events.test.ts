import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../network/compile'
import { stream } from '../../numerics/rng'
import { binomial, chiSquare, poisson } from '../../numerics/statistics'
import type { Problem } from '../contract'
import { withEvents } from '../events'
import { solvers } from '../registry'
import { runStudy } from '../run'
import { ask, finish, lend } from '../testing'
import { verdictOn } from '../verdict'
import { plain } from './kernel'
import { method } from './solve'
import { thinning } from './thinning'
import { sampler, walkerFor } from './walkers'

const twin = (problem: Problem) =>
  withEvents(problem, (times) => plain(problem.network, problem.parameters, problem.initial, times))

const compiled = (problem: Problem) =>
  withEvents(problem, (times) => compile(problem.network, problem.parameters, problem.initial, times)!)

/** What each of the first replicates records, and how many events it took. */
function paths(
  problem: Problem,
  make: (problem: Problem) => ReturnType<typeof walkerFor>,
  replicates = 30,
): number[][] {
  const walker = make(problem)
  const run = sampler(problem, walker)
  return Array.from({ length: replicates }, (_, i) => {
    run.start(stream(5, i))
    while (!run.advance());
    return [...walker.records, walker.events]
  })
}

const dimers = 'species P = 100, P2 = 0; 2P -> P2, 0.001; P2 -> 2P, 0.01'
const immigration = 'species X = 0; parameter c = 22.5; 0 -> X, 1; X -> 0, 0.1'

const models: readonly [string, string, number[]][] = [
  ['a reset in time', `${immigration}; at t >= 25: X = 50`, [0, 10, 24.9, 25, 25, 25.1, 50]],
  [
    'resets at two instants, one beyond the end',
    `${immigration}; at t > c: X = 20; at c/2 <= t: X = 3; at t >= 99: X = 0`,
    [10, 30, 50],
  ],
  ['a reset at the last output time', `${immigration}; at t >= 50: X = 7`, [50]],
  ['a reset by a count', `${dimers}; at P2 > 30: P = 100, P2 = 0`, [1, 20, 50]],
  ['a count and a time', `${dimers}; at (P2 > 20)*(t > 15)*(t < 40): P = P + 2*P2, P2 = 0`, [10, 20, 40, 50]],
  [
    'a let in a condition',
    `let all = P + 2*P2; ${dimers}; at P2 > all/4 ? t < 30 : 0*P: P2 = P2 - 5, P = P + 10`,
    [9, 35],
  ],
  [
    'events that set each other off',
    'species X, Y, Z; 0 -> X, 3; at X > 4: X = 0, Y = Y + 1; at Y > 2: Y = 0, Z = Z + 1; Z -> 0, 0.1',
    [3, 30],
  ],
  [
    'a fixed species that an event switches',
    'species S = 0 fixed, X; S -> S + X, 5; X -> 0, 1; at t >= 2: S = 1; at t >= 6: S = 0',
    [1, 2, 5, 9],
  ],
  ['no reaction at all', 'species X = 4; at t >= 2: X = X + 1', [1, 2, 3]],
]

const variants = ['direct', 'sorting', 'nextReaction', 'compositionRejection', 'rejection'] as const

describe('events', () => {
  it.each(models.filter(([what]) => !what.startsWith('no reaction')))(
    '%s: the compiled kernel gives the bits of the plain one',
    (_, text, times) => {
      const problem = ask(text, times)
      expect(paths(problem, compiled)).toEqual(paths(problem, twin))
    },
  )

  it.each(models)('%s: all walkers of a network know its events', (_, text, times) => {
    const problem = ask(text, times)
    const timed = (one: Problem) => withEvents(one, (rows) => thinning({ ...one, times: rows }))
    // Thinning draws otherwise: only what is certain can be compared, and that it goes through.
    expect(paths(ask(`${text}; 0 -> Tick, t/1e9`, times), timed, 3)).toHaveLength(3)
    expect(paths(problem, walkerFor, 3)).toEqual(paths(problem, twin, 3))
  })

  it('happen before the output of the same instant, and once', () => {
    const problem = ask('species X = 1; 0 -> Y, 0.001; at t >= 2: X = X + 10; at t < 3: X = 99', [0, 1, 2, 2, 3, 4])
    const xs = paths(problem, walkerFor, 1)[0]
      .filter((_, i) => i % 2 === 0)
      .slice(0, 6)
    // `t < 3` is true from the start: it never becomes true.
    expect(xs).toEqual([1, 1, 11, 11, 11, 11])
  })

  it('read the state before any of them has assigned, also two at once', () => {
    const problem = ask(
      'species A = 1, B = 2, C = 3; 0 -> D, 0.001; at t >= 1: A = B, B = A; at t >= 1: C = A + B',
      [1],
    )
    expect(paths(problem, walkerFor, 1)[0].slice(0, 3)).toEqual([2, 1, 3])
  })

  it.each(['auto', ...variants] as const)('happen anew when the condition has been false between: %s', (variant) => {
    const problem = ask('species X = 0, N = 0; 0 -> X, 10; at X >= 5: X = 0, N = N + 1', [100])
    const make = (one: Problem) => walkerFor(one, variant)
    for (const [x, n, events] of paths(problem, make, 5)) expect(5 * n + x).toBe(events)
  })

  it('are exact off the grid: binomial survivors and Poisson newcomers after a reset at 22.5', async () => {
    const problem = ask(`${immigration}; at t >= c: X = 20`, [25, 50], { marginals: true })
    const replicates = 40_000
    const { observations } = await finish(
      method,
      problem,
      { replicates, trajectories: 0, variant: 'auto' as const },
      lend(3),
    )
    const { array } = observations.marginals
    const counts = array.shape[2]
    ;[25, 50].forEach((t, k) => {
      const kept = Math.exp(-0.1 * (t - 22.5))
      const law = Array.from({ length: counts + 1 }, (_, n) => {
        let p = 0
        for (let j = 0; j <= Math.min(20, n); j++) p += binomial(20, kept, j) * poisson(10 * (1 - kept), n - j)
        return p
      })
      const seen = law.map((_, n) => Math.round((array.data[k * counts + n] ?? 0) * replicates))
      // Two tests at 1e-4 each; an error of 1 % in the mean is seen with certainty at this size.
      expect(chiSquare(seen, law).pValue).toBeGreaterThan(1e-4)
    })
  })

  it('are exact where time enters a rate: a pulse of births switched by the clock', async () => {
    const text = 'species X = 0; 0 -> X, 3 + 2*sin(t); X -> 0, 0.0*X; at t >= 2: X = 0'
    const replicates = 20_000
    const { observations } = await finish(
      method,
      ask(text, [5], { marginals: true }),
      { replicates, trajectories: 0, variant: 'auto' as const },
      lend(4),
    )
    const { array } = observations.marginals
    const mean = 9 + 2 * (Math.cos(2) - Math.cos(5))
    const law = Array.from({ length: array.shape[2] + 1 }, (_, n) => poisson(mean, n))
    const seen = law.map((_, n) => Math.round((array.data[n] ?? 0) * replicates))
    expect(chiSquare(seen, law).pValue).toBeGreaterThan(1e-4)
  })

  it.each(variants)('have the law that they should have by the algorithm %s', async (variant) => {
    const text = `${immigration}; at t >= c: X = 20`
    const replicates = 4000
    const run = (one: typeof variant, seed: number) =>
      finish(method, ask(text, [22.5, 25, 50]), { replicates, trajectories: 0, variant: one }, lend(seed))
    const { array } = (await run(variant, 8)).observations.moments
    expect(array.data[0]).toBe(20)
    // Poisson newcomers besides binomial survivors
    const kept = Math.exp(-0.25)
    const [mean, variance] = [20 * kept + 10 * (1 - kept), 20 * kept * (1 - kept) + 10 * (1 - kept)]
    expect(Math.abs(array.data[2] - mean)).toBeLessThan(4.5 * Math.sqrt(variance / replicates))
  })

  it('may assign any count, in any network: both kernels agree', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (level, reset, at) => {
          const text = `species X = 5; 0 -> X, 8; X -> 0, 0.3; X + Y -> Z, 0.1; at X >= ${level}: X = ${reset}, Y = Y + 3; at t >= ${at}: Z = 0`
          const problem = ask(text, [2, at, 10])
          const outcome = (make: typeof compiled) => {
            try {
              return paths(problem, make, 2)
            } catch (thrown) {
              return (thrown as Error).message
            }
          }
          expect(outcome(compiled)).toEqual(outcome(twin))
        },
      ),
      { seed: 6, numRuns: 60 },
    )
  })

  it.each([
    ['no whole number', 'at t >= 1: X = X/2', 'The event "at t >= 1: X = X/2" sets X to 2.5 at t = 1, X = 5, Y = 0.'],
    ['below zero', 'at t >= 1: X = X - 6', 'sets X to -1'],
    ['not a number', 'at t >= 1: X = 0/(X - 5)', 'sets X to NaN'],
    ['beyond every count', 'at t >= 1: X = 3e9', 'sets X to 3000000000'],
    ['a ring without end', 'at t >= 1: Y = 1; at Y > 0: Y = 0; at Y < 1: Y = 1', 'set each other off without end'],
  ])('fail with a sentence where a value is %s', async (_, event, says) => {
    const network = `species X = 5, Y = 0; X -> X, 0; ${event}`
    const outcome = await runStudy(
      { version: 1, network, times: [2], solver: 'ssa' },
      { now: () => 0, breathe: async () => {}, cancelled: () => false, onFrame: () => {} },
    )
    expect(outcome).toMatchObject({ status: 'failed', code: 'events', message: expect.stringContaining(says) })
  })
})

describe('every solver', () => {
  const problem = ask(`${immigration}; at t >= 25: X = 50`, [1])

  it.each(Object.values(solvers))('$id honours events, or refuses them by name', (solver) => {
    const verdict = verdictOn(solver, problem, solver.options.defaults)
    if (solver.traits.events) expect(verdict.ok).toBe(true)
    else expect(verdict).toMatchObject({ ok: false, why: expect.stringContaining('events: '), instead: 'ssa' })
  })
})
