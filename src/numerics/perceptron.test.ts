import { expect, it } from 'vitest'
import { lastBiases, pass, perceptron } from './perceptron'
import { stream } from './rng'

const widths = [5, 9, 6, 3]
const rows = 7
const net = perceptron(widths, stream(4, 0))
net.weights.forEach((_, i) => {
  net.weights[i] += 0.05 * Math.sin(i)
})
const inputs = Float64Array.from({ length: rows * 5 }, (_, i) => Math.sin(3 * i))

it('is sums and one bend, layer by layer', () => {
  const [first, second] = [
    [0.5, -2],
    [3, -1],
  ]
  const small = { widths: [2, 1, 1], weights: Float64Array.of(...first, 0.25, ...second) }
  const sum = 0.5 * 0.7 - 2 * 0.2 + 0.25
  expect(pass(small).forward(Float64Array.of(0.7, 0.2), 1)[0]).toBeCloseTo((3 * sum) / (1 + Math.exp(-sum)) - 1, 14)
})

it('gives a row the same outputs alone and among others', () => {
  const together = pass(net)
    .forward(inputs, rows)
    .slice(0, rows * 3)
  for (let row = 0; row < rows; row++) {
    const alone = pass(net).forward(inputs.subarray(row * 5), 1)
    expect([...alone.subarray(0, 3)]).toEqual([...together.subarray(row * 3, row * 3 + 3)])
  }
})

it('says how outputs change along a direction in the inputs', () => {
  const direction = Float64Array.of(1, -2, 0.5, 0, 3)
  const { outputs, change } = pass(net).change(inputs, direction)
  expect([...outputs]).toEqual([...pass(net).forward(inputs, rows).subarray(0, 3)])
  const h = 1e-6
  const at = (side: number) =>
    pass(net).forward(
      Float64Array.from(direction, (d, i) => inputs[i] + side * h * d),
      1,
    )
  const [up, down] = [at(1), at(-1)]
  change.forEach((slope, j) => {
    expect(slope).toBeCloseTo((up[j] - down[j]) / (2 * h), 7)
  })
})

it('writes its biases where they are read', () => {
  const other = perceptron(widths, stream(4, 0))
  lastBiases(other).set([7, 8, 9])
  const before = pass(perceptron(widths, stream(4, 0)))
    .forward(inputs, 1)
    .slice(0, 3)
  expect(pass(other).forward(inputs, 1)[2]).toBeCloseTo(before[2] + 9, 12)
})
