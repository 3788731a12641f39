/** Maps over two parameters from what was learnt: the laws of many cells at once, one count after the other. */
import type { Artifact } from '../solvers/contract'
import { encode, inputCount, type Setting } from '../solvers/design'
import { nearby } from '../solvers/learnt'
import { follow } from './inference/learnt-laws'
import { type LearntReading, readLearnt } from './inference/learnt-reading'
import { axisValues, checkSize, type MapAxis, type MapQuestion, type MapRow } from './maps'
import { shapeNames, shapeOf } from './shape'

/** Cells that are asked together: enough to fill the machine, few enough to stop at once. */
const together = 1000
/**
 * A network learns little of what hardly ever happens, and a fourth moment may be made of that. Values with less probability
 * than this share of the most probable one are left out …
 */
const rare = 3e-4
/** … and by how much that changes a number, against leaving out next to nothing, tells how far it is to be trusted. */
const negligible = 1e-5

/**
 * The rows `first`, `first + step`, …, as `mapRows` gives them; the error of a row is the largest that was measured near some
 * of its cells.
 */
export function* learntMapRows(
  question: MapQuestion,
  learnt: Artifact,
  first = 0,
  step = 1,
): Generator<MapRow | undefined, void, void> {
  const { network, initial, parameters, x, y, quantity, time } = question
  checkSize(question)
  const observed = { network, initial, quantities: [quantity] }
  const prior = ({ name, index, min, max, log }: MapAxis) => ({ name, index, min, max, log })
  const subject = { observed, priors: [prior(x), prior(y)], others: parameters, learnt }
  const reading = readLearnt(learnt.solver, subject, [time])
  const { domain } = reading.conditionals
  const [xs, ys] = [axisValues(x), axisValues(y)]
  const rows = Array.from({ length: Math.ceil((ys.length - first) / step) }, (_, k) => first + k * step)
  const perCall = Math.max(1, Math.floor(together / xs.length))
  const at = (row: number, column: number): Setting => {
    const values = parameters.slice()
    values[y.index] = ys[row]
    values[x.index] = xs[column]
    return { parameters: values, initial }
  }
  const inputs = inputCount(domain)
  const looks = [0, xs.length >> 1, xs.length - 1]
  for (let k = 0; k < rows.length; k += perCall) {
    const some = rows.slice(k, k + perCall)
    const prompts = new Float64Array(some.length * xs.length * inputs)
    some.forEach((row, j) => {
      for (let i = 0; i < xs.length; i++) encode(domain, at(row, i), time, prompts, (j * xs.length + i) * inputs)
    })
    const laws = Array.from({ length: some.length * xs.length }, () => new Float64Array(reading.values.length))
    follow(reading, prompts, laws)
    for (const [j, row] of some.entries()) {
      const values = new Float64Array(shapeNames.length * xs.length)
      const doubt = new Float64Array(values.length)
      for (let i = 0; i < xs.length; i++) {
        const p = trimmed(laws[j * xs.length + i], negligible)
        const whole = shapeOf({ values: reading.values, p })
        const shape = shapeOf({ values: reading.values, p: trimmed(p, rare) })
        shapeNames.forEach((name, s) => {
          values[s * xs.length + i] = shape[name]
          doubt[s * xs.length + i] = Math.abs(shape[name] - whole[name])
        })
      }
      yield { row, values, doubt, error: Math.max(...looks.map((i) => errorNear(reading, at(row, i), time))) }
    }
  }
}

function trimmed(p: Float64Array, rarest: number): Float64Array {
  let most = 0
  for (let i = 0; i < p.length; i++) if (p[i] > most) most = p[i]
  for (let i = 0; i < p.length; i++) if (p[i] < rarest * most) p[i] = 0
  return p
}

/** The largest l1 distance of a single count's law at the places nearest to a cell. */
function errorNear({ conditionals, map }: LearntReading, setting: Setting, time: number): number {
  const column = ['marginalL1', 'l1'].map((name) => map.errors.indexOf(name)).find((k) => k >= 0) ?? 0
  return nearby(map, conditionals.domain, setting, [time])[column]
}
