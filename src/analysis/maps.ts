/** Maps of a law over two parameters: how bimodal it is, how noisy, how much there is; a row at a time. */
import type { Network } from '../network/network'
import { Failure } from '../solvers/contract'
import { fspLaws } from './inference/fsp-laws'
import type { Law } from './inference/likelihood'
import { valueAt } from './inference/prior'
import { shapeNames, shapeOf } from './shape'

/** One side of a map: a parameter, its range and how many values. */
export interface MapAxis {
  readonly name: string
  readonly index: number
  readonly min: number
  readonly max: number
  /** Evenly in the logarithm. */
  readonly log: boolean
  readonly count: number
}

export interface MapQuestion {
  readonly network: Network
  readonly parameters: Float64Array
  readonly initial: Float64Array
  readonly x: MapAxis
  readonly y: MapAxis
  /** Number of the quantity in `quantities(network)`. */
  readonly quantity: number
  /** Infinite: at rest. */
  readonly time: number
  /** l1 error of each law. */
  readonly tolerance: number
}

export interface MapRow {
  /** Number of the value of y. */
  readonly row: number
  /** [number of the shape, x] */
  readonly values: Float64Array
  /** Largest l1 error of a law in the row: a bound, unless one of them is an estimate. */
  readonly error: number
  readonly estimated?: boolean
  /** As `values`, of maps from a network: by how much they change with what is too rare for it to know. */
  readonly doubt?: Float64Array
}

/** The values along one side. */
export function axisValues({ min, max, log, count, name, index }: MapAxis): number[] {
  if (count === 1) return [min]
  return Array.from({ length: count }, (_, i) => valueAt({ name, index, min, max, log }, i / (count - 1)))
}

/** Largest map. */
const maxCells = 250_000
export function checkSize({ x, y }: Pick<MapQuestion, 'x' | 'y'>): void {
  if (x.count * y.count > maxCells) {
    throw new Failure('map', `${x.count} × ${y.count} cells are more than ${maxCells.toLocaleString('en')}`)
  }
}
/** Most states of one law. */
const maxStates = 50_000

/**
 * The rows `first`, `first + step`, …, each as soon as it is there. A law that cannot be had (too many states) leaves
 * its cell without a number.
 */
export function* mapRows(question: MapQuestion, first = 0, step = 1): Generator<MapRow | undefined, void, void> {
  const { network, initial, parameters, x, y, quantity, time, tolerance } = question
  checkSize(question)
  const laws = fspLaws({ network, initial, quantities: [quantity] }, [time], tolerance, maxStates)
  const [xs, ys] = [axisValues(x), axisValues(y)]
  for (let row = first; row < ys.length; row += step) {
    const values = new Float64Array(shapeNames.length * xs.length).fill(Number.NaN)
    let [error, estimated] = [0, false]
    // There and back, so that the box that is kept fits the next cell.
    for (let i = 0; i < xs.length; i++) {
      const column = ((row - first) / step) % 2 === 0 ? i : xs.length - 1 - i
      const at = parameters.slice()
      at[y.index] = ys[row]
      at[x.index] = xs[column]
      const law = yield* cell(laws(at, noStreams))
      if (!law) continue
      const shape = shapeOf(law)
      shapeNames.forEach((name, s) => {
        values[s * xs.length + column] = shape[name]
      })
      error = Math.max(error, law.missing)
      estimated ||= law.estimated === true
    }
    yield { row, values, error, estimated }
  }
}

function* cell(work: Generator<void, readonly Law[], void>): Generator<undefined, Law | undefined, void> {
  try {
    for (;;) {
      const { done, value } = work.next()
      if (done) return value[0]
      yield undefined
    }
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined
    throw thrown
  }
}

function noStreams(): never {
  throw new Error('a projection draws nothing')
}
