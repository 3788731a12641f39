/** How counts enter a network and leave it: the same in every architecture. Coefficients belong to `basis.ts`. */
import type { Stream } from '../rng'
import { type CountBasis, countBasis } from './basis'
import { constantWeights, normalWeights } from './initial'
import type { Indices, Ops, Parameters, Tensor, Weight } from './ops'

export interface Codes {
  readonly bases: readonly CountBasis[]
  /** Weights of the i-th output, which reads `width` numbers. It begins as the uniform law. */
  outputWeights(i: number, width: number): Record<string, Weight>
  /** Logits [rows, cap + 1] from hidden numbers [rows, width], or without any. */
  output(ops: Ops, parameters: Parameters, i: number, rows: number, hidden?: Tensor): Tensor
  /** Weights of what the i-th count gives to the network. */
  inputWeights(stream: Stream, i: number, width: number, deviation: number): Record<string, Weight>
  /** A row of `width` numbers for each count of variable i. */
  input(ops: Ops, parameters: Parameters, i: number, counts: Indices): Tensor
}

/** Coefficients of the i-th conditional's constant part, and the matrix through which it depends on what came before. */
export const biasOf = (i: number) => `bias${i}`
export const dependenceOf = (i: number) => `out${i}`
/**
 * What single counts have besides smooth functions, where these are fewer: 0 until somebody sets it from frequencies. It is
 * not for the optimiser, which would learn the noise of every count.
 */
export const freeOf = (i: number) => `free${i}`

/**
 * `widest`: see `countBasis`, by variable. `few`: rows may be few, as when one law is asked for; products are then taken in
 * the order that costs less, to slightly other bits.
 */
export function codes(caps: readonly number[], widest?: readonly number[], few = false): Codes {
  const bases = caps.map((cap, i) => countBasis(cap, widest?.[i]))
  const smooth = ({ size, counts }: CountBasis) => size < counts
  const functions = (ops: Ops, { size, counts, values }: CountBasis) => ops.constant(values, [size, counts])
  /** Coefficients [rows, size] as numbers of each count. */
  const spread = (ops: Ops, coefficients: Tensor, basis: CountBasis) =>
    smooth(basis) ? ops.matMul(coefficients, functions(ops, basis)) : coefficients
  return {
    bases,
    outputWeights(i, width) {
      const { size, counts } = bases[i]
      return {
        ...(width > 0 ? { [dependenceOf(i)]: constantWeights([width, size]) } : {}),
        [biasOf(i)]: constantWeights([1, size]),
        ...(smooth(bases[i]) ? { [freeOf(i)]: constantWeights([1, counts]) } : {}),
      }
    },
    output(ops, parameters, i, rows, hidden) {
      const basis = bases[i]
      const even = spread(ops, parameters[biasOf(i)], basis)
      const bias = smooth(basis) ? ops.add(even, ops.stop(parameters[freeOf(i)])) : even
      if (!hidden) return ops.add(ops.constant(new Float32Array(rows), [rows, 1]), bias)
      const { size, counts } = basis
      const width = hidden.shape[1]
      const through = rows * size * (width + counts) < counts * width * (size + rows)
      if (few && through) return ops.add(spread(ops, ops.matMul(hidden, parameters[dependenceOf(i)]), basis), bias)
      return ops.add(ops.matMul(hidden, spread(ops, parameters[dependenceOf(i)], basis)), bias)
    },
    inputWeights: (stream, i, width, deviation) => ({
      [`in${i}`]: normalWeights(stream, [bases[i].size, width], deviation),
    }),
    input(ops, parameters, i, counts) {
      const basis = bases[i]
      const rows = parameters[`in${i}`]
      if (few && smooth(basis))
        return ops.matMul(ops.constant(columnsAt(basis, counts), [counts.length, basis.size]), rows)
      return ops.gather(smooth(basis) ? ops.matMul(functions(ops, basis), rows, true) : rows, counts)
    },
  }
}

/** What the functions are at each of these counts, [count, function]. */
function columnsAt({ size, counts, values }: CountBasis, at: Indices): Float32Array {
  const columns = new Float32Array(at.length * size)
  for (let k = 0; k < at.length; k++) for (let r = 0; r < size; r++) columns[k * size + r] = values[r * counts + at[k]]
  return columns
}
