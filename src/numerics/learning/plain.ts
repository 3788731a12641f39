/** The kernels written plainly: see `kernels.ts` for the conventions, the emitted twins for what each does. */
import { exp, log, tanh } from '../elementary'
import type { Heap, Kernels } from './kernels'
import type { CurveName } from './simd-elementwise'

const logistic = (x: number) => 1 / (1 + exp(-x))
const geluArgument = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)
/** What the emitted exponential takes for 0. */
const lowestLog = -88.029691931

const values: Record<CurveName, (x: number) => number> = {
  sigmoid: logistic,
  tanh,
  relu: (x) => Math.max(x, 0),
  gelu: (x) => x * logistic(geluArgument(x)),
  softplus: (x) => Math.max(x, 0) + log(1 + exp(-Math.abs(x))),
  exp,
  log: (x) => (x === 0 ? lowestLog : log(x)),
  square: (x) => x * x,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
}

const slopes: Record<CurveName, (x: number, y: number) => number> = {
  sigmoid: (_, y) => y * (1 - y),
  tanh: (_, y) => 1 - y * y,
  relu: (x) => (x > 0 ? 1 : 0),
  gelu(x) {
    const s = logistic(geluArgument(x))
    return s + x * s * (1 - s) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)
  },
  softplus: logistic,
  exp: (_, y) => y,
  log: (x) => 1 / x,
  square: (x) => 2 * x,
  sqrt: (_, y) => 0.5 / y,
  reciprocal: (_, y) => -y * y,
}

export function plainKernels(heap: Heap): Kernels {
  return { ...matrix(heap), ...rows(heap), ...normalised(heap), ...elementwise(heap) }
}

function matrix(heap: Heap): Kernels {
  const copy =
    (accumulate: boolean) =>
    (...[from, to, n0, n1, n2, n3, f0, f1, f2, f3, t0, t1, t2, t3]: number[]) => {
      const x = heap.floats
      for (let i = 0; i < n0; i++) {
        for (let j = 0; j < n1; j++) {
          for (let k = 0; k < n2; k++) {
            for (let l = 0; l < n3; l++) {
              const f = (from + i * f0 + j * f1 + k * f2 + l * f3) / 4
              const t = (to + i * t0 + j * t1 + k * t2 + l * t3) / 4
              x[t] = accumulate ? x[t] + x[f] : x[f]
            }
          }
        }
      }
    }
  return {
    pack(from, rowStride, columnStride, to, k, columns) {
      const x = heap.floats
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < 8; j++) {
          x[to / 4 + 8 * i + j] = j < columns ? x[(from + i * rowStride + j * columnStride) / 4] : 0
        }
      }
    },
    multiply(a, rowStride, columnStride, panel, c, cRowStride, rowCount, k, columns, accumulate) {
      const x = heap.floats
      for (let i = 0; i < rowCount; i++) {
        for (let j = 0; j < columns; j++) {
          const at = (c + i * cRowStride) / 4 + j
          let sum = accumulate ? x[at] : 0
          for (let l = 0; l < k; l++) sum += x[(a + i * rowStride + l * columnStride) / 4] * x[panel / 4 + 8 * l + j]
          x[at] = sum
        }
      }
    },
    multiplyMany(a, b, c, batch, aStep, bStep, m, n, k, aRow, aColumn, bRow, bColumn, accumulate) {
      const x = heap.floats
      for (let z = 0, at = c / 4; z < batch; z++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++, at++) {
            let sum = accumulate ? x[at] : 0
            for (let l = 0; l < k; l++) {
              sum += x[(a + z * aStep + i * aRow + l * aColumn) / 4] * x[(b + z * bStep + l * bRow + j * bColumn) / 4]
            }
            x[at] = sum
          }
        }
      }
    },
    copy: copy(false),
    copyAdd: copy(true),
  }
}

function rows(heap: Heap): Kernels {
  const combine =
    (by: (a: number, b: number) => number, splat: boolean, accumulate: boolean) =>
    (a: number, b: number, y: number, rowCount: number, columns: number, aRow: number, bRow: number) => {
      const x = heap.floats
      for (let r = 0; r < rowCount; r++) {
        for (let c = 0; c < columns; c++) {
          const value = by(x[(a + r * aRow) / 4 + c], x[(b + r * bRow) / 4 + (splat ? 0 : c)])
          const at = y / 4 + r * columns + c
          x[at] = accumulate ? x[at] + value : value
        }
      }
    }
  const plus = (a: number, b: number) => a + b
  const times = (a: number, b: number) => a * b
  return {
    add: combine(plus, false, false),
    addSplat: combine(plus, true, false),
    multiplyPairs: combine(times, false, false),
    multiplySplat: combine(times, true, false),
    multiplyPairsAdd: combine(times, false, true),
    multiplySplatAdd: combine(times, true, true),
    reduce(x, y, outer, middle, inner, scale) {
      const f = heap.floats
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let sum = 0
          for (let m = 0; m < middle; m++) sum += f[x / 4 + (o * middle + m) * inner + i]
          f[y / 4 + o * inner + i] += scale * sum
        }
      }
    },
    sumRows(x, y, rowCount, columns, scale) {
      const f = heap.floats
      for (let r = 0; r < rowCount; r++) {
        let sum = 0
        for (let c = 0; c < columns; c++) sum += f[x / 4 + r * columns + c]
        f[y / 4 + r] += scale * sum
      }
    },
    gather(table, index, y, rowCount, columns) {
      const { floats, integers } = heap
      for (let r = 0; r < rowCount; r++) {
        const from = table / 4 + integers[index / 4 + r] * columns
        floats.copyWithin(y / 4 + r * columns, from, from + columns)
      }
    },
    scatterAdd(x, index, table, rowCount, columns) {
      const { floats, integers } = heap
      for (let r = 0; r < rowCount; r++) {
        const to = table / 4 + integers[index / 4 + r] * columns
        for (let c = 0; c < columns; c++) floats[to + c] += floats[x / 4 + r * columns + c]
      }
    },
    sumSquares(x, out, n) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += heap.floats[x / 4 + i] ** 2
      heap.floats[out / 4] = sum
    },
  }
}

function normalised(heap: Heap): Kernels {
  /** ln Σ e^x of the `columns` numbers at `at`. */
  const logSum = (f: Float32Array, at: number, columns: number) => {
    let largest = Number.NEGATIVE_INFINITY
    for (let c = 0; c < columns; c++) largest = Math.max(largest, f[at + c])
    let sum = 0
    for (let c = 0; c < columns; c++) sum += exp(f[at + c] - largest)
    return largest + log(sum)
  }
  const dot = (f: Float32Array, a: number, b: number, columns: number) => {
    let sum = 0
    for (let c = 0; c < columns; c++) sum += f[a + c] * f[b + c]
    return sum
  }
  const total = (f: Float32Array, a: number, columns: number) => {
    let sum = 0
    for (let c = 0; c < columns; c++) sum += f[a + c]
    return sum
  }
  const each = (rowCount: number, columns: number, bases: number[], body: (r: number, ...at: number[]) => void) => {
    for (let r = 0; r < rowCount; r++) body(r, ...bases.map((base) => base / 4 + r * columns))
  }
  return {
    logSoftmax(x, y, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [x, y], (_, from, to) => {
        const logZ = logSum(f, from, columns)
        for (let c = 0; c < columns; c++) f[to + c] = f[from + c] - logZ
      })
    },
    logSoftmaxGradient(y, dy, dx, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [y, dy, dx], (_, yAt, dyAt, dxAt) => {
        const sum = total(f, dyAt, columns)
        for (let c = 0; c < columns; c++) f[dxAt + c] += f[dyAt + c] - exp(f[yAt + c]) * sum
      })
    },
    softmax(x, y, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [x, y], (_, from, to) => {
        const logZ = logSum(f, from, columns)
        for (let c = 0; c < columns; c++) f[to + c] = exp(f[from + c] - logZ)
      })
    },
    softmaxGradient(y, dy, dx, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [y, dy, dx], (_, yAt, dyAt, dxAt) => {
        const sum = dot(f, yAt, dyAt, columns)
        for (let c = 0; c < columns; c++) f[dxAt + c] += f[yAt + c] * (f[dyAt + c] - sum)
      })
    },
    pick(x, index, out, logZ, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [x], (r, at) => {
        const z = logSum(f, at, columns)
        f[logZ / 4 + r] = z
        f[out / 4 + r] = f[at + heap.integers[index / 4 + r]] - z
      })
    },
    pickGradient(x, index, logZ, dOut, dx, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [x, dx], (r, at, dxAt) => {
        const g = f[dOut / 4 + r]
        for (let c = 0; c < columns; c++) f[dxAt + c] -= g * exp(f[at + c] - f[logZ / 4 + r])
        f[dxAt + heap.integers[index / 4 + r]] += g
      })
    },
    normalise(x, y, inverse, rowCount, columns, _share, epsilon) {
      const f = heap.floats
      each(rowCount, columns, [x, y], (r, from, to) => {
        const mean = total(f, from, columns) / columns
        let variance = 0
        for (let c = 0; c < columns; c++) variance += (f[from + c] - mean) ** 2 / columns
        const scale = 1 / Math.sqrt(variance + epsilon)
        f[inverse / 4 + r] = scale
        for (let c = 0; c < columns; c++) f[to + c] = (f[from + c] - mean) * scale
      })
    },
    normaliseGradient(y, inverse, dy, dx, rowCount, columns) {
      const f = heap.floats
      each(rowCount, columns, [y, dy, dx], (r, yAt, dyAt, dxAt) => {
        const plain = total(f, dyAt, columns) / columns
        const along = dot(f, yAt, dyAt, columns) / columns
        for (let c = 0; c < columns; c++) {
          f[dxAt + c] += f[inverse / 4 + r] * (f[dyAt + c] - plain - f[yAt + c] * along)
        }
      })
    },
  }
}

function elementwise(heap: Heap): Kernels {
  const forward = Object.entries(values).map(([name, value]) => [
    name,
    (x: number, y: number, n: number) => {
      for (let i = 0; i < n; i++) heap.floats[y / 4 + i] = value(heap.floats[x / 4 + i])
    },
  ])
  const backward = Object.entries(slopes).map(([name, slope]) => [
    `${name}Gradient`,
    (x: number, y: number, dy: number, dx: number, n: number) => {
      const f = heap.floats
      for (let i = 0; i < n; i++) f[dx / 4 + i] += f[dy / 4 + i] * slope(f[x / 4 + i], f[y / 4 + i])
    },
  ])
  return {
    ...Object.fromEntries([...forward, ...backward]),
    affine(x, y, n, scale, shift) {
      for (let i = 0; i < n; i++) heap.floats[y / 4 + i] = scale * heap.floats[x / 4 + i] + shift
    },
    addScaled(x, y, n, scale) {
      for (let i = 0; i < n; i++) heap.floats[y / 4 + i] += scale * heap.floats[x / 4 + i]
    },
    adam(weights, g, m, v, n, scale, beta1, rest1, beta2, rest2, rateNow, spread, epsilon, decay) {
      const f = heap.floats
      for (let i = 0; i < n; i++) {
        const gradient = scale * f[g / 4 + i]
        f[m / 4 + i] = beta1 * f[m / 4 + i] + rest1 * gradient
        f[v / 4 + i] = beta2 * f[v / 4 + i] + rest2 * gradient * gradient
        const kept = f[weights / 4 + i] * (1 - decay)
        f[weights / 4 + i] = kept - (rateNow * f[m / 4 + i]) / (Math.sqrt(f[v / 4 + i]) * spread + epsilon)
      }
    },
  }
}
