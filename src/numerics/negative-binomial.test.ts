import { describe, expect, it } from 'vitest'
import { digamma, mixture, type Shape } from './negative-binomial'
import { stream } from './rng'
import { logGamma, poisson } from './statistics'

const shapes: Shape[] = [
  { components: 1, caps: [null], inflated: false },
  { components: 3, caps: [null], inflated: true },
  { components: 2, caps: [null, null], inflated: false },
  { components: 2, caps: [12, null], inflated: true },
  { components: 2, caps: [20], inflated: false },
]

/** Numbers of a mixture, and a law on a box, from a stream. */
function draw(shape: Shape, low: number, seed = 1) {
  const source = stream(seed, 0)
  const numbers = Float64Array.from({ length: mixture(shape).size }, () => 4 * source.uniform() - 1)
  const widths = shape.caps.length === 1 ? [17] : [7, 9]
  const raw = Float64Array.from({ length: widths.reduce((a, b) => a * b) }, () => source.uniform())
  const total = raw.reduce((a, b) => a + b)
  return { numbers, law: { low: widths.map(() => low), widths, p: raw.map((x) => x / total) } }
}

describe('a negative binomial', () => {
  it('is what the formula says, from both sides of its mode', () => {
    const [mean, r] = [12.5, 3.25]
    const law = mixture(shapes[0]).law(Float64Array.of(0, Math.log(mean), Math.log(r)), 0, [4], [40])
    law.forEach((p, i) => {
      const n = 4 + i
      const log = logGamma(n + r) - logGamma(r) - logGamma(n + 1) + r * Math.log(r / (r + mean))
      expect(p).toBeCloseTo(Math.exp(log + n * Math.log(mean / (r + mean))), 13)
    })
  })

  it('is Poisson at large size, also where the law at zero is no number', () => {
    const law = mixture(shapes[0]).law(Float64Array.of(0, Math.log(2000), 40), 0, [1900], [200])
    law.forEach((p, i) => {
      // Size is cut off at e^14: a relative difference of n²/2r.
      expect(Math.abs(p / poisson(2000, 1900 + i) - 1)).toBeLessThan(2e-2)
    })
  })

  it('knows its digamma', () => {
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 13)
    expect(digamma(0.5)).toBeCloseTo(-0.5772156649015329 - 2 * Math.LN2, 13)
    expect(digamma(100.25)).toBeCloseTo(digamma(99.25) + 1 / 99.25, 13)
  })
})

for (const shape of shapes) {
  describe(`a mixture of ${shape.components} over ${JSON.stringify(shape.caps)}${shape.inflated ? ', inflated' : ''}`, () => {
    it('holds one in all', () => {
      const { numbers } = draw(shape, 0)
      const widths = shape.caps.length === 1 ? [4000] : [1500, 1500]
      const total = mixture(shape)
        .law(
          numbers,
          0,
          widths.map(() => 0),
          widths,
        )
        .reduce((a, b) => a + b)
      expect(total).toBeCloseTo(1, 9)
    })

    for (const low of [0, 3]) {
      it(`has the gradient of its divergence, from ${low}`, () => {
        const { numbers, law } = draw(shape, low)
        const mix = mixture(shape)
        const grad = new Float64Array(numbers.length)
        const loss = mix.divergence(numbers, 0, law, grad)
        const direct = mix.law(numbers, 0, law.low, law.widths)
        expect(loss).toBeCloseTo(
          law.p.reduce((sum, p, i) => sum + p * Math.log(p / direct[i]), 0),
          12,
        )
        grad.forEach((slope, i) => {
          const at = (h: number) =>
            mix.divergence(
              numbers.map((x, j) => (j === i ? x + h : x)),
              0,
              law,
            )
          const h = 1e-5
          expect(slope).toBeCloseTo((at(h) - at(-h)) / (2 * h), 7)
        })
      })
    }

    it('changes as it says', () => {
      const { numbers, law } = draw(shape, 0, 2)
      const { numbers: direction } = draw(shape, 0, 3)
      const mix = mixture(shape)
      const h = 1e-5
      const at = (side: number) =>
        mix.law(
          numbers.map((x, i) => x + side * h * direction[i]),
          0,
          law.low,
          law.widths,
        )
      const [up, down] = [at(1), at(-1)]
      mix.change(numbers, direction, law.low, law.widths).forEach((slope, i) => {
        expect(slope).toBeCloseTo((up[i] - down[i]) / (2 * h), 8)
      })
    })
  })
}
