/**
 * Dense matrix exponential by scaling and squaring of a Taylor polynomial: the oracle for small chains. Of a generator
 * with its diagonal shifted to be non-negative, every number in it is ≥ 0, so nothing cancels.
 */
import { exp } from './elementary'

/** e^A of an n×n row-major matrix whose off-diagonal entries are ≥ 0 (a generator times a time). */
export function expm(a: Float64Array, n: number): Float64Array {
  let shift = 0
  for (let i = 0; i < n; i++) shift = Math.max(shift, -a[i * n + i])
  const halvings = Math.max(0, Math.ceil(Math.log2(2 * shift + 1)))
  const scale = 2 ** -halvings
  const b = Float64Array.from(a, (value, k) => (k % (n + 1) === 0 ? value + shift : value) * scale)
  let power = identity(n)
  let result = identity(n)
  for (let k = 1; k <= 24; k++) {
    power = multiply(power, b, n).map((value) => value / k)
    result = result.map((value, i) => value + power[i])
  }
  const decay = exp(-shift * scale)
  result = result.map((value) => value * decay)
  for (let k = 0; k < halvings; k++) result = multiply(result, result, n)
  return result
}

function identity(n: number): Float64Array {
  const id = new Float64Array(n * n)
  for (let i = 0; i < n; i++) id[i * n + i] = 1
  return id
}

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]
      if (left === 0) continue
      for (let j = 0; j < n; j++) c[i * n + j] += left * b[k * n + j]
    }
  }
  return c
}
