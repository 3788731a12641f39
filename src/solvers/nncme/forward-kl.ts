/**
 * The default scheme: states are drawn from the density (or kept from the step before), advanced exactly over a lag, and
 * learnt by maximum likelihood, the forward divergence KL(p‖q). There is no error of a time step, no propensity ratio
 * and no smoothing of the initial law: the first states are the initial one.
 */
import { StepsLost } from '../../numerics/learning/enduring'
import type { Weights } from '../../numerics/learning/ops'
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
  for (const [k, { to, output }] of steps.entries()) {
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
        const first = shifted(density, await learner.weights(), now, before)
        const most = progress.steps === 1 ? 2 * options.updates : updates
        yield* learnFrom(setting, first, { train, inside, held }, most, [k / steps.length, (k + 1) / steps.length])
      }
      before = now
      await setting.keep(to)
      progress.effective = inside.length / density.caps.length
      const lost = await excess(setting, train, held)
      progress.divergence = options.from === 'network' ? progress.divergence + lost : lost
      if (output !== undefined) yield* setting.arrive(output, inside)
    } else if (output !== undefined) yield* setting.arrive(output)
    yield
  }
}

/** States of a step, those that are held out, and all. */
interface Lesson {
  readonly train: Int32Array
  readonly held: Int32Array
  readonly inside: Int32Array
}

/**
 * Learn from the states of a step, then refine with those that were held out; once more from its beginning where a device
 * was lost on the way. `part`: where the step lies in the time for all.
 */
async function* learnFrom(
  { options, run, density, learner, progress, spent }: Setting,
  first: Weights,
  { train, inside, held }: Lesson,
  most: number,
  [from, to]: readonly [number, number],
): AsyncGenerator<void, void> {
  const settings = {
    ...options,
    updates: most,
    ...(spent && { spent: () => (spent() - from) / (to - from) }),
  }
  const done = progress.updates
  for (;;) {
    try {
      learner.restart(first)
      const source = run.rng(streams.train + progress.steps)
      let before = run.now?.() ?? 0
      for await (const { loss, gradientNorm, updates } of learn(density, learner, train, source, settings)) {
        Object.assign(progress, { loss, gradientNorm, updates: done + updates })
        progress.record.add(done + updates, loss, gradientNorm)
        progress.training += (run.now?.() ?? 0) - before
        if (run.due()) yield
        before = run.now?.() ?? 0
      }
      for await (const _ of refine(density, learner, inside, held)) if (run.due()) yield
      return
    } catch (thrown) {
      if (!(thrown instanceof StepsLost)) throw thrown
    }
  }
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
