/**
 * The default scheme: states are drawn from the density (or kept from the step before), advanced exactly over a lag, and
 * learnt by maximum likelihood, the forward divergence KL(p‖q). There is no error of a time step, no propensity ratio
 * and no smoothing of the initial law: the first states are the initial one.
 */
import { draw, logProbabilities } from '../../numerics/learning/sampling'
import { heldOutEvery, learn, marginalCoefficients, shifted } from './fit'
import { propagate, streams } from './propagate'
import { refine } from './refine'
import type { Scheme, Setting } from './scheme'

export const forwardKl: Scheme = async function* (setting) {
  const { problem, options, run, density, learner, progress } = setting
  const S = problem.network.species.length
  let states = new Int32Array(options.replicates * S)
  for (let at = 0; at < states.length; at += S) states.set(problem.initial, at)
  let before: Float64Array[] | undefined
  const steps = lags(problem.times, options.lag)
  const updates = updatesOf(options.updates, steps.length)
  for (const { to, output } of steps) {
    if (to > progress.time) {
      progress.steps++
      if (before && options.from === 'network') states = await drawn(setting)
      const walk = propagate(setting.walkers, problem, run, states, { from: progress.time, to, step: progress.steps })
      const already = progress.events
      for (let next = walk.next(); ; next = walk.next()) {
        progress.events = already + next.value.events
        if (next.done) break
        if (run.due()) yield
      }
      progress.time = to
      const inside = within(setting, states)
      const { train, held } = apart(inside, density.caps.length)
      const now = marginalCoefficients(density, inside)
      const known = setting.learnt(to)
      if (known) learner.restart(known)
      else {
        learner.restart(shifted(density, await learner.weights(), now, before))
        yield* learnFrom(setting, train, inside, held, progress.steps === 1 ? 2 * options.updates : updates)
      }
      before = now
      await setting.keep(to)
      progress.effective = inside.length / density.caps.length
      progress.divergence += await excess(setting, train, held)
      if (output !== undefined) yield* setting.arrive(output, inside)
    } else if (output !== undefined) yield* setting.arrive(output)
    yield
  }
}

/** Learn from the states of a step, then refine with those that were held out. */
async function* learnFrom(
  { options, run, density, learner, progress }: Setting,
  train: Int32Array,
  inside: Int32Array,
  held: Int32Array,
  most: number,
): AsyncGenerator<void, void> {
  const settings = { ...options, updates: most }
  const done = progress.updates
  const source = run.rng(streams.train + progress.steps)
  for await (const { loss, gradientNorm, updates } of learn(density, learner, train, source, settings)) {
    Object.assign(progress, { loss, gradientNorm, updates: done + updates })
    progress.record.add(done + updates, loss, gradientNorm)
    if (run.due()) yield
  }
  for await (const _ of refine(density, learner, inside, held)) if (run.due()) yield
}

/** From so many steps on, the law moves little in each, and updates are shared out among them … */
const manySteps = 20
/** … down to so many. */
const fewestUpdates = 50

function updatesOf(updates: number, steps: number): number {
  return Math.min(updates, Math.max(fewestUpdates, Math.round((updates * manySteps) / Math.max(1, steps))))
}

interface Lag {
  readonly to: number
  /** Index of the output time that it reaches. */
  readonly output?: number
}

/** Steps from time 0 through the output times, none longer than `longest` unless that is 0. */
function lags(times: Float64Array, longest: number): Lag[] {
  const out: Lag[] = []
  let from = 0
  times.forEach((time, output) => {
    const pieces = longest > 0 ? Math.max(1, Math.ceil((time - from) / longest - 1e-9)) : 1
    for (let k = 1; k < pieces; k++) out.push({ to: from + ((time - from) * k) / pieces })
    out.push({ to: time, output })
    from = time
  })
  return out
}

/** Fresh states of all species from the density as it is. */
async function drawn({
  problem,
  options,
  run,
  box,
  density,
  learner,
  progress,
}: Setting): Promise<Int32Array<ArrayBuffer>> {
  const S = problem.network.species.length
  const { states: counts } = await draw(density, learner, options.replicates, run.rng(streams.train - progress.steps))
  const N = box.variables.length
  const states = new Int32Array(options.replicates * S)
  for (let r = 0; r < options.replicates; r++) {
    states.set(problem.initial, r * S)
    box.variables.forEach(({ species, low }, i) => {
      states[r * S + species] = low + counts[r * N + i]
    })
  }
  return states
}

/** The variables of those states that lie in the box; the others are counted. */
function within({ problem, box, progress }: Setting, states: Int32Array): Int32Array {
  const S = problem.network.species.length
  const N = box.variables.length
  const out = new Int32Array((states.length / S) * N)
  let rows = 0
  for (let at = 0; at < states.length; at += S) {
    let inside = true
    box.variables.forEach(({ species, low, cap }, i) => {
      const n = states[at + species] - low
      out[rows * N + i] = n
      inside &&= n >= 0 && n <= cap
    })
    if (inside) rows++
  }
  progress.states += states.length / S
  progress.outside += states.length / S - rows
  return out.slice(0, rows * N)
}

/** Every tenth state is held out. */
function apart(states: Int32Array, N: number): { train: Int32Array; held: Int32Array } {
  const rows = states.length / N
  const held = new Int32Array(Math.floor(rows / heldOutEvery) * N)
  const train = new Int32Array(states.length - held.length)
  let [t, h] = [0, 0]
  for (let r = 0; r < rows; r++) {
    const row = states.subarray(r * N, r * N + N)
    if (r % heldOutEvery === heldOutEvery - 1) held.set(row, N * h++)
    else train.set(row, N * t++)
  }
  return { train, held }
}

/**
 * Half of how much worse held-out states are predicted than those learnt from: what fitting to finitely many states
 * costs in KL (Akaike 1974). What the network cannot represent is not in it.
 */
async function excess({ density, learner }: Setting, train: Int32Array, held: Int32Array): Promise<number> {
  if (held.length === 0) return 0
  const mean = (logQ: Float64Array) => logQ.reduce((sum, x) => sum + x, 0) / logQ.length
  const same = train.subarray(0, held.length)
  const [seen, unseen] = [
    mean(await logProbabilities(density, learner, same)),
    mean(await logProbabilities(density, learner, held)),
  ]
  return Math.max(0, 0.5 * (seen - unseen))
}
