import { expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import { domainOf, ground, outside, settings } from './design'
import { signature } from './learnt'
import { ask } from './testing'

/** A gene in three states of which one is always there, a pool that forms pairs, and what the gene makes. */
const network = (A: number, B: number, C: number, X: number, D: number) =>
  `parameter k = 1 in [0.5, 2]
species A = ${A}, B = ${B}, C = ${C}, X = ${X}, D = ${D}, m = 0
A <-> B, 1, k
B <-> C, 1, 2
2 X <-> D, 0.1, 1
C -> C + m, 5
m -> 0, 1`

it('begins at all counts of the same totals where conservation ties species together', () => {
  const asked = ask(network(2, 0, 0, 5, 1), [1])
  const domain = domainOf(asked, 4)
  const names = domain.axes.map(({ name, max }) => `${name} ${max}`)
  // Of A, B and C two are free, of X and D the dimer, which has fewer counts; none may be more than its total.
  expect(names).toHaveLength(5)
  expect(names).toContain('D 3')
  expect(names).toContain('m 4')
  const all = settings(asked, domain, 400, stream(1, 0))
  const seen = new Set<string>()
  for (const { initial } of all) {
    const [A, B, C, X, D, m] = initial
    expect(A + B + C).toBe(2)
    expect(X + 2 * D).toBe(7)
    for (const n of initial) expect(n).toBeGreaterThanOrEqual(0)
    seen.add([A, B, C, D, m].join())
    expect(outside(domain, { parameters: asked.parameters, initial })).toEqual([])
  }
  // Six ways to place two genes, four numbers of dimers, five of m: nearly all of the 120 are met.
  expect(seen.size).toBeGreaterThan(110)
})

it('knows a network again wherever it begins, but not with other totals', () => {
  const at = (...counts: Parameters<typeof network>) => {
    const asked = ask(network(...counts), [1])
    return signature(asked, domainOf(asked, 4).axes)
  }
  expect(at(0, 1, 1, 1, 3)).toBe(at(2, 0, 0, 5, 1))
  expect(at(1, 1, 1, 1, 3)).not.toBe(at(2, 0, 0, 5, 1))
  expect(at(2, 0, 0, 5, 2)).not.toBe(at(2, 0, 0, 5, 1))
  const plain = ask(network(2, 0, 0, 5, 1), [1])
  expect(ground(plain, domainOf(plain, 0).axes)).toEqual(plain.initial)
})
