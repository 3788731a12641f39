/**
 * The paper's way (Liu & Wang 2024, doi:10.1073/pnas.2317422121, as in its code): a context is a snapshot of a teaching
 * network, p̂ at t, and its target one Euler step later, p* = p̂ + δt W p̂ at t + δt, where what is not positive counts as
 * 10⁻³⁰. States are drawn from the student, and the reverse divergence KL(q‖p*) is descended by its score gradient,
 *
 *     mean of (R − mean R) ∇ log q(n),   R = log q(n) − log p*(n),
 *
 * summed over the contexts of an update, clipped to norm 1, by AdamW with weight decay 0.1. Reactions that would leave
 * the box of counts are off. It differs from that code in that laws of the teacher are written down, so that p* is looked up.
 */
import { evaluators } from '../../network/evaluate'
import { log } from '../../numerics/elementary'
import { type Density, logProbability } from '../../numerics/learning/density'
import type { Backend, Weights } from '../../numerics/learning/ops'
import { draw } from '../../numerics/learning/sampling'
import type { Stream } from '../../numerics/rng'
import type { Problem } from '../contract'
import { type Domain, encode, inputCount, type Setting } from '../design'
import { type Coordinates, coordinates, recover } from '../fsp/kernel'
import type { Box } from './course'

/** A target at a setting and time. */
export interface Context {
  readonly setting: Setting
  readonly t: number
  /** p*, on a box. */
  readonly target: Box
}

/** Contexts of an update, states drawn for each. */
const [batch, states] = [16, 64]
const [clip, decay] = [1, 0.1]
const least = 1e-30
/** Share of the mean time to leave a state that a step may take, at the fastest state that matters. */
const share = 0.25
/** States with less mass do not limit the step. */
const matters = 1e-6

/** One Euler step beyond a snapshot, and how long it is: at most `longest`. */
export function oneStep(
  problem: Problem,
  setting: Setting,
  snapshot: Box,
  longest: number,
): { target: Box; step: number } {
  const { network } = problem
  const space = coordinates(network, problem.initial)
  const { propensities } = evaluators(network, setting.parameters)
  const moves = network.reactions.map(({ net }) =>
    space.axes.map((s) => net.find(({ species }) => species === s)?.count ?? 0),
  )
  const wide = widened(snapshot, moves)
  const size = wide.p.length
  const flow = new Float64Array(size)
  let fastest = 0
  for (let cell = 0; cell < size; cell++) {
    const mass = wide.p[cell]
    if (!(mass > 0)) continue
    const counts = countsOf(wide, cell, space, setting)
    if (!counts) continue
    let exit = 0
    propensities.forEach((propensity, r) => {
      const to = moved(wide, cell, moves[r])
      if (to < 0 || moves[r].every((d) => d === 0)) return
      const a = propensity(counts, 0)
      exit += a
      flow[to] += a * mass
      flow[cell] -= a * mass
    })
    if (mass > matters) fastest = Math.max(fastest, exit)
  }
  const step = Math.min(longest, fastest > 0 ? share / fastest : longest)
  return { target: { ...wide, p: wide.p.map((mass, cell) => mass + step * flow[cell]) }, step }
}

/** A box with room for one event in each direction. */
function widened({ low, widths, p }: Box, moves: readonly number[][]): Box {
  const room = low.map((_, axis) => Math.max(0, ...moves.map((move) => Math.abs(move[axis]))))
  const bottom = low.map((n, axis) => Math.max(0, n - room[axis]))
  const breadth = widths.map((width, axis) => low[axis] + width + room[axis] - bottom[axis])
  const wide = new Float64Array(breadth.reduce((a, b) => a * b, 1))
  p.forEach((mass, cell) => {
    let [rest, place, stride] = [cell, 0, 1]
    for (let axis = widths.length - 1; axis >= 0; axis--) {
      place += ((rest % widths[axis]) + low[axis] - bottom[axis]) * stride
      stride *= breadth[axis]
      rest = Math.floor(rest / widths[axis])
    }
    wide[place] = mass
  })
  return { low: bottom, widths: breadth, p: wide }
}

function countsOf(
  { low, widths }: Box,
  cell: number,
  space: Coordinates,
  { initial }: Setting,
): Float64Array | undefined {
  const counts = initial.slice()
  for (let axis = widths.length - 1, rest = cell; axis >= 0; axis--) {
    counts[space.axes[axis]] = low[axis] + (rest % widths[axis])
    rest = Math.floor(rest / widths[axis])
  }
  return recover(space.axes, space.dependents, counts) ? counts : undefined
}

/** The cell after a move; −1 outside the box. */
function moved({ widths }: Box, cell: number, move: readonly number[]): number {
  let [rest, place, stride] = [cell, 0, 1]
  for (let axis = widths.length - 1; axis >= 0; axis--) {
    const n = (rest % widths[axis]) + move[axis]
    if (n < 0 || n >= widths[axis]) return -1
    place += n * stride
    stride *= widths[axis]
    rest = Math.floor(rest / widths[axis])
  }
  return place
}

/** ln p* of drawn states [rows, variables]. */
function logTarget({ low, widths, p }: Box, drawn: Int32Array, row: number): number {
  let place = 0
  for (let axis = 0; axis < widths.length; axis++) {
    const n = drawn[row * widths.length + axis] - low[axis]
    if (n < 0 || n >= widths[axis]) return log(least)
    place = place * widths[axis] + n
  }
  return log(Math.max(least, p[place]))
}

/** Descends KL(q‖p*) by its score gradient; an epoch passes every context once. */
export async function* byScore(
  density: Density,
  domain: Domain,
  contexts: readonly Context[],
  { epochs, rate }: { readonly epochs: number; readonly rate: number },
  source: Stream,
  backend: Backend,
): AsyncGenerator<{ readonly done: number; readonly loss: number }, Weights, void> {
  const learner = backend.learner(density.initial(source))
  const width = inputCount(domain)
  const steps = Math.max(1, Math.ceil(contexts.length / batch))
  let loss = Number.NaN
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      let sum = 0
      for (let step = 0; step < steps; step++) {
        const chosen = Array.from({ length: batch }, () => contexts[Math.floor(source.uniform() * contexts.length)])
        const rows = chosen.length * states
        const prompts = new Float64Array(rows * width)
        chosen.forEach(({ setting, t }, c) => {
          encode(domain, setting, t, prompts, c * states * width)
          for (let b = 1; b < states; b++)
            prompts.copyWithin((c * states + b) * width, c * states * width, (c * states + 1) * width)
        })
        const context = Float32Array.from(prompts)
        const { states: drawn, logQ } = await draw(density, learner, rows, source, { context })
        const weights = new Float32Array(rows)
        chosen.forEach(({ target }, c) => {
          const rewards = Float64Array.from(
            { length: states },
            (_, b) => logQ[c * states + b] - logTarget(target, drawn, c * states + b),
          )
          const mean = rewards.reduce((a, b) => a + b, 0) / states
          sum += mean / chosen.length
          rewards.forEach((reward, b) => {
            weights[c * states + b] = (reward - mean) / states
          })
        })
        await learner.step(
          (ops, p) => {
            const logs = logProbability(density, ops, p, drawn, ops.constant(context, [rows, width]))
            return ops.sum(ops.mul(ops.constant(weights, [rows]), logs))
          },
          { rate, clip, decay },
        )
        yield { done: (epoch + step / steps) / epochs, loss }
      }
      loss = sum / steps
    }
    return await learner.weights()
  } finally {
    learner.dispose()
  }
}
