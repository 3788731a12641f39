import { expect, it } from 'vitest'
import { type Example, fitDensity, meanDivergence, type Progress } from './density-fit'
import type { Head } from './density-head'
import { ownBackend } from './learning/own'
import { mixture } from './negative-binomial'
import type { Perceptron } from './perceptron'
import { stream } from './rng'
import { poisson } from './statistics'

async function train(examples: readonly Example[], head: Head, epochs: number, onProgress?: (p: Progress) => void) {
  const recipe = { head, hidden: [16], rate: 0.02, batch: 8, epochs }
  const work = fitDensity(examples, examples.slice(0, 4), recipe, stream(1, 0), ownBackend())
  for (;;) {
    const { done, value } = await work.next()
    if (done) return value as Perceptron
    onProgress?.(value as Progress)
  }
}

/** Poisson laws whose mean rises with the only input. */
const rising = Array.from({ length: 24 }, (_, i): Example => {
  const x = (2 * i) / 23 - 1
  const mean = 3 * Math.exp(1.5 * x)
  return {
    inputs: Float64Array.of(x),
    law: { low: [0], widths: [50], p: Array.from({ length: 50 }, (_, n) => poisson(mean, n)) },
  }
})

it('learns laws that change with the input, and says how far it is', async () => {
  const head = mixture({ components: 1, caps: [null], inflated: false })
  const seen: Progress[] = []
  const net = await train(rising, head, 300, (progress) => seen.push(progress))
  expect(meanDivergence(net, head, rising)).toBeLessThan(1e-3)
  expect(seen.at(-1)!.held).toBeLessThan(1e-3)
  expect(seen.every(({ done }, k) => done >= (seen[k - 1]?.done ?? 0))).toBe(true)
})

it('gives the same weights from the same stream', async () => {
  const head = mixture({ components: 2, caps: [null], inflated: true })
  expect((await train(rising, head, 3)).weights).toEqual((await train(rising, head, 3)).weights)
})

it('learns a gene that is on more and more often', async () => {
  const gene = Array.from({ length: 16 }, (_, i): Example => {
    const on = (i + 0.5) / 16
    return { inputs: Float64Array.of(2 * on - 1), law: { low: [0], widths: [2], p: [1 - on, on] } }
  })
  const head = mixture({ components: 1, caps: [1], inflated: false })
  expect(meanDivergence(await train(gene, head, 400), head, gene)).toBeLessThan(1e-3)
})
