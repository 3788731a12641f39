/**
 * The default scheme: states are drawn from the density (or kept from the step before), advanced exactly over a lag, and
 * learnt by maximum likelihood, the forward divergence KL(p‖q). There is no error of a time step, no propensity ratio
 * and no smoothing of the initial law: the first states are the initial one.
 */
import { StepsLost } from '../../numerics/learning/enduring'
import type { Weights } from '../../numerics/learning/ops'
import { draw, logProbabilities } from '../../numerics/learning/sampling'
import { learn, type Rows, shifted, smoothLaws } from './fit'
import { hasMoved, type Sketch, sketchOf } from './moved'
import { propagate, streams } from './propagate'
import { refine } from './refine'
import type { Scheme, Setting } from './scheme'
import { herds, lessonWeights, seenOf, spread } from './spread'

export const forwardKl: Scheme = async function* (setting) {
  const { problem, options, run, density, learner, progress } = setting
  const S = problem.network.species.length
  let states = new Int32Array(options.replicates * S)
  for (let at = 0; at < states.length; at += S) states.set(problem.initial, at)
  const weights = options.tails > 0 ? new Float64Array(options.replicates).fill(1) : undefined
  let before: Float64Array[] | undefined
  const steps = lags(problem.times, options.lag)
  const lessons = sharing(setting, steps.length)
  for (const [k, { to, output }] of steps.entries()) {
    if (to > progress.time) {
      progress.steps++
      if (before && options.from === 'network') {
        states = await drawn(setting)
        weights?.fill(1)
      }
      for (const _ of advance(setting, { states, weights }, to, legsOf(steps.length, weights))) if (run.due()) yield
      const all = within(setting, states, weights)
      if (run.due()) yield
      const { train, held } = apart(all, density.caps.length)
      const now = smoothLaws(density, seenOf(density.caps, all.states, all.own))
      if (run.due()) yield
      const most = lessons(all)
      if (run.due()) yield
      const known = setting.learnt(to)
      if (known) learner.restart(known)
      else {
        const first = shifted(density, await learner.weights(), now, before)
        yield* learnFrom(setting, first, { train, all, held }, most, [k / steps.length, (k + 1) / steps.length])
      }
      before = now
      await setting.keep(to)
      progress.effective = effectiveOf(all, density.caps.length)
      if (run.due()) yield
      const lost = await excess(setting, train, held)
      progress.divergence = options.from === 'network' ? progress.divergence + lost : lost
      if (output !== undefined) yield* setting.arrive(output, all)
    } else if (output !== undefined) yield* setting.arrive(output)
    yield
  }
}

/** States [rows, species] with what they weigh; without, 1. */
interface Ensemble {
  readonly states: Int32Array
  readonly weights?: Float64Array
}

/** Exactly to the time `to`; weighted states in legs, and spread before each. */
function* advance(
  { problem, run, box, options, progress }: Setting,
  { states, weights }: Ensemble,
  to: number,
  legs: number,
): Generator<void, void> {
  const from = progress.time
  const changing = box.variables.map(({ species }) => species)
  for (let leg = 1; leg <= legs; leg++) {
    const step = (progress.steps - 1) * legs + leg
    if (weights && step > 1) {
      spread({ states, weights, share: options.tails }, changing, run.rng(streams.spread + step))
      yield
    }
    const end = leg === legs ? to : from + ((to - from) * leg) / legs
    const walk = propagate(problem, run, states, { from: progress.time, to: end, step })
    const already = progress.events
    for (let next = walk.next(); ; next = walk.next()) {
      progress.events = already + next.value.events
      if (next.done) break
      yield
    }
    progress.time = end
  }
}

/** Over all steps together there are some so many legs, where states are weighted. */
const legsInAll = 64
const [fewestLegs, mostLegs] = [2, 16]

const legsOf = (steps: number, weights: Float64Array | undefined): number =>
  weights ? Math.max(fewestLegs, Math.min(mostLegs, Math.round(legsInAll / steps))) : 1

/** Of unequal weights, so many equal ones say as much of a mean (Kish 1965). */
function effectiveOf({ states, own }: Rows, N: number): number {
  if (!own) return states.length / N
  const [sum, squares] = own.reduce(([a, b], w) => [a + w, b + w * w], [0, 0])
  return sum ** 2 / squares
}

/** States of a step, those that are held out, and all. */
interface Lesson {
  readonly train: Rows
  readonly held: Rows
  readonly all: Rows
}

/**
 * Learn from the states of a step, then refine with those that were held out; once more from its beginning where a device
 * was lost on the way. `part`: where the step lies in the time for all.
 */
async function* learnFrom(
  { options, run, density, learner, progress, spent }: Setting,
  first: Weights,
  { train, all, held }: Lesson,
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
      const lesson = most > 0 ? learn(density, learner, train, source, settings) : []
      for await (const { loss, gradientNorm, updates } of lesson) {
        Object.assign(progress, { loss, gradientNorm, updates: done + updates })
        progress.record.add(done + updates, loss, gradientNorm)
        progress.training += (run.now?.() ?? 0) - before
        if (run.due()) yield
        before = run.now?.() ?? 0
      }
      for await (const _ of refine(density, learner, all, most > 0 ? held : undefined)) if (run.due()) yield
      return
    } catch (thrown) {
      if (!(thrown instanceof StepsLost)) throw thrown
    }
  }
}

/** From so many steps on, updates are shared out: where the law has moved since it was last learnt, and only there. */
const manySteps = 20
/** A step that learns gets so many at least. */
const fewestUpdates = 50

/** How many updates each step gets, asked in turn. With many steps all together get as many as `manySteps` of few. */
function sharing({ options, density, progress, spent }: Setting, steps: number): (states: Rows) => number {
  const { updates } = options
  let left = manySteps * updates
  let before: Sketch | undefined
  const shareOf = (rest: number) => Math.min(updates, Math.max(fewestUpdates, Math.round(rest / manySteps)))
  const next = (states: Rows) => {
    if (progress.steps === 1) {
      before = sketchOf(density.caps, states)
      return 2 * updates
    }
    if (steps <= manySteps || spent) return updates
    const now = sketchOf(density.caps, states)
    if (before && !hasMoved(before, now)) return 0
    before = now
    const most = shareOf(left)
    left = Math.max(0, left - most)
    return most
  }
  /** Of so many steps to come, if the law moves in all of them. */
  const later = (count: number) => {
    if (steps <= manySteps) return count * updates
    let [sum, rest] = [0, left]
    for (let k = 0; k < count; k++) {
      const most = shareOf(rest)
      sum += most
      rest = Math.max(0, rest - most)
    }
    return sum
  }
  if (!spent) progress.planned = 2 * updates + later(steps - 1)
  return (states) => {
    const most = next(states)
    if (!spent) progress.planned = progress.updates + most + later(steps - progress.steps)
    return most
  }
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

/** The variables of those states that lie in the box, all else as it was at the start; the others are counted. */
function within({ problem, box, progress }: Setting, states: Int32Array, weights?: Float64Array): Inside {
  const S = problem.network.species.length
  const N = box.variables.length
  const out = new Int32Array((states.length / S) * N)
  const rows: number[] = []
  const varies = new Set(box.variables.map(({ species }) => species))
  const still = problem.network.species.map((_, s) => s).filter((s) => !varies.has(s))
  let [all, kept] = [0, 0]
  for (let r = 0; r < states.length / S; r++) {
    let inside = still.every((s) => states[r * S + s] === problem.initial[s])
    box.variables.forEach(({ species, low, cap }, i) => {
      const n = states[r * S + species] - low
      out[rows.length * N + i] = n
      inside &&= n >= 0 && n <= cap
    })
    const weight = weights ? weights[r] : 1
    all += weight
    if (!inside) continue
    kept += weight
    rows.push(r)
  }
  progress.states += all
  progress.outside += all - kept
  const counts = out.slice(0, rows.length * N)
  if (!weights) return { rows, states: counts }
  const own = Float64Array.from(rows, (r) => weights[r])
  const seen = seenOf(
    box.variables.map(({ cap }) => cap),
    counts,
    own,
  )
  return {
    rows,
    states: counts,
    own,
    each: lessonWeights(seen, counts, own),
    herd: Uint8Array.from(rows, (r) => r % herds),
  }
}

/** With the row of the ensemble that each is. */
interface Inside extends Rows {
  readonly rows: readonly number[]
}

/** One herd is held out. */
function apart({ rows, states, own, each }: Inside, N: number): { train: Rows; held: Rows } {
  const of = (wanted: (r: number) => boolean): Rows => {
    const places = [...rows.keys()].filter((k) => wanted(rows[k]))
    const taken = new Int32Array(places.length * N)
    const weights = each && new Float32Array(places.length * N)
    places.forEach((k, at) => {
      taken.set(states.subarray(k * N, k * N + N), at * N)
      if (each) weights?.set(each.subarray(k * N, k * N + N), at * N)
    })
    return { states: taken, each: weights, own: own && Float64Array.from(places, (k) => own[k]) }
  }
  const last = (r: number) => r % herds === herds - 1
  return { train: of((r) => !last(r)), held: of(last) }
}

/**
 * Half of how much worse held-out states are predicted than those learnt from: what fitting to finitely many states
 * costs in KL (Akaike 1974). What the network cannot represent is not in it.
 */
async function excess({ density, learner }: Setting, train: Rows, held: Rows): Promise<number> {
  const rows = held.states.length / density.caps.length
  if (rows === 0) return 0
  const mean = (logQ: Float64Array, own: Float64Array | undefined) => {
    const total = own ? own.subarray(0, rows).reduce((sum, w) => sum + w, 0) : rows
    return logQ.reduce((sum, x, r) => sum + (own ? own[r] * x : x), 0) / total
  }
  const same = train.states.subarray(0, held.states.length)
  const [seen, unseen] = [
    mean(await logProbabilities(density, learner, same), train.own),
    mean(await logProbabilities(density, learner, held.states), held.own),
  ]
  return Math.max(0, 0.5 * (seen - unseen))
}
