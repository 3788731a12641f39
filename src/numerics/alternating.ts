/**
 * Alternating-direction steps for a chain on a rectangle whose every jump moves one axis by one (Peaceman & Rachford
 * 1955, doi:10.1137/0103003). Half a step is implicit along one axis and explicit along the other: lines of tridiagonal
 * equations, all lines at once. Second order in the step; the first steps are implicit in both, which damps what a
 * point-like start excites (Rannacher 1984, doi:10.1007/BF01390130). Fast, and not positive: an approximation.
 */

/** Rates of the jumps along one axis, [along][across] with across contiguous: `up` and `down` from each place. */
export interface LineRates {
  readonly along: number
  readonly across: number
  readonly up: Float64Array
  readonly down: Float64Array
}

/** The factors of (1 − θA) along one axis. */
interface Lines extends LineRates {
  readonly pivot: Float64Array
  readonly shift: Float64Array
  theta: number
}

/** A law on a rectangle, and its generator split by axes. */
export interface Rectangle {
  /** [first][second], second contiguous; what leaves the rectangle is lost. */
  law: Float64Array
  /** A_first · law, kept from the last step. */
  flow: Float64Array
  readonly first: Lines
  readonly second: Lines
  readonly scratch: Float64Array
  readonly turned: Float64Array
}

/** `first.across` must be `second.along`, and the other way round. */
export function rectangle(first: LineRates, second: LineRates): Rectangle {
  const size = first.along * first.across
  const empty = () => new Float64Array(size)
  const lines = (rates: LineRates): Lines => ({ ...rates, pivot: empty(), shift: empty(), theta: Number.NaN })
  return {
    law: empty(),
    flow: empty(),
    first: lines(first),
    second: lines(second),
    scratch: empty(),
    turned: empty(),
  }
}

/** Added everywhere, so that far tails do not become denormal numbers, which are an order of magnitude slower. */
const floor = 1e-60

/** Advance the law by h; `damped` steps are of first order, and forget what oscillates. The first step must be one. */
export function step(of: Rectangle, h: number, damped: boolean): void {
  const { law, flow, first, second, scratch, turned } = of
  const { along, across } = first
  factor(first, damped ? h : h / 2)
  const { theta } = first
  factor(second, theta)
  // Explicit along the first axis (not when damped), implicit along the second.
  const share = damped ? 0 : theta
  for (let i = 0; i < law.length; i++) scratch[i] = law[i] + share * flow[i] + floor
  transpose(scratch, along, across, turned)
  scratch.set(turned)
  solve(second, turned)
  // (1 − θA) p = d gives A p = (p − d)/θ for nothing, and with it the explicit half along this axis.
  if (!damped) for (let i = 0; i < turned.length; i++) turned[i] += turned[i] - scratch[i] + floor
  transpose(turned, across, along, law)
  scratch.set(law)
  solve(first, law)
  for (let i = 0; i < law.length; i++) flow[i] = (law[i] - scratch[i]) / theta
}

/** Steps that differ by less, relatively, are taken as one: times on a grid differ by roundings. */
const alike = 1e-9

function factor(lines: Lines, theta: number): void {
  if (Math.abs(theta / lines.theta - 1) < alike) return
  lines.theta = theta
  const { along, across, up, down, pivot, shift } = lines
  for (let i = 0; i < along; i++) {
    const row = i * across
    for (let k = row; k < row + across; k++) {
      const before = i > 0 ? theta * up[k - across] * shift[k - across] : 0
      const inverse = 1 / (1 + theta * (up[k] + down[k]) - before)
      pivot[k] = inverse
      shift[k] = i + 1 < along ? theta * down[k + across] * inverse : 0
    }
  }
}

/** (1 − θA) x = d along every line, in place. */
function solve({ along, across, up, pivot, shift, theta }: Lines, x: Float64Array): void {
  for (let k = 0; k < across; k++) x[k] *= pivot[k]
  for (let k = across; k < along * across; k++) x[k] = (x[k] + theta * up[k - across] * x[k - across]) * pivot[k]
  for (let k = (along - 1) * across - 1; k >= 0; k--) x[k] += shift[k] * x[k + across]
}

function transpose(from: Float64Array, rows: number, columns: number, to: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const row = i * columns
    for (let j = 0, at = i; j < columns; j++, at += rows) to[at] = from[row + j]
  }
}
