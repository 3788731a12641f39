/** The papers' modes as schemes of the solver: their own network, double precision, steps in time instead of paths. */
import { evaluators } from '../../../network/evaluate'
import { exp } from '../../../numerics/elementary'
import { batchOf, type Nade, nade, walk } from '../../../numerics/learning/nade'
import { grow, stateOf, treeOf } from '../../../numerics/learning/nade-tree'
import { type Variates, variates } from '../../../numerics/variates'
import type { Problem } from '../../contract'
import { notesOf, standsOf } from '../artifact'
import { type Box, sumsOf, type Variable } from '../box'
import type { NncmeOptions } from '../index'
import { type Known, knownOfState, push, type Weighted } from '../law'
import { streams } from '../propagate'
import type { Setting } from '../scheme'
import { evolve, type PaperOptions, type Resting } from './evolve'
import type { Sampling } from './sampling'

/** Boxes up to this many states are summed entirely; of larger ones so many states are drawn. */
const mostStates = 40_000
const draws = 20_000
/** How many automatic steps there are at least. */
const fewestSteps = 200
/** What an automatic step leaves of every probability among the samples. */
const leastLeft = 0.25
const headStates = 8000
const headUpdates = 400

type PaperName = Exclude<NncmeOptions['scheme'], 'forward-kl'>

const schemes = { 'reverse-kl': 'reverseKl', 'natural-gradient': 'natural', tdvp: 'tdvp' } as const

/** What the law is at output time k, by number, the network that says so, and what it takes to go on from it. */
export type Arrive = (k: number, known: Known, net?: Nade, stand?: Resting) => AsyncGenerator<void, void>

/** `asked`: the problem as it was posed, which is what was learnt is known by. */
type PaperSetting = Pick<Setting, 'problem' | 'options' | 'run' | 'box' | 'progress'> & { readonly asked: Problem }

export async function* paperScheme(
  { asked, problem, options, run, box, progress }: PaperSetting,
  arrive: Arrive,
): AsyncGenerator<void, void> {
  const { times } = problem
  let k = 0
  while (k < times.length && times[k] === 0) yield* arrive(k++, knownOfState(problem, 0))
  if (k === times.length) return
  const source = variates()
  const looks = variates()
  const settings = settingsOf(problem, box, options)
  const arrived = async function* (net: Nade, stand: Resting): AsyncGenerator<void, void> {
    looks.start(run.rng(streams.check + k))
    const known = push(problem, statesOf(problem, box, net, looks), stand.time)
    for (const time = times[k]; k < times.length && times[k] === time; k++) yield* arrive(k, known, net, stand)
    // Each output time begins streams of its own, so that who goes on from it draws the same samples.
    source.start(run.rng(streams.train + k))
  }
  source.start(run.rng(streams.train + k))
  const before = nade(settings.caps, settings.hidden, settings.total)
  const earlier = standsOf(run.artifact, notesOf(asked, box, options), before.parameters.length)
  let from: Resting | undefined
  for (const stand of earlier) {
    if (times[k] !== stand.time) break
    before.parameters.set(stand.parameters)
    Object.assign(progress, { time: stand.time })
    from = stand
    yield* arrived(before, stand)
    yield
  }
  if (k === times.length) return
  const left = Array.from(new Set(times.subarray(k)))
  for (const state of evolve(problem, settings, left, source, from)) {
    Object.assign(progress, {
      time: state.time,
      steps: state.steps,
      updates: state.updates,
      loss: state.loss,
      gradientNorm: state.gradient,
      effective: state.effective,
      divergence: Math.max(0, state.lost),
      clamped: state.clamped,
    })
    progress.record.add(state.updates, state.loss, state.gradient)
    if (state.settled) {
      yield* arrived(state.net, state.resting())
      yield
    } else if (run.due()) yield
  }
}

/** The box of these schemes. */
export function trimmedBox(problem: Problem, box: Box): Box {
  const variables = box.variables.map((variable) => trimmed(problem, variable))
  return { variables, sums: sumsOf(problem, variables) }
}

/**
 * The part of a variable's counts, around its initial one, at which all propensities are such while the other counts are
 * as at the start. A box has a margin; a gene that is there or not has none, and rates like u·(1 − G) say so.
 */
function trimmed({ network, parameters, initial }: Problem, { species, low, cap }: Variable): Variable {
  const { propensities } = evaluators(network, parameters)
  const x = Float64Array.from(initial)
  const holds = (count: number): boolean => {
    x[species] = count
    return propensities.every((propensity) => {
      const a = propensity(x, 0)
      return a >= 0 && a < Number.POSITIVE_INFINITY
    })
  }
  let [first, last] = [initial[species], initial[species]]
  while (first > low && holds(first - 1)) first--
  while (last < low + cap && holds(last + 1)) last++
  return { species, low: first, cap: last - first, widest: Number.POSITIVE_INFINITY }
}

function settingsOf(problem: Problem, { variables, sums }: Box, options: NncmeOptions): PaperOptions {
  const horizon = problem.times[problem.times.length - 1]
  const automatic = options.step === 0
  const dt = automatic ? horizon / fewestSteps : options.step
  const scheme = schemes[options.scheme as PaperName]
  return {
    caps: variables.map(({ cap }) => cap),
    axes: variables,
    boundary: options.walls,
    scheme,
    hidden: options.width,
    total: wholeTotal(sums),
    batch: options.samples,
    first: options.first,
    later: options.each,
    rate: scheme === 'reverseKl' ? options.descent : options.pace,
    damping: options.damping,
    dt,
    fold: automatic ? 1 : options.fold,
    least: automatic ? leastLeft : 0,
    sampling: samplingOf(options),
    start:
      options.start === 'delta'
        ? {
            kind: 'delta',
            head: Math.min(options.head * dt, firstAfter0(problem)),
            replicates: headStates,
            updates: headUpdates,
          }
        : { kind: options.start, share: options.smoothing, trained: false },
  }
}

/** What all variables add up to, where they do: the last then takes what the others leave. */
export const wholeTotal = (sums: Box['sums']): number | undefined =>
  sums.find(({ weights }) => weights.every((w) => w === 1))?.total

const firstAfter0 = ({ times }: Problem): number => times.find((time) => time > 0)!

function samplingOf({ sampling, even, reweighted, alpha, reach, further }: NncmeOptions): Sampling {
  switch (sampling) {
    case 'plain':
      return { kind: 'plain' }
    case 'mixture':
      return { kind: 'mixture', share: even, reweighted }
    case 'tempered':
      return { kind: 'tempered', alpha }
    case 'onward':
      return { kind: 'onward', share: further, even }
    case 'diffusive':
      return { kind: 'diffusive', width: 2 * reach + 1 }
  }
}

/** All states of the box with their probabilities, or draws. */
function statesOf({ initial }: Problem, { variables }: Box, net: Nade, source: Variates): Weighted {
  const size = variables.reduce((product, { cap }) => product * (cap + 1), 1)
  const exact = size <= mostStates
  const [counts, weights] = exact ? everything(net, size) : drawn(net, source)
  const [S, N] = [initial.length, variables.length]
  const states = new Int32Array(weights.length * S)
  for (let r = 0; r < weights.length; r++) {
    states.set(initial, r * S)
    variables.forEach(({ species, low }, i) => {
      states[r * S + species] = low + counts[r * N + i]
    })
  }
  return { states, weights, exact }
}

function everything(net: Nade, size: number): [Int32Array, Float64Array] {
  const N = net.caps.length
  const all = new Int32Array(size * N)
  const weights = new Float64Array(size)
  const batch = batchOf(net, Math.min(size, 1024))
  for (let first = 0; first < size; first += batch.capacity) {
    batch.size = Math.min(batch.capacity, size - first)
    for (let b = 0; b < batch.size; b++) {
      let rest = first + b
      for (let i = N - 1; i >= 0; i--) {
        batch.counts[b * N + i] = rest % (net.caps[i] + 1)
        rest = Math.floor(rest / (net.caps[i] + 1))
      }
    }
    walk(net, batch)
    all.set(batch.counts.subarray(0, batch.size * N), first * N)
    for (let b = 0; b < batch.size; b++) weights[first + b] = exp(batch.logQ[b])
  }
  return [all, weights]
}

function drawn(net: Nade, source: Variates): [Int32Array, Float64Array] {
  const tree = treeOf(net, draws)
  grow(net, tree, source, { samples: draws })
  const N = net.caps.length
  const { size, drawn } = tree.leaves
  const all = new Int32Array(size * N)
  const counts = new Int32Array(N)
  for (let u = 0; u < size; u++) {
    stateOf(tree, u, counts)
    all.set(counts, u * N)
  }
  return [all, Float64Array.from({ length: size }, (_, u) => drawn[u] / draws)]
}
