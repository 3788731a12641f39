/** The papers' updates against enumeration, against dense linear algebra, and against the equations of moments. */
import { describe, expect, it } from 'vitest'
import { factor, solveFactored } from '../../../numerics/dense'
import { batchOf, initialise, type Nade, nade, walk } from '../../../numerics/learning/nade'
import { differentiate, gradientSum } from '../../../numerics/learning/nade-gradient'
import { stateOf, type Tree, treeOf } from '../../../numerics/learning/nade-tree'
import { stream } from '../../../numerics/rng'
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
const all = Array.from({ length: 15 }, (_, k) => [Math.floor(k / 5), k % 5])

function source(i: number): Variates {
  const made = variates()
  made.start(stream(11, i))
  return made
}

function network(i: number): Nade {
  const net = nade(caps, 3)
  initialise(net, source(i), 1.5)
  return net
}

/** ln q and ∇ ln q of every state, one by one. */
function enumerated(net: Nade) {
  const batch = batchOf(net, all.length)
  batch.counts.set(all.flat())
  walk(net, batch)
  const logQ = batch.logQ.slice(0, all.length)
  differentiate(net, batch)
  const gradients = all.map((_, k) => {
    const unit = new Float64Array(batch.capacity)
    unit[k] = 1
    const out = new Float64Array(net.parameters.length)
    gradientSum(net, batch, unit, out)
    return out
  })
  return { logQ, q: logQ.map(Math.exp), gradients }
}

/** R of every leaf for one Euler step of `dt` from the law of `old`. */
function rewardsOf(tree: Tree, old: Nade, dt: number): Float64Array {
  const law = remember(nadeLaw(old, operator), operator, caps, 0)
  const counts = new Int32Array(2)
  return Float64Array.from({ length: tree.leaves.size }, (_, u) => {
    stateOf(tree, u, counts)
    const { logP, rate } = law.at(counts)
    return tree.leaves.logQ[u] - Math.log(1 + dt * rate) - logP
  })
}

describe('the score gradient', () => {
  const net = network(0)
  const old = network(1)
  const dt = 0.1
  // ∇KL(q ‖ T p) = Σ_n q (ln q − ln T p) ∇ ln q, with T p written out: p + dt·(W p).
  const { logQ, q, gradients } = enumerated(net)
  const before = enumerated(old)
  const law = remember(nadeLaw(old, operator), operator, caps, 0)
  const truth = new Float64Array(net.parameters.length)
  all.forEach((x, k) => {
    const target = before.q[k] * (1 + dt * law.at(Int32Array.from(x)).rate)
    for (let p = 0; p < truth.length; p++) truth[p] += q[k] * (logQ[k] - Math.log(target)) * gradients[k][p]
  })

  const ways: { name: string; sampling: Sampling }[] = [
    { name: 'plain', sampling: { kind: 'plain' } },
    { name: 'a reweighted mixture', sampling: { kind: 'mixture', share: 0.3, reweighted: true } },
  ]
  it.each(ways)('of $name sampling averages to the gradient by enumeration', ({ sampling }) => {
    // 400 batches of 200: 4.5 standard errors of each of the components, of which the largest are 15 errors from 0.
    const tree = treeOf(net, 200)
    const batches = 400
    const P = truth.length
    const [sum, squares, out] = [new Float64Array(P), new Float64Array(P), new Float64Array(P)]
    const weights = new Float64Array(tree.capacity)
    const draws = source(2)
    for (let k = 0; k < batches; k++) {
      draw(net, tree, draws, sampling, 200)
      weigh(tree, weights, sampling)
      scoreGradient(net, tree, rewardsOf(tree, old, dt), weights, out)
      for (let p = 0; p < P; p++) {
        sum[p] += out[p] / batches
        squares[p] += (out[p] * out[p]) / batches
      }
    }
    let strongest = 0
    for (let p = 0; p < P; p++) {
      const error = Math.sqrt((squares[p] - sum[p] ** 2) / batches)
      // A batch's own mean as baseline, and weights scaled by their own sum, shrink it by 1/200.
      expect(Math.abs(sum[p] - truth[p]), `parameter ${p}`).toBeLessThan(4.5 * error + Math.abs(truth[p]) / 100 + 1e-12)
      if (error > 0) strongest = Math.max(strongest, Math.abs(truth[p]) / error)
    }
    expect(strongest).toBeGreaterThan(15)
  })
})

describe('the natural gradient', () => {
  it.each([40, 400])('by the dual system is the direct solve, to 1e-8: %i samples', (samples) => {
    const net = network(0)
    const old = network(1)
    const damping = 1e-3
    const tree = treeOf(net, samples)
    draw(net, tree, source(5), { kind: 'tempered', alpha: 0.6 }, samples)
    const weights = new Float64Array(tree.capacity)
    weigh(tree, weights, { kind: 'tempered', alpha: 0.6 })
    const rewards = rewardsOf(tree, old, 0.1)
    const U = tree.leaves.size
    const { gradients } = enumerated(net)
    const counts = new Int32Array(2)
    const P = net.parameters.length
    const fisher = new Float64Array(P * P)
    const step = new Float64Array(P)
    let mean = 0
    for (let u = 0; u < U; u++) mean += weights[u] * rewards[u]
    for (let u = 0; u < U; u++) {
      stateOf(tree, u, counts)
      const g = gradients[counts[0] * 5 + counts[1]]
      for (let i = 0; i < P; i++) {
        step[i] += weights[u] * (rewards[u] - mean) * g[i]
        for (let j = 0; j < P; j++) fisher[i * P + j] += weights[u] * g[i] * g[j]
      }
    }
    for (let i = 0; i < P; i++) fisher[i * P + i] += damping
    const pivots = new Int32Array(P)
    expect(factor(fisher, P, pivots)).toBe(true)
    solveFactored(fisher, P, pivots, step)
    const start = net.parameters.slice()
    const length = naturalGradient(P, samples, damping).update(net, tree, rewards, weights, 0.7)
    expect(length).toBeCloseTo(Math.hypot(...step), 8)
    for (let i = 0; i < P; i++) expect(Math.abs(start[i] - 0.7 * step[i] - net.parameters[i])).toBeLessThan(1e-8)
  })
})

describe('evolution', () => {
  const options: PaperOptions = {
    caps: [30],
    boundary: 'reflecting',
    scheme: 'tdvp',
    hidden: 4,
    batch: 4000,
    first: 1,
    later: 1,
    rate: 0.2,
    damping: 1e-6,
    dt: 0.02,
    fold: 1,
    sampling: { kind: 'plain' },
    start: { kind: 'poisson', trained: false },
  }

  const meanOf = (net: Nade, species = 0): number => {
    const tree = treeOf(net, 20_000)
    draw(net, tree, source(9), { kind: 'plain' }, 20_000)
    const counts = new Int32Array(net.caps.length)
    let mean = 0
    for (let u = 0; u < tree.leaves.size; u++) {
      stateOf(tree, u, counts)
      mean += (counts[species] * tree.leaves.drawn[u]) / 20_000
    }
    return mean
  }

  const exactMean = (net: Nade): number => {
    const batch = batchOf(net, net.caps[0] + 1)
    batch.counts.set(Array.from({ length: batch.size }, (_, m) => m))
    walk(net, batch)
    return Array.from({ length: batch.size }, (_, m) => m * Math.exp(batch.logQ[m])).reduce((a, b) => a + b, 0)
  }

  it('one TDVP step moves the mean as the rates say', () => {
    // d⟨n⟩/dt = 4 − 0.5·3 from Poisson(3). The step is exact to first order; samples of the mean of 4000 are not, but
    // their noise is projected out: what is left is λ and dt².
    const growth = ask('species X = 3; 0 -> X, 4; X -> 0, 0.5', [1])
    const states: { mean: number; time: number }[] = []
    for (const { net, time, settled } of evolve(growth, { ...options, batch: 20_000 }, [0.002, 0.022], source(0))) {
      if (settled) states.push({ mean: exactMean(net), time })
    }
    const [before, after] = states
    expect(after.time - before.time).toBeCloseTo(0.02, 12)
    const slope = (after.mean - before.mean) / 0.02
    expect(Math.abs(slope - (4 - 0.5 * before.mean))).toBeLessThan(0.05 * 2.5)
  })

  /** Means of messengers and proteins by the closed equations: made at 0.1, each making 0.1, lost at 0.1 and 0.002. */
  const truth = (t: number) => {
    const [k, fast, slow] = [0.1, 0.1, 0.002]
    const m = 1 - Math.exp(-fast * t)
    const p = (k / slow) * (1 - Math.exp(-slow * t)) - (k * (Math.exp(-slow * t) - Math.exp(-fast * t))) / (fast - slow)
    return { m, p }
  }
  it.each([
    { scheme: 'reverseKl', until: 50, batch: 1000, first: 10, later: 10, rate: 5e-3 },
    { scheme: 'natural', until: 15, batch: 5000, first: 5, later: 3, rate: 0.5 },
    {
      scheme: 'tdvp',
      until: 15,
      batch: 400,
      first: 5,
      later: 1,
      rate: 0.2,
      sampling: { kind: 'tempered', alpha: 0.5 },
    },
  ] as const)('$scheme expresses a gene, as the smoothed start lets it', ({ until, ...part }) => {
    const gene = ask('species m = 0, p = 0; 0 -> m, 0.1; m -> m + p, 0.1; m -> 0, 0.1; p -> 0, 0.002', [until])
    const start = { kind: 'smoothed', share: 0.01, trained: false } as const
    const common = { ...options, caps: [99, 99], hidden: 16, dt: 0.05, damping: 1e-3, start }
    let seen = { m: 0, p: 0 }
    for (const { net, settled } of evolve(gene, { ...common, ...part }, [until], source(0))) {
      if (settled) seen = { m: meanOf(net, 0), p: meanOf(net, 1) }
    }
    // The smoothed start alone moves the mean of p by +0.90 at 10 to 60 (and that of m, which forgets, by 0.1 at 15).
    const { m, p } = truth(until)
    expect(Math.abs(seen.m - m)).toBeLessThan(0.2)
    expect(Math.abs(seen.p - p)).toBeLessThan(1)
  })

  it('starts from the exact law shortly after a delta, and goes on', () => {
    // Simulated to 2, then 20 steps: Poisson laws of mean 8(1 − e^(−t/2)). 2 % is what 8000 states and a fit leave.
    const growth = ask('0 -> X, 4; X -> 0, 0.5', [1])
    const start = { kind: 'delta', head: 2, replicates: 8000, updates: 300 } as const
    for (const { net, settled, time } of evolve(growth, { ...options, start }, [2.4], source(0))) {
      if (!settled) continue
      expect(time).toBe(2.4)
      const mean = 8 * (1 - Math.exp(-1.2))
      expect(Math.abs(exactMean(net) / mean - 1)).toBeLessThan(0.03)
    }
  })

  it('shortens a step in which a probability would become negative', () => {
    const fast = ask('species X = 3; 0 -> X, 400; X -> 0, 50', [1])
    const states = evolve(fast, { ...options, dt: 0.02, batch: 500 }, [0.02], source(0))
    let steps = 0
    for (const { settled, clamped, dt } of states) {
      expect(clamped).toBe(0)
      expect(dt).toBeLessThan(0.01)
      if (settled) steps++
    }
    expect(steps).toBe(1)
  })
})
