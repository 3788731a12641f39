import { describe, expect, it } from 'vitest'
import { evaluators } from '../../network/evaluate'
import { ask } from '../testing'
import { verdictOn } from '../verdict'
import { emitPropensities, literal } from './expression'
import { ssaGpu } from './index'
import { sampler } from './kernel'
import { ticksOf } from './machine'
import { reduceText, wholeForms } from './reduce'
import { singlePropensities } from './twin'

const propensities = (text: string) => {
  const { network, parameters } = ask(text, [1])
  return emitPropensities(network, parameters)
}

describe('numbers', () => {
  it('are written so that they are read back as the same single', () => {
    for (const value of [0, 1, 0.1, -2.5, 1e-30, 2 ** 61, 123456789]) {
      const text = literal(value)
      expect(text).toMatch(/^\(?-?[\d.]+(e[+-]\d+)?f\)?$/)
      expect(Number(text.replace(/[()f]/g, ''))).toBe(Math.fround(value))
    }
  })

  it('beyond single precision are refused', () => {
    for (const value of [1e39, -1e39, 1e-39, Number.NaN]) expect(() => literal(value)).toThrow(/single precision/)
  })

  it('of output times are ticks of which the last is 2⁶⁰', () => {
    expect([...new BigUint64Array(ticksOf([0, 1, 2, 8]).buffer)]).toEqual([0n, 2n ** 57n, 2n ** 58n, 2n ** 60n])
    expect([...ticksOf([0])]).toEqual([0, 0])
  })
})

describe('propensities as WGSL', () => {
  it('count combinations of reactants', () => {
    expect(propensities('species A = 9, B = 2; A + B -> 0, 2').propensities).toEqual(['2f * f32(x[0]) * f32(x[1])'])
    const [triple] = propensities('species A = 9; 3A -> 0, 1').propensities
    expect(triple).toBe(`1f * f32(x[0]) * (f32(x[0] - 1) * 0.5f) * (f32(x[0] - 2) * ${literal(1 / 3)})`)
  })

  it('guard explicit rates against counts below zero', () => {
    expect(propensities('species A = 9, B = 2; 2A + B => 0, 5').propensities).toEqual([
      'select(5f, 0f, x[0] < 2 || x[1] < 1)',
    ])
    expect(propensities('0 => A, 5').propensities).toEqual(['5f'])
  })

  it('compute beforehand what reads no counts, in double precision', () => {
    const text = 'parameter k = 3; let c = exp(-k)/7; species A = 1; A => 0, c*k*A'
    expect(propensities(text)).toEqual({
      lets: [],
      propensities: [`select((${literal((Math.exp(-3) / 7) * 3)} * f32(x[0])), 0f, x[0] < 1)`],
    })
  })

  it('name shared parts once, in order, and only those that are read', () => {
    const text = 'let a = A + 1; let b = a*a; let c = b*A; observable o = c; species A = 1; A => 0, b + b'
    const {
      lets,
      propensities: [rate],
    } = propensities(text)
    expect(lets).toEqual(['let let0 = (f32(x[0]) + 1f);', 'let let1 = (let0 * let0);'])
    expect(rate).toContain('(let1 + let1)')
  })

  it('keep large powers of Hill rates from overflowing, at zero and far from it', () => {
    expect(propensities('species A = 1; 0 => A, hill(A, 20, 4)').propensities).toEqual(['hill(f32(x[0]), 20f, 4f)'])
    expect(propensities('species A = 1; 0 => A, hillr(A, 20, 4)').propensities).toEqual(['hill(20f, f32(x[0]), 4f)'])
  })

  it('have names of the kernel only: no name from the text gets in', () => {
    const { text } = sampler(ask('species threefry = 3; parameter status = 2; bad: threefry -> 0, status', [1]))
    expect(text).not.toContain('bad:')
    expect(text.match(/\bstatus\b/g)?.length).toBe(5)
  })
})

describe('single precision', () => {
  it('is near double precision on every kind of expression', () => {
    const rates = [
      'A*B/(1 + A^2)',
      'A > B ? A : 2*B',
      'hill(A, 7, 2.5) + hillr(B, 3, 4) + mm(A, 5, 9)',
      'sqrt(A) + abs(A - B)',
      'exp(-A/9)*log(1 + B) + log10(2 + A)',
      'pow(A + 1, 1.5) + floor(B/2)',
      'sin(A) + cos(B) + tanh(A - B) + 3',
      'min(A, B) + max(A, B)',
      '(A < 5)*(B >= 2) + (A == B) + (A != 3) + (A <= 4)',
    ]
    const text = `species A = 0, B = 0\nlet d = A + 2*B\n${rates.map((rate) => `0 => A, ${rate} + d`).join('\n')}\n3A + 2B -> 0, 0.7`
    const problem = ask(text, [1])
    const exact = evaluators(problem.network, problem.parameters).propensities
    const single = singlePropensities(problem)
    for (const counts of [
      [0, 0],
      [1, 3],
      [4, 4],
      [17, 2],
      [1200, 999],
    ]) {
      exact.forEach((propensity, r) => {
        const truth = propensity(counts, 0)
        const value = single[r](Int32Array.from(counts))
        expect(Math.abs(value - truth), `${r} at ${counts}`).toBeLessThanOrEqual(4e-6 * Math.abs(truth))
      })
    }
  })
})

describe('what the device counts', () => {
  const forms = (observable: string) =>
    wholeForms(
      ask(`species A = 1, B = 2; parameter n = 3\nlet d = A + A\nobservable o = ${observable}\nA -> B, 1`, [1]),
    )?.[2]

  it('is every whole linear form of the counts', () => {
    expect(forms('2*A - B + 1')).toEqual({ constant: 1, coefficients: [2, -1] })
    expect(forms('n*(A + B) - (-d)')).toEqual({ constant: 0, coefficients: [5, 3] })
    expect(forms('7')).toEqual({ constant: 7, coefficients: [0, 0] })
  })

  it('is nothing else', () => {
    for (const text of ['A*B', 'A/2', '0.5*A', 'A^2', 'A > 1 ? A : B', 't', '1000*A'])
      expect(forms(text)).toBeUndefined()
  })

  it('takes a doubling of doublings in its stride', () => {
    const lets = Array.from({ length: 40 }, (_, i) => `let d${i + 1} = d${i} - d${i}`).join('\n')
    const problem = ask(`species A = 1\nlet d0 = A\n${lets}\nobservable o = d40 + A\nA -> 0, 1`, [1])
    expect(wholeForms(problem)?.[1]).toEqual({ constant: 0, coefficients: [1] })
  })

  it('is written as sums of records', () => {
    expect(reduceText([{ constant: 4, coefficients: [0, -2] }], 2, 5)).toContain('return 4 + -2 * count(k, 1u, lane);')
  })
})

describe('what it refuses, by name', () => {
  const verdict = (text: string, times = [1]) => ssaGpu.supports(ask(text, times), ssaGpu.options.defaults)

  it('rates that change with time', () => {
    expect(verdict('0 -> A, 1; warm: A => 0, 1 + sin(t)')).toMatchObject({
      ok: false,
      why: expect.stringContaining('warm'),
      instead: 'ssa',
    })
  })

  it('counts that single precision does not tell apart', () => {
    expect(verdict('species A = 16777217; A -> 0, 1')).toMatchObject({ ok: false, instead: 'ssa' })
    expect(verdict('species A = 16777216; A -> 0, 1')).toEqual({ ok: true })
  })

  it('events, through what every solver is asked', () => {
    const problem = ask('0 -> A, 1\nat t >= 5: A = 0', [9])
    expect(verdictOn(ssaGpu, problem, ssaGpu.options.defaults)).toMatchObject({ ok: false, instead: 'ssa' })
  })

  it('networks beyond a lane', () => {
    const many = Array.from({ length: 257 }, () => '0 -> A, 1').join('\n')
    expect(verdict(many)).toMatchObject({ ok: false, why: expect.stringContaining('257') })
    const often = Array.from({ length: 70_000 }, (_, k) => k)
    expect(verdict('0 -> A, 1', often)).toMatchObject({ ok: false, why: expect.stringContaining('70000 output times') })
  })
})
