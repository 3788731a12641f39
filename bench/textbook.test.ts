import { expect, it } from 'vitest'
import { stream } from '../src/numerics/rng'
import { ask } from '../src/solvers/testing'
import { textbook } from './textbook'

it('walks by the law that the kernels walk by: the immigrants and deaths of a birth–death process', () => {
  const { network } = ask('species X = 3; 0 -> X, 10; X -> 0, 1', [2])
  const walk = textbook(network, [], [3], [2])
  const n = 4000
  let [sum, squares, events] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const { records, events: fired } = walk(stream(5, i))
    sum += records[0]
    squares += records[0] ** 2
    events += fired
  }
  // X(2) is Poisson of mean 10(1 − e⁻²) plus what is left of 3; events have mean 20 births and the deaths.
  const left = Math.exp(-2)
  const mean = 10 * (1 - left) + 3 * left
  const variance = 10 * (1 - left) + 3 * left * (1 - left)
  expect(Math.abs(sum / n - mean)).toBeLessThan(4.5 * Math.sqrt(variance / n))
  // The variance of a sample variance of something so nearly Poisson is 2σ⁴/n and a little: 3σ⁴/n bounds it.
  expect(Math.abs(squares / n - (sum / n) ** 2 - variance)).toBeLessThan(4.5 * variance * Math.sqrt(3 / n))
  // Births less deaths are what is gained: events = 2 births − (X(2) − 3), births Poisson of mean 20.
  expect(Math.abs(events / n - (40 - mean + 3))).toBeLessThan(4.5 * Math.sqrt(100 / n))
})
