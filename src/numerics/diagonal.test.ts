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
        transition.recur?.(1, 0, 2, 0.125)
      }
      for (const v of [0, 1, 2] as const) {
        expect(twins[0].transition.vectors[v]).toEqual(twins[1].transition.vectors[v])
      }
      expect(twins[0].transition.vectors[1].some((value) => value > 0)).toBe(true)
    }
  })

  it('begins with zeros in a memory that another matrix has let go, and leaves one that is in use alone', () => {
    const first = diagonalMatrix(50, [0, 3])
    const second = diagonalMatrix(70, [0, -9])
    for (const { entries, transition } of [first, second]) {
      for (const values of [...entries, ...transition.vectors]) values.fill(1)
    }
    first.release()
    const third = diagonalMatrix(90, [0, 5, 8])
    for (const values of [...third.entries, ...third.transition.vectors])
      expect(values.every((v) => v === 0)).toBe(true)
    for (const values of third.entries) values.fill(0.5)
    third.transition.vectors[0].fill(1)
    third.transition.advance(0, 1, 2, 0)
    // Rows near the low end have no neighbours before them.
    expect([...third.transition.vectors[1].subarray(0, 9)]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1.5])
    expect(second.transition.vectors[0].every((v) => v === 1)).toBe(true)
  })
})
