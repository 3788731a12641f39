import { describe, expect, it } from 'vitest'
import { diagonalMatrix } from './diagonal'

describe('diagonal storage', () => {
  it('gives the same bits in WebAssembly as in TypeScript, for odd lengths, long reaches and tiny numbers', () => {
    for (const [states, distances] of [
      [1, [0]],
      [7, [0, 1, -1]],
      [100, [0, 10, -10, 1, -1, 23]],
      [1001, [0, 400, -13, 2]],
    ] as const) {
      const twins = [false, true].map((plain) => diagonalMatrix(states, distances, plain))
      let seed = 1
      const number = () => {
        seed = (seed * 48271) % 2147483647
        return seed / 2147483647
      }
      for (let i = 0; i < states; i++) {
        const p = i % 5 === 4 ? number() * 1e-60 : number()
        for (const twin of twins) twin.transition.vectors[0][i] = p
        for (let d = 0; d < distances.length; d++) {
          const c = number()
          for (const twin of twins) twin.entries[d][i] = c
        }
      }
      for (const { transition } of twins) {
        transition.advance(0, 1, 2, 0.25)
        transition.advance(1, 0, 2, 0.5)
        transition.advance(0, 1, 2, 0)
      }
      for (const v of [0, 1, 2] as const) {
        expect(twins[0].transition.vectors[v]).toEqual(twins[1].transition.vectors[v])
      }
      expect(twins[0].transition.vectors[1].some((value) => value > 0)).toBe(true)
    }
  })
})
