/** The papers' modes through the solver, at sizes of seconds. */
import { describe, expect, it } from 'vitest'
import { at } from '../../../numerics/named-array'
import type { Artifact, Frame, Solution } from '../../contract'
import { ask, finish, lend } from '../../testing'
import { type NncmeOptions, nncme } from '../index'
import { method } from '../solve'

const observe = { moments: true, marginals: true, joints: [[0, 2]] as [number, number][] }
const text = 'species on = 1; on => 0, 0.5*on; 0 => on, 0.5*(1-on); 0 => M, 12*on; M -> 0, 1; species still = 7'

describe.each(['reverse-kl', 'natural-gradient', 'tdvp'] as const)('%s', (scheme) => {
  it('follows a gene and its messenger, and says that it knows no error', async () => {
    const options: NncmeOptions = { ...nncme.options.defaults, scheme, samples: 1000, width: 8, check: 500 }
    const frames: Frame[] = []
    const problem = ask(text, [0, 0.2, 1], observe)
    const { observations, artifact, diagnostics } = await finish(
      method,
      problem,
      options,
      lend(2, () => true),
      (frame) => {
        frames.push(frame)
      },
    )
    const { moments, marginals } = observations
    // On: (1 + e^(−t))/2. Messengers: m' = 12·on − m. Smoothing adds up to 0.1 to the mean; the papers err by more.
    const on = (1 + Math.exp(-1)) / 2
    const m = 6 * (1 - Math.exp(-1)) + 6 * Math.exp(-1)
    expect(Math.abs(at(moments.array, { time: 1, moment: 'mean', quantity: 'on' }) - on)).toBeLessThan(0.1)
    expect(Math.abs(at(moments.array, { time: 1, moment: 'mean', quantity: 'M' }) - m)).toBeLessThan(0.8)
    expect(at(moments.array, { time: 1, moment: 'mean', quantity: 'still' })).toBeCloseTo(7, 10)
    expect(at(moments.array, { time: 0, moment: 'variance', quantity: 'M' })).toBe(0)
    const law = marginals.array.coords.count.map((count) => at(marginals.array, { time: 1, quantity: 'M', count }))
    expect(law.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10)
    expect(moments.error).toMatchObject({ kind: 'none' })
    expect(observations['joint:on,M'].error.kind).toBe('none')
    expect(artifact?.notes.density).toBe('nade')
    expect(artifact?.arrays.nade.shape[0]).toBe(2)
    expect(diagnostics.clamped).toBe(0)
    expect(diagnostics.hellinger).toBeGreaterThan(0)
    const done = frames.map((frame) => frame.done)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.length).toBeGreaterThan(20)
  })

  it('gives the same numbers however often it yields', async () => {
    const options: NncmeOptions = { ...nncme.options.defaults, scheme, samples: 100, width: 4, check: 0, step: 0.05 }
    const problem = ask(text, [0.3], observe)
    const [one, other] = [lend(2, () => true), lend(2)]
    const calm = await finish(method, problem, options, other)
    expect((await finish(method, problem, options, one)).observations).toEqual(calm.observations)
  })

  it('goes on from its last checkpoint as if it had never stopped', async () => {
    const options: NncmeOptions = { ...nncme.options.defaults, scheme, samples: 100, width: 4, check: 0, step: 0.05 }
    const problem = ask(text, [0.1, 0.2, 0.2, 0.3], observe)
    const whole = await finish(method, problem, options, lend(2))
    const first = method.solve(
      problem,
      options,
      lend(2, () => true),
    )
    let artifact: Artifact | undefined
    while (artifact?.arrays.nade.coords.time.length !== 2) {
      const next = await first.next()
      if (next.done) throw new Error('it ended before it was stopped')
      artifact = next.value().artifact ?? artifact
    }
    await first.return(undefined as unknown as Solution)
    const again = await finish(method, problem, options, { ...lend(2), artifact })
    expect(again.observations).toEqual(whole.observations)
    expect(again.artifact).toEqual(whole.artifact)
    expect(again.diagnostics.updates).toBeLessThan(whole.diagnostics.updates)
    const none = await finish(method, problem, options, { ...lend(2), artifact: whole.artifact })
    expect(none.observations).toEqual(whole.observations)
    expect(none.diagnostics.updates).toBe(0)
    const other = { ...options, samples: 120 }
    const fresh = await finish(method, problem, other, lend(2))
    expect((await finish(method, problem, other, { ...lend(2), artifact })).observations).toEqual(fresh.observations)
  })
})
