/** The generator on a box without a stored matrix, where every propensity is a function of few counts. */
import type { Rule } from '../../network/evaluate'
import type { Network } from '../../network/network'
import { reads } from '../../network/structure'
import { type Jump, stencil } from '../../numerics/stencil'
import type { Run } from '../contract'
import { type BoxGenerator, type Sinks, threaded } from './generator'
import { type Box, type Coordinates, strides, volume, widths } from './space'

/** Other threads to share products with. */
export type Threads = Pick<Run, 'helpers' | 'neighbours'>

/** Fewer states fit in the cache, matrix and all. */
const fewest = 50_000

/**
 * The filled generator of rates that do not read the time; undefined where a stored matrix is as good, where species depend
 * on each other, or where a propensity is broken somewhere in the box: then the states must be looked at one by one.
 */
export function* matrixFree(
  network: Network,
  space: Coordinates,
  box: Box,
  propensities: readonly Rule[],
  { helpers, neighbours }: Threads = {},
): Generator<void, BoxGenerator | undefined, void> {
  const states = volume(box)
  if (states < fewest || space.dependents.length > 0) return undefined
  const width = widths(box)
  const stride = strides(box)
  const jumps: (Jump & { reaction: number })[] = []
  for (const [r, { net }] of network.reactions.entries()) {
    const change = space.axes.map((s) => net.find((term) => term.species === s)?.count ?? 0)
    if (change.every((c) => c === 0)) continue
    const { species } = reads(network, r)
    const axes = space.axes.flatMap((s, axis) => (species.includes(s) ? [axis] : []))
    // The whole box is no table.
    if (axes.reduce((size, axis) => size * width[axis], 1) > states / 4) return undefined
    const table = tabulated(propensities[r], space, box, axes)
    if (!table.every((rate) => rate >= 0 && rate < Number.POSITIVE_INFINITY)) return undefined
    jumps.push({ reaction: r, change, axes, table })
  }
  const many = states >= threaded
  const made = yield* stencil(width, jumps, false, many ? helpers : undefined, many ? neighbours : undefined)
  if (!made) return undefined
  const sinks: Sinks = { from: [], face: [], rate: [], reaction: [] }
  for (const { reaction, change, axes, table } of jumps) {
    forEachExit(width, change, (steps, face) => {
      const rate = table[axes.reduce((at, axis) => at * width[axis] + steps[axis], 0)]
      if (rate === 0) return
      sinks.from.push(steps.reduce((at, s, axis) => at + s * stride[axis], 0))
      sinks.face.push(face)
      sinks.rate.push(rate)
      sinks.reaction.push(reaction)
    })
  }
  return {
    box,
    states,
    reactions: network.reactions.length,
    matrix: { entries: [], transition: made.transition },
    moves: [],
    matrixFree: true,
    release: made.release,
    rate: made.rate,
    filled: 1,
    sinks,
    broken: [],
  }
}

/** A propensity over the counts of some axes, the others at their lowest, which it does not read. */
function tabulated(
  propensity: Rule,
  { axes, origin }: Coordinates,
  { low, cap }: Box,
  along: readonly number[],
): Float64Array {
  const counts = Float64Array.from(origin)
  for (const [axis, s] of axes.entries()) counts[s] = low[axis]
  const table = new Float64Array(along.reduce((size, axis) => size * (cap[axis] - low[axis] + 1), 1))
  for (let k = 0; k < table.length; k++) {
    table[k] = propensity(counts, 0)
    for (let a = along.length - 1; a >= 0 && ++counts[axes[along[a]]] > cap[along[a]]; a--) {
      counts[axes[along[a]]] = low[along[a]]
    }
  }
  return table
}

/** Visit the places from which a change leads out of the box, each once, with the face that it leads through. */
function forEachExit(
  width: readonly number[],
  change: readonly number[],
  visit: (steps: Int32Array, face: number) => void,
): void {
  const steps = new Int32Array(width.length)
  const descend = (axis: number, face: number) => {
    if (axis === width.length) {
      if (face >= 0) visit(steps, face)
      return
    }
    const rest = change.slice(axis + 1).some((c) => c !== 0)
    for (let s = 0; s < width[axis]; s++) {
      const to = s + change[axis]
      const here = to < 0 ? 2 * axis : to >= width[axis] ? 2 * axis + 1 : -1
      steps[axis] = s
      const through = face >= 0 ? face : here
      if (through >= 0 || rest) descend(axis + 1, through)
    }
  }
  descend(0, -1)
}
