import { expect, it } from 'vitest'
import type { Hands, Run } from '../contract'
import { domainOf } from '../design'
import { ask, lend } from '../testing'
import { type DistilledOptions, distilled } from './index'
import { doPiece } from './pieces'
import { type Lessons, widened } from './student'
import { spared, teach } from './syllabus'

const problem = ask('parameter k = 2 in [1, 4]\nparameter g = 1 in [0.5, 2]\n0 -> X, k\nX -> 0, g', [3], {
  marginals: true,
})
const options: DistilledOptions = { ...distilled.options.defaults, settings: 80, looks: 2, epochs: 20 }

async function finish<R>(work: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const next = await work.next()
    if (next.done) return next.value
  }
}

async function epochs(run: Run, at: readonly number[], more: Partial<DistilledOptions> = {}) {
  const asked = { ...options, ...more }
  const teaching = await finish(teach(problem, domainOf(problem, 0), asked, run, () => () => ({}) as never))
  const lessons: Lessons[] = []
  for (const epoch of at) lessons.push(await finish(teaching.syllabus.at(epoch)))
  return { teaching, lessons }
}

it('grows over the first quarter of the epochs, from settings that reach the corners', async () => {
  const { teaching, lessons } = await epochs(lend(1), [0, 1, 2, 4, 5, 19])
  const heard = lessons.map((one) => one.heard.length)
  expect(heard).toEqual([...heard].sort((a, b) => a - b))
  expect(new Set(heard.slice(0, 5)).size).toBe(5)
  expect(teaching.syllabus).toMatchObject({ whole: 5, total: 2 * (80 - 80 / spared) })
  expect(lessons[4]).toEqual(lessons[5])
  expect(lessons[4].heard).toHaveLength(teaching.syllabus.total)
  expect(lessons[4].kept).toHaveLength((2 * 80) / spared)
  // Fewer than a fifth of the settings, but nearly the most there is to meet: k and 1/g are largest near one corner.
  const first = teaching.first.heard.concat(teaching.first.kept)
  expect(first.length).toBeLessThan((2 * 80) / 5)
  const top = (some: Lessons['heard']) =>
    Math.max(...some.flatMap(({ conditionals }) => conditionals.map(({ law }) => law.low[0] + law.widths[0] - 1)))
  expect(top(first)).toBeGreaterThan(0.9 * top(lessons[5].heard.concat(lessons[5].kept)))
})

it('is the same whoever finds the laws, and whenever they are asked for', async () => {
  const run = lend(1)
  const hands: Hands = {
    others: 3,
    piece: (piece) => finish(doPiece(problem, options, piece, run)),
  }
  const at = [0, 3, 5]
  const { lessons } = await epochs({ ...run, hands }, at)
  expect(lessons).toEqual((await epochs(run, at)).lessons)
  // From the middle on, as after a checkpoint.
  expect((await epochs(run, [3])).lessons[0]).toEqual(lessons[1])
})

it('is whole before anything is learnt where it does not grow', async () => {
  const { teaching, lessons } = await epochs(lend(1), [0, 9], { growth: 0 })
  expect(teaching.syllabus.whole).toBe(0)
  expect(lessons[0]).toEqual(lessons[1])
  expect(lessons[0].heard).toHaveLength(teaching.syllabus.total)
})

it('is taken in larger steps by a device, as long as an epoch has twenty', () => {
  const schedule = { epochs: 5, rate: 0.004, batch: 32, rows: 8 }
  expect(widened(schedule, 7200)).toEqual({ ...schedule, batch: 256, rate: Math.sqrt(8) * 0.004 })
  expect(widened(schedule, 20 * 32 * 3 + 1)).toMatchObject({ batch: 96 })
  for (const few of [1, 600, 1279]) expect(widened(schedule, few)).toEqual(schedule)
})
