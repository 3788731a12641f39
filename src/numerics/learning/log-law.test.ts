/** Laws behind frequencies: seeds are fixed, and what counting alone would give is the measure. */
import { describe, expect, it } from 'vitest'
import { stream } from '../rng'
import { poisson } from '../statistics'
import { type CountBasis, countBasis } from './basis'
import { correction, fitSmoothLaw } from './log-law'

const lawOf = (basis: CountBasis, c: ArrayLike<number>): Float64Array => {
  const { size, counts, values } = basis
  const logits = Float64Array.from({ length: counts }, (_, n) => {
    let sum = 0
    for (let r = 0; r < size; r++) sum += c[r] * values[r * counts + n]
    return sum
  })
  const z = logits.reduce((sum, x) => sum + Math.exp(x), 0)
  return logits.map((x) => Math.exp(x) / z)
}

const normal = (weights: ArrayLike<number>): Float64Array => {
  const law = Float64Array.from(weights)
  const sum = law.reduce((a, b) => a + b, 0)
  return law.map((x) => x / sum)
}

const twoPeaks = normal(
  Array.from({ length: 81 }, (_, n) => 0.3 * 0.6 ** n * 0.4 + 0.7 * 0.057 * Math.exp(-((n - 49) ** 2) / 98)),
)

function counted(law: Float64Array, samples: number, seed: number): Float64Array {
  const source = stream(seed, 0)
  const seen = new Float64Array(law.length)
  for (let k = 0; k < samples; k++) {
    let n = 0
    for (let u = source.uniform() - law[0]; u > 0 && n < law.length - 1; u -= law[n]) n++
    seen[n]++
  }
  return seen
}

const hellinger = (p: ArrayLike<number>, q: ArrayLike<number>) =>
  Math.sqrt(Array.from(p).reduce((sum, x, n) => sum + (Math.sqrt(x) - Math.sqrt(q[n])) ** 2, 0) / 2)

const kl = (p: ArrayLike<number>, q: ArrayLike<number>) =>
  Array.from(p).reduce((sum, x, n) => sum + (x > 0 ? x * Math.log(x / q[n]) : 0), 0)

describe('a smooth law', () => {
  it('holds two peaks to 10⁻⁵ nats where frequencies are exact', () => {
    const basis = countBasis(80)
    const c = fitSmoothLaw(
      basis,
      twoPeaks.map((p) => 1e9 * p),
    )
    expect(kl(twoPeaks, lawOf(basis, c))).toBeLessThan(1e-5)
  })

  it.each([
    ['a Poisson law', normal(Array.from({ length: 101 }, (_, n) => poisson(50, n))), 2],
    [
      'a Poisson law under knots for something narrower',
      normal(Array.from({ length: 101 }, (_, n) => poisson(50, n))),
      1,
    ],
    ['two peaks', twoPeaks, 2],
  ])('is nearer to %s than frequencies are', (_, law, widest) => {
    const basis = countBasis(law.length - 1, widest)
    let [fitted, raw] = [0, 0]
    for (let seed = 1; seed <= 4; seed++) {
      const seen = counted(law, 5000, seed)
      fitted += hellinger(law, lawOf(basis, fitSmoothLaw(basis, seen))) / 4
      raw +=
        hellinger(
          law,
          seen.map((x) => x / 5000),
        ) / 4
    }
    // As √(free numbers): some three to ten of them against some fifty counts.
    expect(fitted).toBeLessThan(0.6 * raw)
  })

  it('goes on into a tail that nothing was seen of, as the law bends', () => {
    const law = normal(Array.from({ length: 81 }, (_, n) => poisson(30, n)))
    const basis = countBasis(80, 1.5)
    const found = lawOf(basis, fitSmoothLaw(basis, counted(law, 2000, 5)))
    // Of 2000 samples none is expected there.
    for (const n of [52, 55]) {
      expect(law[n] * 2000).toBeLessThan(0.3)
      expect(Math.abs(Math.log(found[n] / law[n]))).toBeLessThan(1.5)
    }
  })

  it('keeps an atom at zero, and a law of two counts', () => {
    const law = normal(Array.from({ length: 41 }, (_, n) => (n === 0 ? 0.5 : poisson(15, n) / 2)))
    const basis = countBasis(40)
    const seen = counted(law, 20_000, 3)
    expect(lawOf(basis, fitSmoothLaw(basis, seen))[0]).toBeCloseTo(seen[0] / 20_000, 2)
    const two = countBasis(1)
    expect(lawOf(two, fitSmoothLaw(two, [300, 700]))[1]).toBeCloseTo(0.7, 4)
    // A count that was never seen is not impossible.
    expect(lawOf(two, fitSmoothLaw(two, [0, 1000]))[0]).toBeGreaterThan(1e-8)
    expect(lawOf(two, fitSmoothLaw(two, [0, 1000]))[0]).toBeLessThan(1e-3)
  })

  it('is the same law wherever it was looked for more often, and a better one there', () => {
    const basis = countBasis(80)
    // Hundred times as often below 20, where 0.3 of two peaks lie, and of a Poisson law 0.04.
    const law = normal(Array.from({ length: 81 }, (_, n) => poisson(30, n)))
    const exposure = law.map((_, n) => (n < 20 ? 100 : 1))
    const exactly = fitSmoothLaw(
      basis,
      twoPeaks.map((p, n) => 1e7 * p * exposure[n]),
      exposure,
    )
    expect(kl(twoPeaks, lawOf(basis, exactly))).toBeLessThan(1e-5)
    const far = (found: Float64Array) => {
      let gap = 0
      for (let n = 8; n < 14; n++) gap = Math.max(gap, Math.abs(Math.log(found[n] / law[n])))
      return gap
    }
    let [plain, sought] = [0, 0]
    for (let seed = 1; seed <= 4; seed++) {
      const seen = counted(law, 5000, seed)
      const more = counted(law, 500_000, seed + 10)
      plain += far(lawOf(basis, fitSmoothLaw(basis, seen)))
      const mixed = seen.map((f, n) => (n < 20 ? more[n] : f))
      sought += far(lawOf(basis, fitSmoothLaw(basis, mixed, exposure)))
    }
    expect(sought).toBeLessThan(0.3 * plain)
    expect(fitSmoothLaw(basis, counted(law, 5000, 1), new Float64Array(81).fill(1))).toEqual(
      fitSmoothLaw(basis, counted(law, 5000, 1)),
    )
  })

  it('is come to by corrections from another law', () => {
    const basis = countBasis(80)
    const wanted = fitSmoothLaw(
      basis,
      twoPeaks.map((p) => 1e9 * p),
    )
    const c = new Float64Array(basis.size)
    for (let round = 0; round < 20; round++) {
      correction(basis, wanted, lawOf(basis, c)).forEach((more, r) => {
        c[r] += more
      })
    }
    expect(kl(twoPeaks, lawOf(basis, c))).toBeLessThan(2e-5)
  })
})
