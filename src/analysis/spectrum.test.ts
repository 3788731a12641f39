import { expect, it } from 'vitest'
import { evaluators } from '../network/evaluate'
import { eliminate, solveLeftInSteps } from '../numerics/elimination'
import { chainOf } from '../solvers/fsp/chain'
import { fill, layOut, ratesAt } from '../solvers/fsp/generator'
import { coordinates } from '../solvers/fsp/space'
import { problem } from '../solvers/fsp/trial'
import { complete } from './complete'

/** The largest eigenvalues of (sI − Q)⁻¹ by orthogonal iteration: those of Q that are next to 0. */
function slowest(text: string, caps: readonly number[], shift: number, count: number, rounds: number): number[] {
  const { network, parameters, initial } = problem(text, [])
  const space = coordinates(network, initial)
  const generator = layOut(network, space, { low: caps.map(() => 0), cap: caps })
  complete(fill(generator, space, ratesAt(evaluators(network, parameters).propensities, 0)))
  const { chain } = complete(chainOf(generator, new Uint8Array(generator.states).fill(1), false))
  chain.exit.fill(shift)
  const eliminated = complete(eliminate(chain))
  const vectors = Array.from({ length: count }, (_, v) =>
    Float64Array.from({ length: chain.states }, (_, i) => Math.sin((v + 1) * i + v * v)),
  )
  let sizes: number[] = []
  for (let round = 0; round < rounds; round++) {
    sizes = vectors.map((vector, v) => {
      complete(solveLeftInSteps(eliminated, vector))
      for (const other of vectors.slice(0, v)) {
        let along = 0
        for (let i = 0; i < vector.length; i++) along += vector[i] * other[i]
        for (let i = 0; i < vector.length; i++) vector[i] -= along * other[i]
      }
      const size = Math.hypot(...vector)
      for (let i = 0; i < vector.length; i++) vector[i] /= size
      return size
    })
  }
  return sizes.map((size) => shift - 1 / size)
}

it('has the spectrum of card 8.2: a switch and what is forgotten sooner', () => {
  const text = 'parameter b = 0.4; A -> 0, 0.05; B -> 0, 0.05; 0 => A, b / (b + B); 0 => B, b / (b + A)'
  // The fifth and sixth only help the fourth along.
  const [rest, first, second, third] = slowest(text, [79, 79], 0.01, 6, 90)
  expect(rest).toBeCloseTo(0, 12)
  expect(first).toBeCloseTo(-2.895817424e-3, 11)
  expect(second).toBeCloseTo(-1.948114922e-2, 10)
  expect(third).toBeCloseTo(-4.077163e-2, 7)
})
