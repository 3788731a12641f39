import { describe, expect, it } from 'vitest'
import { stream } from './rng'
import { type SegmentMatrix, type Stretches, segmentArena } from './segments'

/** Rows of random lengths, and stretches between random pairs of them. */
function randomStretches(seed: number): Stretches {
  const rng = stream(seed, 0)
  const pick = (n: number) => Math.floor(rng.uniform() * n)
  const lengths = Array.from({ length: 1 + pick(12) }, () => 1 + pick(9))
  const rows = Int32Array.from([0, ...lengths.map((_, k) => lengths.slice(0, k + 1).reduce((a, b) => a + b, 0))])
  const [to, from, line, length, before]: number[][] = [[], [], [], [], [0]]
  for (const [r, width] of lengths.entries()) {
    for (let k = pick(4); k > 0; k--) {
      const source = pick(lengths.length)
      const n = 1 + pick(Math.min(width, lengths[source]))
      to.push(rows[r] + pick(width - n + 1))
      from.push(rows[source] + pick(lengths[source] - n + 1))
      line.push(pick(10))
      length.push(n)
    }
    before.push(to.length)
  }
  const ints = (numbers: number[]) => Int32Array.from(numbers)
  return {
    states: rows[lengths.length],
    rows,
    before: ints(before),
    to: ints(to),
    from: ints(from),
    line: ints(line),
    length: ints(length),
    lineNumbers: 20,
    nonzeros: length.reduce((a, b) => a + b, 0),
  }
}

function fill(matrix: SegmentMatrix, stretches: Stretches, seed: number): void {
  const rng = stream(seed, 1)
  const random = (numbers: Float64Array) => {
    for (let i = 0; i < numbers.length; i++) numbers[i] = rng.uniform()
  }
  random(matrix.diagonal)
  random(matrix.lines)
  random(matrix.transition.vectors[0])
  for (let k = 0; k < stretches.to.length; k++) matrix.setFactor(k, rng.uniform())
  // Something to flush.
  matrix.transition.vectors[0][0] = 1e-70
}

describe('segments', () => {
  it('gives the same bits in WebAssembly and in TypeScript, in a memory used again and again', () => {
    const [fast, plain] = [segmentArena(), segmentArena(true)]
    for (let seed = 1; seed <= 100; seed++) {
      const stretches = randomStretches(seed)
      const [a, b] = [fast.lay(stretches), plain.lay(stretches)]
      for (const matrix of [a, b]) fill(matrix, stretches, seed)
      for (const { transition } of [a, b]) {
        transition.advance(0, 1, 2, 0.3)
        transition.advance(1, 0, 2, 0)
        transition.advance(0, 1, 2, 0.1)
        transition.recur?.(1, 0, 2, 0.2)
        transition.recur?.(0, 1, 2, -0.4)
      }
      for (const k of [0, 1, 2]) expect(a.transition.vectors[k], `seed ${seed}`).toEqual(b.transition.vectors[k])
    }
  })

  it('is the matrix that its stretches say', () => {
    const stretches = randomStretches(7)
    const n = stretches.states
    const matrix = segmentArena().lay(stretches)
    fill(matrix, stretches, 7)
    const { diagonal, lines, transition } = matrix
    const rng = stream(7, 1)
    for (let i = 0; i < 2 * n + 20; i++) rng.uniform()
    const expected = Float64Array.from(diagonal, (d, i) => d * transition.vectors[0][i])
    for (let k = 0; k < stretches.to.length; k++) {
      const factor = rng.uniform()
      for (let i = 0; i < stretches.length[k]; i++) {
        expected[stretches.to[k] + i] +=
          factor * lines[stretches.line[k] + i] * transition.vectors[0][stretches.from[k] + i]
      }
    }
    transition.advance(0, 1, 2, 0)
    for (let i = 0; i < n; i++) expect(transition.vectors[1][i]).toBe(expected[i] < 1e-60 ? 0 : expected[i])
    expect(stretches.to.length).toBeGreaterThan(3)
    // One step of Chebyshev's recurrence, which has negative numbers: 2 P x − y.
    const [x, y, sum] = transition.vectors
    y[3] = 5
    const twice = Float64Array.from(expected, (value, i) => 2 * (value < 1e-60 ? 0 : value) - y[i])
    sum.fill(0)
    transition.recur?.(0, 1, 2, 0.5)
    for (let i = 0; i < n; i++) expect(y[i]).toBeCloseTo(twice[i], 12)
    expect(Array.from(sum)).toEqual(Array.from(x, (value) => 0.5 * value))
    expect(Math.min(...y)).toBeLessThan(0)
  })
})
