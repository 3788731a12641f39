/**
 * Projection beyond one product: the preview against the whole answer, the law at rest by elimination against waiting
 * for it, and a product over a million states against a plain stream through memory of the same bytes.
 */
import { evaluators } from '../src/network/evaluate'
import { parse } from '../src/network/parse'
import { uniformise } from '../src/numerics/uniformise'
import type { Problem } from '../src/solvers/contract'
import { fill, layOut, ratesAt } from '../src/solvers/fsp/generator'
import { fsp } from '../src/solvers/fsp/index'
import { preview } from '../src/solvers/fsp/preview'
import { begin, slice } from '../src/solvers/fsp/projection'
import { rest } from '../src/solvers/fsp/rest'
import { coordinates } from '../src/solvers/fsp/space'
import { compare, type Line } from './measure'

const toggle = `
  0 -> U, 50 / (1 + (V / 12.5)^2.5); U -> 0, 1
  0 -> V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1`
/** Its gap is 2.9e-3: waiting takes 7000 units of time for nine digits. */
const slow = `
  0 -> A, 0.4 / (0.4 + B); A -> 0, 0.05
  0 -> B, 0.4 / (0.4 + A); B -> 0, 0.05`
const ring = `
  0 -> A, 10 / (1 + (C / 4)^2); A -> 0, 1
  0 -> B, 10 / (1 + (A / 4)^2); B -> 0, 1
  0 -> C, 10 / (1 + (B / 4)^2); C -> 0, 1`

function ask(text: string, times: number[]): Problem {
  const { network } = parse(text)
  if (!network) throw new Error('the network does not parse')
  const observe = { moments: true, marginals: true, joints: [], trajectories: false }
  const initial = new Float64Array(network.species.length)
  return { network, parameters: new Float64Array(), initial, times: Float64Array.from(times), observe }
}

/** A job as so many repetitions of itself. */
const repeat = (once: () => void) => (count: number) => {
  for (let k = 0; k < count; k++) once()
  return count
}

export async function bench(): Promise<Line[]> {
  const until = (problem: Problem, tolerance: number) => () => {
    const projection = begin(problem, { ...fsp.options.defaults, tolerance })
    while (projection.time < projection.horizon) for (const _ of slice(projection, projection.horizon));
  }
  const shown = ask(toggle, [10])
  const late = ask(slow, [7000])
  const atRest = () => {
    for (const _ of rest(begin(late, { ...fsp.options.defaults, tolerance: 1e-9 })));
  }
  return [
    ...(await compare(
      'toggle to t = 10',
      'solves',
      { preview: repeat(() => preview(shown)), 'to 1e-6': repeat(until(shown, 1e-6)) },
      [1, 4],
      3,
    )),
    ...(await compare(
      'law at rest of a slow toggle',
      'solves',
      { elimination: repeat(atRest), 'uniformisation to t = 7000': repeat(until(late, 1e-9)) },
      [1, 4],
      3,
    )),
    ...(await streams()),
  ]
}

/** Bytes moved per second: by a product over 10⁶ states, and by y = x + s · z over as many bytes. */
async function streams(): Promise<Line[]> {
  const { network } = ask(ring, [])
  const space = coordinates(network, new Float64Array(3))
  const rules = evaluators(network, []).propensities
  const generator = layOut(network, space, { low: [0, 0, 0], cap: [99, 99, 99] })
  for (const _ of fill(generator, space, ratesAt(rules, 0)));
  const { transition } = generator.matrix
  transition.vectors[0][0] = 1
  for (const _ of uniformise(transition, 20, 1e-12, 1));
  // Each entry is read once; the vectors once in and once out.
  const perProduct = (transition.nonzeros + 2 * transition.states) * 8
  const vector = () => new Float64Array(perProduct / 24).fill(1)
  const [x, y, z] = [vector(), vector(), vector()]
  const times = (bytes: number) => Math.ceil(bytes / perProduct)
  return compare(
    'ring of three, 10⁶ states',
    'bytes',
    {
      product: (bytes) => {
        for (let k = 0; k < times(bytes); k++) transition.advance(k % 2, 1 - (k % 2), 2, 0)
        return times(bytes) * perProduct
      },
      'memory stream': (bytes) => {
        for (let k = 0; k < times(bytes); k++) for (let i = 0; i < y.length; i++) y[i] = x[i] + 0.5 * z[i]
        return times(bytes) * perProduct
      },
    },
    [1e9, 5e9],
    3,
  )
}
