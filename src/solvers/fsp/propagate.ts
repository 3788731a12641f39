/** Which method carries the law forward, and what it is told of the generator. */
import { adaptive } from '../../numerics/adaptive'
import { chebyshev } from '../../numerics/chebyshev'
import { denseExponential } from '../../numerics/expm'
import { implicit } from '../../numerics/implicit'
import { krylov } from '../../numerics/krylov'
import type { Flow, Propagator } from '../../numerics/propagator'
import { uniformisation } from '../../numerics/uniformise'
import { forEachRate } from './chain'
import type { BoxGenerator } from './generator'
import type { FspOptions } from './index'
import type { RegionGenerator } from './region-generator'
import { type Box, volume, widths } from './space'

export type Method = Exclude<FspOptions['propagator'], 'auto'>

/** A generator, on whatever set of states. */
export type Movable = BoxGenerator | RegionGenerator

/** A method at work on one generator. */
export interface Mover {
  readonly method: Method
  readonly propagator: Propagator
  readonly flow: Flow
  /** The generator as it was filled then. */
  readonly generator: Movable
  readonly filled: number
}

const makers: Readonly<Record<Method, () => Propagator>> = {
  uniformisation,
  chebyshev,
  krylov,
  implicit,
  adaptive,
  dense: denseExponential,
}

/** How the error of each method is said, where it is not proved. */
export const estimates: Readonly<Partial<Record<Method, string>>> = {
  krylov: 'what the Krylov steps miss of the equation, summed over time',
  implicit: 'the change by the last vectors of the implicit steps',
}

/** Multiplications up to which uniformisation, with nothing below zero, is quick enough: a tenth of a second … */
export const quickSeries = 2e8
/** … and on states that follow the law, which will be more than they are now. */
export const quickSoFar = 3e7
/** Multiplications up to which a proof is worth waiting for: some ten to twenty seconds. */
const patience = 2e10
/** An elimination is chosen where it is this many times cheaper; a factorisation is made about so often. */
const cheaper = 4
const factorisations = 3
/** Solutions per output time, about. */
const solutions = 30
/** Numbers in a band that are worth the memory: 800 MB. */
const roomyBand = 1e8

/** The method for the next slice: the one before, as long as the generator has not changed. */
export function moverFor(
  before: Mover | undefined,
  generator: Movable,
  asked: FspOptions['propagator'],
  left: number,
): Mover {
  if (before?.generator === generator && before.filled === generator.filled) return before
  const method = asked === 'auto' ? choose(generator, left, before?.method) : asked
  const propagator = before?.method === method ? before.propagator : makers[method]()
  return { method, propagator, flow: flowOf(generator), generator, filled: generator.filled }
}

/**
 * Uniformisation, whose error is proved, unless reaching the end takes long and an elimination is much cheaper. `left`:
 * time to the end.
 */
function choose(generator: Movable, left: number, before: Method | undefined): Method {
  const { rate, matrix, states } = generator
  const work = rate * left * matrix.transition.nonzeros
  // Where Chebyshev's series was at work the law is no lower bound any more: nothing is won by leaving it.
  const enough = 'region' in generator ? quickSoFar : quickSeries
  const series = work > enough || before === 'chebyshev' ? 'chebyshev' : 'uniformisation'
  // Errors of an elimination hide how the law ends, and its ends are what states that follow it are chosen by.
  if ('region' in generator || generator.matrixFree || work <= patience) return series
  return eliminationWork(states, bandOf(generator.box, states)) * cheaper < work ? 'implicit' : series
}

/** Multiplications of implicit steps on so many states in such a band; infinite where there is no room for them. */
function eliminationWork(states: number, band: number): number {
  if (states * (2 * band + 1) > roomyBand) return Number.POSITIVE_INFINITY
  return states * band * (factorisations * band + 2 * solutions)
}

/** What a box costs whose products would take so much work: less, where implicit steps would be chosen. */
export function boxWork(work: number, states: number, band: number): number {
  const implicit = eliminationWork(states, band) * cheaper
  return work > patience && implicit < work ? implicit : work
}

/** The method, and in what form the generator is applied. */
export function methodWords({ method, generator }: Mover): string {
  return 'box' in generator && generator.matrixFree ? `${method}, no stored matrix` : method
}

/** Whether a matrix need not be stored: nothing that may be chosen would read it. */
export function dispensable(box: Box, states: number, asked: FspOptions['propagator']): boolean {
  return (
    asked === 'uniformisation' ||
    asked === 'chebyshev' ||
    asked === 'krylov' ||
    (asked === 'auto' && !roomy(box, states))
  )
}

function bandOf(box: Box, states: number): number {
  return Math.min(states, volume(box) / Math.max(...widths(box)))
}

/** An elimination in a band is worth thinking of. */
function roomy(box: Box, states: number): boolean {
  return states * (2 * bandOf(box, states) + 1) <= roomyBand
}

function flowOf(generator: Movable): Flow {
  const { matrix, rate } = generator
  const base = { transition: matrix.transition, rate, width: matrix.entries.length }
  if ('region' in generator) return { ...base, ...generator.visits }
  const { sinks } = generator
  return {
    ...base,
    // Without a matrix a number is made of two roundings per term.
    width: generator.matrixFree ? 2 * (matrix.transition.nonzeros / matrix.transition.states) : base.width,
    forEachRate: generator.matrixFree ? undefined : (visit) => forEachRate(generator, visit),
    forEachExit: (visit) => {
      for (const [k, from] of sinks.from.entries()) visit(from, sinks.rate[k])
    },
  }
}
