import { expect, it } from 'vitest'
import type { Frame } from './contract'
import { distilled } from './distilled'
import { firstPictures, meanwhile } from './foresee'
import { ask, finish, lend } from './testing'

const observe = { moments: true, joints: [[0, 1]] } as const
const text = (k: number) => `parameter k = ${k} in [3, 9]\n0 -> U, k; 0 -> V, k; U -> 0, 1; V -> 0, 1`
const small = { ...distilled.options.defaults, settings: 8, looks: 3, heldOut: 2, width: 12, layers: 1, epochs: 300 }

async function learn() {
  const asked = ask(text(6), [0, 1, 2], { moments: true, joints: [[0, 1]] })
  const { artifact } = await finish(await distilled.load(), asked, small, lend(2))
  if (!artifact) throw new Error('nothing was learnt')
  return artifact
}

async function seen(pictures: AsyncGenerator<Frame>) {
  const frames: Frame[] = []
  for await (const frame of pictures) frames.push(frame)
  return frames
}

it('shows what is looked at and a few times first, then all of them, each with its error', async () => {
  const artifact = await learn()
  const times = Array.from({ length: 21 }, (_, k) => k / 10)
  const asked = ask(text(5), times, observe)
  const run = { ...lend(2), look: 0.72 }
  const frames = await seen(firstPictures(artifact, asked, run, false))
  expect(frames.every(({ preview, done }) => preview && done === 0)).toBe(true)
  const [first, last] = [frames[0], frames[frames.length - 1]].map(({ observations }) => observations)
  expect(first['joint:U,V'].array.coords.time).toEqual([0, 0.7, 1, 2])
  expect(first['joint:U,V'].array.data.every(Number.isFinite)).toBe(true)
  expect(last['joint:U,V'].array.coords.time).toEqual(times)
  expect(last.moments.error.kind).toBe('estimate')
  // Poisson's mean of U at t = 2.
  const U = last.moments.array.data[20 * 2 * 2]
  expect(Math.abs(U - 5 * (1 - Math.exp(-2)))).toBeLessThan(1)
  const [only, ...others] = await seen(firstPictures(artifact, asked, run, true))
  expect(others).toHaveLength(0)
  expect(only.observations).toEqual(first)
  // Asked again, and of other rates: what is kept open gives the same.
  await seen(firstPictures(artifact, ask(text(8), times, observe), run, true))
  expect((await seen(firstPictures(artifact, asked, run, true)))[0].observations).toEqual(first)
})

it('shows nothing where nothing was learnt of the network', async () => {
  const artifact = await learn()
  const other = ask(text(5).replace('U -> 0, 1', 'U -> 0, 2'), [1], observe)
  expect(await seen(firstPictures(artifact, other, lend(2), true))).toEqual([])
  expect(await seen(firstPictures({ ...artifact, solver: 'none' }, other, lend(2), true))).toEqual([])
})

it('lets no later picture be emptier than the first, but the method’s own preview take its place', () => {
  const of = (value: number, more: Partial<Frame> = {}): Frame => ({
    observations: { moments: { array: { value } as never, error: { kind: 'none', why: '' } } },
    diagnostics: {},
    warnings: [],
    phase: '',
    done: 0,
    ...more,
  })
  const [early, own, under] = [of(1, { preview: true }), of(2, { preview: true }), of(3, { done: 0.4 })]
  expect(meanwhile(early, own)).toBe(own)
  expect(meanwhile(early, under)).toMatchObject({ done: 0.4, preview: true, observations: early.observations })
})
