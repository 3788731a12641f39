import { describe, expect, it } from 'vitest'
import type { Frame, Problem } from '../contract'
import { picture } from '../ensemble'
import { merge, type Tally } from '../tally'
import { ask, finish, lend } from '../testing'
import { ssa } from './index'
import { method } from './solve'

const until = 120
const options = { ...ssa.options.defaults, replicates: until, trajectories: 30 }

/** The tally of replicates shared out among so many. */
async function shared(problem: Problem, step: number, due = () => false): Promise<Tally> {
  const shares = Array.from({ length: step }, async (_, first) => {
    const tallies = method.ensemble!.tally(problem, options, lend(7, due), { first, step, until })
    for (;;) {
      const { done, value } = await tallies.next()
      if (done) return value
    }
  })
  return merge(await Promise.all(shares))
}

const observe = { moments: true, marginals: true, trajectories: true }
const models: readonly [string, Problem][] = [
  ['a dead end', ask('species X = 900, Y = 2; 2X -> X, 0.1; X -> 0, 1; Y -> 0, 1', [0, 2, 9], observe)],
  ['births and deaths', ask('0 -> X, 10; X -> 0, 1; let Y = X^2', [0, 2, 9], observe)],
  ['a reset, which no team knows', ask('0 -> X, 10; X -> 0, 1; at t >= 4: X = 3', [0, 2, 9], observe)],
  [
    'some counts beyond the tables',
    ask('species X = 4000; 0 -> X, 53e3/(9 + X/1e3); X -> 0, 1.01', [0, 1, 2], observe),
  ],
]

describe('replicates in lockstep', () => {
  it.each(models)('add up to the bits of replicates one by one: %s', async (_, problem) => {
    // Shares of two replicates are too few for a team.
    const alone = picture(problem, await shared(problem, 60), until)
    expect(alone.diagnostics.replicates).toBe(until)
    for (const step of [1, 5]) {
      expect(picture(problem, await shared(problem, step), until)).toEqual(alone)
      expect(picture(problem, await shared(problem, step, () => true), until)).toEqual(alone)
    }
  })

  it('leave the tables in some replicates, not in all, of the last model', async () => {
    const tally = await shared(models[3][1], 1)
    const beyond = tally.quantities[0].sums
    expect(beyond).not.toBeNull()
    expect(tally.quantities[0].near.some((hits) => hits > 0)).toBe(true)
  })

  it.each(models)('show progress that never falls, and paths as far as they have come: %s', async (_, problem) => {
    const frames: Frame[] = []
    await finish(
      method,
      problem,
      options,
      lend(7, () => true),
      (frame) => frames.push(frame),
    )
    const done = frames.map((frame) => frame.done)
    const known = frames.map(
      ({ observations }) => observations.trajectories.array.data.filter((x) => !Number.isNaN(x)).length,
    )
    expect(frames.length).toBeGreaterThan(2)
    expect(known[0]).toBeGreaterThan(0)
    for (const part of done) expect(part >= 0 && part <= 1).toBe(true)
    expect(done).toEqual([...done].sort((a, b) => a - b))
  })
})
