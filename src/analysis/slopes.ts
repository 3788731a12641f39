/** The rates of a projection's box, and how each answers to parameters. */
import { evaluators } from '../network/evaluate'
import type { Projection } from '../solvers/fsp/projection'
import { forEachState, volume, widths } from '../solvers/fsp/space'
import type { Work } from './progress'

/** Rates i → j of a chain and their derivatives with respect to each parameter. */
export interface Slopes {
  readonly from: Int32Array
  readonly to: Int32Array
  readonly rate: Float64Array
  /** One list per parameter. */
  readonly slope: Float64Array[]
}

/** Share of a parameter by which it is moved to either side: the cube root of the rounding unit. */
const nudge = 6e-6
/** Places between two looks at the clock: some milliseconds. */
const chunk = 1 << 11

/** Every rate of the box and its derivatives, reaction by reaction. */
export function* differentiate({ problem, space, generator }: Projection, parameters: readonly number[]): Work<Slopes> {
  const { network, parameters: values } = problem
  const { box, moves, numbering } = generator
  const width = widths(box)
  const number = (place: number) => (numbering ? numbering[place] : place)
  const rules = evaluators(network, values).propensities
  const sides = parameters.map((i) => {
    const step = nudge * Math.abs(values[i]) || nudge
    const moved = (by: number) => evaluators(network, values.with(i, values[i] + by)).propensities
    return { step, up: moved(step), down: moved(-step) }
  })
  const from: number[] = []
  const to: number[] = []
  const rate: number[] = []
  const slope: number[][] = sides.map(() => [])
  const visit = (place: number, x: Float64Array, steps: Int32Array) => {
    for (const { reaction, change, distance } of moves) {
      const slopes = sides.map(({ step, up, down }) => (up[reaction](x, 0) - down[reaction](x, 0)) / (2 * step))
      const a = rules[reaction](x, 0)
      if (a === 0 && slopes.every((value) => value === 0)) continue
      const stays = change.every((c, axis) => steps[axis] + c >= 0 && steps[axis] + c < width[axis])
      from.push(number(place))
      to.push(stays ? number(place + distance) : -1)
      rate.push(a)
      for (const [k, value] of slopes.entries()) slope[k].push(value)
    }
  }
  const places = volume(box)
  for (let first = 0; first < places; first += chunk) {
    forEachState(space, box, visit, first, Math.min(places, first + chunk))
    yield
  }
  return {
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    rate: Float64Array.from(rate),
    slope: slope.map((list) => Float64Array.from(list)),
  }
}
