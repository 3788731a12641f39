import { describe, expect, it } from 'vitest'
import { diagonalMatrix } from './diagonal'
import { type Jump, stencil } from './stencil'

/** Births and deaths on three axes: the first two read by others, a jump along the diagonal, one by two. */
function jumps(widths: readonly number[]): Jump[] {
  const table = (axes: readonly number[], rate: (...steps: number[]) => number): Jump['table'] => {
    const size = axes.reduce((product, axis) => product * widths[axis], 1)
    return Float64Array.from({ length: size }, (_, k) => {
      const steps: number[] = []
      let rest = k
      for (const axis of [...axes].reverse()) {
        steps.unshift(rest % widths[axis])
        rest = Math.floor(rest / widths[axis])
      }
      return rate(...steps)
    })
  }
  return [
    { change: [1, 0, 0], axes: [2], table: table([2], (c) => 3 / (1 + c)) },
    { change: [0, 1, 0], axes: [0], table: table([0], (a) => 2 / (1 + a * a)) },
    { change: [0, 0, 1], axes: [1], table: table([1], (b) => 1 + b / 7) },
    { change: [-1, 0, 0], axes: [0], table: table([0], (a) => a) },
    { change: [0, -1, 0], axes: [1], table: table([1], (b) => 0.3 * b) },
    { change: [0, 0, -2], axes: [2], table: table([2], (c) => (0.1 * c * (c - 1)) / 2) },
    { change: [-1, -1, 1], axes: [0, 1], table: table([0, 1], (a, b) => 0.05 * a * b) },
    { change: [0, 0, 0].map((_, axis) => (axis === 1 ? 2 : 0)), axes: [], table: table([], () => 0.7) },
  ]
}

function ready(widths: readonly number[], plain: boolean) {
  const work = stencil(widths, jumps(widths), plain)
  let step = work.next()
  while (!step.done) step = work.next()
  if (!step.value) throw new Error('no stencil')
  return step.value
}

describe('stencil', () => {
  for (const widths of [
    [9, 8, 40],
    [8, 11, 41],
  ]) {
    it(`is the matrix of its jumps on ${widths.join(' × ')}, in WebAssembly to the bits of TypeScript`, () => {
      const [fast, twin] = [ready(widths, false), ready(widths, true)]
      const states = widths.reduce((a, b) => a * b, 1)
      const stride = [widths[1] * widths[2], widths[2], 1]
      const list = jumps(widths)
      const distances = [...new Set([0, ...list.map(({ change }) => change.reduce((s, c, k) => s + c * stride[k], 0))])]
      const stored = diagonalMatrix(states, distances)
      let rate = 0
      const coordinates = (i: number) => stride.map((s, k) => Math.floor(i / s) % widths[k])
      const outflow = new Float64Array(states)
      for (let i = 0; i < states; i++) {
        const at = coordinates(i)
        for (const { change, axes, table } of list) {
          const a = table[axes.reduce((sum, axis) => sum * widths[axis] + at[axis], 0)]
          outflow[i] += a
          const to = at.map((c, k) => c + change[k])
          if (!to.every((c, k) => c >= 0 && c < widths[k])) continue
          const distance = change.reduce((s, c, k) => s + c * stride[k], 0)
          stored.entries[distances.indexOf(distance)][i + distance] += a
        }
        rate = Math.max(rate, outflow[i])
      }
      expect(fast.rate).toBeCloseTo(rate, 10)
      for (const entries of stored.entries) for (let i = 0; i < states; i++) entries[i] /= rate
      for (let i = 0; i < states; i++) stored.entries[0][i] = 1 - outflow[i] / rate
      for (let i = 0; i < states; i++) {
        // Signed, of every size, some too small to keep.
        const value = Math.sin(i) * (i % 7 === 3 ? 1e-61 : 1)
        for (const { vectors } of [fast.transition, twin.transition, stored.transition]) vectors[0][i] = value
      }
      for (const { advance } of [fast.transition, twin.transition, stored.transition]) {
        advance(0, 1, 2, 0.3)
        advance(1, 0, 2, 0)
        advance(0, 1, 2, 0.6)
      }
      for (const v of [0, 1, 2] as const) {
        expect(fast.transition.vectors[v]).toEqual(twin.transition.vectors[v])
        for (let i = 0; i < states; i++) {
          expect(Math.abs(fast.transition.vectors[v][i] - stored.transition.vectors[v][i])).toBeLessThan(1e-14)
        }
      }
    })
  }

  it('is not made where lines are short, or tables as large as the box', () => {
    const none = (widths: readonly number[]) => stencil(widths, jumps(widths)).next().value
    expect(none([30, 30, 8])).toBeUndefined()
    const whole: Jump = { change: [0, 0, 1], axes: [0, 1, 2], table: new Float64Array(20 ** 3).fill(1) }
    expect(stencil([20, 20, 20], [whole]).next().value).toBeUndefined()
  })
})
