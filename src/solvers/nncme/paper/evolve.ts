/**
 * The papers' way through time: q follows p by explicit Euler steps, each learnt from q's own samples.
 *
 *     target of a step: T p = p + δt·W p, of which only f(n) = (T p)(n)/p(n) = 1 + δt·(W p)(n)/p(n) at samples is needed.
 *
 * `reverseKl` minimises KL(q ‖ T p) by its score gradient with Adam (doi:10.1038/s42256-023-00632-6); `natural` does the
 * same along the natural gradient; `tdvp` takes one natural step along −ln f per time step (both arXiv:2512.10309).
 *
 * Where the originals are not followed: the first step counts for its own length δt/10, not δt; a step is shortened until
 * every sample's f is positive, of later updates of the step, too (theirs stops at δt and replaces f ≤ 0 by 1e-30; here only
 * after ten halvings, and those are counted); the score gradient keeps its baseline under changed sampling; weights of a
 * mixture are q over the mixture; where samples are not weighed as q's, natural steps use gradients less their mean.
 * Sampling `onward` is ours.
 */
import { batchOf, initialise, type Nade, nade } from '../../../numerics/learning/nade'
import { stateOf, type Tree, treeOf } from '../../../numerics/learning/nade-tree'
import type { Variates } from '../../../numerics/variates'
import type { Problem } from '../../contract'
import { nadeLaw, type Remembered, remember } from './law'
import { axesOf, localOperator, type Walls } from './local-ratio'
import { draw, effectiveSize, logFloored, overQ, type Sampling, weigh } from './sampling'
import { firstOrder, naturalGradient, weightedMean } from './schemes'
import { holdProduct, initialLaws, maximise, simulate } from './start'

export interface PaperOptions extends Walls {
  readonly scheme: 'reverseKl' | 'natural' | 'tdvp'
  readonly hidden: number
  readonly total?: number
  readonly batch: number
  /** Updates of the first step, and of each later one (`tdvp`: 1). */
  readonly first: number
  readonly later: number
  /** Learning rate; of `tdvp` after the first step, 1. */
  readonly rate: number
  readonly damping: number
  readonly dt: number
  /** Steps begin at `fold`·δt and are halved while a sample's f is not above `least`. */
  readonly fold: number
  readonly least?: number
  readonly sampling: Sampling
  readonly start: /** The smoothed or Poisson law of independent counts; `trained`: from a random network, as the papers do. */
    | { readonly kind: 'smoothed'; readonly share: number; readonly trained: boolean }
    | { readonly kind: 'poisson'; readonly trained: boolean }
    /** Samples of the exact law at time `head`, by simulation, fitted by maximum likelihood: not the papers'. */
    | { readonly kind: 'delta'; readonly head: number; readonly replicates: number; readonly updates: number }
}

/** How far a run has come. */
export interface PaperState {
  readonly net: Nade
  readonly tree: Tree
  /** The time whose law `net` is learning, or has learnt when `settled`. */
  readonly time: number
  readonly settled: boolean
  readonly dt: number
  readonly updates: number
  readonly steps: number
  /** mean R: an estimate of KL(q ‖ T p), in nats; half the variance of R where samples are not weighed as q’s. */
  readonly loss: number
  /** Sum over finished steps of the last loss of each. */
  readonly lost: number
  readonly gradient: number
  /** Samples whose weights were equal that would tell as much, of a batch. */
  readonly effective: number
  /** Samples with f ≤ 0. */
  readonly clamped: number
  /** What it takes to go on from here, later; call it when settled. */
  resting(): Resting
}

/** A run that stands at a time. */
export interface Resting {
  readonly time: number
  readonly parameters: Float64Array
  /** What the rule of updates remembers, where it does. */
  readonly descent?: Float64Array
}

/** What ln f counts as where T p is not positive. */
const tiny = 1e-30
/** Halvings of a step, beyond those from `fold`·δt to δt. */
const mostHalvings = 10

/**
 * Run to the last of `times` (ascending, > 0, after `from`), landing on each. Yields after every update; the state is read at once, for
 * the network goes on.
 */
export function* evolve(
  problem: Problem,
  options: PaperOptions,
  times: ArrayLike<number>,
  source: Variates,
  from?: Resting,
): Generator<PaperState, void> {
  const { caps, scheme, start } = options
  const net = nade(caps, options.hidden, options.total)
  const operator = localOperator(problem, options)
  const axes = axesOf(problem, options)
  const every = options.sampling.kind === 'every'
  const tree = treeOf(net, every ? Array.from(caps).reduce((size, cap) => size * (cap + 1), 1) : options.batch)
  const P = net.parameters.length
  const ours = options.sampling.kind === 'onward'
  const looks = { centred: !overQ(options.sampling), most: ours ? mostNats : Number.POSITIVE_INFINITY }
  const rule = scheme === 'reverseKl' ? firstOrder(P) : naturalGradient(P, tree.capacity, options.damping, looks)
  const at = { time: 0, dt: 0, updates: 0, steps: 0, loss: 0, lost: 0, gradient: 0, effective: 0, clamped: 0 }
  const resting = (): Resting => ({
    time: at.time,
    parameters: net.parameters.slice(),
    ...(rule.descent && { descent: rule.descent.memory() }),
  })
  const state = (settled: boolean): PaperState => ({ net, tree, settled, ...at, resting })
  if (!from) initialise(net, source)

  let old: Remembered | undefined
  if (from) {
    net.parameters.set(from.parameters)
    at.time = from.time
    if (from.descent) rule.descent?.restore(from.descent)
  } else if (start.kind === 'delta') {
    const states = simulate(problem, axes, caps, start.head, options.dt, start.replicates, source)
    const batch = batchOf(net, mostFitted)
    for (const loss of maximise(net, batch, states, start.updates, fitRate, source)) {
      Object.assign(at, { loss, updates: at.updates + 1 })
      yield state(false)
    }
    at.time = start.head
  } else {
    const laws = initialLaws(problem, axes, caps, start.kind, start.kind === 'smoothed' ? start.share : smallShare)
    const held = nade(caps, options.hidden, options.total)
    holdProduct(held, laws)
    old = remember(nadeLaw(held, operator), operator, caps, 0)
    if (!start.trained) holdProduct(net, laws)
  }

  const move = (counts: Int32Array, by: Variates) => operator.move(counts, at.time, by)
  const rewards = new Float64Array(tree.capacity)
  const weights = new Float64Array(tree.capacity)
  for (let k = 0; k < times.length; ) {
    const begins = old !== undefined
    const following = scheme === 'tdvp' && !begins
    const law = old ?? remember(nadeLaw(net, operator), operator, caps, at.time)
    old = undefined
    const left = times[k] - at.time
    const updates = begins ? options.first : following ? 1 : options.later
    let dt = Math.min(left, begins ? options.dt / 10 : options.fold * options.dt)
    for (let u = 0; u < updates && left > 0; u++) {
      draw(net, tree, source, options.sampling, options.batch, move)
      weigh(tree, weights, options.sampling)
      const seen = lookUp(tree, law, operator.species)
      dt = shorten(dt, seen, options.dt * 2 ** -mostHalvings, u === 0 ? (options.least ?? 0) : 0)
      for (const [leaf, { logP, rate }] of seen.entries()) {
        const f = 1 + dt * rate
        if (!(f > 0)) at.clamped++
        const logF = logFloored(f, tiny)
        rewards[leaf] = following ? -logF : tree.leaves.logQ[leaf] - logF - logP
      }
      at.dt = dt
      at.loss = lossOf(rewards, weights, seen.length, overQ(options.sampling))
      at.effective = effectiveSize(tree, weights)
      at.gradient = rule.update(net, tree, rewards, weights, following ? 1 : options.rate)
      at.updates++
      if (u < updates - 1) yield state(false)
    }
    const landed = dt >= left
    at.time = landed ? times[k] : at.time + dt
    at.lost += at.loss
    at.steps++
    yield state(landed)
    if (landed) k++
  }
}

/** By how much a reward may differ from their mean, sampling onward, where states are met that were next to impossible. */
const mostNats = 3

/**
 * mean R over q, or half its variance over other samples: both are what a step leaves to be learnt, in nats, and alike where
 * little is (the variance is what the update then descends: its gradient is that of the score, whatever the samples).
 */
function lossOf(rewards: Float64Array, weights: Float64Array, size: number, overQ: boolean): number {
  const mean = weightedMean(rewards, weights, size)
  if (overQ) return mean
  let variance = 0
  for (let u = 0; u < size; u++) variance += weights[u] * (rewards[u] - mean) ** 2
  return variance / 2
}

/** The largest batch of the fit that a start from a delta needs, and its learning rate. */
const [mostFitted, fitRate] = [512, 0.02]
/** Smoothing of counts that are 0 under a Poisson start, which has no other way to be positive. */
const smallShare = 1e-3

function lookUp(tree: Tree, law: Remembered, species: number): { logP: number; rate: number }[] {
  const counts = new Int32Array(species)
  return Array.from({ length: tree.leaves.size }, (_, u) => {
    stateOf(tree, u, counts)
    return law.at(counts)
  })
}

/** Halve a step until f > least at every sample, or until `shortest`. */
function shorten(dt: number, seen: readonly { readonly rate: number }[], shortest: number, least: number): number {
  let fastest = 0
  for (const { rate } of seen) fastest = Math.min(fastest, rate)
  let step = dt
  while (1 + step * fastest <= least && step > shortest) step /= 2
  return step
}
