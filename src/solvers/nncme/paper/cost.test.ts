/** What a natural step costs: ratios of processor times within one run, the least of several repeats, with wide margins. */
import { expect, it } from 'vitest'
import { initialise, nade } from '../../../numerics/learning/nade'
import { treeOf } from '../../../numerics/learning/nade-tree'
import { stream } from '../../../numerics/rng'
import { variates } from '../../../numerics/variates'
import { draw, weigh } from './sampling'
import { naturalGradient } from './schemes'

/** Milliseconds of the processor for a natural step from so many distinct samples of a network of six species, and how many parameters it has. */
function step(hidden: number, samples: number) {
  const caps = [30, 30, 30, 30, 30, 30]
  const net = nade(caps, hidden)
  const source = variates()
  source.start(stream(3, 0))
  initialise(net, source, 0.3)
  const tree = treeOf(net, samples)
  draw(net, tree, source, { kind: 'plain' }, samples)
  const weights = new Float64Array(tree.capacity)
  weigh(tree, weights, { kind: 'plain' })
  const rewards = Float64Array.from(weights, (_, u) => Math.sin(u))
  const parameters = net.parameters.length
  const rule = naturalGradient(parameters, samples, 1e-3)
  let least = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < 4; repeat++) {
    const started = process.cpuUsage()
    rule.update(net, tree, rewards, weights, 1e-6)
    const { user, system } = process.cpuUsage(started)
    least = Math.min(least, (user + system) / 1000)
  }
  return { least, parameters, distinct: tree.leaves.size }
}

it('a natural step costs as its samples ask, not as the cube of its parameters', () => {
  const small = step(8, 150)
  const wide = step(64, 150)
  const many = step(8, 600)
  expect(small.distinct).toBe(150)
  expect(many.distinct).toBe(600)
  // Eight times the parameters: the system is as large as before. A direct solve would take 400 times as long.
  const growth = wide.parameters / small.parameters
  expect(growth).toBeGreaterThan(7)
  expect(wide.least / small.least).toBeLessThan(4 * growth)
  // Four times the samples: the backward passes grow by 4, sums of products by 16, the solution of the system by 64.
  expect(many.least / small.least).toBeGreaterThan(3)
})
