/** How far what was learnt is from laws that are known: at settings that were held out, and at the one that is asked. */
import type { Example } from '../../numerics/density-fit'
import type { Cells } from '../../numerics/density-head'
import { type Perceptron, pass } from '../../numerics/perceptron'
import type { ErrorMap } from '../learnt'
import { type Learnt, lawOf, measured } from './model'

type Shape = Omit<Learnt, 'net' | 'map'>

/** One row per example: its inputs, then the errors there, see `measured`. */
export function measure(shape: Shape, net: Perceptron, examples: readonly Example[]): ErrorMap {
  const inputs = net.widths[0]
  const width = inputs + measured.length
  const rows = new Float64Array(examples.length * width)
  examples.forEach(({ inputs: own, law }, i) => {
    rows.set(own, i * width)
    rows.set(errorsOf(shape, net, own, law), i * width + inputs)
  })
  return { inputs, errors: measured, rows }
}

/** Of the law as it is answered, on all the counts it is given. */
function errorsOf(shape: Shape, net: Perceptron, inputs: Float64Array, { low, widths, p }: Cells): number[] {
  const q = lawOf(shape, pass(net).forward(inputs, 1))
  const exact = new Float64Array(q.length)
  const [rows, columns = 1] = widths
  const [down, across = 0] = low
  const stride = shape.widths[1] ?? 1
  // What lies beyond the counts that are kept is missed.
  let [overlap, distance] = [0, 0]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const kept = down + i < shape.widths[0] && across + j < stride
      if (kept) exact[(down + i) * stride + across + j] = p[i * columns + j]
      else distance += p[i * columns + j]
    }
  }
  for (let i = 0; i < q.length; i++) {
    overlap += Math.sqrt(exact[i] * q[i])
    distance += Math.abs(exact[i] - q[i])
  }
  return [Math.sqrt(Math.max(0, 1 - overlap)), distance, shape.widths.length === 1 ? momentError(q, exact) : 0]
}

/** The larger of the differences in mean and variance. */
function momentError(q: ArrayLike<number>, p: ArrayLike<number>): number {
  const [one, other] = [momentsOf(q), momentsOf(p)]
  return Math.max(Math.abs(one.mean - other.mean), Math.abs(one.variance - other.variance))
}

function momentsOf(p: ArrayLike<number>): { mean: number; variance: number } {
  let [total, mean, variance] = [0, 0, 0]
  for (let n = 0; n < p.length; n++) {
    total += p[n]
    mean += p[n] * n
  }
  mean /= total
  for (let n = 0; n < p.length; n++) variance += p[n] * (n - mean) ** 2
  return { mean, variance: variance / total }
}
