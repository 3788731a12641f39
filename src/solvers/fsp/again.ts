/** A projection on a box that is there already, from a law that the caller puts into it: for many runs that resemble each other. */
import { evaluators } from '../../network/evaluate'
import { remedy } from '../broken'
import { Failure, type Problem } from '../contract'
import { type BoxGenerator, fill, ratesAt } from './generator'
import type { FspOptions } from './index'
import { opened, type Projection, sentence, slice } from './projection'
import { type Box, type Coordinates, forEachState, strides, widths } from './space'
import { timedSlice } from './timed'

/** From time `from` to the problem's last, under its parameters. The law is empty: put it into `vectors[0]`. */
export function* again(
  problem: Problem,
  space: Coordinates,
  generator: BoxGenerator,
  options: FspOptions,
  from: number,
): Generator<void, Projection, void> {
  const { network, parameters } = problem
  const { propensities } = evaluators(network, parameters)
  yield* fill(generator, space, ratesAt(propensities, from))
  generator.matrix.transition.vectors[0].fill(0)
  return opened(problem, space, propensities, options, generator, from)
}

/** All of the law at one state, by its counts of all species. */
export function standAt(projection: Projection, counts: ArrayLike<number>): void {
  const { problem, space, generator, time } = projection
  const { box, numbering, broken, matrix } = generator
  const place = strides(box).reduce((at, stride, a) => at + stride * (counts[space.axes[a]] - box.low[a]), 0)
  const state = numbering ? numbering[place] : place
  const bad = broken.find(({ index }) => index === state)
  if (bad) throw new Failure('propensity', sentence(problem, bad, time), remedy)
  matrix.transition.vectors[0][state] = 1
}

/** Carry the law to a time. */
export function* carry(projection: Projection, until: number): Generator<void, void, void> {
  while (projection.time < until) yield* projection.timed ? timedSlice(projection, until) : slice(projection, until)
}

/** Where a law is not 0: the smallest box around it. */
export function support(space: Coordinates, { box, numbering, matrix }: BoxGenerator): Box {
  const law = matrix.transition.vectors[0]
  const width = widths(box)
  const low = width.map((w) => w)
  const cap = width.map(() => -1)
  forEachState(space, box, (place, _, steps) => {
    if (!(law[numbering ? numbering[place] : place] > 0)) return
    for (let a = 0; a < steps.length; a++) {
      if (steps[a] < low[a]) low[a] = steps[a]
      if (steps[a] > cap[a]) cap[a] = steps[a]
    }
  })
  return { low: low.map((l, a) => l + box.low[a]), cap: cap.map((c, a) => c + box.low[a]) }
}

export function contains(outer: Box, inner: Box): boolean {
  return outer.low.every((low, a) => low <= inner.low[a] && outer.cap[a] >= inner.cap[a])
}

/** The part of a law that lies in `within`, which both boxes contain, from one generator to another. */
export function bring(space: Coordinates, from: BoxGenerator, into: BoxGenerator, within: Box): void {
  const [source, target] = [from, into].map(({ matrix }) => matrix.transition.vectors[0])
  const [there, here] = [from, into].map(({ box, numbering }) => {
    const stride = strides(box)
    const corner = stride.reduce((sum, s, a) => sum + s * (within.low[a] - box.low[a]), 0)
    return (steps: Int32Array) => {
      let at = corner
      for (let a = 0; a < steps.length; a++) at += steps[a] * stride[a]
      return numbering ? numbering[at] : at
    }
  })
  forEachState(space, within, (_, __, steps) => {
    target[here(steps)] = source[there(steps)]
  })
}
