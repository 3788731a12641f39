/**
 * Alternating-direction steps for a chain on a rectangle whose every jump moves one axis by one (Peaceman & Rachford
 * 1955, doi:10.1137/0103003). Half a step is implicit along one axis and explicit along the other: lines of tridiagonal
 * equations, all lines at once. Second order in the step; the first steps are implicit in both, which damps what a
 * point-like start excites (Rannacher 1984, doi:10.1007/BF01390130). Fast, and not positive: an approximation.
 */

import { type LineAddresses, type Loops, loops } from './alternating-kernel'

/** Rates of the jumps along one axis, [along][across] with across contiguous: `up` and `down` from each place. */
export interface LineRates {
  readonly along: number
  readonly across: number
  readonly up: Float64Array
  readonly down: Float64Array
}

/** One axis of a rectangle: where its numbers are, and what 1 − θA was factored for last. */
interface Axis extends LineAddresses {
  theta: number
}

/** A law on a rectangle, and its generator split by axes. */
export interface Rectangle {
  /** [first][second], second contiguous; what leaves the rectangle is lost. */
  readonly law: Float64Array
  readonly first: Axis
  readonly second: Axis
  readonly loops: Loops
  /** Addresses: the law, A_first · law from the last step, and two arrays that come and go. */
  readonly at: { readonly law: number; readonly flow: number; readonly one: number; readonly other: number }
}

/**
 * `first.across` must be `second.along`, and the other way round. In WebAssembly where both are even and the host has
 * it; `plain` asks for the TypeScript twin, which gives the same bits.
 */
export function rectangle(first: LineRates, second: LineRates, plain = false): Rectangle {
  const [rows, columns] = [first.along, first.across]
  const size = rows * columns
  // Zeros on both sides of each array, so that no read past a border needs a test.
  const margin = 2 * Math.ceil(Math.max(rows, columns) / 2)
  const length = size + (size % 2) + margin
  const address = (k: number) => margin + k * length
  const arrays = 14
  const { numbers, loops: made } = loops({ rows, columns, margin, numbers: address(arrays) }, plain)
  const axis = (from: number, { up, down }: LineRates): Axis => {
    const [a, b, lift, pivot, shift] = [0, 1, 2, 3, 4].map((k) => address(from + k))
    numbers.set(up, a)
    numbers.set(down, b)
    return { up: a, down: b, lift, pivot, shift, theta: Number.NaN }
  }
  const [law, flow, one, other] = [10, 11, 12, 13].map(address)
  return {
    law: numbers.subarray(law, law + size),
    first: axis(0, first),
    second: axis(5, second),
    loops: made,
    at: { law, flow, one, other },
  }
}

/** Advance the law by h; `damped` steps are of first order, and forget what oscillates. The first step must be one. */
export function step({ first, second, loops, at }: Rectangle, h: number, damped: boolean): void {
  const theta = refactor(loops, 0, first, damped ? h : h / 2)
  refactor(loops, 1, second, theta)
  // Explicit along the first axis (not when damped), implicit along the second.
  loops.blend(at.law, at.flow, at.other, damped ? 0 : theta)
  loops.turn(0, at.other, at.one)
  loops.forward(1, second, at.one, at.other)
  // (1 − θA) p = d gives A p = (p − d)/θ for nothing, and with it the explicit half along this axis.
  loops.backReflecting(1, second, at.other, at.one, damped ? 0 : 1)
  loops.turn(1, at.one, at.other)
  loops.forward(0, first, at.other, at.law)
  loops.backFlowing(0, first, at.law, at.other, at.flow, 1 / theta)
}

/** Steps that differ by less, relatively, are taken as one: times on a grid differ by roundings. */
const alike = 1e-9

function refactor(loops: Loops, which: 0 | 1, axis: Axis, theta: number): number {
  if (Math.abs(theta / axis.theta - 1) < alike) return axis.theta
  axis.theta = theta
  loops.factor(which, axis, theta)
  return theta
}
