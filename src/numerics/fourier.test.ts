import { describe, expect, it } from 'vitest'
import { fourier, lagProducts, power, powerOfTwo } from './fourier'
import { stream } from './rng'

const noise = (n: number) => {
  const source = stream(5, n)
  return Float64Array.from({ length: n }, () => source.uniform() - 0.5)
}

describe('the Fourier transform', () => {
  it.each([1, 2, 8, 64])('is the sum that defines it, for %i values', (n) => {
    const [x, y] = [noise(n), noise(n + 1).slice(1)]
    const [re, im] = [x.slice(), y.slice()]
    fourier(re, im)
    for (let k = 0; k < n; k++) {
      let [a, b] = [0, 0]
      for (let j = 0; j < n; j++) {
        const angle = (-2 * Math.PI * j * k) / n
        a += x[j] * Math.cos(angle) - y[j] * Math.sin(angle)
        b += x[j] * Math.sin(angle) + y[j] * Math.cos(angle)
      }
      expect(re[k]).toBeCloseTo(a, 11)
      expect(im[k]).toBeCloseTo(b, 11)
    }
  })

  it('keeps the power (Parseval)', () => {
    const x = noise(100)
    const spectrum = power(x, 128)
    const whole = 2 * spectrum.reduce((a, b) => a + b, 0) - spectrum[0] - spectrum[64]
    expect(whole / 128).toBeCloseTo(
      x.reduce((sum, value) => sum + value ** 2, 0),
      11,
    )
  })

  it('gives products at a lag that do not wrap around', () => {
    const x = noise(37)
    const products = lagProducts(x, 37)
    for (let lag = 0; lag < 37; lag++) {
      let sum = 0
      for (let t = 0; t + lag < 37; t++) sum += x[t] * x[t + lag]
      expect(products[lag]).toBeCloseTo(sum, 11)
    }
  })

  it('finds powers of two', () => {
    expect([1, 2, 3, 8, 9].map(powerOfTwo)).toEqual([1, 2, 4, 8, 16])
  })
})
