import { describe, expect, it } from 'vitest'
import { type LineRates, type Rectangle, rectangle, step } from './alternating'
import { expm } from './expm'

const [rows, columns] = [7, 5]

/** Rates [along][across] from a rule of both coordinates. */
function lines(along: number, across: number, up: (i: number, j: number) => number): LineRates {
  const table = (rate: (i: number, j: number) => number) =>
    Float64Array.from({ length: along * across }, (_, k) => rate(Math.floor(k / across), k % across))
  return { along, across, up: table(up), down: table((i) => i) }
}

const first = (i: number, j: number) => (i < rows - 1 ? 3 / (1 + j) : 0)
const second = (j: number, i: number) => (j < columns - 1 ? 2 / (1 + i * i) : 0.1)

function start(): Rectangle {
  const made = rectangle(lines(rows, columns, first), lines(columns, rows, second))
  made.law[0] = 1
  return made
}

/** The law at time t, by the exponential of the dense generator. */
function truth(t: number): Float64Array {
  const n = rows * columns
  const q = new Float64Array(n * n)
  const jump = (from: number, to: number, rate: number) => {
    q[from * n + from] -= rate * t
    if (to >= 0) q[to * n + from] += rate * t
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j
      jump(at, i + 1 < rows ? at + columns : -1, first(i, j))
      jump(at, i > 0 ? at - columns : -1, i)
      jump(at, j + 1 < columns ? at + 1 : -1, second(j, i))
      jump(at, j > 0 ? at - 1 : -1, j)
    }
  }
  const e = expm(q, n)
  return Float64Array.from({ length: n }, (_, i) => e[i * n])
}

function error(steps: number, damped: number): number {
  const made = start()
  for (let k = 0; k < steps; k++) step(made, 2 / steps, k < damped)
  const exact = truth(2)
  return made.law.reduce((sum, p, i) => sum + Math.abs(p - exact[i]), 0)
}

describe('alternating directions', () => {
  it('is of second order: a fourth of the error for half the step', () => {
    const [coarse, fine] = [error(64, 1), error(128, 1)]
    expect(fine).toBeLessThan(1e-3)
    expect(coarse / fine).toBeGreaterThan(3.5)
    expect(coarse / fine).toBeLessThan(4.5)
  })

  it('is of first order where every step is damped', () => {
    const ratio = error(256, 256) / error(512, 512)
    expect(ratio).toBeGreaterThan(1.8)
    expect(ratio).toBeLessThan(2.2)
  })

  it('keeps the order when the step changes on the way', () => {
    const graded = (parts: number) => {
      const made = start()
      for (const h of [0.125, 0.375, 1.5]) {
        for (let k = 0; k < parts; k++) step(made, h / parts, k === 0 && h < 0.2)
      }
      const exact = truth(2)
      return made.law.reduce((sum, p, i) => sum + Math.abs(p - exact[i]), 0)
    }
    const ratio = graded(16) / graded(32)
    expect(ratio).toBeGreaterThan(3.5)
    expect(ratio).toBeLessThan(4.5)
  })

  it('gives the same bits in WebAssembly as in TypeScript', () => {
    const [along, across] = [10, 6]
    const [a, b] = [
      lines(along, across, (i, j) => (i < along - 1 ? 3 / (1 + j) : 0)),
      lines(across, along, (j, i) => (j < across - 1 ? 2 / (1 + i * i) : 0.1)),
    ]
    const twins = [false, true].map((plain) => rectangle(a, b, plain))
    for (const twin of twins) {
      twin.law[7] = 1
      for (const [k, h] of [0.01, 0.01, 0.02, 0.5, 0.5, 0.7].entries()) step(twin, h, k < 2)
    }
    expect(twins[0].law).toEqual(twins[1].law)
    expect(twins[0].law.every((p) => p !== 0)).toBe(true)
    expect(twins[0].law.buffer.byteLength % 65536).toBe(0)
  })
})
