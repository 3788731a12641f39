import { describe, expect, it } from 'vitest'
import { poisson } from '../../numerics/statistics'
import { complete } from '../complete'
import { calibrate, uniformity } from './calibrate'
import { courseLikelihood } from './fsp-courses'
import { inDigits, inferChain, posteriorOf } from './infer'
import { particleLikelihood } from './particles'
import { predict } from './predict'
import { type InferenceQuestion, readQuestion } from './question'
import { chanceOf, emptyProgress } from './target'

const pool = 'parameter k = 10 in [2, 30]\nparameter d = 1\nspecies X\n0 -> X, k\nX -> 0, d'
const counts = [7, 12, 9, 8, 11, 6, 10, 13, 9, 8, 5, 12, 10, 7, 9, 11, 8, 14, 6, 10]
const text = `time,X\n${counts.map((x, i) => `${i % 2 ? 1 : 2},${x}`).join('\n')}`

/** The posterior mean and standard deviation of k on a grid, by the closed form of the law: Poisson. */
function exact() {
  let [mass, first, second] = [0, 0, 0]
  for (let k = 2.005; k < 30; k += 0.01) {
    const p = counts.reduce((product, x, i) => product * poisson(k * (1 - Math.exp(i % 2 ? -1 : -2)), x), 1)
    mass += p
    first += p * k
    second += p * k * k
  }
  const mean = first / mass
  return { mean, sd: Math.sqrt(second / mass - mean ** 2) }
}

function posterior(question: Omit<InferenceQuestion, 'network' | 'data'>) {
  const reading = readQuestion({ network: pool, data: { text }, chains: 2, seed: 4, ...question })
  return posteriorOf(
    reading,
    [0, 1].map((c) => complete(inferChain(reading, c, emptyProgress()))),
  )
}

describe('the posterior of a rate', () => {
  const truth = exact()
  /** Standard errors from the truth; `bias` is what a method that is approximate may add, in posterior deviations. */
  const check = (found: ReturnType<typeof posterior>, bias = 0) => {
    const [{ mean, sd, rHat, essBulk }] = found.parameters
    expect(rHat).toBeLessThan(1.05)
    expect(Math.abs(mean - truth.mean)).toBeLessThan(4.5 * (truth.sd / Math.sqrt(essBulk)) + bias * truth.sd)
    // The relative standard error of a deviation is 1/√(2 ESS).
    expect(Math.abs(sd / truth.sd - 1)).toBeLessThan(4.5 / Math.sqrt(2 * essBulk) + bias)
    return found
  }

  it('by Metropolis', () => {
    const found = check(posterior({ options: { warmup: 400, draws: 1500 } }))
    expect(found.error).toEqual({ kind: 'bound', value: expect.any(Number) })
    expect(found.error.value).toBeLessThan(1e-7)
    expect(Math.abs(found.diagnostics.accepted - 0.44)).toBeLessThan(0.12)
  })

  it('by paths that follow the gradient', () => {
    const found = check(posterior({ method: 'nuts', options: { warmup: 150, draws: 400 } }))
    expect(found.diagnostics.divergent).toBe(0)
    expect(found.diagnostics.gradientError).toBeLessThan(1e-3)
  })

  it('by synthetic likelihood, whose normal summaries are nearly so', () => {
    check(
      posterior({
        ...{ likelihood: 'synthetic', likelihoodOptions: { units: 200 } },
        options: { warmup: 200, draws: 600 },
      }),
      0.25,
    )
  })

  it('by approximate computation, which is wider', () => {
    const found = posterior({ method: 'abc', options: { draws: 150, units: 40, simulations: 3000 } })
    const [{ mean, sd }] = found.parameters
    expect(Math.abs(mean - truth.mean)).toBeLessThan(truth.sd)
    expect(sd / truth.sd).toBeGreaterThan(0.8)
    expect(sd / truth.sd).toBeLessThan(2.5)
    expect(found.diagnostics.rounds).toBeGreaterThan(2)
  })

  it('is not what votes sample, but near', () => {
    const found = posterior({ method: 'vote', options: { warmup: 200, draws: 500, voters: 40 } })
    expect(found.warnings[0]).toMatch(/not Metropolis/)
    expect(Math.abs(found.parameters[0].mean - truth.mean)).toBeLessThan(4)
  })

  it('is the same whatever ran before, and another with another seed', () => {
    const draws = (seed: number) => [...posterior({ seed, options: { warmup: 20, draws: 30 } }).draws.data]
    expect(draws(9)).toEqual(draws(9))
    expect(draws(9)).not.toEqual(draws(10))
  })

  it('predicts the cells that it was made of', () => {
    const reading = readQuestion({ network: pool, data: { text }, chains: 1, options: { warmup: 200, draws: 200 } })
    const found = posteriorOf(reading, [complete(inferChain(reading, 0, emptyProgress()))])
    const predicted = complete(predict(reading, found.draws))
    expect(predicted.map((one) => one.kind === 'cells' && one.time)).toEqual([1, 2])
    for (const one of predicted) {
      if (one.kind !== 'cells') throw new Error('cells')
      expect(one.seen.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
      // Nine of ten bins should be within; binomial(≥ 8, 0.9): five or fewer has p < 0.005.
      const inside = one.seen.filter((share, b) => share >= one.low[b] && share <= one.high[b]).length
      expect(inside / one.seen.length).toBeGreaterThan(0.65)
    }
  })
})

describe('a particle filter', () => {
  it('is right on average', () => {
    const csv = 'time,replicate,X\n1,a,6\n2,a,9\n3,a,8'
    const reading = readQuestion({ network: pool, data: { text: csv }, noise: { kind: 'gaussian', sd: 2 } })
    const { observed, data, noise } = reading.measured
    if (data.kind !== 'courses') throw new Error('courses')
    const at = Float64Array.of(9, 1)
    const { streams } = chanceOf(3, 0)
    const { value } = complete(courseLikelihood(observed, data, noise, 1e-12, 'network').at(at, streams))
    const filter = particleLikelihood(observed, data, noise, 30)
    const ratios = Array.from({ length: 1500 }, () => Math.exp(complete(filter.at(at, streams)).value - value))
    const mean = ratios.reduce((a, b) => a + b, 0) / ratios.length
    const sd = Math.sqrt(ratios.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (ratios.length - 1))
    // About 0.3 each, so that a bias of 4 % shows at five standard errors.
    expect(sd).toBeLessThan(0.4)
    expect(Math.abs(mean - 1)).toBeLessThan(4.5 * (sd / Math.sqrt(ratios.length)))
  })
})

describe('a chain of a few draws', () => {
  it.each([4, 5])('of %i says that nothing can be told of it, not that it is not a number', (draws) => {
    const reading = readQuestion({ network: pool, data: { text }, seed: 4, options: { warmup: 1, draws } })
    const found = posteriorOf(reading, [complete(inferChain(reading, 0, emptyProgress()))])
    expect(found.warnings.join(' ')).not.toContain('NaN')
    const [{ rHat, essBulk, essTail }] = found.parameters
    if ([rHat, essBulk, essTail].every(Number.isFinite)) return
    expect(found.warnings[0]).toMatch(new RegExp(`^Whether k has been explored .*one chain of ${draws} draws`))
    expect([rHat, essBulk, essTail].map((x) => inDigits(x, 0)).join(' ')).toContain('–')
  })

  it('says when draws pile up at an end of the range', () => {
    const reading = readQuestion({ network: pool, data: { text }, seed: 4, options: { warmup: 50, draws: 200 } })
    const walked = complete(inferChain(reading, 0, emptyProgress()))
    const middle = walked.draws.slice().sort()[120]
    const cut = { ...walked, draws: walked.draws.map((k) => Math.min(k, middle)) }
    const { warnings, parameters } = posteriorOf(reading, [cut, cut])
    expect(parameters[0].essTail).toBeNaN()
    expect(warnings.join(' ')).toMatch(/Draws of k pile up at an end of the range/)
    expect(warnings.join(' ')).not.toMatch(/cannot be told|NaN/)
  })

  it('of draws that never moved, too', () => {
    const reading = readQuestion({ network: pool, data: { text }, seed: 4, options: { warmup: 1, draws: 8 } })
    const moved = complete(inferChain(reading, 0, emptyProgress()))
    const stuck = { ...moved, draws: moved.draws.fill(3) }
    const { warnings } = posteriorOf(reading, [stuck, stuck])
    expect(warnings[0]).toMatch(/^Whether k has been explored cannot be told from 2 chains of 8 draws/)
  })
})

describe('calibration', () => {
  it('finds posteriors of birth and death to be right', () => {
    const network = 'parameter k = 8 in [2, 16]\nparameter d = 1 in [0.3, 3] log\nspecies X\n0 -> X, k\nX -> 0, d'
    const reading = readQuestion({
      ...{ network, data: { text: 'time,X,count\n0.6,1,8\n2,1,8' }, seed: 12 },
      ...{ options: { warmup: 150, draws: 300 }, likelihoodOptions: { tolerance: 1e-6 } },
    })
    const found = complete(calibrate(reading, 100, 19))
    for (const [i] of found.parameters.entries()) expect(uniformity(found, i).pValue).toBeGreaterThan(0.01)
  }, 300_000)

  it('notices posteriors that are too narrow, or beside the truth', () => {
    const ranksOf = (rank: (s: number) => number) => ({
      ...{ parameters: ['k'], draws: 19 },
      ranks: Int32Array.from({ length: 100 }, (_, s) => Math.floor(rank((s + 0.5) / 100))),
    })
    expect(
      uniformity(
        ranksOf((u) => 20 * u),
        0,
      ).pValue,
    ).toBeGreaterThan(0.9)
    expect(
      uniformity(
        ranksOf((u) => 20 * u ** 2),
        0,
      ).pValue,
    ).toBeLessThan(1e-3)
    expect(
      uniformity(
        ranksOf((u) => 10 - 9.99 * Math.cos(Math.PI * u)),
        0,
      ).pValue,
    ).toBeLessThan(1e-2)
  })
})

describe('a question', () => {
  const asked: InferenceQuestion = { network: pool, data: { text } }
  it.each<[string, Partial<InferenceQuestion>, RegExp]>([
    ['a network with an error', { network: '0 -> X, k' }, /line 1/],
    ['no ranges', { network: 'species X\n0 -> X, 1' }, /nothing to infer/],
    ['an unknown parameter', { infer: { z: { min: 1, max: 2 } } }, /no parameter z/],
    ['a range without an end', { infer: { d: {} } }, /d has no range/],
    ['a logarithm of 0', { infer: { d: { min: 0, max: 1, log: true } } }, /0 < min < max/],
    ['an unknown method', { method: 'gibbs' }, /no method gibbs/],
    ['an unknown option', { options: { drawz: 3 } }, /metropolis\.drawz/],
    ['a path over a noisy likelihood', { method: 'nuts', likelihood: 'ssa' }, /without noise/],
    ['particles for cells', { likelihood: 'particle' }, /needs time courses/],
  ])('is refused with %s', (_, wrong, message) => {
    expect(() => {
      const reading = readQuestion({ ...asked, ...wrong })
      complete(inferChain(reading, 0, emptyProgress()))
    }).toThrow(message)
  })
})
