/**
 * How laws are carried forward: each method on a law that spreads, on a stiff one, and the product without a stored
 * matrix against diagonals on a million states of ten reactions.
 */
import { evaluators } from '../src/network/evaluate'
import { parse } from '../src/network/parse'
import { type BoxGenerator, fill, layOut, ratesAt } from '../src/solvers/fsp/generator'
import { matrixFree } from '../src/solvers/fsp/matrix-free'
import { type Mover, moverFor } from '../src/solvers/fsp/propagate'
import { coordinates } from '../src/solvers/fsp/space'
import { compare, type Line } from './measure'

const toggle = `
  0 -> U, 50 / (1 + (V / 12.5)^2.5); U -> 0, 1
  0 -> V, 50 / (1 + (U / 12.5)^2.5); V -> 0, 1`
/** Λt is 10⁶: a gene that switches a hundred thousand times within a molecule's life. */
const stiff = 'species G = 1; G -> H, 1e5; H -> G, 1e5; 0 => X, 10 * H; X -> 0, 1'
const ten = `
  0 -> A, 10 / (1 + (C / 4)^2); A -> 0, 0.3; 0 -> B, 10 / (1 + (A / 4)^2); B -> 0, 0.3
  0 -> C, 10 / (1 + (B / 4)^2); C -> 0, 0.3; A + B -> C, 0.001; C -> A, 0.1; B -> A, 0.05; A -> 2A, 0.05`

interface Case {
  readonly text: string
  readonly cap: readonly number[]
}

function open({ text, cap }: Case) {
  const { network } = parse(text)
  if (!network) throw new Error('the network does not parse')
  const initial = Float64Array.from(network.species, (s) => s.initial)
  const space = coordinates(network, initial)
  const { propensities } = evaluators(network, [])
  return { network, space, propensities, box: { low: cap.map(() => 0), cap } }
}

function stored(what: Case): BoxGenerator {
  const { network, space, propensities, box } = open(what)
  const generator = layOut(network, space, box)
  for (const _ of fill(generator, space, ratesAt(propensities, 0)));
  return generator
}

function free(what: Case): BoxGenerator {
  const { network, space, propensities, box } = open(what)
  const work = matrixFree(network, space, box, propensities)
  let step = work.next()
  while (!step.done) step = work.next()
  if (!step.value) throw new Error('a stored matrix')
  return step.value
}

/** Carry the law from its start to `until`, to a tolerance of 1e-6, so many times. */
const solves = (generator: BoxGenerator, method: Mover['method'], start: number, until: number) => (count: number) => {
  for (let k = 0; k < count; k++) {
    const { propagator, flow } = moverFor(undefined, generator, method, until)
    const law = flow.transition.vectors[0].fill(0)
    law[start] = 1
    for (let time = 0; time < until; ) {
      const h = Math.min(until - time, propagator.reach(flow))
      const work = propagator.advance(flow, h, { tolerance: (1e-6 * h) / until, allowed: 1 })
      while (!work.next().done);
      time = h < until - time ? time + h : until
    }
  }
  return count
}

export async function bench(): Promise<Line[]> {
  const spread = stored({ text: toggle, cap: [99, 99] })
  const switching = stored({ text: stiff, cap: [1, 40] })
  const large = { text: ten, cap: [99, 99, 99] }
  const [stencil, diagonals] = [free(large), stored(large)]
  return [
    ...(await compare(
      'toggle, 100 × 100 states, to t = 10',
      'solves',
      {
        krylov: solves(spread, 'krylov', 0, 10),
        adaptive: solves(spread, 'adaptive', 0, 10),
        implicit: solves(spread, 'implicit', 0, 10),
        uniformisation: solves(spread, 'uniformisation', 0, 10),
      },
      [1, 4],
      2,
    )),
    ...(await compare(
      'a gene that switches fast, to t = 10',
      'solves',
      {
        implicit: solves(switching, 'implicit', 41, 10),
        krylov: solves(switching, 'krylov', 41, 10),
        uniformisation: solves(switching, 'uniformisation', 41, 10),
      },
      [1, 4],
      2,
    )),
    ...(await compare(
      '10⁶ states, 10 reactions, 100 events',
      'solves',
      {
        'no stored matrix': solves(stencil, 'uniformisation', 0, 100 / stencil.rate),
        diagonals: solves(diagonals, 'uniformisation', 0, 100 / diagonals.rate),
      },
      [1, 4],
      1,
    )),
  ]
}
