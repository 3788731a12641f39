/** A device that is lost in the midst of a training: another goes on from the last epoch's end, to the same numbers. */
import { expect, it } from 'vitest'
import { type Example, fitDensity } from '../../numerics/density-fit'
import { enduring } from '../../numerics/learning/enduring'
import type { Backend } from '../../numerics/learning/ops'
import { ownBackend } from '../../numerics/learning/own'
import { mixture } from '../../numerics/negative-binomial'
import { stream } from '../../numerics/rng'
import { poisson } from '../../numerics/statistics'
import { domainOf } from '../design'
import { ask } from '../testing'
import { allAtOnce, densityOf, type Lecture, learn } from './student'

/** Our own, taken away at the n-th step and from then on. */
function fragile(n: number): Backend {
  const own = ownBackend()
  let steps = 0
  return {
    ...own,
    learner(weights) {
      const inner = own.learner(weights)
      return { ...inner, step: (...given) => (++steps >= n ? Promise.reject(new Error('gone')) : inner.step(...given)) }
    },
  }
}
const mended = (n: number, lost: string[]) =>
  enduring(
    fragile(n),
    () => ownBackend(),
    (why) => void lost.push(why),
  )

const lawOf = (mean: number) => ({ low: [0], widths: [20], p: Array.from({ length: 20 }, (_, k) => poisson(mean, k)) })

const domain = domainOf(ask('parameter k = 2 in [1, 4]; 0 -> X, k; X -> 0, 1', [5]), 0)
const lectures = Array.from({ length: 12 }, (_, k): Lecture => {
  const mean = 1 + k / 4
  const setting = { parameters: Float64Array.of(mean), initial: Float64Array.of(0) }
  return { setting, t: 5, conditionals: [{ i: 0, before: [], law: lawOf(mean), negentropy: 0, weight: 1 }] }
})

const last = async <T>(work: AsyncGenerator<unknown, T>): Promise<T> => {
  for (;;) {
    const next = await work.next()
    if (next.done) return next.value
  }
}

it.each([1, 2, 4, 9])('a student loses its device at step %i', async (n) => {
  const density = densityOf(domain, [{ species: 0, cap: 19 }], { kind: 'dense', width: 6, layers: 1 })
  const schedule = { epochs: 4, rate: 0.01, batch: 4, rows: 8 }
  const on = (backend: Backend) =>
    last(
      learn(density, domain, allAtOnce({ heard: lectures, kept: lectures.slice(0, 3) }), schedule, {
        streams: (k) => stream(1, k),
        backend,
      }),
    )
  const lost: string[] = []
  expect(await on(mended(n, lost))).toEqual(await on(ownBackend()))
  expect(lost).toEqual(['gone'])
})

it('so does the fit of a mixture, which begins its epoch anew', async () => {
  const head = mixture({ components: 2, caps: [19], inflated: false })
  const examples = lectures.map(({ setting }): Example => {
    return { inputs: Float64Array.from(setting.parameters), law: lawOf(setting.parameters[0]) }
  })
  const recipe = { head, hidden: [8], rate: 0.01, batch: 4, epochs: 30 }
  const lost: string[] = []
  const held: number[] = []
  let first: number | undefined
  for (const backend of [mended(20, lost), ownBackend()]) {
    const work = fitDensity(examples, examples.slice(0, 4), recipe, stream(1, 0), backend)
    let now = Number.NaN
    for await (const step of work) {
      now = step.held
      if (Number.isFinite(now)) first ??= now
    }
    held.push(now)
  }
  expect(lost).toEqual(['gone'])
  // The optimiser has forgotten its moments: nearly as good, and far better than after the first epoch.
  expect(Math.abs(held[0] - held[1])).toBeLessThan(0.02)
  expect(held[0]).toBeLessThan(0.5 * (first ?? 0))
})
