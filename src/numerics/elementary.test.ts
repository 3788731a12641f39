import { describe, expect, it } from 'vitest'
import { cos, exp, log, log1p, log10, pow, quickLog, sin, tanh } from './elementary'
import { stream } from './rng'

const own = { cos, exp, log, log1p, log10, pow, sin, tanh }

/** Distance in units of the last place of the larger number. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b)) return 0
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY
  const size = Math.max(Math.abs(a), Math.abs(b), 2.2250738585072014e-308)
  return Math.abs(a - b) / 2 ** (Math.floor(Math.log2(size)) - 52)
}

/** FNV-1a over the bytes of some numbers: a change in any bit changes it. */
function hash(values: Float64Array): string {
  let h = 0x811c9dc5
  for (const byte of new Uint8Array(values.buffer)) h = Math.imul(h ^ byte, 0x01000193) >>> 0
  return h.toString(16)
}

const n = 20_000
const draws = Float64Array.from(
  { length: n },
  (
    (s) => () =>
      s.uniform()
  )(stream(3, 0)),
)
const spread = (lo: number, hi: number) => draws.map((u) => lo + (hi - lo) * u)

// Math itself may be off by one unit: one more than the claim is allowed against it.
const cases = [
  { name: 'exp', domain: spread(-740, 709.7), ulp: 2 },
  { name: 'exp', domain: spread(-1, 1), ulp: 2 },
  { name: 'log', domain: spread(-700, 700).map(Math.exp), ulp: 1.5 },
  { name: 'log', domain: spread(0.5, 2), ulp: 1.5 },
  { name: 'log1p', domain: spread(-0.9, 3), ulp: 3 },
  { name: 'log1p', domain: spread(-1e-7, 1e-7), ulp: 3 },
  { name: 'log10', domain: spread(-700, 700).map(Math.exp), ulp: 2 },
  { name: 'sin', domain: spread(-30, 30), ulp: 2 },
  { name: 'cos', domain: spread(-30, 30), ulp: 2 },
  { name: 'sin', domain: spread(-1e6, 1e6), ulp: 2 },
  { name: 'cos', domain: spread(-1e6, 1e6), ulp: 2 },
  { name: 'tanh', domain: spread(-3, 3), ulp: 3 },
  { name: 'tanh', domain: spread(-1e-3, 1e-3), ulp: 3 },
] as const

describe('elementary functions', () => {
  it('has a quick logarithm that is nearly as good', () => {
    for (const x of spread(-690, 700).map(Math.exp)) expect(ulps(quickLog(x), Math.log(x))).toBeLessThan(3)
    // Near 1 the logarithm is small, and the error absolute.
    for (const x of spread(0.5, 2)) expect(Math.abs(quickLog(x) - Math.log(x))).toBeLessThan(2.3e-16)
    expect(quickLog(1)).toBe(0)
  })

  it.each(cases)('$name agrees with Math within $ulp units in the last place', ({ name, domain, ulp }) => {
    let worst = 0
    for (const x of domain) worst = Math.max(worst, ulps(own[name](x), Math[name](x)))
    expect(worst).toBeLessThanOrEqual(ulp)
  })

  it('raises to powers within 2 units of Math over the whole range', () => {
    let worst = 0
    for (let i = 0; i < n; i++) {
      const x = Math.exp(20 * (draws[i] - 0.5))
      const y = 60 * (draws[n - 1 - i] - 0.5)
      worst = Math.max(worst, ulps(own.pow(x, y), x ** y))
    }
    expect(worst).toBeLessThanOrEqual(2)
  })

  it('is exact where the answer is a double', () => {
    for (let x = 0; x <= 60; x++) {
      for (let y = 0, exact = 1n; exact <= 1n << 53n && y <= 53; y++, exact *= BigInt(x)) {
        expect(own.pow(x, y)).toBe(Number(exact))
      }
    }
    for (let k = 0; k <= 22; k++) expect(own.log10(Number(`1e${k}`))).toBe(k)
    for (const x of draws) expect(own.pow(x, 0.5)).toBe(Math.sqrt(x))
    expect(own.exp(0)).toBe(1)
    expect(own.exp(1)).toBe(Math.E)
    expect(own.log(1)).toBe(0)
    expect(own.cos(0)).toBe(1)
  })

  it('treats powers like the products that kernels write out', () => {
    for (const x of spread(0, 100)) {
      expect(own.pow(x, 2)).toBe(x * x)
      expect(own.pow(x, 3)).toBe(x * x * x)
      expect(own.pow(x, 4)).toBe(x * x * (x * x))
    }
  })

  it('has the special values of Math', () => {
    const edges = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 5, -5, 1e308, -1e308, 5e-324, 1e300, 710, -746]
    const odd = [...edges, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
    for (const name of ['exp', 'log', 'log10', 'sin', 'cos', 'tanh'] as const) {
      for (const x of odd) expect(ulps(own[name](x), Math[name](x)), `${name}(${x})`).toBeLessThanOrEqual(2)
    }
    for (const x of odd) {
      for (const y of odd) expect(ulps(own.pow(x, y), x ** y), `pow(${x}, ${y})`).toBeLessThanOrEqual(2)
    }
  })

  it('reduces huge angles as exactly as small ones', () => {
    // the double next to a multiple of π/2 that comes closest to it (Kahan), and two plain ones
    expect(ulps(own.cos(6381956970095103 * 2 ** 797), -4.687165924254628e-19)).toBeLessThanOrEqual(1)
    expect(ulps(own.sin(1e22), -0.8522008497671888)).toBeLessThanOrEqual(1)
    expect(ulps(own.sin(-5e6), Math.sin(-5e6))).toBeLessThanOrEqual(1)
    expect(own.sin(Math.PI)).toBe(1.2246467991473532e-16)
  })

  it('gives the same bits as ever', () => {
    const sample = draws.subarray(0, 1000)
    const bits = Float64Array.from([
      ...sample.map((u) => own.exp(40 * (u - 0.5))),
      ...sample.map((u) => own.log(u)),
      ...sample.map((u) => own.pow(100 * u, 2.5)),
      ...sample.map((u) => own.sin(100 * u)),
      ...sample.map((u) => own.cos(100 * u)),
      ...sample.map((u) => own.tanh(4 * (u - 0.5))),
      ...sample.map((u) => own.log10(u)),
    ])
    expect(hash(bits)).toBe('5af82bfd')
  })
})
