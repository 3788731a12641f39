import { ownBackend } from '../../numerics/learning/own'
import { checkConstants } from '../broken'
import type { Artifact, Frame, Method, Observations, Problem, Run, Snapshot, Solution } from '../contract'
import { walkers } from '../ssa/kernel'
import { trainingRecord } from '../training'
import { artifactOf, notesOf, type Snapshots, snapshotsOf } from './artifact'
import { type Box, boxAround, type Met } from './box'
import { type Checked, compare } from './check'
import { densityOf } from './density'
import { forwardKl } from './forward-kl'
import type { NncmeOptions } from './index'
import { type Known, knownOf, knownOfState, push } from './law'
import { open } from './open'
import { paperScheme } from './paper/scheme'
import { ensemble, streams } from './propagate'
import { observations, type Taken } from './record'
import type { Progress } from './scheme'

/** Why what the papers' schemes find has no error. */
const unmeasured =
  'each step is learnt from the network’s own samples: what they never show is lost unnoticed. The check against independent paths is what there is'

/** Paths of the pilot, where no more are asked for to check. */
const fewestPaths = 1000

export const method: Method<NncmeOptions> = { solve, open }

async function* solve(problem: Problem, options: NncmeOptions, run: Run): AsyncGenerator<Snapshot, Solution> {
  checkConstants(problem)
  const { network, times } = problem
  const S = network.species.length
  const backend = ownBackend()
  const progress: Progress = {
    time: 0,
    steps: 0,
    updates: 0,
    loss: Number.NaN,
    gradientNorm: Number.NaN,
    effective: 0,
    events: 0,
    divergence: 0,
    outside: 0,
    states: 0,
    record: trainingRecord(),
  }
  const taken: (Taken | undefined)[] = Array.from(times, () => undefined)
  const kept: Snapshots = { weights: [], times: [] }
  const horizon = times.length ? times[times.length - 1] : 0
  let phase = 'a pilot ensemble finds the box of counts'
  let paths = new Int32Array(0)
  // A checkpoint goes with the first frame that is looked at after each step.
  let checkpoint: (() => Artifact) | undefined
  const frame = (): Frame => {
    const artifact = checkpoint?.()
    checkpoint = undefined
    return {
      ...solution(problem, options, taken, progress, backend.memory(), undefined),
      ...(artifact && { artifact }),
      done: horizon > 0 ? progress.time / horizon : 0,
      phase,
    }
  }
  yield frame
  const ask = await walkers()
  if (horizon > 0) {
    const pilot = ensemble(ask, problem, run, Math.max(fewestPaths, options.check), streams.pilot)
    for (let next = pilot.next(); ; next = pilot.next()) {
      if (next.done) {
        paths = next.value as Int32Array<ArrayBuffer>
        break
      }
      if (run.due()) yield frame
    }
  }
  const box = boxAround(problem, met(problem, paths))
  if (box.variables.length === 0) {
    times.forEach((time, k) => {
      taken[k] = { known: knownOfState(problem, time), states: Number.POSITIVE_INFINITY }
    })
    return solution(problem, options, taken, progress, backend.memory(), undefined)
  }
  const density = densityOf(options, box)
  const initial = density.initial(run.rng(streams.train))
  const learner = backend.learner(initial)
  const earlier = snapshotsOf(run.artifact, initial, notesOf(problem, box, options))
  try {
    const setting = {
      problem,
      options,
      run,
      box,
      density,
      learner,
      walkers: ask,
      progress,
      learnt: (time: number) => earlier.weights[earlier.times.indexOf(time)],
      async keep(time: number) {
        kept.weights.push(await learner.weights())
        kept.times.push(time)
        // Until the run has caught up with what an earlier one has learnt, that is the better checkpoint.
        if (kept.times.length > earlier.times.length) checkpoint = () => artifactOf(problem, box, options, kept)
      },
      async arrive(k: number, fitted?: Int32Array) {
        const time = times[k]
        if (!fitted && time === 0) {
          taken[k] = { known: knownOfState(problem, time), states: Number.POSITIVE_INFINITY }
          return
        }
        if (!fitted) {
          taken[k] = taken[k - 1]
          return
        }
        const known = await knownOf(problem, box, density, learner, run.rng(streams.check + k), time)
        const states = widened(problem, box, fitted)
        const rows = states.length / S
        const of = push(problem, { states, weights: new Float64Array(rows).fill(1 / rows), exact: false }, time)
        taken[k] = { known, fitted: of, states: rows / progress.steps }
      },
    }
    const arrive = (k: number, known: Known, parameters?: Float64Array) => {
      taken[k] = { known, states: Number.POSITIVE_INFINITY }
      if (!parameters) return
      kept.weights.push({ nade: { shape: [parameters.length], data: Float32Array.from(parameters) } })
      kept.times.push(times[k])
    }
    for await (const _ of options.scheme === 'forward-kl' ? forwardKl(setting) : paperScheme(setting, arrive)) {
      phase = phaseOf(progress, horizon)
      yield frame
    }
    const known = taken.flatMap((t) => (t ? [t.known] : []))
    const checked = options.check > 0 ? compare(problem, known, paths) : undefined
    const artifact = artifactOf(problem, box, options, kept)
    return { ...solution(problem, options, taken, progress, backend.memory(), checked), artifact }
  } finally {
    learner.dispose()
  }
}

function phaseOf({ time, loss, updates }: Progress, horizon: number): string {
  const shown = (x: number) => Number(x.toPrecision(3))
  const nats = Number.isFinite(loss) ? `, loss ${shown(loss)} nats after ${updates} updates` : ''
  return `t = ${shown(time)} of ${shown(horizon)}${nats}`
}

/** What an ensemble [replicate, time, species] has met of each species, and the start. */
function met({ network, initial, times }: Problem, paths: Int32Array): Met {
  const S = network.species.length
  const T = times.length
  const n = paths.length / (S * T)
  const [least, most] = [Float64Array.from(initial), Float64Array.from(initial)]
  const narrowest = new Float64Array(S).fill(Number.POSITIVE_INFINITY)
  for (let s = 0; s < S; s++) {
    for (let k = 0; k < T && n > 0; k++) {
      let [sum, squares] = [0, 0]
      for (let r = 0; r < n; r++) {
        const x = paths[(r * T + k) * S + s]
        least[s] = Math.min(least[s], x)
        most[s] = Math.max(most[s], x)
        sum += x
        squares += x * x
      }
      const variance = squares / n - (sum / n) ** 2
      if (variance > 0.25) narrowest[s] = Math.min(narrowest[s], Math.sqrt(variance))
    }
  }
  return { least, most, narrowest }
}

/** States of all species from those of the variables. */
function widened({ network, initial }: Problem, { variables }: Box, states: Int32Array): Int32Array {
  const S = network.species.length
  const N = variables.length
  const rows = states.length / N
  const out = new Int32Array(rows * S)
  for (let r = 0; r < rows; r++) {
    out.set(initial, r * S)
    variables.forEach(({ species, low }, i) => {
      out[r * S + species] = low + states[r * N + i]
    })
  }
  return out
}

function solution(
  problem: Problem,
  options: NncmeOptions,
  taken: readonly (Taken | undefined)[],
  progress: Progress,
  { tensors, bytes }: { tensors: number; bytes: number },
  checked: Checked | undefined,
): Solution {
  const observed = observations(problem, taken)
  const { loss, gradientNorm, updates, effective, events, divergence, outside, states } = progress
  const trained: Record<string, number> =
    updates > 0 ? { loss, gradientNorm, divergence, effective, outside: states > 0 ? outside / states : 0 } : {}
  if (progress.clamped !== undefined) trained.clamped = progress.clamped
  const check: Record<string, number> = checked
    ? {
        hellinger: checked.hellinger,
        hellingerFloor: checked.floor,
        totalVariation: checked.totalVariation,
        paths: checked.paths,
      }
    : {}
  return {
    observations: options.scheme === 'forward-kl' ? observed : withoutError(observed),
    diagnostics: { replicates: options.replicates, events, updates, ...trained, tensors, bytes, ...check },
    warnings: warnings(progress, checked),
    training: progress.record.array(),
  }
}

function withoutError(observed: Observations): Observations {
  return Object.fromEntries(
    Object.entries(observed).map(([key, { array }]) => [key, { array, error: { kind: 'none', why: unmeasured } }]),
  )
}

/** States outside the box beyond this share are worth a word. */
const fewOutside = 1e-3

function warnings({ outside, states }: Progress, checked: Checked | undefined): string[] {
  const said: string[] = []
  if (states > 0 && outside / states > fewOutside) {
    const share = Number(((100 * outside) / states).toPrecision(2))
    said.push(`${share} % of the states left the box of counts that the pilot found, and were not learnt from`)
  }
  if (checked && checked.hellinger > 2 * checked.floor) {
    const [d, floor] = [checked.hellinger, checked.floor].map((x) => Number(x.toPrecision(2)))
    said.push(
      `a law is ${d} from that of ${checked.paths} independent paths in Hellinger's distance, where sampling explains ${floor}: more states or updates would help`,
    )
  }
  return said
}
