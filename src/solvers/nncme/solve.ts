import { chooseBackend, type Trial } from '../../numerics/learning/backends'
import type { Density } from '../../numerics/learning/density'
import { StepsLost } from '../../numerics/learning/enduring'
import { logProbabilitiesOf, type Nade } from '../../numerics/learning/nade'
import type { Backend, Weights } from '../../numerics/learning/ops'
import { logProbabilities } from '../../numerics/learning/sampling'
import { checkConstants } from '../broken'
import type { Artifact, Frame, Method, Observations, Problem, Run, Snapshot, Solution } from '../contract'
import { sparingly, trainingRecord } from '../training'
import { artifactOf, notesOf, paperArtifactOf, type Snapshots, snapshotsOf } from './artifact'
import { lawNow, momentsOfPaths } from './beside'
import { type Box, boxAround, type Met } from './box'
import { compare, compareJointly, type Distances, lawsOfPaths, type Verdict, verdictOn } from './check'
import { densityOf } from './density'
import { type Exact, referenceFor } from './exact'
import { crossEntropy, type Rows } from './fit'
import { forwardKl } from './forward-kl'
import type { NncmeOptions } from './index'
import { type Known, knownOf, knownOfState, push, type Weighted } from './law'
import { open } from './open'
import type { Resting } from './paper/evolve'
import { paperScheme, trimmedBox } from './paper/scheme'
import { ensemble, streams } from './propagate'
import { observations, type Taken } from './record'
import { type Progress, shareDone } from './scheme'
import { herds } from './spread'
import { withTrap } from './trap'

/** Why what the papers' schemes find has no error. */
const unmeasured =
  'each step is learnt from the network’s own samples: what they never show is lost unnoticed. The check against independent paths is what there is'

/** Paths of the pilot, where no more are asked for to check. */
const fewestPaths = 1000

export const method: Method<NncmeOptions> = {
  solve: (problem, options, run) => solveOn(chooseBackend, problem, options, run),
  open,
}

/** The method on the backends that are lent. */
export async function* solveOn(
  choose: typeof chooseBackend,
  asked: Problem,
  options: NncmeOptions,
  run: Run,
): AsyncGenerator<Snapshot, Solution> {
  const problem = withTrap(asked, options.trap)
  checkConstants(problem)
  const { network, times } = problem
  const S = network.species.length
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
    training: 0,
    record: trainingRecord(),
  }
  let backend: Backend | undefined
  const told: string[] = []
  const trap = options.trap.trim()
  if (trap) told.push(`nothing happens any more where ${trap}: other methods answer without this absorbing set`)
  const taken: (Taken | undefined)[] = Array.from(times, () => undefined)
  const rows: (Distances | undefined)[] = Array.from(times, () => undefined)
  const kept: Snapshots = { weights: [], times: [] }
  const horizon = times.length ? times[times.length - 1] : 0
  let phase = 'a pilot ensemble finds the box of counts'
  let paths = new Int32Array(0)
  let independent: ReturnType<typeof momentsOfPaths>
  let now: Frame['now']
  const glances = sparingly(run.now)
  // A checkpoint goes with the first frame that is looked at after each step.
  let checkpoint: (() => Artifact) | undefined
  let from: Verdict['from'] = 'paths'
  const judged = () => {
    const samples = from === 'paths' ? paths.length / (S * times.length) : samplesOf(options)
    return verdictOn(times, rows, { from, samples })
  }
  const frame = (): Frame => {
    const artifact = checkpoint?.()
    checkpoint = undefined
    const so = solution(problem, options, taken, progress, backend, judged(), told)
    return {
      ...so,
      // What depends on the machine is told on the way, and is no part of the solution.
      diagnostics: { ...so.diagnostics, ...speed(progress) },
      ...(independent && { independent }),
      ...(now && { now }),
      ...(artifact && { artifact }),
      done: shareDone(progress, horizon),
      phase,
    }
  }
  yield frame
  if (horizon > 0) {
    const pilot = ensemble(problem, run, Math.max(fewestPaths, options.check), streams.pilot)
    for (let next = pilot.next(); ; next = pilot.next()) {
      if (next.done) {
        paths = next.value as Int32Array<ArrayBuffer>
        break
      }
      if (run.due()) yield frame
    }
  }
  if (options.check > 0) independent = momentsOfPaths(problem, paths)
  const paper = options.scheme !== 'forward-kl'
  const around = boxAround(problem, met(problem, paths))
  const box = paper ? trimmedBox(problem, around) : around
  if (box.variables.length === 0) {
    times.forEach((time, k) => {
      taken[k] = { known: knownOfState(problem, time), states: Number.POSITIVE_INFINITY }
    })
    return solution(problem, options, taken, progress, backend, undefined, told)
  }
  const density = densityOf(options, box)
  const initial = density.initial(run.rng(streams.train))
  const lent = await choose(paper ? 'wasm' : options.backend, trialOf(density, initial, run), (why) => {
    told.push(`a device was lost after ${progress.updates} updates (${why}); training went on by ${backend?.name}`)
  })
  backend = lent.backend
  if (lent.told) told.push(lent.told)
  const learner = backend.learner(initial)
  const started = run.now?.() ?? 0
  const spent =
    options.seconds > 0 && run.now ? () => ((run.now?.() ?? 0) - started) / (1000 * options.seconds) : undefined
  const earlier = snapshotsOf(run.artifact, initial, notesOf(asked, box, options))
  try {
    const setting = {
      asked,
      problem,
      options,
      run,
      box,
      density,
      learner,
      progress,
      spent,
      learnt: (time: number) => earlier.weights[earlier.times.indexOf(time)],
      async keep(time: number) {
        kept.weights.push(await learner.weights())
        kept.times.push(time)
        // Until the run has caught up with what an earlier one has learnt, that is the better checkpoint.
        if (kept.times.length > earlier.times.length) checkpoint = () => artifactOf(asked, box, options, kept)
      },
      async *arrive(k: number, fitted?: Rows) {
        const time = times[k]
        if (!fitted && time === 0) {
          taken[k] = { known: knownOfState(problem, time), states: Number.POSITIVE_INFINITY }
          return
        }
        if (!fitted) {
          taken[k] = taken[k - 1]
          rows[k] = rows[k - 1]
          return
        }
        const known = await knownOf(problem, box, density, learner, run.rng(streams.check + k), time)
        const states = widened(problem, box, fitted.states)
        const of = push(problem, weighted(states, fitted.own ?? new Float64Array(states.length / S).fill(1)), time)
        const count = progress.effective
        const independent = options.from === 'network' ? count / progress.steps : count
        const apart: Known[] = []
        for (const herd of herdsOf(states, fitted)) {
          apart.push(push(problem, herd, time))
          if (run.due()) yield
        }
        taken[k] = { known, fitted: of, states: independent, herds: apart }
        yield* measure(k, known, (counts) => logProbabilities(density, learner, counts))
      },
    }
    const stands: Resting[] = []
    const learntSoFar = () =>
      paper ? paperArtifactOf(asked, box, options, stands) : artifactOf(asked, box, options, kept)
    const arrive = async function* (k: number, known: Known, net?: Nade, stand?: Resting) {
      taken[k] = { known, states: Number.POSITIVE_INFINITY }
      if (!net || !stand) return
      if (stands.at(-1) !== stand) stands.push(stand)
      checkpoint = learntSoFar
      yield* measure(k, known, async (counts) => logProbabilitiesOf(net, counts))
    }
    const reference = options.check > 0 ? referenceFor(problem) : undefined
    const measure = async function* (k: number, known: Known, logQOf: LogQ): AsyncGenerator<void, void> {
      if (!reference) return
      let exact: Exact | undefined
      const steps = reference.at(k)
      for (let next = steps.next(); ; next = steps.next()) {
        if (next.done) {
          exact = next.value ?? undefined
          break
        }
        if (run.due()) yield
      }
      // One reference for the whole run: the first time says which, and what is beyond it is not measured.
      if (rows.every((row) => row === undefined)) from = exact?.from ?? 'paths'
      if (exact) {
        const marginal = compare(S, known, exact.known.laws, samplesOf(options))
        const whole = looksAt(k, times.length) && (exact.joint || exact.poissons)
        const jointly = whole && (await compareJointly(S, box, logQOf, exact, run.rng(streams.judge + k)))
        rows[k] = { ...marginal, ...jointly }
      } else if (from === 'paths') {
        rows[k] = compare(S, known, lawsOfPaths(problem, paths, k), paths.length / (S * times.length))
      }
    }
    for await (const _ of paper ? paperScheme(setting, arrive) : forwardKl(setting)) {
      phase = phaseOf(progress, horizon)
      const next = paper ? -1 : taken.indexOf(undefined)
      if (now && now.time !== times[next]) now = undefined
      if (next >= 0 && times[next] === progress.time && glances.due()) {
        glances.begin()
        try {
          const known = await knownOf(problem, box, density, learner, run.rng(streams.look), progress.time)
          now = lawNow(problem, progress.time, known)
        } catch (thrown) {
          // The scheme will notice, and take its steps again.
          if (!(thrown instanceof StepsLost)) throw thrown
        }
        glances.end()
      }
      yield frame
    }
    return {
      ...solution(problem, options, taken, progress, backend, judged(), told),
      ...(independent && { independent }),
      artifact: learntSoFar(),
    }
  } finally {
    learner.dispose()
  }
}

/** ln q of states [rows, variables] of the box. */
type LogQ = (counts: Int32Array) => Promise<Float64Array>

/** By the host's clock, where it has one. */
const speed = ({ training, updates }: Progress): Record<string, number> =>
  training > 0 && updates > 0 ? { secondsPerUpdate: training / 1000 / updates } : {}

/** What a step of training takes, by states that are drawn evenly from the box. */
function trialOf(density: Density, weights: Weights, run: Run): Trial | undefined {
  const { now } = run
  if (!now) return undefined
  const { caps } = density
  const source = run.rng(streams.judge - 1)
  const states = Int32Array.from({ length: trialRows * caps.length }, (_, at) =>
    Math.floor(source.uniform() * (caps[at % caps.length] + 1)),
  )
  const loss = crossEntropy(density, { states })
  return { weights, now: () => now.call(run), step: (learner) => learner.step(loss, { rate: 1e-3 }) }
}

const trialRows = 512

/** Whole states are compared at so many of the output times, spread over them, at most. */
const mostLooks = 12

const looksAt = (k: number, T: number): boolean => {
  const step = Math.max(1, Math.ceil(T / mostLooks))
  return (T - 1 - k) % step === 0
}

/** States that a law was learnt from: what counting them would explain is the floor of its distance from the truth. */
const samplesOf = ({ scheme, replicates, samples }: NncmeOptions) => (scheme === 'forward-kl' ? replicates : samples)

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

/** Weights that sum to one; without any, the same for all. */
function weighted(states: Int32Array, own: Float64Array): Weighted {
  const total = own.reduce((sum, w) => sum + w, 0)
  return { states, weights: own.map((w) => w / total), exact: false }
}

/** Of weighted states, those that are independent of the others, by themselves. */
function herdsOf(states: Int32Array, { own, herd }: Rows): Weighted[] {
  if (!own || !herd) return []
  const S = states.length / own.length
  return Array.from({ length: herds }, (_, h) => {
    const rows = [...herd.keys()].filter((r) => herd[r] === h)
    const part = new Int32Array(rows.length * S)
    rows.forEach((r, k) => {
      part.set(states.subarray(r * S, r * S + S), k * S)
    })
    return weighted(
      part,
      Float64Array.from(rows, (r) => own[r]),
    )
  })
}

function solution(
  problem: Problem,
  options: NncmeOptions,
  taken: readonly (Taken | undefined)[],
  progress: Progress,
  backend: Backend | undefined,
  verdict: Verdict | undefined,
  told: readonly string[],
): Solution {
  const observed = observations(problem, taken)
  const { tensors, bytes } = backend?.memory() ?? { tensors: 0, bytes: 0 }
  const { loss, gradientNorm, updates, effective, events, divergence, outside, states } = progress
  const trained: Record<string, number> =
    updates > 0 ? { loss, gradientNorm, divergence, effective, outside: states > 0 ? outside / states : 0 } : {}
  if (progress.clamped !== undefined) trained.clamped = progress.clamped
  return {
    observations: options.scheme === 'forward-kl' ? observed : withoutError(observed),
    diagnostics: { replicates: samplesOf(options), events, updates, ...trained, tensors, bytes, ...measured(verdict) },
    warnings: [...told, ...warnings(progress, verdict, options.scheme)],
    training: progress.record.array(),
    ...(verdict && { distances: verdict.array }),
    notes: { ...(backend && { backend: backend.name }), ...(verdict && { measured: wordsOf(verdict) }) },
  }
}

function withoutError(observed: Observations): Observations {
  return Object.fromEntries(
    Object.entries(observed).map(([key, { array }]) => [key, { array, error: { kind: 'none', why: unmeasured } }]),
  )
}

/** States outside the box beyond this share are worth a word. */
const fewOutside = 1e-3

function measured(verdict: Verdict | undefined): Record<string, number> {
  if (!verdict) return {}
  const { hellinger, hellingerFloor, totalVariation, totalVariationFloor, joint, kl } = verdict.worst
  const named = { hellinger, hellingerFloor, totalVariation, totalVariationFloor, jointHellinger: joint, jointKl: kl }
  const known = Object.entries(named).filter(([, value]) => !Number.isNaN(value))
  return { ...Object.fromEntries(known), ...(verdict.from === 'paths' && { paths: verdict.samples }) }
}

const wordsOf = ({ from, samples }: Verdict): string =>
  from === 'paths'
    ? `${samples.toLocaleString('en')} independent paths`
    : `the exact law, ${from === 'projection' ? 'by projection' : 'in closed form'}`

/** Most of what the papers’ schemes get wrong is what their samples do not show. */
const papersWay =
  'onward sampling, less smoothing and damping, more samples or shorter steps may help; forward-kl has no such trouble'

function warnings(
  { outside, states }: Progress,
  verdict: Verdict | undefined,
  scheme: NncmeOptions['scheme'],
): string[] {
  const said: string[] = []
  if (states > 0 && outside / states > fewOutside) {
    const share = Number(((100 * outside) / states).toPrecision(2))
    said.push(`${share} % of the states left the box of counts that the pilot found, and were not learnt from`)
  }
  if (verdict && verdict.worst.hellinger > 2 * verdict.worst.hellingerFloor) {
    const paper = scheme !== 'forward-kl'
    const [d, floor] = [verdict.worst.hellinger, verdict.worst.hellingerFloor].map((x) => Number(x.toPrecision(2)))
    said.push(
      `a law is ${d} from that of ${wordsOf(verdict)} in Hellinger's distance, where counting ${verdict.samples.toLocaleString('en')} samples explains ${floor}: ${paper ? papersWay : 'more states or updates would help'}`,
    )
  }
  return said
}
