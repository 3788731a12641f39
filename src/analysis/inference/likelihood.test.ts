import { describe, expect, it } from 'vitest'
import { parse } from '../../network/parse'
import { stream } from '../../numerics/rng'
import { complete } from '../complete'
import { type Courses, type Data, guessMapping, readData } from './data'
import { courseLikelihood } from './fsp-courses'
import { fspLaws } from './fsp-laws'
import { snapshotLikelihood } from './likelihood'
import { logSeen, type Noise } from './noise'
import { readTable } from './table'

function network(text: string) {
  const { network, diagnostics } = parse(text)
  if (!network) throw new Error(diagnostics.map(({ message }) => message).join())
  return network
}
const streams = () => stream(1, 0)

function dataOf(csv: string, quantities: string[], kind: Data['kind']): Data {
  const table = readTable(csv)
  return readData(table, { ...guessMapping(table, quantities), kind }, true).data
}

describe('the likelihood of a course', () => {
  const net = network('parameter alpha = 10\nparameter mu = 0.1\nspecies X\n0 -> X, alpha\nX -> 0, mu')
  const rows = [0, 8, 17, 22, 30, 35, 41, 44, 52, 55, 58].map((x, t) => `${t},${x}`)
  const data = dataOf(['time,X', ...rows].join('\n'), ['X'], 'courses')
  if (data.kind !== 'courses') throw new Error('courses')
  const observed = { network: net, initial: Float64Array.of(0), quantities: [0] }
  const likelihood = courseLikelihood(observed, data, { kind: 'none' }, 1e-12, 'network')

  it.each([
    [10, 0.1, -22.723886367344],
    [9, 0.1, -22.312910792399],
    [8, 0.05, -21.900079140711],
    [12, 0.15, -23.973665475025],
    [10, 0.2, -25.639136164425],
    [7.05333296, 0.03761709, -21.701609672378],
  ])('of immigration and death at (%f, %f)', (alpha, mu, value) => {
    const found = complete(likelihood.at(Float64Array.of(alpha, mu), streams))
    expect(Math.abs(found.value - value)).toBeLessThan(1e-9)
    expect(found.error).toBeLessThan(1e-9)
  })
})

describe('the likelihood of cells', () => {
  const net = network(
    'parameter kon = 0.25\nparameter koff = 0.15\nparameter r = 15\nspecies off = 1, on, M\noff <-> on, kon, koff\non -> on + M, r\nM -> 0, 1',
  )
  const cells = { 0: 180, 1: 52, 2: 31, 3: 28, 5: 24, 8: 38, 10: 46, 12: 55, 15: 58, 18: 35, 20: 17, 25: 4 }
  const rows = Object.entries(cells).map(([m, n]) => `${m},${n}`)
  const data = dataOf(['M,count', ...rows].join('\n'), ['M'], 'snapshots')
  if (data.kind !== 'snapshots') throw new Error('snapshots')
  const observed = { network: net, initial: Float64Array.of(1, 0, 0), quantities: [2] }
  const laws = fspLaws(observed, [Number.POSITIVE_INFINITY], 1e-13)
  const likelihood = snapshotLikelihood(data, { kind: 'none' }, laws, { noisy: false, error: 'bound' })

  it.each([
    [0.25, 0.15, 15, -1567.26317300363],
    [0.3, 0.2, 15, -1562.87143338508],
    [0.5, 0.3, 15, -1628.23518173129],
  ])('of the telegraph at rest, (%f, %f, %f)', (kon, koff, r, value) => {
    const found = complete(likelihood.at(Float64Array.of(kon, koff, r), streams))
    expect(Math.abs(found.value - value)).toBeLessThan(1e-9)
  })
})

/** Transition probabilities of a chain of counts 0 … n − 1 over a time, by squaring a Taylor series: small and slow. */
function transitions(rates: (from: number, to: number) => number, n: number, t: number): number[][] {
  const squarings = 14
  const h = t / 2 ** squarings
  const product = (a: number[][], b: number[][]) =>
    a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)))
  const q = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 0 : rates(i, j) * h)))
  for (let i = 0; i < n; i++) q[i][i] = -q[i].reduce((a, b) => a + b, 0)
  const square = product(q, q)
  const cube = product(square, q)
  let p = q.map((row, i) => row.map((x, j) => Number(i === j) + x + square[i][j] / 2 + cube[i][j] / 6))
  for (let s = 0; s < squarings; s++) p = product(p, p)
  return p
}

describe('the likelihood of what is seen in part', () => {
  // Six genes that switch, and their number that is on, seen through noise: a chain of seven states.
  const net = network('parameter on = 0.7\nparameter off = 0.4\nspecies G = 6, A\nG <-> A, on, off')
  const data: Courses = {
    ...{ kind: 'courses', quantities: ['A'] },
    courses: [
      { name: 'a', times: Float64Array.of(0.5, 1.25, 3), values: Float64Array.of(2, Number.NaN, 4) },
      { name: 'b', times: Float64Array.of(1), values: Float64Array.of(1) },
    ],
  }
  const observed = { network: net, initial: Float64Array.of(6, 0), quantities: [1] }
  const step = (t: number) => transitions((i, j) => (j === i + 1 ? 0.7 * (6 - i) : j === i - 1 ? 0.4 * i : 0), 7, t)

  it.each<Noise>([{ kind: 'none' }, { kind: 'gaussian', sd: 0.8 }, { kind: 'dropout', capture: 0.6, background: 0.2 }])(
    'is the sum over all paths, with noise $kind',
    (noise) => {
      const found = complete(
        courseLikelihood(observed, data, noise, 1e-12, 'network').at(Float64Array.of(0.7, 0.4), streams),
      )
      let value = 0
      for (const { times, values } of data.courses) {
        let law = [1, 0, 0, 0, 0, 0, 0]
        let time = 0
        for (const [k, t] of times.entries()) {
          const p = step(t - time)
          law = law.map((_, j) => law.reduce((sum, x, i) => sum + x * p[i][j], 0))
          if (!Number.isNaN(values[k])) law = law.map((x, j) => x * Math.exp(logSeen(noise, j, values[k])))
          time = t
        }
        value += Math.log(law.reduce((a, b) => a + b, 0))
      }
      expect(Math.abs(found.value - value)).toBeLessThan(1e-9)
    },
  )

  it('is nothing where the data are impossible, and can begin where a course begins', () => {
    const odd: Courses = {
      ...data,
      courses: [{ name: '', times: Float64Array.of(0, 1), values: Float64Array.of(2, 3) }],
    }
    const at = (start: 'network' | 'first') =>
      complete(courseLikelihood(observed, odd, { kind: 'none' }, 1e-12, start).at(Float64Array.of(0.7, 0.4), streams))
    expect(at('network').value).toBe(Number.NEGATIVE_INFINITY)
    // Started from two that are on, and the network's count of those that are off: eight genes.
    const p = transitions((i, j) => (j === i + 1 ? 0.7 * (8 - i) : j === i - 1 ? 0.4 * i : 0), 9, 1)
    expect(Math.abs(at('first').value - Math.log(p[2][3]))).toBeLessThan(1e-9)
  })
})

describe('what an instrument shows', () => {
  it.each<Noise>([
    { kind: 'none' },
    { kind: 'dropout', capture: 0.3, background: 1.5 },
    { kind: 'dropout', capture: 1, background: 0 },
  ])('sums to one over counts, in bins too: $kind', (noise) => {
    const counts = Array.from({ length: 200 }, (_, y) => y)
    expect(counts.reduce((sum, y) => sum + Math.exp(logSeen(noise, 20, y)), 0)).toBeCloseTo(1, 9)
    const bins = counts.filter((y) => y % 7 === 0)
    expect(bins.reduce((sum, y) => sum + Math.exp(logSeen(noise, 20, y, y + 7)), 0)).toBeCloseTo(1, 9)
  })

  it('is normal with a normal error', () => {
    const noise: Noise = { kind: 'gaussian', sd: 3 }
    expect(Math.exp(logSeen(noise, 20, 14, 26))).toBeCloseTo(0.954499736103642, 9)
    expect(Math.exp(logSeen(noise, 20, 23))).toBeCloseTo(Math.exp(-0.5) / (3 * Math.sqrt(2 * Math.PI)), 12)
  })
})
