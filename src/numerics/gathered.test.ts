import { describe, expect, it } from 'vitest'
import { gatheredMatrix } from './gathered'
import { stream } from './rng'

/** Random rows of `states` states, filled alike whoever does the products. */
function filled(states: number, width: number, plain: boolean) {
  const rng = stream(states, width)
  const sources = Array.from({ length: width }, () =>
    Int32Array.from({ length: states }, () => Math.floor(rng.uniform() * states)),
  )
  const matrix = gatheredMatrix(states, sources, plain)
  for (const values of matrix.entries) for (let i = 0; i < states; i++) values[i] = rng.uniform() / (width + 1)
  // Something to flush.
  for (let i = 0; i < states; i++) matrix.transition.vectors[0][i] = i % 5 === 4 ? rng.uniform() * 1e-60 : rng.uniform()
  return { ...matrix, sources }
}

describe('padded rows', () => {
  it('give the same bits in WebAssembly as in TypeScript, for odd and even numbers of rows and no entries at all', () => {
    for (const [states, width] of [
      [1, 0],
      [1, 2],
      [8, 1],
      [101, 7],
      [2000, 50],
    ]) {
      const twins = [false, true].map((plain) => filled(states, width, plain).transition)
      for (const { advance, recur } of twins) {
        advance(0, 1, 2, 0.25)
        advance(1, 0, 2, 0)
        recur?.(0, 1, 2, 0.5)
        recur?.(1, 0, 2, 0)
      }
      for (const v of [0, 1, 2] as const) expect(twins[0].vectors[v]).toEqual(twins[1].vectors[v])
    }
  })

  it('multiply as their entries say', () => {
    const { transition, entries, sources } = filled(37, 3, false)
    const x = transition.vectors[0].slice()
    transition.advance(0, 1, 2, 2)
    for (let i = 0; i < 37; i++) {
      const wanted = sources.reduce((sum, source, d) => sum + entries[d + 1][i] * x[source[i]], entries[0][i] * x[i])
      expect(transition.vectors[1][i]).toBeCloseTo(wanted, 14)
      expect(transition.vectors[2][i]).toBe(2 * x[i])
    }
  })
})
