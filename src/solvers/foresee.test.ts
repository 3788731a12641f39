import { expect, it } from 'vitest'
import type { Frame } from './contract'
import { distilled } from './distilled'
import { fsp } from './fsp'
import { runStudy } from './run'
import { ask, finish, lend } from './testing'

const network = 'parameter k = 6 in [3, 9]\n0 -> X, k\nX -> 0, 1'
const observe = ['moments', 'marginals']

it('shows what another method has learnt until the answer is there, and the answer is the same', async () => {
  const method = await distilled.load()
  const small = { ...distilled.options.defaults, settings: 8, looks: 3, heldOut: 2, width: 12, layers: 1, epochs: 300 }
  const asked = ask(network, [0, 1, 2], { moments: true, marginals: true })
  const { artifact } = await finish(method, asked, small, lend(2))
  const study = { version: 1, network: network.replace('= 6 in', '= 5 in'), times: [0, 1, 2], observe }
  const run = async (solver: string, given?: typeof artifact) => {
    const frames: Frame[] = []
    let now = 0
    const outcome = await runStudy(
      { ...study, solver },
      {
        now: () => (now += 1000),
        breathe: async () => {},
        cancelled: () => false,
        onFrame: (frame) => frames.push(frame),
        artifact: given,
      },
    )
    if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
    return { frames, solution: outcome.solution }
  }
  const [plain, helped] = [await run('fsp'), await run('fsp', artifact)]
  expect(helped.solution).toEqual(plain.solution)
  expect(helped.frames[0]).toMatchObject({ preview: true, done: 0, phase: expect.stringContaining('then exact') })
  const { array, error } = helped.frames[0].observations.moments
  expect(error.kind).toBe('estimate')
  expect(Math.abs(array.data[2] - 5 * (1 - Math.exp(-1)))).toBeLessThan(1)
  // No later picture is emptier than the first.
  for (const { observations, done } of helped.frames) {
    expect(observations.moments.array.data.every(Number.isFinite)).toBe(true)
    expect(done).toBeGreaterThanOrEqual(0)
  }
  // The rate equation is not the law: nothing stands in for it.
  expect((await run('ode', artifact)).frames.some(({ preview }) => preview)).toBe(false)
})

it('shows first what is looked at, and goes on with the method’s own preview where it has one', async () => {
  const text = 'parameter k = 4 in [3, 5]\n0 -> U, k; 0 -> V, k; U -> 0, 1; V -> 0, 1'
  const method = await distilled.load()
  const small = { ...distilled.options.defaults, settings: 8, looks: 3, heldOut: 2, width: 12, layers: 1, epochs: 300 }
  const times = Array.from({ length: 21 }, (_, k) => k / 10)
  const asked = ask(text, times, { moments: true, joints: [[0, 1]] })
  expect(fsp.previews?.(asked)).toBe(true)
  const { artifact } = await finish(method, asked, small, lend(2))
  const frames: Frame[] = []
  const study = {
    version: 1,
    network: text,
    times,
    observe: ['moments', 'joint:U,V'],
    solver: 'fsp',
    view: { time: 0.72 },
  }
  const host = {
    now: () => 0,
    breathe: async () => {},
    cancelled: () => false,
    onFrame: (frame: Frame) => frames.push(frame),
    artifact,
  }
  expect((await runStudy(study, host)).status).toBe('done')
  const [first, second] = frames.map(({ observations }) => observations['joint:U,V'].array)
  expect(first.coords.time).toEqual([0, 0.7, 1, 2])
  expect(first.data.every(Number.isFinite)).toBe(true)
  expect(second.coords.time).toEqual(times)
  expect(frames.slice(0, 2).map(({ preview }) => preview)).toEqual([true, true])
})
