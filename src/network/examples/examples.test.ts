import { describe, expect, it } from 'vitest'
import { quantities } from '../network'
import { parse } from '../parse'
import { examples, type KnownLaw } from './index'

/** A law that lists every count that matters. */
const whole = ({ p }: KnownLaw) => p.length > 5

it('names every example once', () => {
  expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length)
})

for (const { name, text, times, moments, laws, joints, source } of examples) {
  describe(name, () => {
    const { network, diagnostics } = parse(text)

    it('is a network without errors', () => {
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(source).not.toBe('')
    })

    it('speaks of quantities it has, at times it asks for', () => {
      for (const known of [...moments, ...laws]) {
        expect(quantities(network!)).toContain(known.quantity)
        expect(times).toContain(known.time)
      }
      for (const known of joints) expect(times).toContain(known.time)
    })

    it('has laws that sum to one, with the moments beside them', () => {
      for (const law of laws.filter(whole)) {
        const sum = (f: (n: number) => number) => law.p.reduce((total, p, i) => total + p * f(law.counts[i]), 0)
        expect(Math.abs(sum(() => 1) - 1)).toBeLessThan(1e-11)
        const known = moments.find(({ time, quantity }) => time === law.time && quantity === law.quantity)!
        const mean = sum((n) => n)
        expect(Math.abs(mean - known.mean)).toBeLessThan(1e-9)
        expect(Math.abs(sum((n) => (n - mean) ** 2) - known.variance!)).toBeLessThan(1e-8)
      }
    })
  })
}
