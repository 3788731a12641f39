import { describe, expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import { apart, type Told } from './apart'

const counts = Array.from({ length: 41 }, (_, n) => n)

function poisson(mean: number): Float64Array {
  const p = new Float64Array(counts.length)
  for (let n = 0, term = Math.exp(-mean); n < p.length; term *= mean / ++n) p[n] = term
  return p
}

/** A histogram of n samples, by inversion. */
function sampled(mean: number, n: number, seed: number): Told {
  const rng = stream(seed, 0)
  const law = poisson(mean)
  const p = new Float64Array(law.length)
  for (let k = 0; k < n; k++) {
    let at = 0
    for (let u = rng.uniform() - law[0]; u > 0 && at < law.length - 1; u -= law[++at]);
    p[at] += 1 / n
  }
  return { law: { counts, p }, replicates: n, error: 0 }
}

describe('two samplings of one law', () => {
  it('lie as far apart on average as is said, whatever their sizes', () => {
    for (const [n, m] of [
      [2000, 2000],
      [500, 8000],
    ]) {
      const found = Array.from({ length: 200 }, (_, k) => apart(sampled(10, n, 2 * k + 1), sampled(10, m, 2 * k + 2)))
      const mean = (of: (a: (typeof found)[0]) => number) => found.reduce((sum, a) => sum + of(a), 0) / found.length
      // The spread of one distance is about a fifth of it: the mean of 200 is good to 1.5 %, and sparse cells, where
      // the level is up to √2 too high, hold little of this law.
      expect(mean(({ distance }) => distance) / mean(({ level }) => level)).toBeGreaterThan(0.93)
      expect(mean(({ distance }) => distance) / mean(({ level }) => level)).toBeLessThan(1.05)
      expect(found.filter(({ verdict }) => verdict === 'differ')).toEqual([])
    }
  })

  it('differ where the laws do', () => {
    // TV of Poisson 10 and 11.5 is 0.18; chance allows 0.075 of 2000 samples each.
    for (let k = 0; k < 20; k++) {
      expect(apart(sampled(10, 2000, 2 * k + 1), sampled(11.5, 2000, 2 * k + 2)).verdict).toBe('differ')
    }
  })
})

it('allows computed laws their own errors, and nothing to chance', () => {
  const told = (mean: number, error: number): Told => ({ law: { counts, p: poisson(mean) }, error })
  const near = apart(told(10, 0.01), told(10.1, 0))
  expect(near).toMatchObject({ level: 0, limit: 0.01, verdict: 'differ' })
  expect(near.distance).toBeCloseTo(0.0126, 3)
  expect(apart(told(10, 0.01), told(10.1, 0.01)).verdict).toBe('agree')
})
