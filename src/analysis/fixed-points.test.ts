import { describe, expect, it } from 'vitest'
import { stream } from '../numerics/rng'
import { ask } from '../solvers/testing'
import { fieldOf, fixedPoints, nullcline } from './fixed-points'

const found = (text: string, axes: readonly number[], high: readonly number[]) => {
  const { field } = fieldOf(ask(text, []), axes, 0)
  return { field, points: fixedPoints(field, { low: axes.map(() => 0), high }) }
}

describe('rest points of the rate equation', () => {
  it('are the roots of the Schlögl cubic, two stable with one between', () => {
    const { points } = found('2X -> 3X, 0.03; 3X -> 2X, 1e-4; 0 -> X, 200; X -> 0, 3.5', [0], [900])
    expect(points.map(({ kind }) => kind)).toEqual(['stable node', 'unstable node', 'stable node'])
    // 0.015 x² − 1e-4 x³/6 + 200 − 3.5 x: residual and Vieta's sums.
    const [a, b, c] = points.map(({ at }) => at[0])
    expect(a + b + c).toBeCloseTo(0.015 / (1e-4 / 6), 6)
    expect(a * b * c).toBeCloseTo(200 / (1e-4 / 6), -1)
    expect(a * b + b * c + a * c).toBeCloseTo(3.5 / (1e-4 / 6), 2)
    for (const { at, eigenvalues } of points) {
      expect(eigenvalues[0][0]).toBeCloseTo(0.03 * at[0] - 0.5e-4 * at[0] ** 2 - 3.5, 6)
    }
  })

  it('of the Brusselator turn as its Jacobian says', () => {
    const text = (b: number) => `0 -> X, 20; 2X + Y -> 3X, 2 / 100; X -> Y, ${b}; X -> 0, 1`
    for (const [b, kind] of [
      [4, 'stable focus'],
      [6, 'unstable focus'],
    ] as const) {
      // In units of 10 molecules: a = 2, rest at (a, b/a), trace b − 1 − a², determinant a².
      const { points } = found(text(b), [0, 1], [100, 100])
      expect(points).toHaveLength(1)
      expect(points[0].kind).toBe(kind)
      expect(points[0].at[0]).toBeCloseTo(20, 6)
      expect(points[0].at[1]).toBeCloseTo(10 * (b / 2), 6)
      const [[re, im]] = points[0].eigenvalues
      expect(re).toBeCloseTo((b - 5) / 2, 6)
      expect(re ** 2 + im ** 2).toBeCloseTo(4, 6)
    }
  })

  it('of toggles are found all: the indices of nodes and saddles add up to 1', () => {
    const rng = stream(11, 0)
    let bistable = 0
    for (let k = 0; k < 24; k++) {
      const [a, c] = [5 + 60 * rng.uniform(), 5 + 60 * rng.uniform()]
      const [K, n] = [2 + 15 * rng.uniform(), 1 + 3 * rng.uniform()]
      const text = `0 -> U, ${a} / (1 + (V/${K})^${n}); 0 -> V, ${c} / (1 + (U/${K})^${n}); U -> 0, 1; V -> 0, 1`
      const { field, points } = found(text, [0, 1], [70, 70])
      for (const { at } of points) expect(Math.hypot(...field(...at))).toBeLessThan(1e-6)
      const index = points.reduce((sum, { kind }) => sum + (kind === 'saddle' ? -1 : 1), 0)
      // Poincaré and Hopf: the field points inwards on the border of the box.
      expect({ text, index }).toEqual({ text, index: 1 })
      if (points.length === 3) bistable++
      expect(points.filter(({ kind }) => kind === 'saddle')).toHaveLength(points.length === 3 ? 1 : 0)
    }
    expect(bistable).toBeGreaterThan(3)
  })

  it('see extinction at zero, and conserved partners', () => {
    const { points } = found('species S = 99, I = 1; S + I -> 2I, 0.02; I -> S, 1', [1], [100])
    // I' = 0.02 (100 − I) I − I: rest at 0 and 50.
    expect(points.map(({ at }) => Number(at[0].toFixed(6)))).toEqual([0, 50])
    expect(points.map(({ kind }) => kind)).toEqual(['unstable node', 'stable node'])
    const growing = found('X -> 2X, 1; X -> 0, 1', [0], [10])
    expect(growing.points.every(({ kind }) => kind === 'marginal')).toBe(true)
  })
})

describe('nullclines', () => {
  it('lie where the velocity is 0, to the square of the grid, and cross at the rest points', () => {
    const { field, points } = found(
      '0 -> U, 40 / (1 + (V/12)^2); 0 -> V, 40 / (1 + (U/12)^2); U -> 0, 1; V -> 0, 1',
      [0, 1],
      [50, 50],
    )
    const line = nullcline(field, 0, { low: [0, 0], high: [50, 50] })
    let pieces = 0
    for (const [i, u] of line.x.entries()) {
      if (Number.isNaN(u)) continue
      pieces++
      expect(Math.abs(u - 40 / (1 + (line.y[i] / 12) ** 2))).toBeLessThan(0.02)
    }
    expect(pieces).toBeGreaterThan(100)
    expect(points).toHaveLength(3)
    for (const { at } of points) {
      const nearest = Math.min(
        ...line.x.map((u, i) => Math.hypot(u - at[0], line.y[i] - at[1])).filter(Number.isFinite),
      )
      expect(nearest).toBeLessThan(0.5)
    }
  })
})
