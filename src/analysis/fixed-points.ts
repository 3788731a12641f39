/** Rest points of the rate equation on one or two species, how stable they are, and where each species stands still. */
import type { Problem } from '../solvers/contract'
import { rateEquation } from '../solvers/ode/kernel'
import { type Plane, planeOf } from './plane'

export interface FixedPoint {
  readonly at: readonly number[]
  /** Of the Jacobian: real and imaginary parts, per unit time. */
  readonly eigenvalues: readonly (readonly [re: number, im: number])[]
  readonly kind: 'stable node' | 'stable focus' | 'saddle' | 'unstable node' | 'unstable focus' | 'marginal'
}

/** Velocity along the axes at these counts, which need not be whole. */
export type Field = (...at: readonly number[]) => readonly number[]

/** The box that is searched, both ends inside. */
export interface Range2 {
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** The rate equation at a time, read through the axes; mass action is x^n/n!, as the solver `ode` has it by default. */
export function fieldOf(problem: Problem, axes: readonly number[], time: number): { field: Field; plane: Plane } {
  const plane = planeOf(problem, axes)
  const { slope } = rateEquation(problem, 'macroscopic')
  const out = new Float64Array(problem.network.species.length)
  const field: Field = (...at) => {
    const counts = plane.at(...at)
    if (!counts) return axes.map(() => Number.NaN)
    slope(time, counts, out)
    return axes.map((s) => out[s])
  }
  return { field, plane }
}

/** Cells per side of the grid on which signs are compared. */
const cells = 96
const newtonSteps = 60
/** Relative to the size of the box. */
const same = 1e-6

/**
 * All rest points inside the box that Newton's method finds from every cell of a grid in which no component keeps its
 * sign, and from a coarse grid besides.
 */
export function fixedPoints(field: Field, { low, high }: Range2): FixedPoint[] {
  const n = low.length
  const size = low.map((from, k) => high[k] - from)
  const starts = n === 1 ? candidates1(field, low[0], size[0]) : candidates2(field, low, size)
  const found: number[][] = []
  for (const start of starts) {
    const root = newton(field, start, size)
    if (!root || root.some((x, k) => x < low[k] - same * size[k] || x > high[k] + same * size[k])) continue
    if (found.some((other) => other.every((x, k) => Math.abs(x - root[k]) < 1e-4 * size[k]))) continue
    found.push(root)
  }
  return found.sort((a, b) => a[0] - b[0]).map((at) => describe(field, at, size))
}

function candidates1(field: Field, low: number, size: number): number[][] {
  const list: number[][] = []
  const count = 40 * cells
  let before = field(low)[0]
  if (before === 0) list.push([low])
  for (let k = 1; k <= count; k++) {
    let [a, b] = [low + ((k - 1) * size) / count, low + (k * size) / count]
    const now = field(b)[0]
    if (now === 0) list.push([b])
    else if (before * now < 0) {
      // Bisection to where Newton cannot leave.
      for (let step = 0; step < 30; step++) {
        const middle = (a + b) / 2
        if (field(middle)[0] * before > 0) a = middle
        else b = middle
      }
      list.push([(a + b) / 2])
    }
    before = now
  }
  return list
}

function candidates2(field: Field, low: readonly number[], size: readonly number[]): number[][] {
  const place = (i: number, j: number) => [low[0] + (i * size[0]) / cells, low[1] + (j * size[1]) / cells]
  const grid = Array.from({ length: cells + 1 }, (_, i) =>
    Array.from({ length: cells + 1 }, (_, j) => field(...place(i, j))),
  )
  const list: number[][] = []
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const corners = [grid[i][j], grid[i + 1][j], grid[i][j + 1], grid[i + 1][j + 1]]
      const changes = [0, 1].every((k) => {
        const signs = corners.map((v) => Math.sign(v[k]))
        return signs.some((sign) => sign !== signs[0]) || signs.includes(0)
      })
      if (changes) list.push(place(i + 0.5, j + 0.5))
    }
  }
  for (let i = 0; i <= cells; i += cells / 6) for (let j = 0; j <= cells; j += cells / 6) list.push(place(i, j))
  return list
}

function jacobian(field: Field, at: readonly number[], size: readonly number[]): number[][] {
  const columns = at.map((x, k) => {
    const h = 1e-5 * Math.max(1e-3 * size[k], Math.abs(x))
    // One-sided at zero: counts are not negative.
    const [up, down] = [x + h, Math.max(0, x - h)]
    const [f, g] = [field(...at.with(k, up)), field(...at.with(k, down))]
    return f.map((value, i) => (value - g[i]) / (up - down))
  })
  return at.map((_, i) => columns.map((column) => column[i]))
}

function newton(field: Field, start: readonly number[], size: readonly number[]): number[] | undefined {
  let at = [...start]
  let value = field(...at)
  for (let k = 0; k < newtonSteps; k++) {
    const step = solve(jacobian(field, at, size), value)
    if (!step) return undefined
    let share = 1
    let next = at
    let there = value
    // Halve until it helps: a full step may jump over a fold.
    for (; share > 1e-4; share /= 2) {
      next = at.map((x, i) => Math.max(0, x - share * step[i]))
      there = field(...next)
      if (Math.hypot(...there) < Math.hypot(...value) || Math.hypot(...value) === 0) break
    }
    const moved = Math.max(...next.map((x, i) => Math.abs(x - at[i]) / size[i]))
    at = next
    value = there
    if (moved < 1e-13) break
  }
  const last = solve(jacobian(field, at, size), value)
  const near = last?.every((d, k) => Math.abs(d) < same * size[k])
  return near && value.every(Number.isFinite) ? at : undefined
}

function solve(m: number[][], f: readonly number[]): number[] | undefined {
  if (f.length === 1) return m[0][0] !== 0 ? [f[0] / m[0][0]] : undefined
  const [[a, b], [c, d]] = m
  const det = a * d - b * c
  if (det === 0 || !Number.isFinite(det)) return undefined
  return [(d * f[0] - b * f[1]) / det, (a * f[1] - c * f[0]) / det]
}

function describe(field: Field, at: readonly number[], size: readonly number[]): FixedPoint {
  const m = jacobian(field, at, size)
  const eigenvalues = spectrum(m)
  const scale = Math.max(...eigenvalues.map(([re, im]) => Math.hypot(re, im)))
  const reals = eigenvalues.map(([re]) => re)
  const turning = eigenvalues.some(([, im]) => im !== 0)
  const kind = reals.some((re) => Math.abs(re) <= 1e-6 * scale)
    ? 'marginal'
    : reals.every((re) => re < 0)
      ? `stable ${turning ? 'focus' : 'node'}`
      : reals.every((re) => re > 0)
        ? `unstable ${turning ? 'focus' : 'node'}`
        : 'saddle'
  return { at, eigenvalues, kind: kind as FixedPoint['kind'] }
}

function spectrum(m: number[][]): (readonly [number, number])[] {
  if (m.length === 1) return [[m[0][0], 0]]
  const [[a, b], [c, d]] = m
  const [half, discriminant] = [(a + d) / 2, ((a - d) / 2) ** 2 + b * c]
  const root = Math.sqrt(Math.abs(discriminant))
  return discriminant < 0
    ? [
        [half, root],
        [half, -root],
      ]
    : [
        [half + root, 0],
        [half - root, 0],
      ]
}

/** Where component `k` of the field is 0: pieces of line, as x and y lists with NaN between pieces (marching squares). */
export function nullcline(field: Field, k: number, { low, high }: Range2, sides = 120): { x: number[]; y: number[] } {
  const place = (i: number, j: number) => [
    low[0] + (i * (high[0] - low[0])) / sides,
    low[1] + (j * (high[1] - low[1])) / sides,
  ]
  const grid = Array.from({ length: sides + 1 }, (_, i) =>
    Array.from({ length: sides + 1 }, (_, j) => field(...place(i, j))[k]),
  )
  const [x, y]: [number[], number[]] = [[], []]
  for (let i = 0; i < sides; i++) {
    for (let j = 0; j < sides; j++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ]
      const crossings = corners.flatMap(([a, b], edge) => {
        const [c, d] = corners[(edge + 1) % 4]
        const [f, g] = [grid[a][b], grid[c][d]]
        if (!(f > 0 !== g > 0) || !Number.isFinite(f) || !Number.isFinite(g)) return []
        const share = f / (f - g)
        const [p, q] = [place(a, b), place(c, d)]
        return [[p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])]]
      })
      for (let e = 0; e + 1 < crossings.length; e += 2) {
        x.push(crossings[e][0], crossings[e + 1][0], Number.NaN)
        y.push(crossings[e][1], crossings[e + 1][1], Number.NaN)
      }
    }
  }
  return { x, y }
}
