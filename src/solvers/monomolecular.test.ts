import { describe, expect, it } from 'vitest'
import { poisson } from '../numerics/statistics'
import { fsp } from './fsp'
import { method as projection } from './fsp/solve'
import { monomolecular } from './monomolecular'
import { ask, finish } from './testing'

describe('monomolecular networks', () => {
  it('have laws that projection finds, too', async () => {
    const text = 'species A = 10, B = 3, C; 0 -> A, 2; A <-> B, 1, 0.5; B -> 0, 0.3; 0 => C, 1.5; C -> A, 0.2'
    const times = [0.4, 2]
    const problem = ask(text, times, { marginals: true })
    const { observations } = await finish(projection, problem, { ...fsp.options.defaults, tolerance: 1e-10 })
    const { data, shape } = observations.marginals.array
    times.forEach((time, k) => {
      monomolecular(problem)
        ?.laws(time)
        .forEach((law, s) => {
          const exact = data.subarray((k * shape[1] + s) * shape[2], (k * shape[1] + s + 1) * shape[2])
          const far = exact.reduce((sum, p, n) => sum + Math.abs(p - (law[n] ?? 0)), 0)
          expect(far, `species ${s} at ${time}`).toBeLessThan(2e-10)
        })
    })
    expect(monomolecular(problem)?.poissonMeans(2)).toBeUndefined()
  })

  it('have the published means and variances', () => {
    // Jahnke & Huisinga 2007, as evaluated in 30 digits for the tests of projection.
    const problem = ask('species S1 = 10, S2 = 3; 0 -> S1, 2; S1 -> S2, 1; S2 -> S1, 0.5; S2 -> 0, 0.3', [2])
    const [mean, variance] = [5.988155415, 4.814711562]
    const law = monomolecular(problem)?.laws(2)[0] ?? new Float64Array()
    const found = law.reduce((sum, p, n) => sum + n * p, 0)
    expect(found).toBeCloseTo(mean, 8)
    expect(law.reduce((sum, p, n) => sum + p * (n - found) ** 2, 0)).toBeCloseTo(variance, 8)
  })

  it('are independent Poisson laws from nothing', () => {
    const problem = ask('0 -> X, 10; X -> Y, 5; X -> 0, 1; Y -> 0, 1', [0.5])
    const means = monomolecular(problem)?.poissonMeans(0.5)
    const x = (10 / 6) * (1 - Math.exp(-3))
    expect(means?.[0]).toBeCloseTo(x, 12)
    const [law] = monomolecular(problem)?.laws(0.5) ?? []
    for (let n = 0; n < 12; n++) expect(law[n]).toBeCloseTo(poisson(x, n), 12)
  })

  it.each([
    ['a catalyst', '0 -> X, 1; X -> X + Y, 1'],
    ['a pair', 'species X = 4; 2X -> Y, 1'],
    ['a rate that reads time', '0 -> X, 1 + sin(t)'],
    ['a rate that reads counts', '0 -> X, 1; X -> 0, 1 / (1 + X)'],
    ['a rate of its own', 'species X = 3; X => 0, 2'],
    ['a burst', '0 -> 2X, 1'],
  ])('are not what has %s', (_, text) => {
    expect(monomolecular(ask(text, [1]))).toBeUndefined()
  })
})
