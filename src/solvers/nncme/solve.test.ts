/**
 * Truths of the neural solver, at sizes that take seconds. Seeds are fixed. A law fitted to n states differs from the
 * truth by about √((K − 1)/(8n)) in Hellinger's distance where K counts are free, less where they are tied by smooth
 * functions; thresholds are twice the level of counting, which a lost reaction or a wrong lag exceeds tenfold.
 */
import { describe, expect, it } from 'vitest'
import { hellinger } from '../../numerics/distances'
import { ownBackend } from '../../numerics/learning/own'
import { at } from '../../numerics/named-array'
import { poisson } from '../../numerics/statistics'
import type { Artifact, Solution } from '../contract'
import { fsp } from '../fsp'
import { method as projection } from '../fsp/solve'
import { ask, finish, lend } from '../testing'
import { floorOf } from './check'
import { type NncmeOptions, nncme } from './index'
import { method } from './solve'

const solve = (text: string, times: number[], more: Partial<NncmeOptions> = {}, joints: [number, number][] = []) =>
  finish(
    method,
    ask(text, times, { moments: true, marginals: true, joints }),
    { ...nncme.options.defaults, check: 0, ...more },
    lend(3),
  )

const lawOf = ({ observations: { marginals } }: Solution, time: number, quantity: string) =>
  marginals.array.coords.count.map((count) => at(marginals.array, { time, quantity, count }))

describe('the neural master equation', () => {
  it('birth and death from nothing: the law of Poisson, at steps of its own and at output times', async () => {
    const solution = await solve('0 -> X, 10; X -> 0, 1', [0, 0.5, 3], { replicates: 8000, updates: 150, lag: 1 })
    for (const time of [0.5, 3]) {
      const truth = Array.from({ length: 60 }, (_, n) => poisson(10 * (1 - Math.exp(-time)), n))
      expect(hellinger({ p: lawOf(solution, time, 'X'), q: truth })).toBeLessThan(2 * floorOf(truth, 8000))
    }
    expect(lawOf(solution, 0, 'X')[0]).toBe(1)
  })

  it.each(['dense', 'gru', 'transformer'] as const)('a gene with its messenger, jointly, by %s', async (density) => {
    const text = 'species on = 0; on => 0, 0.5*on; 0 => on, 0.5*(1-on); 0 => M, 12*on; M -> 0, 1'
    const times = [1, 4]
    const more = { density, replicates: 8000, updates: 200, width: 16, layers: 1 }
    const solution = await solve(text, times, more, [[0, 1]])
    const question = ask(text, times, { joints: [[0, 1]] })
    const truth = (await finish(projection, question, fsp.options.defaults)).observations['joint:on,M'].array
    const found = solution.observations['joint:on,M'].array
    for (const time of times) {
      const [p, q] = [truth, found].map((array) =>
        [0, 1].flatMap((on) =>
          Array.from({ length: 45 }, (_, M) => (M < array.coords.M.length ? at(array, { time, on, M }) : 0)),
        ),
      )
      expect(hellinger({ p, q })).toBeLessThan(2 * floorOf(p, 8000))
    }
  })

  it('has the means and the variance of a gene and its protein after 50 seconds', async () => {
    // Exact, by the linear equations of moments: 0.99326, 3.8417, 9.4408. Of 4000 states the protein’s mean has an error of
    // 0.049, its variance one of 0.25.
    const text = '0 -> m, 0.1; m -> m + p, 0.1; m -> 0, 0.1; p -> 0, 0.002'
    const { array } = (await solve(text, [50], { replicates: 4000, updates: 60 })).observations.moments
    const found = (quantity: string, moment: string) => at(array, { time: 50, moment, quantity })
    expect(Math.abs(found('m', 'mean') - 0.99326)).toBeLessThan(0.07)
    expect(Math.abs(found('p', 'mean') - 3.8417)).toBeLessThan(0.15)
    expect(Math.abs(found('p', 'variance') - 9.4408)).toBeLessThan(1.1)
  })

  it('follows a rate that depends on time, over several lags', async () => {
    const text = '0 -> X, 10 + 8*sin(t); X -> 0, 1'
    const solution = await solve(text, [3], { replicates: 8000, updates: 100, lag: 1.1 })
    // x' = 10 + 8 sin t − x, and the law is Poisson's.
    const mean = 10 * (1 - Math.exp(-3)) + 4 * (Math.sin(3) - Math.cos(3) + Math.exp(-3))
    const truth = Array.from({ length: 60 }, (_, n) => poisson(mean, n))
    expect(hellinger({ p: lawOf(solution, 3, 'X'), q: truth })).toBeLessThan(2 * floorOf(truth, 8000))
  })

  it('keeps what is conserved: no joint state breaks a sum', async () => {
    const text = 'species A = 6; A <-> B, 1, 2'
    const solution = await solve(text, [0.4], { replicates: 2000, updates: 100 }, [[0, 1]])
    const { array } = solution.observations['joint:A,B']
    let inside = 0
    for (let a = 0; a <= 6; a++) inside += at(array, { time: 0.4, A: a, B: 6 - a })
    expect(Math.abs(inside - 1)).toBeLessThan(1e-6)
  })

  it('counts states as outside that have what the pilot never met, and learns a finite law', async () => {
    // B comes in one of ten thousand paths: in some of 100,000 states, in none of the pilot's 1000.
    const text = 'species A = 3; A <-> C, 1, 1; A -> B, 1e-4'
    const { diagnostics } = await solve(text, [0.5], { replicates: 100_000, updates: 5 })
    expect(diagnostics.outside).toBeGreaterThan(0)
    expect(diagnostics.outside).toBeLessThan(1e-3)
    expect(diagnostics.divergence).toBeLessThan(0.1)
    expect(diagnostics.loss).toBeLessThan(5)
  })

  it('goes on with the states of the step before, if asked', async () => {
    const text = '0 -> X, 10; X -> 0, 1'
    const solution = await solve(text, [3], { replicates: 4000, updates: 100, lag: 1, from: 'ensemble' })
    const truth = Array.from({ length: 60 }, (_, n) => poisson(10 * (1 - Math.exp(-3)), n))
    expect(hellinger({ p: lawOf(solution, 3, 'X'), q: truth })).toBeLessThan(2 * floorOf(truth, 4000))
  })

  it('says how far it is from the exact law, beside what counting as many states explains', async () => {
    const text = 'species on = 0; on => 0, 0.5*on; 0 => on, 0.5*(1-on); 0 => M, 12*on; M -> 0, 1'
    const times = [0, 1, 4]
    const solution = await solve(text, times, { replicates: 4000, updates: 100, width: 16, check: 1 })
    const { diagnostics, distances, notes, observations } = solution
    expect(notes?.measured).toBe('the exact law, by projection')
    const truth = (await finish(projection, ask(text, times, { marginals: true }), fsp.options.defaults)).observations
    for (const time of [1, 4]) {
      const far = ['on', 'M'].map((quantity) => {
        const [p, q] = [truth, observations].map(({ marginals: { array } }) =>
          array.coords.count.map((count) => at(array, { time, quantity, count })),
        )
        return { d: hellinger({ p, q }), floor: floorOf(p, 4000) }
      })
      const worst = far[0].d > far[1].d ? far[0] : far[1]
      expect(at(distances!, { time, measure: 'hellinger' })).toBeCloseTo(worst.d, 5)
      expect(at(distances!, { time, measure: 'hellingerFloor' })).toBeCloseTo(worst.floor, 5)
      expect(at(distances!, { time, measure: 'joint' })).toBeGreaterThan(worst.d)
      // For small differences the divergence is four times the distance squared.
      const ratio = at(distances!, { time, measure: 'kl' }) / at(distances!, { time, measure: 'joint' }) ** 2
      expect(ratio).toBeGreaterThan(2)
      expect(ratio).toBeLessThan(8)
    }
    expect(at(distances!, { time: 0, measure: 'hellinger' })).toBeNaN()
    expect(diagnostics.hellinger).toBeLessThan(2 * diagnostics.hellingerFloor)
    expect(diagnostics.totalVariation).toBeGreaterThan(diagnostics.hellinger ** 2)
    expect(solution.warnings).toEqual([])
    // A hundred states and one update. The warning is in the number of samples that it would take to do as badly.
    const poor = await solve(text, [1], { replicates: 100, updates: 1, check: 1 })
    expect(poor.diagnostics.jointHellinger).toBeGreaterThan(3 * diagnostics.jointHellinger)
  })

  it('measures itself by a closed form where there is one, however many species', async () => {
    const links = Array.from({ length: 7 }, (_, i) => `X${i + 1} -> X${i + 2}, 5; X${i + 1} -> 0, 1`).join('; ')
    const more = { replicates: 4000, updates: 100, width: 8, check: 1 }
    const { notes, diagnostics } = await solve(`0 -> X1, 10; ${links}; X8 -> 0, 1`, [2], more)
    expect(notes?.measured).toBe('the exact law, in closed form')
    expect(diagnostics.hellinger).toBeLessThan(2 * diagnostics.hellingerFloor)
    // 4000 states, some 50 numbers that matter: 50/(2·4000) nats, and as much again for what decay leaves.
    expect(diagnostics.jointKl).toBeGreaterThan(0)
    expect(diagnostics.jointKl).toBeLessThan(0.03)
  })

  it('measures itself by independent paths where nothing else reaches', async () => {
    const links = Array.from({ length: 7 }, (_, i) => `X${i + 1} -> X${i + 1} + X${i + 2}, 5; X${i + 1} -> 0, 1`).join(
      '; ',
    )
    const text = `0 -> X1, 10; ${links}; X8 -> 0, 1`
    const good = await solve(text, [0.5], { replicates: 4000, updates: 60, width: 8, check: 2000 })
    expect(good.notes?.measured).toBe('2,000 independent paths')
    expect(good.diagnostics.paths).toBe(2000)
    expect(good.diagnostics.hellinger).toBeLessThan(2 * good.diagnostics.hellingerFloor)
    // A hundred states, and one update: 4000 paths see that.
    const poor = await solve(text, [0.5], { replicates: 100, updates: 1, width: 8, check: 4000 })
    expect(poor.warnings.join()).toContain('independent paths')
  })

  it('keeps tensors and memory flat, and holds none when it is done, stopped or failed', async () => {
    const problem = ask('0 -> X, 10; X -> 0, 1', [1, 2, 3])
    const options = { ...nncme.options.defaults, check: 0, replicates: 1000, updates: 50 }
    const memory: string[] = []
    const generator = method.solve(
      problem,
      options,
      lend(1, () => true),
    )
    for (let next = await generator.next(); !next.done; next = await generator.next()) {
      const { tensors, bytes, updates } = next.value().diagnostics
      if (updates > 0) memory.push(`${tensors} ${bytes}`)
    }
    expect(memory.length).toBeGreaterThan(100)
    expect(new Set(memory).size).toBe(1)
    const backend = ownBackend()
    expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 })
    const stopped = method.solve(
      problem,
      options,
      lend(1, () => true),
    )
    for (let next = await stopped.next(); !next.done; next = await stopped.next()) {
      if (next.value().diagnostics.updates > 3) break
    }
    expect(backend.memory().tensors).toBeGreaterThan(0)
    await stopped.return(undefined as unknown as Solution)
    expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 })
    // From a count that the pilot of 1000 paths does not meet, but one of many more states does, a rate is negative.
    const broken = ask('0 -> X, 10; X -> 0, 1; 0 -> Y, X > 21 ? -1 : 0', [3])
    await expect(finish(method, broken, { ...options, replicates: 100_000, updates: 1 }, lend(1))).rejects.toThrow('X')
    expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 })
  })

  it('goes on from its last checkpoint as if it had never stopped, and begins anew where that does not fit', async () => {
    const problem = ask('0 -> X, 10; X -> Y, 1; Y -> 0, 1', [1, 3, 4], { moments: true, marginals: true })
    const options = { ...nncme.options.defaults, check: 0, replicates: 2000, updates: 40, lag: 1.5 }
    const whole = await finish(method, problem, options, lend(3))
    expect(nncme.answers?.(whole.artifact!, problem)).toBe(true)
    // Stopped after the second of four steps.
    const first = method.solve(
      problem,
      options,
      lend(3, () => true),
    )
    const checkpoints: Artifact[] = []
    while (checkpoints.length < 2) {
      const next = await first.next()
      if (next.done) throw new Error('it ended before it was stopped')
      const { artifact } = next.value()
      if (artifact) checkpoints.push(artifact)
    }
    await first.return(undefined as unknown as Solution)
    const artifact = checkpoints[1]
    expect(Object.values(artifact.arrays)[0].coords.time).toHaveLength(2)
    expect(nncme.answers?.(artifact, problem)).toBe(false)
    const again = await finish(method, problem, options, { ...lend(3), artifact })
    expect(again.observations).toEqual(whole.observations)
    expect(again.artifact).toEqual(whole.artifact)
    expect(again.diagnostics.updates).toBe(2 * options.updates)
    // With all of it there is nothing left to learn.
    const none = await finish(method, problem, options, { ...lend(3), artifact: whole.artifact })
    expect(none.observations).toEqual(whole.observations)
    expect(none.diagnostics.updates).toBe(0)
    const other = { ...options, width: 8 }
    const fresh = await finish(method, problem, other, lend(3))
    expect(await finish(method, problem, other, { ...lend(3), artifact })).toEqual(fresh)
  })

  it('tells the course of its training', async () => {
    const { training, diagnostics } = await solve('0 -> X, 10; X -> 0, 1', [3], { replicates: 2000, updates: 100 })
    expect(training?.coords.update).toHaveLength(diagnostics.updates)
    expect(training?.data[2 * diagnostics.updates - 2]).toBe(diagnostics.loss)
  })
})
