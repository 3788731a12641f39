import { describe, expect, it } from 'vitest'
import { at } from '../numerics/named-array'
import { poisson } from '../numerics/statistics'
import type { Study } from '../solvers/study'
import { inquire } from './inquire'
import type { Ending, Finding, Inquiry, Kind } from './inquiry'
import type { Progress } from './progress'

const pool: Study = {
  version: 1,
  network: 'species X = 10\nparameter k = 10\nparameter d = 1\n0 -> X, k\nX -> 0, d',
  times: [0, 1, 2],
}

const ask = (inquiry: Inquiry, seen: Progress[] = [], cancelled = () => false): Promise<Ending> => {
  let clock = 0
  // A clock that jumps at every look: every yield is a breath.
  return inquire(inquiry, {
    now: () => (clock += 20),
    breathe: async () => {},
    cancelled,
    onProgress: (progress) => seen.push(progress),
  })
}

async function found<K extends Kind>(kind: K, rest: Partial<Inquiry> = {}): Promise<Extract<Finding, { kind: K }>> {
  const ending = await ask({ kind, study: pool, ...rest })
  if (ending.status !== 'done') throw new Error(ending.status === 'failed' ? ending.message : ending.status)
  return ending.finding as Extract<Finding, { kind: K }>
}

describe('inquiries', () => {
  it('find the law at rest', async () => {
    const { marginals } = await found('stationary')
    for (const n of [0, 10, 20]) {
      expect(at(marginals.array, { time: 0, quantity: 'X', count: n })).toBeCloseTo(poisson(10, n), 9)
    }
    // Poisson without end: the box is an estimate, and says so.
    expect(marginals.error.kind).toBe('estimate')
  })

  it('find when a condition first holds, and its law over some means', async () => {
    const { mean, times, reached, missing } = await found('passage', { condition: 'X >= 15' })
    // Σ_{n=10}^{14} Σ_{j≤n} π_j / (λ π_n), Poisson π with mean 10 (reference 7.1).
    let truth = 0
    for (let n = 10; n < 15; n++) for (let j = 0; j <= n; j++) truth += poisson(10, j) / (10 * poisson(10, n))
    expect(mean / truth).toBeCloseTo(1, 8)
    expect(times.at(-1)).toBeCloseTo(4 * mean, 8)
    let area = 0
    for (let k = 1; k < times.length; k++) area += ((2 - reached[k] - reached[k - 1]) / 2) * (times[k] - times[k - 1])
    // What is left after four means of a law that ends exponentially, and the trapezoids' error.
    expect(area / mean).toBeGreaterThan(0.97)
    expect(area / mean).toBeLessThan(1.001)
    expect(Math.max(...missing)).toBeLessThan(1e-6)
  })

  it('keep to the times of the study where a law over some means would take too long', async () => {
    const rare = { ...pool, network: 'species X = 40\n0 -> X, 1\nX -> 0, 0.025' }
    const { times, mean } = await found('passage', { study: rare, condition: 'X >= 80' })
    expect(mean / 118500186.629254).toBeCloseTo(1, 8)
    expect([...times]).toEqual([0, 1, 2])
  })

  it('find the gap and the law that lasts', async () => {
    expect((await found('gap')).gap).toBeCloseTo(1, 9)
    const dying = { ...pool, network: 'species X = 3\nX -> 2X, 0.5\nX -> 0, 1' }
    expect((await found('quasi', { study: dying })).rate).toBeCloseTo(0.5, 7)
  })

  it('find how means and laws answer to a parameter, both ways', async () => {
    const { parameter, gradient, error, mean, way } = await found('sensitivity', { parameter: 'd' })
    const t = 2
    expect(parameter).toBe('d')
    expect(mean).toBeCloseTo(10, 7)
    // X stays at 10 on average: m(t) = k/d + (10 − k/d) e^(−d t), at k = 10 and d = 1.
    expect(gradient[0].value).toBeCloseTo(1 - Math.exp(-t), 7)
    expect(gradient[1].value).toBeCloseTo(-10 * (1 - Math.exp(-t)), 6)
    expect(way).toBe('carried')
    expect(error.mean).toBeLessThan(1e-9)
  })

  it('find what a look tells: of k and d apart little, of k/d much', async () => {
    const { matrices, spectra, parameters } = await found('information', { study: { ...pool, times: [60] } })
    expect(parameters).toEqual(['k', 'd'])
    // Poisson with mean k/d = 10: I over logarithms is 10 · [[1, −1], [−1, 1]].
    for (const [i, truth] of [10, -10, -10, 10].entries()) expect(matrices[0][i] / truth).toBeCloseTo(1, 6)
    const { values, vectors } = spectra[0]
    expect(values[0]).toBeCloseTo(20, 4)
    expect(Math.abs(values[1])).toBeLessThan(1e-5)
    expect(vectors[0] * vectors[1]).toBeCloseTo(-0.5, 6)
  })

  it('find how far two settings are apart', async () => {
    const study = { ...pool, network: pool.network.replace('X = 10', 'X = 0'), times: [1, 40] }
    const { distances, bounds } = await found('distance', { study, against: { k: 12 } })
    for (const [k, grown] of [1 - Math.exp(-1), 1].entries()) {
      const [a, b] = [10 * grown, 12 * grown]
      const value = (measure: string) => distances.data[k * 3 + distances.coords.measure.indexOf(measure)]
      // Poisson against Poisson: closed forms; total variation by summing.
      expect(value('Hellinger')).toBeCloseTo(Math.sqrt(1 - Math.exp(-((Math.sqrt(a) - Math.sqrt(b)) ** 2) / 2)), 5)
      expect(value('Kullback–Leibler')).toBeCloseTo(a * Math.log(a / b) - a + b, 6)
      let sum = 0
      for (let n = 0; n < 80; n++) sum += Math.abs(poisson(a, n) - poisson(b, n)) / 2
      expect(Math.abs(value('total variation') - sum)).toBeLessThan(bounds.totalVariation[k] + 1e-12)
    }
  })

  it('show how far they have come, and stop', async () => {
    const seen: Progress[] = []
    await ask({ kind: 'distance', study: { ...pool, times: [5, 10] }, against: { k: 11 } }, seen)
    const shares = seen.flatMap(({ done }) => (done === undefined ? [] : [done]))
    expect(shares.length).toBeGreaterThan(1)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)
    expect(await ask({ kind: 'gap', study: pool }, [], () => true)).toEqual({ status: 'cancelled' })
  })

  it.each([
    ['passage', { condition: 'Y > 1' }, 'condition', /column 1/],
    ['passage', {}, 'condition', /no condition yet/],
    ['passage', { condition: 'X < 0' }, 'passage', /never reached/],
    ['quasi', {}, 'quasi', /law at rest/],
    ['distance', { against: { q: 1 } }, 'study', /parameters\.q/],
    ['information', { study: { ...pool, network: '0 -> X, 1' } }, 'parameters', /no parameter/],
  ] as const)('fail as data: %s %j', async (kind, rest, code, words) => {
    const ending = await ask({ kind, study: pool, ...rest })
    expect(ending).toMatchObject({ status: 'failed', code })
    expect(ending.status === 'failed' && ending.message).toMatch(words)
  })
})
