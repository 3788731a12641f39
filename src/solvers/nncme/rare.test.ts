/**
 * A rare event: of two Schlögl sites, from 50 each, both are at 15 or less at time 0.1 with probability 1.08e-3. Its ratio
 * to both being at 25 or more is 1.21613e-3 (projection with cap 84; the box here is wider, which moves it by less than 1e-7).
 */
import { describe, expect, it } from 'vitest'
import { at } from '../../numerics/named-array'
import { ask, finish, lend } from '../testing'
import { type NncmeOptions, nncme } from './index'
import { method } from './solve'

const site = (x: string) => `2${x} => 3${x}, 2.676*${x}^2; 3${x} => 2${x}, 0.040*${x}^3; 0 <-> ${x}, 108.102, 37.881`
const text = `species X1 = 50, X2 = 50; ${site('X1')}; ${site('X2')}; X1 <-> X2, 8.2207, 8.2207;
observable low = (X1 <= 15)*(X2 <= 15)
observable high = (X1 >= 25)*(X2 >= 25)`
const truth = 1.21613e-3

async function learnt(more: Partial<NncmeOptions>) {
  const question = ask(text, [0.1], { moments: true, marginals: true })
  const { observations } = await finish(method, question, { ...nncme.options.defaults, check: 0, ...more }, lend(1))
  const { array, error } = observations.moments
  if (error.kind !== 'sampling') throw new Error('no error of sampling')
  const mean = { time: 0.1, moment: 'mean', quantity: 'low' }
  const [low, high] = [at(array, mean), at(array, { ...mean, quantity: 'high' })]
  return { low, ratio: low / high, standardError: at(error.standardError, mean) }
}

describe('a rare event', () => {
  it('is within 10 % where states are spread into the tails, and its error says how well it is known', async () => {
    // Over seeds, the ratio of 120,000 weighted states varies by some 4 %, that of as many plain ones by 9 % (130 of them).
    const replicates = 120_000
    const { low, ratio, standardError } = await learnt({ tails: 0.5, replicates, updates: 250, decay: 0 })
    expect(Math.abs(ratio / truth - 1)).toBeLessThan(0.1)
    expect(Math.abs(low - 1.079595e-3)).toBeLessThan(4 * standardError)
    expect(standardError).toBeLessThan(0.8 * Math.sqrt(1.079595e-3 / replicates))
  })
})
