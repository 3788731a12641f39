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
  const small = { ...distilled.options.defaults, settings: 8, looks: 3, heldOut: 2, width: 12, layers: 1, epochs: 20 }
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

it('asks no network where the method has a quicker first picture of its own', () => {
  const { previews } = fsp
  expect(previews?.(ask('0 -> U, 9 / (1 + V); 0 -> V, 9 / (1 + U); U -> 0, 1; V -> 0, 1', [1]))).toBe(true)
  expect(previews?.(ask(network, [1]))).toBe(false)
})
