/** The papers' schemes with the sums over all states in place of samples: what is left of their errors is not chance. */
import { describe, expect, it } from 'vitest'
import { factor, solveFactored } from '../../../numerics/dense'
import { hellinger } from '../../../numerics/distances'
import { batchOf, initialise, type Nade, nade, walk } from '../../../numerics/learning/nade'
import { differentiate, gradientSum } from '../../../numerics/learning/nade-gradient'
import { stateOf, type Tree, treeOf } from '../../../numerics/learning/nade-tree'
import { stream } from '../../../numerics/rng'
import { poisson } from '../../../numerics/statistics'
import { type Variates, variates } from '../../../numerics/variates'
import { ask } from '../../testing'
import { evolve, type PaperOptions } from './evolve'
import { nadeLaw, remember } from './law'
import { localOperator } from './local-ratio'
import { draw, type Sampling, weigh } from './sampling'
import { naturalGradient, scoreGradient } from './schemes'

const caps = [2, 4]
const problem = ask('species m = 1, p = 0; 0 -> m, 0.8; m -> 0, 0.5; m -> m + p, 1; p -> 0, 0.3', [1])
const operator = localOperator(problem, { caps, boundary: 'reflecting' })

function source(i: number): Variates {
  const made = variates()
  made.start(stream(12, i))
  return made
}

function network(i: number): Nade {
  const net = nade(caps, 3)
  initialise(net, source(i), 1.5)
  return net
}

/** Every state with ln q, ∇ ln q, and −ln f of a step from q itself. */
function seenFrom(net: Nade, sampling: Sampling, dt: number, samples = 15) {
  const tree = treeOf(net, Math.max(15, samples))
  draw(net, tree, source(3), sampling, samples, (counts, by) => operator.move(counts, 0, by))
  const U = tree.leaves.size
  const weights = new Float64Array(tree.capacity)
  weigh(tree, weights, sampling)
  const law = remember(nadeLaw(net, operator), operator, caps, 0)
  const counts = new Int32Array(2)
  const states = Array.from({ length: U }, (_, u) => {
    stateOf(tree, u, counts)
    return [...counts]
  })
  const batch = batchOf(net, U)
  batch.counts.set(states.flat())
  walk(net, batch)
  differentiate(net, batch)
  const gradients = states.map((_, u) => {
    const [unit, out] = [new Float64Array(batch.capacity), new Float64Array(net.parameters.length)]
    unit[u] = 1
    gradientSum(net, batch, unit, out)
    return out
  })
  const rates = states.map((x) => law.at(Int32Array.from(x)).rate)
  const rewards = new Float64Array(tree.capacity)
  rates.forEach((rate, u) => {
    rewards[u] = -Math.log(1 + dt * rate)
  })
  return { tree, weights, states, gradients, rates, rewards, logQ: tree.leaves.logQ.slice(0, U) }
}

/** (Σ w (g − ḡ)(g − ḡ)ᵀ + λ)⁻¹ Σ w (R − R̄)(g − ḡ), written out; ḡ = 0 where it is not to be taken off. */
function directly(
  { gradients, weights, rewards }: ReturnType<typeof seenFrom>,
  damping: number,
  centred: boolean,
): Float64Array {
  const P = gradients[0].length
  const mean = gradients.reduce((sum, _, u) => sum + weights[u] * rewards[u], 0)
  const middle = new Float64Array(P)
  if (centred) for (const [u, g] of gradients.entries()) for (let i = 0; i < P; i++) middle[i] += weights[u] * g[i]
  const fisher = new Float64Array(P * P)
  const step = new Float64Array(P)
  for (const [u, gradient] of gradients.entries()) {
    const g = gradient.map((value, i) => value - middle[i])
    for (let i = 0; i < P; i++) {
      step[i] += weights[u] * (rewards[u] - mean) * g[i]
      for (let j = 0; j < P; j++) fisher[i * P + j] += weights[u] * g[i] * g[j]
    }
  }
  for (let i = 0; i < P; i++) fisher[i * P + i] += damping
  const pivots = new Int32Array(P)
  expect(factor(fisher, P, pivots)).toBe(true)
  solveFactored(fisher, P, pivots, step)
  return step
}

function moved(net: Nade, tree: Tree, rewards: Float64Array, weights: Float64Array, damping: number, centred: boolean) {
  const before = net.parameters.slice()
  const looks = { centred, most: Number.POSITIVE_INFINITY }
  naturalGradient(before.length, tree.capacity, damping, looks).update(net, tree, rewards, weights, 1)
  return before.map((value, i) => value - net.parameters[i])
}

describe('one step over all states', () => {
  it('descends KL(q ‖ T p) along its gradient', () => {
    const net = network(0)
    const seen = seenFrom(net, { kind: 'every' }, 0.1)
    // At q = p the gradient is −Σ q ln f ∇ ln q, to rounding: no samples, no noise.
    const out = new Float64Array(net.parameters.length)
    scoreGradient(net, seen.tree, seen.rewards, seen.weights, out)
    const truth = new Float64Array(out.length)
    seen.gradients.forEach((g, u) => {
      for (let i = 0; i < truth.length; i++) truth[i] += Math.exp(seen.logQ[u]) * seen.rewards[u] * g[i]
    })
    expect(seen.states.length).toBe(15)
    for (let i = 0; i < truth.length; i++) expect(Math.abs(out[i] - truth[i])).toBeLessThan(1e-14)
  })

  it.each([
    { name: 'over q', sampling: { kind: 'every' }, centred: false },
    {
      name: 'over samples that are even, less their mean',
      sampling: { kind: 'mixture', share: 0.5, reweighted: false },
      centred: true,
    },
    { name: 'over samples that went on', sampling: { kind: 'onward', share: 0.4, even: 0.5 }, centred: true },
  ] as const)('takes the natural step $name, to 1e-8', ({ sampling, centred }) => {
    const net = network(1)
    const seen = seenFrom(net, sampling, 0.1, sampling.kind === 'every' ? 15 : 300)
    const truth = directly(seen, 1e-3, centred)
    const step = moved(net, seen.tree, seen.rewards, seen.weights, 1e-3, centred)
    expect(Math.hypot(...truth)).toBeGreaterThan(0.1)
    for (let i = 0; i < truth.length; i++) expect(Math.abs(step[i] - truth[i])).toBeLessThan(1e-8)
  })

  it('moves every probability as the master equation says, where the network can', () => {
    // One species: its probabilities are free. TDVP's velocity is then W q itself, up to δt and λ.
    const one = ask('species X = 3; 0 -> X, 4; X -> 0, 0.5; X -> 3X, 0.2', [1])
    const walls = { caps: [12], boundary: 'reflecting' } as const
    const dt = 1e-5
    const options: PaperOptions = { ...poissonStart, ...walls, dt }
    const laws: Float64Array[] = []
    for (const { net, settled } of evolve(one, options, [0.1 * dt, 1.1 * dt], source(0)))
      if (settled) laws.push(lawOf(net))
    const [before, after] = laws
    const flow = new Float64Array(13)
    for (let n = 0; n <= 12; n++) {
      for (const [by, rate] of [
        [1, 4],
        [-1, 0.5 * n],
        [2, 0.2 * n],
      ]) {
        if (n + by < 0 || n + by > 12) continue
        flow[n] -= rate * before[n]
        flow[n + by] += rate * before[n]
      }
    }
    // 1e-8/1e-5 of λ and 1e-5·10 of δt, of velocities that are up to 0.5.
    for (let n = 0; n <= 12; n++) expect(Math.abs((after[n] - before[n]) / dt - flow[n]), `n = ${n}`).toBeLessThan(1e-3)
    expect(Math.max(...flow)).toBeGreaterThan(0.2)
  })
})

const poissonStart: PaperOptions = {
  caps: [29],
  boundary: 'reflecting',
  scheme: 'tdvp',
  hidden: 4,
  batch: 1000,
  first: 5,
  later: 1,
  rate: 0.2,
  damping: 1e-10,
  dt: 0.2,
  fold: 1,
  sampling: { kind: 'every' },
  start: { kind: 'poisson', trained: false },
}

function lawOf(net: Nade): Float64Array {
  const batch = batchOf(net, net.caps[0] + 1)
  batch.counts.set(Array.from({ length: batch.size }, (_, m) => m))
  walk(net, batch)
  return batch.logQ.slice(0, net.caps[0] + 1).map(Math.exp)
}

describe('birth and death from Poisson(1) to t = 100', () => {
  const turnover = ask('species X = 1; 0 -> X, 0.1; X -> 0, 0.01', [100])
  const truth = Float64Array.from({ length: 30 }, (_, n) => poisson(10 - 9 * Math.exp(-1), n))
  const distance = (options: Partial<PaperOptions>) => {
    let last = Number.NaN
    for (const { net, settled } of evolve(turnover, { ...poissonStart, ...options }, [100], source(0))) {
      if (settled) last = hellinger({ p: truth, q: lawOf(net) })
    }
    return last
  }

  // The whole error of the scheme is what its samples do not show, and then its damping: not δt, not our steps.
  it('is followed over all states', () => {
    expect(distance({})).toBeLessThan(0.004)
  })
  it('is damped where probabilities are below λ', () => {
    expect(distance({ damping: 1e-5 })).toBeGreaterThan(0.02)
  })
  it('loses its tail where no sample shows it', () => {
    expect(distance({ sampling: { kind: 'plain' } })).toBeGreaterThan(0.1)
  })
  it.each([
    { kind: 'onward', share: 0.3, even: 0.3 },
    { kind: 'mixture', share: 0.1, reweighted: false },
  ] as const)('keeps it where samples are $kind', (sampling) => {
    expect(distance({ sampling })).toBeLessThan(0.01)
  })
})
